"""GloVe files, good and bad, and the matrix that is made of them."""

import zipfile

import numpy as np
import pytest

from helpers import glove, sample
from helpers.vectorization import learn_vocabulary

DIM = 100
MEMBER = "glove.6B.100d.txt"
VOCABULARY = ["", "[UNK]", "the", "harbour", "1993", "gull", "caf\u00e9", "new", ".", "abc"]


def line(word, value, dim=DIM):
    return f"{word} {' '.join([f'{value:.4f}'] * dim)}\n"


TEXT = "".join([
    line("the", 0.1), line(".", 0.2), line("new york", 0.3), line(". . .", 0.4), line("1993", 0.5), line("caf\u00e9", 0.6),
    line("harbour", -0.7), line("at name@host.example", 0.8), line("12 1/2", 0.9), line("abc", 1.5).rstrip("\n"),
])
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
    assert messages[0] == messages[1]
    return messages[0]


# --- good files

def test_the_matrix(text_file):
    matrix, found = glove.embedding_matrix(text_file, VOCABULARY, DIM)
    assert matrix.shape == (len(VOCABULARY), DIM) and matrix.dtype == np.float32
    assert np.allclose(matrix, np.array(EXPECTED)[:, None])
    assert found.tolist() == [value != 0 for value in EXPECTED]
    assert not matrix[:2].any(), "padding and [UNK]"
    assert not matrix[~found].any(), "unknown words"


def test_text_and_zip_give_the_same(text_file, zip_file):
    for ours, theirs in zip(glove.embedding_matrix(text_file, VOCABULARY), glove.embedding_matrix(zip_file, VOCABULARY)):
        assert np.array_equal(ours, theirs)


def test_other_line_ends_give_the_same(text_file):
    matrix, _ = glove.embedding_matrix(text_file, VOCABULARY)
    text_file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert np.array_equal(matrix, glove.embedding_matrix(text_file, VOCABULARY)[0])


def test_the_rows_follow_the_vocabulary(text_file):
    matrix, _ = glove.embedding_matrix(text_file, VOCABULARY)
    turned = VOCABULARY[:2] + VOCABULARY[:1:-1]
    assert np.array_equal(glove.embedding_matrix(text_file, turned)[0][2:], matrix[:1:-1])


def test_padding_and_unk_stay_zero_even_if_the_file_has_them(own_cache, tmp_path):
    path = tmp_path / MEMBER
    path.write_bytes((line("the", 1) + line("[UNK]", 2) + line("", 3)).encode())
    matrix, found = glove.embedding_matrix(path, ["", "[UNK]", "the"])
    assert not matrix[:2].any() and found.tolist() == [False, False, True]


def test_a_word_that_contains_a_blank_is_passed_by(text_file):
    vectors, n_lines = glove.read_vectors(text_file, ["new", ".", "at", "12", "new york"], DIM)
    assert n_lines == 10
    assert list(vectors) == ["."] and np.allclose(vectors["."], 0.2)


def test_a_word_that_contains_a_blank_in_the_first_line(own_cache, tmp_path):
    path = tmp_path / MEMBER
    path.write_bytes((line("new york", 1) + line("the", 2)).encode())
    assert set(glove.read_vectors(path, ["new", "the"], DIM)[0]) == {"the"}


def test_a_word_that_is_a_number(text_file):
    vectors, _ = glove.read_vectors(text_file, ["1993"], DIM)
    assert np.allclose(vectors["1993"], 0.5) and vectors["1993"].shape == (DIM,)


def test_only_wanted_words_are_kept(text_file):
    assert glove.read_vectors(text_file, [], DIM) == ({}, 10)


# --- the cache

def test_a_second_call_reads_nothing(text_file, monkeypatch, capsys):
    matrix, found = glove.embedding_matrix(text_file, VOCABULARY)
    assert capsys.readouterr().out == "10 vectors of 100 numbers read; 6 of 10 vocabulary entries have one\n"
    monkeypatch.setattr(glove, "read_vectors", lambda *_: pytest.fail("read again"))
    again, found_again = glove.embedding_matrix(text_file, VOCABULARY)
    assert np.array_equal(matrix, again) and np.array_equal(found, found_again)
    assert capsys.readouterr().out == "10 vectors of 100 numbers read; 6 of 10 vocabulary entries have one\n"


@pytest.mark.parametrize("as_zip", [False, True])
def test_changed_vectors_are_read_again(tmp_path, own_cache, as_zip):
    for value in (1, 2):
        if as_zip:
            path = write_zip(tmp_path / "glove.6B.zip", {MEMBER: line("the", value)})
        else:
            path = tmp_path / MEMBER
            path.write_bytes(line("the", value).encode())
        assert np.allclose(glove.embedding_matrix(path, ["", "[UNK]", "the"])[0][2], value)


def test_another_vocabulary_is_another_matrix(text_file):
    glove.embedding_matrix(text_file, VOCABULARY)
    matrix, _ = glove.embedding_matrix(text_file, VOCABULARY[:3])
    assert matrix.shape == (3, DIM)


# --- bad files

@pytest.mark.parametrize("dim", [50, 99, 101, 300])
def test_another_width(own_cache, tmp_path, dim):
    path = tmp_path / MEMBER
    path.write_bytes((line("the", 0.1, dim) + line("gull", 0.2, dim)).encode())
    assert failure(path) == (f"{path}, line 1: expected a word and 100 numbers, found {dim} numbers. "
                             "The file is damaged or of another width.")


def test_a_cut_line(own_cache, tmp_path):
    path = tmp_path / MEMBER
    path.write_bytes((line("the", 0.1) + line("gull", 0.2, 37)).encode())
    assert failure(path).startswith(f"{path}, line 2: expected a word and 100 numbers, found 37 numbers.")


def test_a_line_that_holds_no_numbers(own_cache, tmp_path):
    path = tmp_path / MEMBER
    path.write_bytes((line("the", 0.1) + "gull " + "x " * 100 + "\n").encode())
    assert failure(path).startswith(f"{path}, line 2: expected a word and 100 numbers, found could not convert string")


def test_an_empty_file(own_cache, tmp_path):
    path = tmp_path / MEMBER
    path.write_bytes(b"")
    assert failure(path) == f"{path} is empty: expected a word and 100 numbers a line."


def test_a_missing_member(zip_file):
    assert failure(zip_file, dim=300) == (f"{zip_file} holds no glove.6B.300d.txt for embedding_dim=300; "
                                          "it holds: glove.6B.100d.txt, glove.6B.50d.txt")


def test_no_zip_at_all(own_cache, tmp_path):
    path = tmp_path / "glove.6B.zip"
    path.write_bytes(b"<html>not found</html>")
    assert failure(path) == f"{path} is not a whole zip archive (File is not a zip file). Delete it and get it again."


def test_a_cut_zip(zip_file):
    zip_file.write_bytes(zip_file.read_bytes()[:-30])
    assert failure(zip_file) == (f"{zip_file} is not a whole zip archive (File is not a zip file). "
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
    assert message.startswith(str(zip_file)) and ("is not a whole zip archive (" in message or "damaged" in message)
    assert not list(own_cache.rglob("*.npy")), "nothing of it is kept"


# --- the bundled slice

def test_the_bundled_slice(own_cache, sample_corpus):
    """It goes through the same code as the real file, and knows most of the sample's words."""
    vocabulary = learn_vocabulary(sample_corpus.texts, 2_000)
    matrix, found = glove.embedding_matrix(sample.VECTORS, vocabulary)
    assert found[2:].mean() > 0.6
    norms = np.linalg.norm(matrix[found], axis=1)
    assert norms.min() > 1 and norms.max() < 15
    index = vocabulary.index
    similar = glove.nearest_words(matrix, vocabulary, matrix[index("graphics")], k=8, without=("graphics",))
    assert {"software", "computer", "image", "images", "display", "screen"} & {word for word, _ in similar}


# --- neighbours

def test_nearest_words():
    vocabulary = ["", "[UNK]", "east", "far east", "north", "west", "north-east"]
    matrix = np.array([[0, 0], [0, 0], [1, 0], [9, 0], [0, 2], [-1, 0], [1, 1]], np.float32)
    nearest = glove.nearest_words(matrix, vocabulary, np.array([2.0, 0.0]), k=3)
    assert [word for word, _ in nearest] == ["east", "far east", "north-east"]
    assert np.allclose([share for _, share in nearest], [1, 1, 0.5 ** 0.5])
    without = glove.nearest_words(matrix, vocabulary, np.array([2.0, 0.0]), k=3, without=("east", "far east"))
    assert [word for word, _ in without][:1] == ["north-east"] and len(without) == 3
    everything = glove.nearest_words(matrix, vocabulary, np.array([2.0, 0.0]), k=7)
    assert everything[-1] == ("west", -1.0) and dict(everything)[""] == 0, "a row of zeros is near to nothing"
