"""What people give to a model gets a right answer or a sentence: the table of inputs."""

import datetime
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import predict
from helpers.headers import clean_text, split_post

GROUPS = ["comp.graphics", "rec.autos", "sci.space"]
WORDS = {"card": 0, "car": 1, "orbit": 2}  # one word tells each group
POST = "From: ann@example.org\nNewsgroups: rec.autos\n\nan orbit\n"
ROOT = Path(predict.__file__).parents[1]


def probabilities(texts):
    """Stand in for a network: a tenth for each group, the rest for the group of the last known word."""
    rows = np.full((len(texts), 3), 0.1, np.float32)
    for row, text in zip(rows, texts):
        assert type(text) is str
        text.encode("utf-8")  # as every runtime does
        row[([0] + [WORDS[word] for word in text.split() if word in WORDS])[-1]] = 0.8
    return rows


@pytest.fixture(params=["body"])
def predictor(request):
    return predict.Predictor({"class_names": GROUPS, "text": request.param}, probabilities)


# --- values in Python

class Words(str):
    """A str of another class."""


def masked():
    return np.ma.array(["a card", "a car"], mask=[False, True])


TEXTS = [  # what is given, the texts that are read
    ("graphics card", ["graphics card"]),
    ("", [""]),
    (Words("an orbit"), ["an orbit"]),
    (np.str_("an orbit"), ["an orbit"]),
    (b"a card", ["a card"]),
    (np.bytes_(b"a card"), ["a card"]),
    (bytearray(b"a card"), ["a card"]),
    (memoryview(b"a card"), ["a card"]),
    ("caf\u00e9".encode("latin-1"), ["caf\u00e9"]),
    ("caf\u00e9".encode("utf-16"), ["caf\u00e9"]),
    ("orbit \ud800", ["orbit ?"]),
    ([], []),
    ((), []),
    (np.array([]), []),
    (pd.Series([], dtype=object), []),
    (["a card", "a car"], ["a card", "a car"]),
    (("a card", b"a car"), ["a card", "a car"]),
    (np.array(["a card", "a car"]), ["a card", "a car"]),
    (np.array(["a card", "a car"], dtype=object), ["a card", "a car"]),
    (np.array([b"a card"]), ["a card"]),
    (np.array("a card"), ["a card"]),
    (np.array(["a card", "a car"], dtype=np.dtypes.StringDType()), ["a card", "a car"]),
    (pd.Series(["a card", "a car"], index=[7, 3]), ["a card", "a car"]),
    (pd.Series(["a card", "a car"], dtype="string"), ["a card", "a car"]),
    (pd.Series(["a card", "a card"], dtype="category"), ["a card", "a card"]),
    (pd.Index(["a card"]), ["a card"]),
    (pd.DataFrame({"text": ["a card"]})["text"], ["a card"]),
    ({"x": "a card"}.values(), ["a card"]),
    ((text for text in ("a card", "a car")), ["a card", "a car"]),
    (map(str.lower, ["A CARD"]), ["a card"]),
    (POST.splitlines(keepends=True)[-1:], ["an orbit\n"]),
    ([np.array("a card")], ["a card"]),
]
SENTENCES = [  # what is given, what the error says
    (None, "The text is missing (None). Leave it out"),
    (float("nan"), "The text is missing (nan)"),
    (pd.NA, "The text is missing (<NA>)"),
    (pd.NaT, "The text is missing (NaT)"),
    (["a", None], "Text 1 is missing (None)"),
    (["a", "b", np.nan], "Text 2 is missing (nan)"),
    (pd.Series(["a", None], dtype="string"), "Text 1 is missing"),
    (pd.Series([None, "a"]), "Text 0 is missing"),
    (masked(), "Text 1 is missing (--)"),
    (42, "The text is of type int (42). Give a str"),
    (3.5, "The text is of type float (3.5)"),
    (True, "The text is of type bool (True)"),
    ([1, 2], "Text 0 is of type int (1)"),
    (np.arange(3), "Text 0 is of type int64"),
    (range(2), "Text 0 is of type int (0)"),
    ([Decimal("1")], "Text 0 is of type Decimal"),
    ([datetime.date(1993, 4, 5)], "Text 0 is of type date"),
    ([object], "Text 0 is of type type"),
    (Path("post.txt"), "The text is a path. Give the text of the file: path.read_text"),
    (["a", Path("post.txt")], "Text 1 is a path"),
    (str, "The text is of type type (<class 'str'>)"),
    (len, "The text is of type builtin_function_or_method"),
    (complex(1), "The text is of type complex"),
    (io.StringIO("a card"), "open file. Give its text: file.read()"),
    (io.BytesIO(b"a card"), "open file"),
    ({"text": "a card"}, "of type dict. Give a list of texts"),
    ({"a card"}, "of type set. Give a list of texts"),
    (pd.DataFrame({"text": ["a card"]}), "of type DataFrame. Give a list of texts, or one column"),
    ([["a card"], ["a car"]], "Text 0 is of type list. Give one flat list of texts"),
    (["a", ("b", "c")], "Text 1 is of type tuple"),
    ([[]], "Text 0 is of type list"),
    ([np.array(["a"])], "Text 0 is of type ndarray"),
    (np.array([["a card"], ["a car"]]), "shape (2, 1). Give one dimension: array.ravel()"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "The text contains zero bytes, so it is not plain text"),
    (["a", b"PK\3\4\x14\0\6\0\x08\0" + bytes(range(200))], "Text 1 contains zero bytes"),
]


def name(value):
    return re.sub(r" at 0x\w+", "", repr(value))[:40]  # all workers must find the same names


@pytest.mark.parametrize("given, read", TEXTS, ids=name)
def test_texts_of_many_types_are_read(predictor, given, read):
    groups, answers = predictor(given)
    assert isinstance(groups, list) and len(groups) == len(read)
    assert answers.shape == (len(read), 3) and answers.dtype == np.float32
    assert np.array_equal(answers, probabilities(read))


@pytest.mark.parametrize("given, said", SENTENCES, ids=name)
def test_what_is_no_text_gets_a_sentence(predictor, given, said):
    with pytest.raises((TypeError, ValueError), match=re.escape(said)) as error:
        predictor(given)
    assert "\n" not in str(error.value) and str(error.value).endswith((".", "()", '").'))


def test_tensors_are_read(predictor):
    tf = pytest.importorskip("tensorflow")
    assert predictor(tf.constant("an orbit"))[0] == ["sci.space"]
    assert predictor(tf.constant(["an orbit", "a car"]))[0] == ["sci.space", "rec.autos"]


def test_the_table_is_long_enough():
    assert len(TEXTS) + len(SENTENCES) + len(FILES) + len(NO_HEADER) + len(HEADERS) >= 80


# --- answers

def test_a_group_for_each_text_in_order_and_none_where_nothing_is_left(predictor):
    many = ["an orbit", "", " \n", "...", "a car", POST, "From: a@b.c\nSubject: an orbit\n\n"] * 100
    groups, answers = predictor(many)
    assert groups == ["sci.space", None, None, None, "rec.autos", "sci.space", None] * 100
    assert len(answers) == len(many) > predict.BATCH


@pytest.mark.parametrize("text", ["\u00a0\u00a0", "\u200b", "\u2003\n\u3000", "\x1b \x7f", "\u2014 \u2026", "\u2022\n\u2022", "\U0001f642"], ids=ascii)
def test_a_text_without_a_letter_or_digit_has_no_group(predictor, text):
    assert predictor([text, text + "\u00e9", text + "7"])[0] == [None, GROUPS[0], GROUPS[0]]


LEFT_OUT = [  # the text rule, a text, how many of its lines are left out as what
    ("strict", "a card\n\n-----\nThe car is loud\nand old.\n", {"old signature": 3}),
    ("strict", POST + "-- \nann\n", {"signature": 2}),
    ("strict", "a card\n" + 2 * ("M" + "ABCDEFGHIJ" * 6 + "\n"), {"encoded file": 2}),
    ("strict", "> a car\n> is loud", {"quote": 2}),
    ("strict", ">>> a = 1\n\n>>> b\nan orbit\n--\nann", {"quote": 2, "signature": 2}),
    ("strict", "| a | b |\r\n|---|---|\r\n", {"quote": 2}),
    ("unquoted", "ann@b.c writes:\n> a car\nan orbit\n--\nann", {"attribution": 1, "quote": 1}),
    ("unquoted", "an orbit\n\nFrom: ann\nSubject: cars\n", {"forwarded header": 2}),
    ("unquoted", POST, {}), ("strict", "", {}), ("strict", "From: a\nSubject: b\n\n", {}),
    ("body", POST + POST + "> car\n", {}), ("full", "> car", {}), ("reference", 12 * "> car\n", {})]


@pytest.mark.parametrize("predictor, text, lines", LEFT_OUT, indirect=["predictor"], ids=name)
def test_lines_that_a_text_rule_leaves_out_are_counted_by_kind(predictor, text, lines):
    assert predictor.left_out(text) == lines


@pytest.mark.parametrize("predictor", ["body", "unquoted", "strict"], indirect=True)
def test_no_line_is_left_out_in_silence(predictor, sample_corpus):
    def filled(text):
        return sum(bool(line.strip()) for line in text.split("\n"))

    for post in sample_corpus.texts[::5]:
        left = clean_text(post, predictor.about["text"])
        assert sum(predictor.left_out(post).values()) == filled(split_post(post)[1]) - filled(left)


HEADERS = [  # a post, the group of its body
    (POST, "sci.space"),
    ("\n" + POST, "sci.space"),  # pasted with a blank line above
    ("\ufeff" + POST, "sci.space"),
    (POST.replace("\n", "\r\n"), "sci.space"),
    ("Subject: card\n\nan orbit", "sci.space"),
    ("From: a car\nSubject: a card\n an orbit\n\n", None),
    ("From ann@example.org Mon Apr  5 1993\n" + POST, "sci.space"),  # saved by a mail program
]
NO_HEADER = [
    "Question: which card", "Note: a card\n\nis all", "PS: card", "http: card\n\ncard", "a card\n\nFrom: car", ": card\n\ncard"]


@pytest.mark.parametrize("post, group", HEADERS, ids=name)
def test_a_header_is_left_out_said_and_kept_on_demand(predictor, post, group):
    (found,), _ = predictor(post)
    assert found == group and predictor.header(post) and post.startswith(predictor.header(post))
    (kept,), answers = predictor(post, keep_header=True)
    assert np.array_equal(answers, probabilities([post])) and kept is not None


@pytest.mark.parametrize("text", NO_HEADER, ids=name)
def test_what_only_looks_like_a_header_is_read(predictor, text):
    assert predictor.header(text) == ""
    assert np.array_equal(predictor(text)[1], probabilities([text]))
    assert predictor(text)[0] == [GROUPS[probabilities([text])[0].argmax()]]


@pytest.mark.parametrize("predictor", ["full"], indirect=True)
def test_a_model_of_whole_posts_reads_the_header(predictor):
    assert predictor.header(POST) == "" and np.array_equal(predictor([POST])[1], probabilities([POST]))


@pytest.mark.parametrize("predictor", ["reference"], indirect=True)
def test_a_model_without_ten_lines_says_which_ten(predictor):
    post = "car\n" * 10 + "an orbit"
    assert predictor.header(post) == "car\n" * 10 and predictor(post)[0] == ["sci.space"]


# --- files and the command line

FILES = [  # the bytes of a file, the text in it
    (b"caf\xc3\xa9 card", "caf\u00e9 card"),
    (b"\xef\xbb\xbfcaf\xc3\xa9 card", "caf\u00e9 card"),
    (b"caf\xe9 card", "caf\u00e9 card"),
    ("caf\u00e9 card".encode("utf-16"), "caf\u00e9 card"),
    (b"\xfe\xff" + "caf\u00e9 card".encode("utf-16-be"), "caf\u00e9 card"),
    ("caf\u00e9 card".encode("utf-16-le"), "caf\u00e9 card"),
    ("caf\u00e9 card".encode("utf-16-be"), "caf\u00e9 card"),
    ("caf\u00e9 card".encode("utf-32"), "caf\u00e9 card"),
    (b"a card\r\n", "a card\r\n"),
    (b"a\fcard\b\b_ \x1b[1mbold\x1b[0m \x7f", "a\fcard\b\b_ \x1b[1mbold\x1b[0m \x7f"),  # page ends, overstriking, colors
    (b"a card\n" * 20 + b"\x1a", "a card\n" * 20 + "\x1a"),  # the end of a file in DOS
    (b"", ""),
    ("\U0001f6f0 orbit".encode(), "\U0001f6f0 orbit"),
]


@pytest.mark.parametrize("content, text", FILES, ids=name)
def test_text_files_of_many_encodings(content, text):
    assert predict._decode(content) == text


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\0" * 40, b"a\0b", b"\xff\xfea", bytes(range(256)) * 9,
    b"%PDF-1.4\n%\xe2\xe3\nstream\n" + bytes(range(1, 256)) * 3, bytes(range(1, 40)) * 9])
def test_a_file_that_is_no_text_gets_a_sentence(content):
    with pytest.raises(ValueError, match=r"photo\.png .* Save it as plain text \(UTF-8\)\."):
        predict._decode(content, "photo.png")


@pytest.fixture
def shell(predictor, tmp_path, monkeypatch, capsys):
    """Run the command line on files; give its exit status, output and messages."""
    monkeypatch.setattr(predict, "load", lambda path, trust: predictor)
    monkeypatch.chdir(tmp_path)

    def run(*arguments, stdin=b"", **files):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin), isatty=lambda: False))
        for stem, content in files.items():
            (tmp_path / f"{stem}.txt").write_bytes(content)
        status = predict.main(["model.keras", *arguments])
        return status, *capsys.readouterr()

    return run


def test_one_text_prints_the_likeliest_groups(shell):
    lines = "0.800  sci.space\n0.100  comp.graphics\n0.100  rec.autos\n"
    assert shell("a.txt", a=b"an orbit") == (0, lines, "")
    assert shell(stdin="\ufeffan orbit".encode()) == (0, lines, "")
    assert shell("b*.txt", b1=b"an orbit") == (0, lines, "")


def test_what_was_read_as_header_is_said_and_can_be_kept(shell):
    status, out, said = shell(stdin=POST.replace("ann", "car").encode())
    assert status == 0 and out.startswith("0.800  sci.space") and said.count("\n") == 1
    assert "header: 2 lines" in said and "From: car@example.org" in said and "--keep-header" in said
    status, out, said = shell("--keep-header", stdin=b"Subject: a card\n\n")
    assert (status, said) == (0, "") and out.startswith("0.800  comp.graphics")


@pytest.mark.parametrize("predictor", ["strict"], indirect=True)
def test_what_was_left_out_below_the_header_is_said_and_can_be_kept(shell):
    for arguments, content, group, message in (
            ([], b"a card\n--\nann\n", "comp.graphics", "rule: signature 2. --keep-header reads them too.\n"),
            ([], POST.encode() + b"> a car\n--\nann", "sci.space", "rule: quote 1, signature 2. --keep-header"),
            (["--keep-header"], b"a card\n--\nan orbit\n", "sci.space", "")):
        status, out, said = shell(*arguments, stdin=content)
        assert status == 0 and out.startswith(f"0.800  {group}\n") and message in said and bool(message) == bool(said)
    status, out, said = shell(stdin=b"> a car")
    assert (status, out) == (1, "") and "quote 1" in said and said.endswith("There is no word in the other lines.\n")
    _, out, said = shell("one.txt", "two.txt", one=b"> a car", two=POST.encode())
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["group"], row["left_out"]) for row in rows] == [(None, {"quote": 1}), ("sci.space", {})] and said == ""


def test_options_may_stand_anywhere(shell):
    shell(a=b"Subject: a card\n\n", b=b"Subject: a car\n\n")
    assert shell("--keep-header", "a.txt")[1].startswith("0.800  comp.graphics")
    assert shell("--trust", "a.txt", "--keep-header") == shell("a.txt", "--keep-header")
    _, out, _ = shell("a.txt", "--keep-header", "b.txt", "--trust")
    assert [json.loads(line)["group"] for line in out.splitlines()] == GROUPS[:2]
    done = subprocess.run([sys.executable, "-m", "helpers.predict"], cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 2 and done.stderr.endswith("required: model\n")


def test_a_tilde_names_the_home_folder(shell, tmp_path, monkeypatch):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "a.txt").write_bytes(b"an orbit")
    (tmp_path / "~$a.txt").write_bytes(b"a car")
    lines = "0.800  sci.space\n0.100  comp.graphics\n0.100  rec.autos\n"
    assert shell("~/a.txt") == shell("~/*.txt") == (0, lines, "") and '"sci.space"' in shell("~")[1]
    assert shell("~$a.txt")[1].startswith("0.800  rec.autos")


@pytest.mark.parametrize("content, said", [
    (b"", "no word to read"), (b" \n...", "no word to read"), (b"Subject: a card\n\n", "no word below the header"),
    (b"PK\3\4\0\0\0", "not plain text")])
def test_nothing_to_read_names_no_group(shell, content, said):
    status, out, error = shell(stdin=content)
    assert (status, out) == (1, "") and said in error


def test_several_texts_and_folders_give_json_lines(shell, tmp_path):
    folder = tmp_path / "posts"
    (folder / "inner").mkdir(parents=True)
    for file, content in (("b", b"a car"), ("a", POST.encode()), (".DS_Store", b"\0\1"), ("c", b""), ("d.png", b"\x89\0\0\0")):
        (folder / file).write_bytes(content)
    status, out, said = shell("one.txt", "posts", one=b"a card")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["file"], row["group"], row["header_lines"]) for row in rows] == [
        ("one.txt", "comp.graphics", 0), (str(Path("posts/a")), "sci.space", 2), (str(Path("posts/b")), "rec.autos", 0),
        (str(Path("posts/c")), None, 0)]
    assert list(rows[0]["probabilities"].values()) == pytest.approx([0.8, 0.1, 0.1])
    assert status == 1 and said.count("\n") == 1 and "d.png contains zero bytes" in said
    (folder / "inner" / ".hidden").touch()
    (tmp_path / "outer" / "sub").mkdir(parents=True)
    (tmp_path / "outer" / "sub" / "a").write_bytes(b"a car")
    (folder / "inner" / "empty").mkdir()
    for given in ("posts/inner", "outer", "posts/inner/empty"):
        assert shell(given) == (1, "", f"There is no text in the folder {given}. Its subfolders and hidden files are not read: name them.\n")
    assert shell("none.txt") == (1, "", "There is no text none.txt.\n")
    assert "There is no text none*.txt." in shell("none*.txt")[2]


def test_files_of_one_name_are_told_apart_by_their_paths(shell, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    _, out, _ = shell("a/post.txt", "b/post.txt", **{"a/post": b"a card", "b/post": b"a car"})
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["file"] for row in rows] == [str(Path("a/post.txt")), str(Path("b/post.txt"))]


def test_another_backend_in_the_environment_breaks_nothing(tmp_path):
    program = "import os, helpers.predict; print(os.environ['KERAS_BACKEND'])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=True,
                          env={**os.environ, "KERAS_BACKEND": "jax"})
    assert done.stdout == "tensorflow\n"
