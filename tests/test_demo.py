"""The demo page: the words that carried an answer, and the page itself in a browser."""

import re
import socket
import sys
import threading
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import browser
import nbclient
import nbformat
import numpy as np
import pytest

from helpers import demo, predict
from helpers.headers import clean_text, split_post

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ["comp.graphics", "rec.autos", "sci.space"]
KEYS = ("graphics", "engine", "orbit")
POST = "From: a@b.example\nNewsgroups: rec.autos\nSubject: engine\n\nThe orbit, again: an ORBIT is no engine of graphics.\n"
LONG = "an engine and a wheel " * 10_000


def counter(rule):
    """A predictor that counts its three keywords and one a group's name: no library, and every probability known."""
    def probabilities(texts):
        counter.batches.append(len(texts))
        texts = [clean_text(text, rule).lower() for text in texts]
        counts = np.array([[text.count(key) + 9 * text.count(group) for key, group in zip(KEYS, GROUPS)]
                           for text in texts], float)
        return (counts + 1) / (counts + 1).sum(axis=1, keepdims=True)

    counter.batches = []
    about = {"class_names": GROUPS, "text": rule, "test_accuracy": 0.625, "test_posts": 1_234}
    return predict.Predictor(about, probabilities)


def words_of(html):
    return [unescape(word) for word in re.findall(r"<mark[^>]*>(.*?)</mark>", html)]


# --- which words carried it

def test_each_word_is_left_out_wherever_it_stands():
    probabilities, odds, without, places = demo.influence(counter("full"), "orbit engine Orbit, far ... engine orbit!")
    assert probabilities.tolist() == [1 / 8, 3 / 8, 4 / 8] and odds == 1
    assert list(without) == [b"orbit", b"engine", b"far"], "a word is known without case and punctuation"
    assert without == pytest.approx({b"orbit": 1 / 4, b"engine": 2, b"far": 1})
    assert places[b"orbit"] == [(0, 5), (13, 19), (35, 41)]


def test_one_call_and_a_bound():
    predictor = counter("full")
    _, _, without, _ = demo.influence(predictor, " ".join(f"w{i}" for i in range(500)))
    assert list(without) == [f"w{i}".encode() for i in range(demo.TRIED_WORDS)]
    assert counter.batches == [demo.TRIED_WORDS + 1], "all texts in one call, which is one batch"


def test_a_header_stays_a_header():
    """Without the word "From:" the first line were no field, and the whole header would be read as text."""
    start = len(POST) - len(split_post(POST)[1])
    _, _, without, _ = demo.influence(counter("body"), POST, start)
    assert b"from" not in without and b"recautos" not in without
    assert without[b"orbit"] == pytest.approx(1 / 4) and without[b"again"] == pytest.approx(3 / 4)


# --- what the page says

def test_two_models_on_one_post():
    honest, leaky = demo.panels(POST, counter("body"), counter("full")).split("</section>")[:2]
    assert "<h2>Without headers: sci.space</h2>" in honest and "<h2>With headers: rec.autos</h2>" in leaky
    assert words_of(honest) == ["orbit,", "ORBIT"] and words_of(leaky)[:2] == ["rec.autos", "engine"]
    assert "62.5% of the 1,234 posts" in honest
    assert "Newsgroups" in re.search("<details>.*?</details>", honest, re.DOTALL)[0], "the header is shown as not read"
    assert re.findall(r'<th scope="row">(.*?)</th><td class="number">(.*?)</td><td>', honest) == [
        ("sci.space", "42.9%"), ("rec.autos", "28.6%"), ("comp.graphics", "28.6%")]
    assert '<th scope="row">orbit</th><td class="number">20.0%</td><td class="number">odds 3.0 times lower</td>' in honest


def test_a_text_is_shown_and_never_run():
    odd = "<script>alert(1)</script> <b>orbit</b> & ${1+1} {{value}} \ud800 </pre>"
    html = demo.panels(odd, counter("full"))
    assert "<script" not in html and "<b>" not in html and html.encode("utf-8")
    assert "<script>alert(1)</script>" in unescape(html) and "${1+1} {{value}} ?" in html


@pytest.mark.parametrize("text", ["", None, " \n\t "])
def test_nothing_to_read(text):
    assert "nothing to read yet" in demo.panels(text, counter("body"), counter("full"))
    assert counter.batches == []


def test_a_header_alone():
    honest, leaky = demo.panels("From: x\nNewsgroups: rec.autos\n", counter("body"), counter("full")).split("</section>")[:2]
    assert "nothing is left to read" in honest and "With headers: rec.autos" in leaky


def test_no_word_carried_it():
    assert "No single word" in demo.panels("nothing known", counter("full"))


def test_words_show_where_the_model_is_almost_certain():
    """Halves of what is left for the others: in 32 bits, the likeliest group's probability is 1.0 all along."""
    def probabilities(texts):
        others = np.float32([1e-9 if "orbit" in text else 2e-9 for text in texts])
        return np.stack([others, others, np.ones_like(others)], axis=1)

    sure = predict.Predictor({"class_names": GROUPS, "text": "full"}, probabilities)
    html = demo.panels("an orbit", sure)
    assert words_of(html) == ["orbit"] and "100.0%</td><td class=\"number\">odds 2.0 times lower" in html


def test_a_long_text_is_cut_and_that_is_said():
    html = demo.panels(LONG, counter("body"))
    assert f"has {len(LONG):,} characters; the first {demo.READ_CHARS:,} were read" in html
    assert "rec.autos" in html and len(html) < 20 * demo.READ_CHARS


# --- models and posts for it

def test_examples_are_posts_that_the_model_did_not_see(sample_corpus, own_cache):
    shown = demo.examples({"seed": 5})
    unseen = {sample_corpus.texts[i] for i in demo._split(sample_corpus, {"seed": 5}).test}
    assert len(shown) >= 4 and {text for _, text in shown[:-1]} <= unseen
    assert all(label.split(":")[0] in sample_corpus.class_names for label, _ in shown[:-1])
    (_, first), (_, last), (label, mixed) = shown[0], shown[-2], shown[-1]
    assert split_post(mixed) == (split_post(first)[0], split_post(last)[1])
    assert label == f"text of {shown[-2][0].split(':')[0]}, header of {shown[0][0].split(':')[0]}"


def test_the_full_text_model_leans_on_headers(sample_corpus):
    leaky = demo.full_text_model(sample_corpus)
    test = demo._split(sample_corpus, {}).test
    groups, _ = leaky([sample_corpus.texts[i] for i in test])
    right = np.mean([group == sample_corpus.class_names[sample_corpus.labels[i]] for group, i in zip(groups, test)])
    assert right == leaky.about["test_accuracy"] > 0.9 and leaky.about["test_posts"] == len(test)
    _, _, without, _ = demo.influence(leaky, POST)
    assert min(without, key=without.get) == b"recautos"


def test_the_lesson_s_parameters():
    notebook = nbformat.read(ROOT / "notebooks" / "06_export.ipynb", as_version=4)
    scope = {}
    exec(next(cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())), scope)
    assert {name: scope[name] for name in demo.LESSON} == demo.LESSON


def test_what_is_no_model_is_refused_with_a_sentence(tmp_path, capsys, own_cache):
    assert demo.main([str(tmp_path / "none.keras")]) == 1
    assert "none.keras" in capsys.readouterr().err


# --- in a browser

ASKED = []  # hosts that this process turned to, while the page was served


def _note(event, arguments):
    if event == "socket.getaddrinfo":
        ASKED.append(str(arguments[0]))
    elif event == "socket.connect" and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        ASKED.append(str(arguments[1][0]))


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    pytest.importorskip("gradio", reason="needs the package gradio")
    if not browser.chromium_path():
        pytest.skip(browser.HOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORD_EMBEDDINGS_CACHE", str(tmp_path_factory.mktemp("cache")))
        sys.addaudithook(_note)  # there is no way to take one away; it only notes
        page = demo.app(counter("body"), counter("full"))
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, footer_links=[])
        yield url
        page.close(verbose=False)


@pytest.fixture(scope="module")
def page(url):
    with browser.page() as page:
        page.asked, page.faults = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(url)
        page.get_by_label("A post").wait_for()
        yield page


def heading(page, name):
    page.get_by_role("heading", name=name).wait_for()


def ask(page, text):
    page.get_by_label("A post").fill(text)
    page.get_by_role("button", name="Which group?").click()


def test_type_press_read(page):
    ask(page, POST)
    heading(page, "Without headers: sci.space")
    assert page.get_by_role("heading", name="With headers").count() == 0
    assert page.locator("mark").all_inner_texts() == ["orbit,", "ORBIT"]
    assert page.get_by_role("row", name="sci.space").first.inner_text().split() == ["sci.space", "42.9%"]


def test_toggle(page):
    ask(page, POST)
    page.get_by_label(demo.WITH).check()
    heading(page, "With headers: rec.autos")
    heading(page, "Without headers: sci.space")
    page.get_by_label(demo.WITHOUT, exact=True).check()
    page.get_by_role("heading", name="With headers").wait_for(state="detached")


def test_toggle_while_an_answer_is_on_its_way(page, monkeypatch):
    kept, first = demo.panels, threading.Event()

    def held(text, honest, leaky=None):
        if leaky is None:
            first.wait(10)  # until the switch was moved
        return kept(text, honest, leaky)

    monkeypatch.setattr(demo, "panels", held)
    page.get_by_label(demo.WITHOUT, exact=True).check()
    ask(page, POST)
    page.get_by_label(demo.WITH).check()
    page.wait_for_timeout(200)
    first.set()
    heading(page, "With headers: rec.autos")
    page.get_by_label(demo.WITHOUT, exact=True).check()


def test_without_a_second_model_there_is_no_switch(own_cache):
    gradio = pytest.importorskip("gradio")
    for leaky in (None, counter("full")):
        blocks = demo.app(counter("body"), leaky).blocks.values()
        (switch,) = (block for block in blocks if isinstance(block, gradio.Radio))
        (prose,) = (block for block in blocks if isinstance(block, gradio.Markdown))
        assert switch.visible == ("With headers" in prose.value) == bool(leaky)


def test_inline_in_the_lesson(own_cache):
    """The lesson's own cell, switched on: it shows the page and nothing else."""
    pytest.importorskip("gradio")
    lesson = nbformat.read(ROOT / "notebooks" / "06_export.ipynb", as_version=4)
    (cell,) = (cell.source for cell in lesson.cells if cell.source.startswith("show_demo = False"))
    cells = [f"import sys; sys.path += [{str(ROOT / 'tests')!r}, {str(ROOT)!r}]",
             "from test_demo import counter, demo; corpus = demo.data.load_corpus('sample')",
             "predictor, about = counter('body'), {}", cell.replace("False", "True", 1), "page.close(verbose=False)"]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    nbclient.NotebookClient(notebook, timeout=60, iopub_timeout=60).execute()
    (shown,) = (output for output in notebook.cells[3].outputs if "text/html" in output.get("data", {}))
    assert '<iframe src="http://127.0.0.1:' in shown.data["text/html"]


def test_an_empty_text(page):
    ask(page, "")
    page.get_by_text("There is nothing to read yet").wait_for()


def test_a_text_of_200_000_characters(page):
    ask(page, LONG)
    page.get_by_text(f"The text has {len(LONG):,} characters").wait_for()
    heading(page, "Without headers: rec.autos")


def test_markup_in_a_post_stays_text(page):
    odd = "orbit <img src=x onerror='document.title=1'> ${document.title=2} {{value}}"
    ask(page, odd)
    page.get_by_role("region").get_by_text("onerror").wait_for()
    assert page.get_by_role("region").inner_text() == odd and page.title() == "Which newsgroup?"


def test_by_keyboard_alone(page):
    """From the text by Tab over the examples and the switch to the button, and Enter."""
    ask(page, "")
    page.get_by_text("There is nothing to read yet").wait_for()
    page.get_by_label("A post").focus()
    page.keyboard.type("an orbit")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Which group?":
            break
    page.keyboard.press("Enter")
    heading(page, "Without headers: sci.space")


def test_an_example_is_one_click(page):
    ask(page, "")
    page.get_by_text("There is nothing to read yet").wait_for()  # the answer before is gone
    page.get_by_role("button", name="text of").click()
    page.get_by_role("heading", name="Without headers").wait_for()
    assert page.get_by_label("A post").input_value().count("Newsgroups:") == 1


def test_accessibility_rules(page):
    """WCAG's machine-checkable rules, contrast and labels among them, with two answers shown, by day and by night."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the package axe-playwright-python")
    ask(page, POST)
    page.get_by_label(demo.WITH).check()
    heading(page, "With headers: rec.autos")
    page.add_style_tag(content="* { transition: none !important; }")  # colours half way between two schemes are no fault
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_nothing_was_asked_of_another_host(page):
    """Runs last: all that the page and the server asked for in the tests above."""
    assert len(page.asked) > 20 and {urlsplit(address).hostname for address in page.asked} == {"127.0.0.1"}
    assert {host for host in ASKED if host not in ("127.0.0.1", "localhost", "0.0.0.0", "::1", "None")} == set()
    assert not page.faults
    outside = page.locator("[src^=http], link[href^=http], a[href^=http]").evaluate_all(
        "all => all.map(one => one.src || one.href).filter(link => !link.startsWith(location.origin))")
    assert outside == []
