"""The teacher's pages agree with the lessons; the learners' copy holds no answer."""

import contextlib
import errno
import io
import pathlib
import re
import shutil
import types

import make_student
import nbformat
import numpy as np
import pandas as pd
import pytest
from lessons import NOTEBOOKS, ROOT, exercises, headings, markdown, read, tagged, tags
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from run_lessons import EXECUTION

from helpers import _cache, _download, check_env, checks, data, glove, predict
from helpers._parameters import check_parameters

TEACHING = ROOT / "teaching"
GUIDES = sorted(TEACHING.glob("0*.md"))
PAGES = sorted(TEACHING.glob("*.md"))
LINK = re.compile(r"\[([^]]+)\]\(\.\./teaching/glossary\.md#([^)]+)\)")


def named_headings(path):
    return {name for _, name in headings(path)}


def anchors(text):
    heads = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?s)```.*?```", "", text))
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_each_lesson_has_a_guide():
    assert [guide.stem for guide in GUIDES] == [lesson.stem for lesson in NOTEBOOKS]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_has_its_parts_and_names_headings_that_exist(guide):
    text = guide.read_text(encoding="utf-8")
    for part in ("leave with", "Three wrong ideas", "What to say", "Where time goes"):
        assert re.search(rf"(?m)^## .*{part}", text), part
    wrong = text.partition("## Three wrong ideas")[2].partition("\n## ")[0]
    assert len(re.findall(r'(?m)^\*\*".+"\*\*$', wrong)) == 3
    places = re.sub(r'\*\*".+?"\*\*', "", text).replace("\n", " ")
    named = set(re.findall(r'(?:[Uu]nder|In|At|skip|and|,)\s+"([A-Z][^"]+)"', places))
    assert named <= named_headings(ROOT / "notebooks" / f"{guide.stem}.ipynb"), named


def test_plans_name_headings_of_the_lessons():
    text = (TEACHING / "README.md").read_text(encoding="utf-8")
    for plan in ("50 minutes", "3 hours", "two days"):
        assert f"## A plan for {plan}" in text
    rows = re.findall(r"(?m)^\| \d+ \| (\d) \| (.+) \|$", text)
    assert len(rows) > 5
    for number, row in rows:
        named = set(re.findall(r'"([^"]+)"', row))
        assert named <= named_headings(NOTEBOOKS[int(number) - 1]), row


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        path = (page.parent / target) if target else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), anchor


def test_the_glossary_is_sorted_and_linked_by_entries_that_exist():
    text = (TEACHING / "glossary.md").read_text(encoding="utf-8")
    names = re.findall(r"(?m)^## (.+)$", text)
    assert names == sorted(names, key=str.lower) and len(names) == len(set(names))
    for term in ("Attention", "Batch normalization", "Calibration", "Duplicate", "Fine-tuning",
                 "Learning rate", "Logits", "Optimizer", "Patience", "Temperature"):
        assert any(name.lower().startswith(term.lower()) for name in names), term
    for lesson in NOTEBOOKS:
        for _, anchor in LINK.findall("\n".join(markdown(read(lesson)))):
            assert anchor in anchors(text), (lesson.stem, anchor)


def lock_held_too_long(folder, monkeypatch):
    monkeypatch.setattr(_cache, "SILENT_SECONDS", 0)
    monkeypatch.setattr(_cache, "LOCK_SECONDS", 0)
    with _cache.locked(folder / "news20.tar.gz"), _cache.locked(folder / "news20.tar.gz"):
        pass


def lock_refused(folder, monkeypatch):
    def fail(self, timeout):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(_cache.filelock.FileLock, "acquire", fail)
    with _cache.locked(folder / "news20.tar.gz"):
        pass


def disk_full(folder, monkeypatch):
    usage = shutil.disk_usage(folder)._replace(free=12_000_000)
    monkeypatch.setattr(_download.shutil, "disk_usage", lambda path: usage)
    data.find_posts("full")


def damaged(name, content):
    def provoke(folder, monkeypatch):
        (folder / name).write_bytes(content)
        if name.startswith("glove"):
            glove.embedding_matrix(folder / name, ["", "[UNK]", "a"], 100)
        else:
            data._read_posts(folder / name)
    return provoke


def strays(folder, monkeypatch):
    (folder / "comp.graphics").mkdir()
    (folder / "comp.graphics" / ".DS_Store").touch()
    with contextlib.suppress(ValueError):  # too few groups
        data._read_posts(folder)


def another_name(folder, monkeypatch):
    (folder / "glove.6B.50d.txt").write_text("a 1", encoding="utf-8")
    (folder / "news20.tar.gz").touch()
    data.find_in(folder, ("glove.6B.100d.txt", "glove.6B.zip"))


def one_group(folder, monkeypatch):
    for group in ("rec.autos", "sci.med"):
        (folder / "20_newsgroup" / group).mkdir(parents=True)
    (folder / "20_newsgroup" / "rec.autos" / "1").touch()
    data._read_posts(folder / "20_newsgroup")


def slow_import(folder, monkeypatch):
    def run(command, timeout, **options):
        raise check_env.subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(check_env.subprocess, "run", run)
    print(check_env.check_tensorflow()[1])


def little_memory(folder, monkeypatch):
    (folder / "memory.max").write_text("1500000000", encoding="ascii")
    print(check_env.check_memory([folder / "memory.max"])[1])


ONE_GROUP = predict.Predictor({"class_names": ["rec.autos"], "text": "body"},
                              lambda texts: np.ones((len(texts), 1), np.float32))


def asked(texts):
    return lambda *_: ONE_GROUP(texts)


def shell(*files, content=b""):
    def provoke(folder, monkeypatch):
        monkeypatch.setattr(predict, "load", lambda path, trust: ONE_GROUP)
        monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: False))
        (folder / "paper.pdf").write_bytes(b"%PDF-1.4\n" + bytes(range(1, 256)))
        assert predict.main(["model", *(file.format(folder=folder) for file in files)]) == 1
    return provoke


def model(format_number, network):
    def provoke(folder, monkeypatch):
        (folder / "model").mkdir()
        (folder / "model" / network).touch()
        about = f'{{"format": {format_number}}}' if format_number else "no model"
        (folder / "model" / "about.json").write_text(about, encoding="utf-8")
        predict.load(folder / "model")
    return provoke


def divides(text):
    return 1 / 0


divides.__name__ = "cut_header"


def returned(call):
    return lambda folder, monkeypatch: print(call()[1])


CRASH = "import os; os.kill(os.getpid(), 4)"
PROVOKED = {  # what a learner does wrong, done here; the page must hold what is said then
    "python": returned(lambda: check_env.check_python((3, 14, 0))),
    "package": returned(lambda: check_env.check_package("Keras", ["no-such-distribution"])),
    "tensorflow": returned(lambda: check_env.check_tensorflow(CRASH)),
    "slow import": slow_import,
    "memory": little_memory,
    "missing folder": lambda folder, _: data.find_posts("full", folder / "missing"),
    "empty folder": lambda folder, _: data.find_posts("full", folder),
    "file": lambda folder, _: data.find_posts("full", pathlib.Path(__file__)),
    "disk": disk_full,
    "no archive": damaged("news20.tar.gz", b"<html>"),
    "no zip": damaged("glove.6B.zip", b"<html>"),
    "other width": damaged("glove.6B.100d.txt", b"a 1 2 3\n"),
    "another name": another_name,
    "cut": damaged("glove.6B.100d.txt", b"a" + 100 * b" 1"),
    "cut, with a header": damaged("glove.6B.100d.txt", b"400000 100\na" + 100 * b" 1" + b"\n"),
    "one group": one_group,
    "lock": lock_held_too_long,
    "no locks": lock_refused,
    "strays": strays,
    "range": lambda *_: check_parameters(sequence_length=100),
    "type": lambda *_: check_parameters(epochs="5"),
    "shares": lambda *_: check_parameters(validation_split=0.5, test_split=0.5),
    "missing text": asked(["a", float("nan")]),
    "number": asked(3),
    "nested": asked([["a"]]),
    "picture": asked(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "table": asked(pd.DataFrame({"text": ["a"]})),
    "open file": asked(io.StringIO("a")),
    "PDF": shell("{folder}/paper.pdf"),
    "no word": shell(),
    "only a header": shell(content=b"From: ann@house.example\nSubject: orbit\n\n"),
    "no text": shell("post.txt"),
    "no model": model(None, "network.onnx"),
    "old model": model(1, "network.onnx"),
    "SavedModel": model(predict.ABOUT_FORMAT, "saved_model.pb"),
    "not done": lambda *_: checks.cut_header(...),
    "no return": lambda *_: checks.cut_header(lambda text: None),
    "divides by zero": lambda *_: checks.cut_header(divides),
    "no function": lambda *_: checks.cut_header(5),
}


@pytest.mark.parametrize("name", PROVOKED)
def test_the_remedies_quote_what_is_really_said(name, tmp_path, own_cache, monkeypatch, capsys):
    try:
        PROVOKED[name](tmp_path, monkeypatch)
        message = "".join(capsys.readouterr()).strip()
        message = message.splitlines()[-1] if name == "strays" else message
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        message = str(error)
    for path, shown in ((tmp_path / "model", "/home/me/model"), (tmp_path / "missing", "/home/me/data"), (__file__, "/home/me/data/news20.tar.gz"),
                        (own_cache, "/home/me/cache"), (tmp_path, "/home/me/data")):
        message = message.replace(str(path), shown)
    message = re.sub(r"TensorFlow \d+\.\d+\.\d+", "TensorFlow 2.21.0", message)
    if name in ("lock", "no locks"):
        message = message.replace("/home/me/data", "/home/me/cache").replace("over 0 s", "over 1800 s")
    page = (TEACHING / "troubleshooting.md").read_text(encoding="utf-8")
    assert len(message) > 20 and message in page


# Copies for learners

@pytest.fixture(scope="module")
def student(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies") / "student"
    make_student.write_student(folder)
    return folder


def test_the_learners_copy_holds_no_solution_and_no_answer_below_a_question(student):
    n_exercises = 0
    for lesson in NOTEBOOKS:
        notebook = read(student / "notebooks" / lesson.name)
        text = "\n".join(markdown(notebook))
        assert "<summary>Solution" not in text
        n_exercises += len(exercises(notebook))
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell in tagged(notebook, "guess"):
            assert code[code.index(cell) + 1].outputs == []
        assert any(cell.outputs for cell in code)
    assert n_exercises == 3 * len(NOTEBOOKS)


def test_no_link_in_the_learners_copy_is_dead(student):
    links = {}
    for path in [*student.rglob("*.md"), *student.glob("notebooks/*.ipynb")]:
        text = "\n".join(markdown(read(path))) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)", text):
            if "://" not in target:
                links[path.name, target] = (path.parent / target).exists()
    assert len(links) > 20
    assert all(links.values()), [link for link, found in links.items() if not found]


def test_a_lesson_runs_in_the_learners_copy_with_its_own_helpers(student):
    path = student / "notebooks" / NOTEBOOKS[0].name
    notebook = read(path)
    notebook.cells.append(new_code_cell(f"print(helpers.__file__.startswith({str(student)!r}))"))
    NotebookClient(notebook, timeout=120, kernel_name="python3",
                   resources={"metadata": {"path": str(path.parent)}}, **EXECUTION).execute()
    assert notebook.cells[-1].outputs[0].text == "True\n"


def test_a_solution_that_is_not_found_stops_the_copy():
    task = "### Exercise 1\n\n<details><summary>Answer</summary>x</details>"
    stub = new_code_cell("...", metadata={"tags": ["exercise"]})
    with pytest.raises(ValueError, match="01.ipynb: there are 1 exercises, but 0 solutions"):
        make_student.without_solutions(new_notebook(cells=[new_markdown_cell(task), stub]), "01.ipynb")


def test_only_the_cell_below_a_question_is_cleared():
    guess = new_code_cell("guess_x = ...", metadata={"tags": ["guess"]})
    shown = [nbformat.v4.new_output("stream", name="stdout", text="1\n")]
    cells = [new_code_cell("a", outputs=shown), guess, new_markdown_cell("b"),
             new_code_cell("c", outputs=shown), new_code_cell("d", outputs=shown)]
    notebook = new_notebook(cells=cells)
    make_student.without_answers(notebook)
    assert [len(cell.outputs) for cell in notebook.cells if "outputs" in cell] == [1, 0, 0, 1]
    assert tags(notebook.cells[1]) == ["guess"]
