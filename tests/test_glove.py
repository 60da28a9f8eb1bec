"""GloVe files, good and bad, and the matrix that is made of them."""

import zipfile

import numpy as np
import pytest

from helpers import data, glove
from helpers.vectorization import learn_vocabulary

DIM = 100
MEMBER = "glove.6B.100d.txt"
VOCABULARY = ["", "[UNK]", "the", "harbour", "1993", "gull", "caf\u00e9", "new", ".", "abc"]


def line(word, value, dim=DIM):
    return f"{word} {' '.join([f'{value:.4f}'] * dim)}\n"


TEXT = "".join([
    line("the", 0.1), line(".", 0.2), line("new york", 0.3), line(". . .", 0.4), line("1993", 0.5), line("caf\u00e9", 0.6),
    line("harbour", -0.7), line("at name@host.example", 0.8), line("12 1/2", 0.9), line("abc", 1.5),
])
SAID = ("10 vectors of 100 numbers (the complete file has 400,000); "
        "6 of 10 vocabulary entries have one\n")
EXPECTED = [0, 0, 0.1, -0.7, 0.5, 0, 0.6, 0, 0.2, 1.5]  # "new" begins a line, but is no word of the file


@pytest.fixture
def text_file(tmp_path, own_cache):
    path = tmp_path / MEMBER
    path.write_bytes(TEXT.encode())
    return path


@pytest.fixture
def zip_file(tmp_path, own_cache):
    return write_zip(tmp_path / "glove.6B.zip", {MEMBER: TEXT, "glove.6B.50d.txt": line("the", 0.1, 50)})


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def failure(path, words=VOCABULARY, dim=DIM):
    """Return the message of both functions that open a file; they must agree."""
    messages = []
    for call in (lambda: glove.read_vectors(path, words[2:], dim), lambda: glove.embedding_matrix(path, words, dim)):
        with pytest.raises(ValueError) as error:
            call()
        messages.append(str(error.value))
    assert messages[0] == messages[1] and messages[0].startswith(str(path))
    return messages[0]


# --- good files

def test_the_matrix(text_file):
    matrix = glove.embedding_matrix(text_file, VOCABULARY, DIM)
    assert matrix.shape == (len(VOCABULARY), DIM) and matrix.dtype == np.float32
    assert np.allclose(matrix, np.array(EXPECTED)[:, None])
    assert not matrix[:2].any(), "padding and [UNK]"


def test_text_and_zip_give_the_same(text_file, zip_file):
    assert np.array_equal(glove.embedding_matrix(text_file, VOCABULARY), glove.embedding_matrix(zip_file, VOCABULARY))


@pytest.mark.parametrize("changed", [
    TEXT.replace("\n", "\r\n"),
    "\ufeff" + TEXT,
    f"10 {DIM}\n{TEXT}",
    f"\ufeff10 {DIM}\r\n{TEXT}",
    TEXT + "\n",
    TEXT.replace("\n", "\n\n") + " \r\n",
], ids=["Windows line ends", "byte-order mark", "word2vec header", "mark and header", "blank line at the end", "blank lines"])
def test_other_ways_to_write_the_file_give_the_same(text_file, changed):
    """The first word is found, and the header is not counted as a word."""
    matrix = glove.embedding_matrix(text_file, VOCABULARY)
    text_file.write_bytes(changed.encode())
    assert np.array_equal(matrix, glove.embedding_matrix(text_file, VOCABULARY))
    assert glove.read_vectors(text_file, ["the"], DIM)[1] == 10


def test_the_rows_follow_the_vocabulary(text_file):
    matrix = glove.embedding_matrix(text_file, VOCABULARY)
    turned = VOCABULARY[:2] + VOCABULARY[:1:-1]
    assert np.array_equal(glove.embedding_matrix(text_file, turned)[2:], matrix[:1:-1])


def test_padding_and_unk_stay_zero_even_if_the_file_has_them(own_cache, tmp_path):
    path = tmp_path / MEMBER
    path.write_bytes((line("the", 1) + line("[UNK]", 2)).encode())
    matrix = glove.embedding_matrix(path, ["", "[UNK]", "the"])
    assert matrix.any(axis=1).tolist() == [False, False, True]


def test_a_word_that_contains_a_blank_is_passed_by(text_file):
    vectors, n_words = glove.read_vectors(text_file, ["new", ".", "at", "12"], DIM)
    assert n_words == 10
    assert list(vectors) == ["."] and np.allclose(vectors["."], 0.2)


def test_a_word_that_is_a_number(text_file):
    vectors, _ = glove.read_vectors(text_file, ["1993"], DIM)
    assert np.allclose(vectors["1993"], 0.5) and vectors["1993"].shape == (DIM,)


def test_only_wanted_words_are_kept(text_file):
    assert glove.read_vectors(text_file, [], DIM) == ({}, 10)


@pytest.mark.parametrize("word", ["harbour", "", b"the"])
def test_one_word_is_not_cut_into_characters(text_file, word):
    with pytest.raises(TypeError, match="A list of texts is needed"):
        glove.read_vectors(text_file, word, DIM)
    with pytest.raises(TypeError, match="A list of texts is needed"):
        glove.embedding_matrix(text_file, "harbour", DIM)


def test_a_path_may_be_text(text_file, zip_file, capsys):
    for path in (text_file, zip_file):
        assert glove.read_vectors(str(path), ["the"], DIM)[1] == 10
        assert np.array_equal(glove.embedding_matrix(str(path), VOCABULARY), glove.embedding_matrix(path, VOCABULARY))
        with glove.open_vectors(str(path)) as file:
            assert file.readline().startswith(b"the ")
    assert capsys.readouterr().out == SAID * 4


# --- bad files

LAST = len(line("abc", 1.5))


@pytest.mark.parametrize(("content", "sentence"), [
    (line("the", 0.1, 99), "word 1: expected a word and 100 numbers, found 99 numbers."),
    (line("the", 0.1, 300), "word 1: expected a word and 100 numbers, found 300 numbers."),
    (f"9 300\n{line('the', 0.1, 300)}", "word 1: expected a word and 100 numbers, found 300 numbers."),
    (TEXT.replace(" -0.7000", "", 60), "word 7: expected a word and 100 numbers, found 40 numbers."),
    (TEXT.replace("-0.7000", "x", 1), "word 7: expected a word and 100 numbers, found could not convert string"),
    (TEXT.replace("-0.7000", "nan", 1), "word 7: expected a word and 100 numbers, found NaN or an infinite number."),
    (TEXT.replace("-0.7000", "-1e99", 1), "word 7: expected a word and 100 numbers, found NaN or an infinite number."),
    (TEXT.replace(" ", "\t"), "word 1: expected a word and 100 numbers, found tabs, not blanks, between them."),
    ("", "is empty: expected a word and 100 numbers per line."),
    (f"0 {DIM}\n", "is empty: expected a word and 100 numbers per line."),
    ("<html><body>Not found</body></html>\n", "word 1: expected a word and 100 numbers, found 1 numbers."),
    (TEXT[:-LAST // 2], "word 10: expected a word and 100 numbers, found"),
    (TEXT[:-LAST // 2] + "\n", "word 10: expected a word and 100 numbers, found"),
    (TEXT[:-4], "does not end in a line end: it may be cut."),
    (f"10 {DIM}\n{TEXT[:-LAST]}", "announces 10 words and holds 9."),
], ids=["narrow", "wide", "wide, with a header", "a cut line", "no number", "nan", "infinite", "tabs", "empty", "header alone", "a web page",
        "cut in the last line", "cut, line end added", "cut in the last number", "cut at a line end, with a header"])
def test_bad_text_files(own_cache, tmp_path, content, sentence):
    """Each is refused with file, place and what to do; `abc` is in no test's list of wanted words."""
    path = tmp_path / MEMBER
    path.write_bytes(content.encode())
    message = failure(path, VOCABULARY[:-1])
    assert sentence in message


def test_a_file_that_is_cut_at_a_line_end_says_how_many_words_it_has(own_cache, tmp_path, capsys):
    """Nothing in such a file tells that it was cut: the number of words is all that can be said."""
    path = tmp_path / MEMBER
    path.write_bytes(TEXT[:-LAST].encode())
    glove.embedding_matrix(path, VOCABULARY)
    assert capsys.readouterr().out.startswith("9 vectors of 100 numbers (the complete file has 400,000);")


def test_a_missing_member(zip_file):
    assert failure(zip_file, dim=300) == (f"{zip_file} holds no glove.6B.300d.txt for embedding_dim=300; "
                                          "it holds: glove.6B.100d.txt, glove.6B.50d.txt")


def test_no_zip_at_all(own_cache, tmp_path):
    path = tmp_path / "glove.6B.zip"
    path.write_bytes(b"<html>not found</html>")
    assert failure(path) == f"{path} is not a complete zip archive (File is not a zip file). Delete it and get it again."


def test_a_cut_zip(zip_file):
    zip_file.write_bytes(zip_file.read_bytes()[:-30])
    assert failure(zip_file) == (f"{zip_file} is not a complete zip archive (File is not a zip file). "
                                 "Delete it and get it again.")


@pytest.mark.parametrize("position", [0.1, 0.3, 0.6, 0.9])
def test_a_zip_with_damaged_content(zip_file, own_cache, position):
    raw = bytearray(zip_file.read_bytes())
    with zipfile.ZipFile(zip_file) as archive:
        size = archive.getinfo(MEMBER).compress_size
    start = 30 + len(MEMBER) + int(size * position)
    raw[start:start + 3] = bytes(byte ^ 0x55 for byte in raw[start:start + 3])
    zip_file.write_bytes(raw)
    with pytest.raises(ValueError) as error:
        glove.embedding_matrix(zip_file, VOCABULARY)
    message = str(error.value)
    assert message.startswith(str(zip_file)) and ("is not a complete zip archive (" in message or "damaged" in message)


# --- the bundled slice

def test_the_bundled_slice(own_cache, sample_corpus):
    """It goes through the same code as the real file, and knows most of the sample's words."""
    vocabulary = learn_vocabulary(sample_corpus.texts, 2_000)
    matrix = glove.embedding_matrix(data.SAMPLE / "glove.6B.zip", vocabulary)
    found = matrix.any(axis=1)
    assert found[2:].mean() > 0.6
    norms = np.linalg.norm(matrix[found], axis=1)
    assert norms.min() > 1 and norms.max() < 15
    index = vocabulary.index
    similar = glove.nearest_words(matrix, vocabulary, matrix[index("graphics")], k=8, without=("graphics",))
    assert {"software", "computer", "image", "images", "display", "screen"} & {word for word, _ in similar}


# --- neighbors

NAMES = ["", "[UNK]", "east", "far east", "north", "west", "north-east"]
ROWS = np.array([[0, 0], [0, 0], [1, 0], [9, 0], [0, 2], [-1, 0], [1, 1]], np.float32)


def test_nearest_words():
    """Cosines worked out by hand: length does not count, zero rows are no words."""
    nearest = glove.nearest_words(ROWS, NAMES, np.array([2.0, 0.0]), k=99)
    assert [word for word, _ in nearest] == ["east", "far east", "north-east", "north", "west"]
    assert np.allclose([cosine for _, cosine in nearest], [1, 1, 0.5 ** 0.5, 0, -1])
    assert glove.nearest_words(ROWS, NAMES, np.array([2.0, 0.0]), k=2) == nearest[:2]


@pytest.mark.parametrize(("without", "first"), [
    (("east", "far east"), "north-east"), ("east", "far east"), ({"east"}, "far east"), (iter(["east"]), "far east")])
def test_nearest_words_leaves_words_out(without, first):
    nearest = glove.nearest_words(ROWS, NAMES, np.array([2.0, 0.0]), k=3, without=without)
    assert nearest[0][0] == first and len(nearest) == 3


@pytest.mark.parametrize("vector", [[0.0, 0.0], [np.nan, 1.0]])
def test_nearest_words_of_no_vector(vector):
    with pytest.raises(ValueError, match="A word without a vector has no neighbors"):
        glove.nearest_words(ROWS, NAMES, np.array(vector))
