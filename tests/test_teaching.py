"""The teacher's room: pages that agree with the lessons, slides, copies for learners and for a class offline."""

import ast
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import browser
import make_offline
import make_slides
import make_student
import make_timings
import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from run_lessons import EXECUTION

ROOT = Path(__file__).resolve().parent.parent
TEACHING = ROOT / "teaching"
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
GUIDES = sorted(TEACHING.glob("0*.md"))
PAGES = sorted(TEACHING.glob("*.md"))


def headings(path):
    cells = nbformat.read(path, as_version=4).cells
    return {head for cell in cells if cell.cell_type == "markdown"
            for head in re.findall(r"(?m)^#+ (.+)$", cell.source)}


def anchors(text):
    heads = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?s)```.*?```", "", text))
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


# The pages

def test_one_guide_a_lesson():
    assert [guide.stem for guide in GUIDES] == [lesson.stem for lesson in LESSONS]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_guide_has_its_parts(guide):
    text = guide.read_text(encoding="utf-8")
    for part in ("leave with", "Three wrong ideas", "What to say at the surprise", "Where time goes"):
        assert re.search(rf"(?m)^## .*{part}", text), part
    wrong = text.partition("## Three wrong ideas")[2].partition("\n## ")[0]
    assert len(re.findall(r'(?m)^\*\*".+"\*\*$', wrong)) == len(re.findall(r"(?m)^Ask: ", wrong)) == 3
    places = re.sub(r'\*\*".+?"\*\*', "", text).replace("\n", " ")
    named = set(re.findall(r'(?:[Uu]nder|In|At|skip|and|,)\s+"([A-Z][^"]+)"', places))
    lesson = LESSONS[GUIDES.index(guide)]
    assert named and named <= headings(lesson), named - headings(lesson)


def test_plans_name_headings_of_the_lessons():
    text = (TEACHING / "README.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r'"([^"\n]+)"', text) if name != "full"}
    known = set().union(*map(headings, LESSONS))
    assert len(named) > 10 and named <= known, named - known
    for plan in ("50 minutes", "3 hours", "two days"):
        assert f"## A plan for {plan}" in text
    for row in re.findall(r"(?m)^\| \d+ \| (\d) \| (.+) \|$", text):
        assert set(re.findall(r'"([^"]+)"', row[1])) <= headings(LESSONS[int(row[0]) - 1]), row


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(page):
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        path = (page.parent / target) if target else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), anchor


def test_glossary():
    text = (TEACHING / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"(?m)^## (.+)\n\n((?:.+\n?)+)", text)
    names = [name for name, _ in terms]
    assert 30 <= len(names) <= 50 and names == sorted(names, key=str.lower)
    for name, meaning in terms:
        assert 1 <= len(re.findall(r"[.?](?=\s|$)", meaning)) <= 3, name


LINK = re.compile(r"\[([^]]+)\]\(\.\./teaching/glossary\.md#([^)]+)\)")
NO_PROSE = re.compile(r"(?ms)^```.*?^```|^#+ .*?$|<details><summary>Solution.*?</details>|<summary>.*?</summary>")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_glossary_is_linked_from_the_first_use_of_a_term(lesson):
    cells = nbformat.read(lesson, as_version=4).cells
    source = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    links = LINK.findall(source)
    known = anchors((TEACHING / "glossary.md").read_text(encoding="utf-8"))
    assert len(links) >= 8 and {anchor for _, anchor in links} <= known, {anchor for _, anchor in links} - known
    assert len({anchor for _, anchor in links}) == len(links), "a term is linked twice"
    prose = re.sub(r"(\[[^]]*\])\((?!\.\./teaching/glossary)[^)]*\)", r"\1", NO_PROSE.sub("", source))
    for text, anchor in links:
        before = LINK.sub(r"\1", prose[:prose.index(f"[{text}](../teaching/glossary.md#{anchor})")])
        term = text.strip("`").removesuffix("s")
        assert not re.search(rf"(?i)(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", before), f"{text} is used before"


def messages(path):
    """Return the texts that a file of the course can say, as patterns: what is filled in matches anything."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(p.value) if isinstance(p, ast.Constant) else "(.*?)" for p in node.values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = [re.escape(node.value)]
        else:
            continue
        if len("".join(part for part in parts if part != "(.*?)")) >= 12:
            yield "".join(parts)


def is_said(quote, paths):
    """Whether the fixed words of these files make up most of a quote."""
    rest = quote
    for pattern in sorted((p for path in paths for p in messages(path)), key=len, reverse=True):
        match = re.search(pattern + ("$" if pattern.endswith("(.*?)") else ""), rest)
        if match:
            filled = "".join(group or "" for group in match.groups())
            rest = rest[:match.start()] + filled + rest[match.end():]
    return len(rest) <= len(quote) / 2


def quoted():
    """Return each quote of the troubleshooting page with the file that says it, or "" for others' messages."""
    text, found, waiting = (TEACHING / "troubleshooting.md").read_text(encoding="utf-8"), [], []
    for quote, said in re.findall(r"(?s)```text\n(.*?)\n```|(?m:^Said by ((?:`[^`]+`(?: and )?)+|\w+))", text):
        if quote:
            waiting.append(quote)
        else:
            found += [(one, re.findall(r"`([^`]+)`", said)) for one in waiting]
            waiting = []
    assert not waiting, "a quote without its source"
    return found


OURS = [(quote, files) for quote, files in quoted() if files]


@pytest.mark.parametrize("quote, files", OURS, ids=[quote[:40] for quote, _ in OURS])
def test_quoted_messages_still_stand_in_the_source(quote, files):
    assert is_said(quote, [ROOT / file for file in files])


def test_a_message_that_was_changed_would_be_noticed():
    assert len(OURS) >= 15
    changed = "The parameter epochs should be an integer between 1 and 1,000."
    assert not is_said(changed, [ROOT / "helpers" / "parameters.py"])
    assert not is_said("The folder of data was not found: /home/me/data.", [ROOT / "helpers" / "data.py"])


def test_no_measured_seconds_are_typed():
    for guide in GUIDES:
        text = make_timings.BETWEEN.sub("", guide.read_text(encoding="utf-8"))
        assert not re.search(r"\d+(\.\d+)? ?(s|seconds)\b", text)


# Timings

def executed(path, seconds, broken=False):
    cells = [new_markdown_cell("# 1. Title"), new_markdown_cell("## Long"), new_code_cell("fit()"), new_code_cell("1")]
    cells[2].metadata["papermill"], cells[3].metadata["papermill"] = {"duration": 12.4}, {"duration": 0.1}
    notebook = new_notebook(cells=cells)
    notebook.metadata["papermill"] = {
        "duration": seconds, "end_time": "2026-01-02T03:04:05", "exception": True if broken else None}
    nbformat.write(notebook, path)
    return path


def test_times_are_read_from_a_run(tmp_path):
    seconds, waits, day = make_timings.lesson_times(executed(tmp_path / "a.ipynb", 20.0))
    assert (seconds, waits, day) == (20.0, [('Under "Long"', 12.4)], "2026-01-02")
    with pytest.raises(ValueError, match="not executed to its end"):
        make_timings.lesson_times(executed(tmp_path / "b.ipynb", 20.0, broken=True))


def test_times_are_put_between_the_marks():
    page = "a\n<!-- timings: written by x.py -->\nold\n<!-- /timings -->\nb\n"
    assert make_timings.put(page, ["new"]) == page.replace("old", "new")
    with pytest.raises(ValueError, match="one pair"):
        make_timings.put("no marks", ["new"])


@pytest.mark.parametrize("page", [TEACHING / "README.md", *GUIDES], ids=lambda path: path.stem)
def test_every_page_has_its_times(page):
    between = make_timings.BETWEEN.search(page.read_text(encoding="utf-8"))
    assert between and len(between[0].splitlines()) > 2


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lessons_head_says_the_time_of_the_guide(lesson):
    guide = (TEACHING / f"{lesson.stem}.md").read_text(encoding="utf-8")
    seconds = float(re.search(r"Machine, all cells: (\d+) s", guide)[1])
    (said,) = make_timings.HEAD.findall(lesson.read_text(encoding="utf-8"))
    assert said == f"It runs in {make_timings.in_words(seconds)}"


# Slides

@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    """The slides of all lessons, with an empty reveal.js: nothing is downloaded."""
    folder, reveal = tmp_path_factory.mktemp("slides"), tmp_path_factory.mktemp("reveal")
    for name in make_slides.NEEDED:
        if not name.endswith("/"):
            (reveal / name).parent.mkdir(parents=True, exist_ok=True)
            (reveal / name).touch()
    return make_slides.write_slides(LESSONS, folder, reveal)


def test_slides_load_nothing_from_a_network(slides):
    for page in slides:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|link|img|iframe)[^>]+?(?:src|href)="(?!data:)([^"]+)"', text)
        assert "reveal/dist/reveal.js" in loaded
        assert all((page.parent / name).exists() for name in loaded), loaded
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//|\bimport .+ from ['\"]https?:", text)


def test_slides_hold_the_lesson_and_no_solution(slides):
    for page, lesson in zip(slides, LESSONS, strict=True):
        text = page.read_text(encoding="utf-8")
        for head in headings(lesson):
            assert re.search(rf"<h\d[^>]*>{re.escape(head).replace(chr(39), '.{1,6}')}", text), head
        assert 'class="notes"' in text
        n_pictures = sum("image/png" in output.get("data", {})
                         for cell in nbformat.read(lesson, as_version=4).cells for output in cell.get("outputs", []))
        assert len(re.findall(r'<img(?=[^>]* alt="\w)[^>]* src="data:image/png', text)) == n_pictures
        for left_out in ("Solution</summary>", "check_parameters(", "google.colab", ".ipynb", "glossary.md", "guess_"):
            assert left_out not in text


def kinds(*cells):
    made = make_slides.slide_cells(new_notebook(cells=cells))
    return [(cell.metadata.slideshow.slide_type, cell.source) for cell in made]


def printed(text):
    return new_output("stream", name="stdout", text=text)


CUT = """async () => {
    const found = []
    for (const slide of Reveal.getSlides()) {
        const {h, v} = Reveal.getIndices(slide)
        Reveal.slide(h, v)
        await document.fonts.ready  // a slide's head may be the first to ask for its font
        await new Promise(requestAnimationFrame)
        for (const part of slide.querySelectorAll("*:not(aside, aside *, script, style)")) {
            const box = part.getBoundingClientRect(), style = getComputedStyle(part)
            if (!box.width || !box.height || style.visibility == "hidden") continue
            const out = box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1
            const scrolls = part.scrollWidth > part.clientWidth + 3 && style.overflowX != "visible"
                || part.scrollHeight > part.clientHeight + 3 && style.overflowY != "visible"
            if (out || scrolls) found.push(`slide ${h}, ${v}: ${part.tagName} ${part.textContent.trim().slice(0, 60)}`)
        }
    }
    return [Reveal.getTotalSlides(), found]
}"""


@pytest.mark.skipif(browser.chromium_path() is None, reason=browser.HOW)
def test_nothing_on_a_slide_is_cut(tmp_path):
    try:
        reveal = make_slides.reveal_files(ROOT / "build" / "reveal.js")
    except RuntimeError as error:
        pytest.skip(f"needs reveal.js, once: make slides with a network. {error}")
    long = [new_markdown_cell("## Head"), new_code_cell("\n".join(f"x = {n}" for n in range(80)))]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 9. Too long"), *long]), tmp_path / "9_long.ipynb")
    decks = make_slides.write_slides([*LESSONS, tmp_path / "9_long.ipynb"], tmp_path / "slides", reveal)
    with browser.page(1280, 720) as page:
        cut = {}
        for deck in decks:
            page.goto(deck.as_uri())
            page.wait_for_function("window.Reveal?.isReady?.()")
            page.evaluate("Reveal.configure({transition: 'none', fragments: false})")
            n_slides, cut[deck.stem] = page.evaluate(CUT)
            assert n_slides > 1
    assert cut.pop("9_long"), "eighty lines of code should be seen to be cut"
    assert list(cut) == [lesson.stem for lesson in LESSONS] and not any(cut.values()), cut


def test_rules_for_prose():
    found = kinds(new_markdown_cell("## Head\n\nShort.\n\n" + "Long. " * 200),
                  new_code_cell("f()", outputs=[printed("7\n")]),
                  new_markdown_cell(
                      "Seven is the first number that counts here. And so on.\n\n**A question first.** Why?"))
    assert [kind for kind, _ in found] == [
        "slide", "-", "notes", "subslide", "-", "fragment", "fragment", "subslide", "-", "notes"]
    assert found[6][1] == '<p class="said">Seven is the first number that counts here.</p>'
    assert 'class="question"' in found[8][1] and found[9][1] == "And so on."


def test_rules_for_code_and_output():
    picture = new_output("display_data", {"image/png": "aGk="}, metadata={"image/png": {"alt": "A chart."}})
    described = new_output("display_data", {"text/plain": "A chart."})
    cells = [new_code_cell("x: int = 1", metadata={"tags": ["parameters"]}), new_code_cell("checks.f(g)"),
             new_code_cell("draw()", outputs=[picture, described])]
    assert kinds(new_markdown_cell("## Head"), *cells) == [
        ("slide", "## Head"), ("subslide", '<p class="running">Head</p>'), ("-", "draw()"),
        ("subslide", '<p class="running">Head</p>'), ("notes", "A chart."), ("-", "")]


def test_the_middle_of_a_long_output_is_left_out_and_said():
    output = make_slides._shortened(printed("".join(f"line {n}\n" for n in range(60))))
    assert "line 0\n" in output.text and "line 59" in output.text and "line 30" not in output.text
    assert "42 lines are left out here" in output.text


# Copies

@pytest.fixture(scope="module")
def student(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies") / "student"
    make_student.write_student(folder)
    return folder


def test_student_copy_holds_no_solution(student):
    exercises = 0
    for path in student.glob("notebooks/*.ipynb"):
        notebook, original = (nbformat.read(p, as_version=4) for p in (path, ROOT / "notebooks" / path.name))
        nbformat.validate(notebook)
        assert "Solution</summary>" not in path.read_text(encoding="utf-8")
        exercises += sum("exercise" in cell.metadata.get("tags", []) for cell in notebook.cells)
        assert [c.source for c in notebook.cells if c.cell_type == "code"] == [
            c.source for c in original.cells if c.cell_type == "code"]
        for cell in original.cells:  # not even a line of one that is not a given anyway
            for solution in re.findall(r"Solution</summary>\n\n```python\n(.*?)\n```", cell.source, re.DOTALL):
                assert solution not in path.read_text(encoding="utf-8")
    assert exercises >= 18
    assert [path.name for path in (student / "teaching").iterdir()] == ["glossary.md"]
    assert not (student / "tests").exists()


def test_student_copy_runs(student):
    path = student / "notebooks" / LESSONS[0].name
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell("print(checks.__file__)"))
    # as where nothing else is installed: the copy's own helpers come first
    notebook.cells.insert(1, new_code_cell(f"import sys; sys.path.insert(0, {str(student)!r})"))
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where, **EXECUTION).execute()
    assert str(student) in notebook.cells[-1].outputs[0].text
    said = [cell.outputs[0].text for cell in notebook.cells if cell.source.startswith("checks.")]
    assert said and all(line.startswith("not done yet") for line in said)


def test_a_solution_that_is_not_found_stops_the_copy():
    notebook = new_notebook(cells=[new_markdown_cell("### Exercise 1\n\n<details><summary>Answer</summary>x</details>"),
                                   new_code_cell("...", metadata={"tags": ["exercise"]})])
    with pytest.raises(ValueError, match="1 exercises, but 0 solutions"):
        make_student.without_solutions(notebook)


def test_nothing_of_somebody_else_is_deleted(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert make_student.main(["--output", str(tmp_path)]) == 1
    assert (tmp_path / "thesis.txt").exists()


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A lock of one tiny wheel, and pip looking nowhere but in its folder."""
    wheels = tmp_path / "index"
    wheels.mkdir()
    wheel = wheels / "tinypart-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tinypart.py", "ANSWER = 42\n")
        info = "tinypart-1.0.dist-info/"
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: tinypart\nVersion: 1.0\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", f"tinypart.py,,\n{info}METADATA,,\n{info}WHEEL,,\n{info}RECORD,,\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    lock = tmp_path / "tiny.lock"
    lock.write_text(f"tinypart==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n", encoding="utf-8")
    return lock


def test_offline_folder_installs_without_an_index(tiny, tmp_path, monkeypatch):
    folder = tmp_path / "offline"
    assert make_offline.main(["--output", str(folder), "--requirements", str(tiny)]) == 0
    assert [path.name for path in (folder / "wheels").iterdir()] == ["tinypart-1.0-py3-none-any.whl"]
    assert (folder / "course" / "notebooks" / LESSONS[0].name).exists()
    monkeypatch.delenv("PIP_FIND_LINKS")  # the folder is all there is
    moved = folder.rename(tmp_path / "on a stick")
    subprocess.run([sys.executable, moved / "install.py"], check=True, capture_output=True)
    python = moved / "course/.venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = subprocess.run([python, "-c", "import tinypart; print(tinypart.ANSWER)"], capture_output=True, text=True,
                          encoding="utf-8", check=True)
    assert done.stdout == "42\n"


def test_offline_folder_refuses_a_wrong_hash(tiny, tmp_path, capsys):
    tiny.write_text("tinypart==1.0 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8")
    assert make_offline.main(["--output", str(tmp_path / "offline"), "--requirements", str(tiny)]) == 1
    assert "DO NOT MATCH THE HASHES" in capsys.readouterr().err
