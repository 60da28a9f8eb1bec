"""The site, built and opened: pages, links, descriptions, accessibility, and the model that answers there.

Built once for all of these tests, which takes minutes: they are marked slow.
"""

import functools
import http.server
import json
import random
import re
import shutil
import threading
from contextlib import contextmanager
from urllib.parse import urldefrag, urljoin

import browser
import numpy as np
import pytest
from lessons import NOTEBOOKS, ROOT

from helpers import predict

pytestmark = [pytest.mark.slow, pytest.mark.skipif(browser.chromium_path() is None, reason=browser.HOW),
              pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")]

MAX_MB = 30


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def serving(folder):
    """Yield the address of a static server, all that the site needs."""
    handler = functools.partial(Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    import build_site

    folder = tmp_path_factory.mktemp("site")
    assert build_site.main(folder) == 0, "a warning of Sphinx is an error here"
    return folder


@pytest.fixture(scope="module")
def address(site):
    with serving(site) as url:
        yield url


def pages_of(site):
    """Return the site's pages, without the theme's own templates."""
    return [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]


def test_each_lesson_and_page_is_there_with_a_description_for_each_picture(site):
    pages = {path.relative_to(site).as_posix() for path in pages_of(site)}
    for lesson in NOTEBOOKS:
        assert f"notebooks/{lesson.stem}.html" in pages
    for name in ("index", "docs/results", "docs/comparison", "teaching/README", "teaching/glossary", "search",
                 "try/index"):
        assert f"{name}.html" in pages
    for name in sorted(pages):
        text = (site / name).read_text(encoding="utf-8")
        for image in re.findall(r"<img\b[^>]*>", text):
            alt = re.search(r'alt="([^"]*)"', image)
            assert alt and len(alt[1]) > 3 and not alt[1].endswith(".png"), (name, image[:200])


def test_no_link_inside_the_site_is_dead_and_nothing_is_loaded_from_elsewhere(site):
    for path in pages_of(site):
        text = path.read_text(encoding="utf-8")
        for tag, target in re.findall(r'<(a|img|script|link|iframe)\b[^>]*?(?:href|src)="([^"]+)"', text):
            target, anchor = urldefrag(target)
            if target.startswith("data:"):
                continue
            if re.match(r"\w+:|//", target):
                elsewhere = tag in ("script", "iframe", "img") or "stylesheet" in text[text.index(target) - 60:text.index(target)]
                assert not elsewhere, (path.name, target)
            elif target:
                found = (path.parent / target.split("?")[0]).resolve()
                assert found.exists(), (str(path.relative_to(site)), target)


def test_each_page_leads_to_all_lessons_at_its_side(site):
    for name in ("index.html", "notebooks/02_header_leakage.html", "teaching/glossary.html"):
        side = re.search(r'<nav class="bd-docs-nav.*?</nav>', (site / name).read_text(encoding="utf-8"), re.DOTALL)[0]
        assert all(f"{lesson.stem}.html" in side for lesson in NOTEBOOKS), name


VIEWS = [("index.html", 1280, "light"), ("index.html", 400, "dark"), ("notebooks/02_header_leakage.html", 1280, "dark"),
         ("notebooks/05_model_and_training_curves.html", 400, "light"), ("teaching/glossary.html", 400, "dark"),
         ("try/index.html", 1280, "light"), ("try/index.html", 400, "dark")]


@pytest.mark.parametrize(("name", "width", "scheme"), VIEWS)
def test_a_page_fits_its_width_and_has_no_serious_fault_of_accessibility(address, name, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with browser.page(width, 900) as page:
        page.emulate_media(color_scheme=scheme)
        page.goto(urljoin(address, name))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        serious = [(fault["id"], fault["nodes"][0]["html"][:150]) for fault in found
                   if fault["impact"] in ("serious", "critical")]
        assert not serious


HOSTILE = ["", " ", "\n\n", "\ufeff", "a" * 200_000, "word " * 40_000, "🙂 🙃 emoji 🚀", "café CAFÉ naïve", "\x00\x01",
           "<script>alert(1)</script>", "'; DROP TABLE posts; --", "From: x\nSubject: y\n\nbody", "\n\nFrom: x\nSubject: y\n\nbody",
           "Question: which SCSI card fits a Mac?", "Subject: only a subject\n\nwords", "a\tb\rc\vd\fe", "\u00a0non\u00a0breaking",
           "ﬁ ligature", "İstanbul DIŞ", "ＦＵＬＬ ｗｉｄｔｈ", "مرحبا بالعالم", "你好 世界", "e\u0301 combining", "\u2028line\u2029sep",
           "Re: re[2]: RE^3: hello", "> quoted\n> lines\n", "-- \nsignature", "http://a.example/b?c=d&e=f", "me@x.example",
           "don't e-mail me", "1e309 NaN -0 0x1F", "____====####", "[UNK]", "[UNK] unk", "the", "THE THE THE",
           "Newsgroups: sci.med\nSubject: cars\n\nengine oil and brakes", "header-like: no\nnot a field\n\nbody",
           "Subject:\n\nempty field", "From: a\r\nSubject: b\r\n\r\nbody with CRLF", "x" * 1000 + " y", "\ud83d lone surrogate",
           "%s %d {} {0}", "\\n \\t \\", '"quotes" ‘curly’ “double”', "tab\tseparated\tvalues", "a,b;c:d", "𝓯𝓪𝓷𝓬𝔂", "\u200bzero\u200bwidth",
           "Path: a!b!c\nXref: d e:1\n continued\n\nbody"]


def test_the_page_answers_as_python_does(site, address, sample_corpus):
    """The same group, probabilities within 1e-4, on 1,000 posts and on odd texts; header found alike."""
    predictor = predict.load(site / "try" / "models" / "body")
    posts = random.Random(0).sample(sample_corpus.texts, 1000)
    texts = posts + [text for text in HOSTILE if text.isprintable() or "\ud83d" not in text]
    _, expected = predictor(texts)
    with browser.page() as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(urljoin(address, "try/index.html"))
        page.wait_for_selector("#answer h2", timeout=60_000)
        found = page.evaluate("""async (texts) => {
            const { loadClassifier, splitPost } = await import("./classifier.mjs");
            const rules = await (await fetch("rules.json")).json();
            const model = await loadClassifier("models/body");
            const found = [];
            for (const text of texts) {
                const { body } = splitPost(text, rules.headerPattern);
                found.push((await model.predict(body)).probabilities);
            }
            return found;
        }""", texts)
        assert all(url.startswith(address) for url in asked), "nothing leaves the page"
    found = np.array(found)
    assert np.abs(found - expected).max() < 1e-4
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all()


def test_what_is_not_read_changes_no_effect_of_a_word(address):
    """A word is replaced by padding: if it were left out, token 201 would slide in, and innocent words be blamed."""
    with browser.page() as page:
        page.goto(urljoin(address, "try/index.html"))
        alone, followed = page.evaluate("""async () => {
            const { loadClassifier } = await import("./classifier.mjs");
            const model = await loadClassifier("models/body");
            const text = "engine oil for the sedan and brakes ".repeat(40).trim().split(" ").slice(0, 200).join(" ");
            const { probabilities } = await model.predict(text);
            const best = probabilities.indexOf(Math.max(...probabilities));
            const effects = (text) => model.wordEffects(text, best, probabilities[best]);
            return [await effects(text), await effects(text + " orbit polygons church".repeat(30))];
        }""")
    assert len(alone) >= 5 and alone == followed


@pytest.mark.parametrize("width", [1280, 400])
def test_the_box_of_the_landing_page_shows_its_whole_answer_in_the_pages_colors(address, width):
    with browser.page(width, 900) as page:
        page.emulate_media(color_scheme="light")
        page.goto(address)
        page.locator("iframe").scroll_into_view_if_needed()  # it is loaded when it is seen
        box = page.locator("iframe").element_handle().content_frame()
        box.wait_for_selector("#answer h3", timeout=60_000)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")  # what the switch above does
        box.wait_for_function("getComputedStyle(document.body).backgroundColor === 'rgb(20, 24, 29)'")
        box.wait_for_function("document.documentElement.scrollHeight <= innerHeight")


def accuracy_said(page):
    return float(re.search(r"right for ([\d.]+)%", page.inner_text("#answer"))[1]) / 100


def test_the_page_is_used_with_the_keyboard_and_shows_header_words_and_leak(address):
    with browser.page() as page:
        page.goto(urljoin(address, "try/index.html"))
        page.wait_for_selector("#answer h2", timeout=60_000)
        assert page.inner_text("#answer h2") == "comp.graphics"
        post = "Newsgroups: sci.med\nSubject: oil\n\nwhich engine oil for my car, and new brakes for the sedan"
        page.fill("#text", post)
        page.focus("#ask")
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelector('#answer').textContent.includes('left out')")
        assert page.inner_text("#answer h2") == "rec.autos"
        assert "2 header lines were found and left out." in page.inner_text("#answer")
        accuracy_without_header = accuracy_said(page)
        page.wait_for_selector("#answer h3")
        words = page.inner_text("#answer div ol")
        assert re.search("car|engine|sedan|brakes|oil", words)
        page.focus("#header")
        page.keyboard.press("Space")
        page.wait_for_function("document.querySelector('#answer').textContent.includes('were read with')", timeout=60_000)
        assert accuracy_said(page) > 0.05 + accuracy_without_header, "what the header adds is said"
        page.fill("#text", "")
        page.click("#ask")
        page.wait_for_function("document.querySelector('#answer').textContent.includes('no word to read')")
        assert page.query_selector("#answer h2") is None, "no group is named where nothing is read"


def test_the_page_is_small(site):
    size = sum(path.stat().st_size for path in (site / "try").rglob("*") if path.is_file())
    assert size < MAX_MB * 1e6
    about = json.loads((site / "try" / "models" / "body" / "about.json").read_text(encoding="utf-8"))
    assert len(about["class_names"]) == 20
    assert (ROOT / "docs" / "package-lock.json").read_text(encoding="utf-8").count('"integrity"') > 0
