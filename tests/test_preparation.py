"""From files to arrays: the same as by the naive implementation, and kept by everything that it depends on."""

import inspect
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from helpers import _archives, _download, data, preparation

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {"text": "reference", "split_by": "random", "seed": 1337, "validation_split": 0.2, "test_split": 0.0,
            "max_tokens": 5_000, "sequence_length": 200, "embedding_dim": 100}


def prepare(folder, **change):
    return preparation.prepare("full", folder, **{**SETTINGS, **change})


@pytest.fixture
def folder(tmp_path, own_cache):
    """A data folder with the sample's archives instead of the real ones, and an empty cache."""
    return shutil.copytree(data.SAMPLE, tmp_path / "data")


def same(one, other):
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def test_integers_labels_and_rows_are_those_of_the_naive_implementation(folder):
    """The steps of the Keras example, written out: its lines, its shuffle, its vectorizer, its matrix."""
    from keras import layers

    with tarfile.open(folder / data.ARCHIVE) as tar:
        tar.extractall(folder / "unpacked", filter="data")
    texts, labels = [], []
    for label, group in enumerate(sorted((folder / "unpacked" / data.FOLDER).iterdir())):
        for path in sorted(group.iterdir()):
            texts.append("\n".join(path.read_bytes().decode("latin-1").split("\n")[10:]))
            labels.append(label)
    for items in (texts, labels):
        np.random.RandomState(1337).shuffle(items)
    n_train = len(texts) - int(0.2 * len(texts))
    vectorizer = layers.TextVectorization(max_tokens=5_000, output_sequence_length=200)
    vectorizer.adapt(texts[:n_train])
    words = vectorizer.get_vocabulary()
    with zipfile.ZipFile(data.SAMPLE / "glove.6B.zip") as packed:
        lines = packed.read("glove.6B.100d.txt").decode("utf-8").splitlines()
    vectors = {line.split()[0]: line.split()[1:] for line in lines}
    matrix = np.zeros((len(words), 100), np.float32)
    for row, word in enumerate(words[2:], start=2):
        matrix[row] = vectors.get(word, 0)

    done = prepare(folder)
    assert done.vocabulary == words and np.array_equal(done.matrix, matrix)
    assert np.array_equal(done.y_train, labels[:n_train]) and np.array_equal(done.y_validation, labels[n_train:])
    integers = np.concatenate([vectorizer(texts[i:i + 50]) for i in range(0, len(texts), 50)])
    assert np.array_equal(done.x_train, integers[:n_train])
    assert np.array_equal(done.x_validation, integers[n_train:])
    assert len(done.x_test) == len(done.y_test) == len(done.test) == 0


def test_archive_unpacked_folder_and_bundled_sample_give_the_same(folder):
    from_archive = prepare(folder)
    same(preparation.prepare("sample", **SETTINGS), from_archive)
    with tarfile.open(folder / data.ARCHIVE) as tar:
        tar.extractall(folder, filter="data")
    (folder / data.ARCHIVE).unlink()
    same(prepare(folder), from_archive)


def test_arrays_lie_on_disk_and_cannot_be_changed(folder):
    for name, array in vars(prepare(folder)).items():
        assert name in ("vocabulary", "matrix") or (isinstance(array, np.memmap) and not array.flags.writeable)


class Asked(Exception):
    """Carries the key that the cache was asked for."""


def test_whatever_may_change_the_integers_changes_their_key(folder, monkeypatch):
    def stop(name, settings, build):
        raise Asked(settings)

    def key(**change):
        with pytest.raises(Asked) as found:
            prepare(folder, **change)
        return found.value.args[0]

    monkeypatch.setattr(preparation, "cached_arrays", stop)
    changes = {"text": "body", "split_by": "thread", "seed": 1, "validation_split": 0.25, "test_split": 0.1,
               "max_tokens": 4_000, "sequence_length": 201}
    parameters = set(inspect.signature(preparation.prepare).parameters)
    assert parameters - {"dataset", "data_dir", "embedding_dim"} == set(changes), "a new parameter needs a line here"
    usual = key()
    assert key() == usual == key(embedding_dim=50), "the width changes the matrix alone"
    for name, value in changes.items():
        assert key(**{name: value}) != usual, name
    posts = _archives.read_tar(folder / data.ARCHIVE)
    posts[min(posts)] += b"one more line\n"
    with tarfile.open(folder / data.ARCHIVE, "w:gz") as tar:
        for member, content in posts.items():
            entry = tarfile.TarInfo(f"{data.FOLDER}/{member}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    assert key() != usual


def test_a_download_of_the_posts_is_shown_and_no_other_line(folder, tmp_path, monkeypatch, capsys):
    def fetch(target, need_mb):
        print("news20: 5 MB")
        return shutil.copy(folder / data.ARCHIVE, target)

    monkeypatch.setattr(_download, "fetch_posts", fetch)
    monkeypatch.setattr(preparation, "find_vectors", lambda *_: folder / "glove.6B.zip")
    prepare("")
    assert capsys.readouterr().out == "news20: 5 MB\n"


def test_changed_vectors_and_another_width_change_the_matrix_and_not_the_integers(folder):
    first = prepare(folder)
    with zipfile.ZipFile(data.SAMPLE / "glove.6B.zip") as packed:
        text = packed.read("glove.6B.100d.txt")
    narrow = b"\n".join(b" ".join(line.split()[:51]) for line in text.splitlines()) + b"\n"
    (folder / "glove.6B.50d.txt").write_bytes(narrow)
    assert np.array_equal(prepare(folder, embedding_dim=50).matrix, first.matrix[:, :50])
    word, _, numbers = text.partition(b"\n")[0].partition(b" ")
    with zipfile.ZipFile(folder / "glove.6B.zip", "w") as packed:
        packed.writestr("glove.6B.100d.txt", text.replace(numbers, b" ".join([b"7"] * 100), 1))
    second = prepare(folder)
    assert np.array_equal(second.x_train, first.x_train) and second.vocabulary == first.vocabulary
    changed = (first.matrix != second.matrix).any(axis=1)
    assert list(np.flatnonzero(changed)) == [second.vocabulary.index(word.decode())]
    assert (second.matrix[changed] == 7).all()


def test_a_second_call_computes_nothing_prints_nothing_and_imports_no_tensorflow(folder, monkeypatch, capsys):
    first = prepare(folder)
    for name in ("split_corpus", "learn_vocabulary", "texts_to_sequences"):
        monkeypatch.setattr(preparation, name, None)
    same(prepare(folder), first)
    assert capsys.readouterr().out == ""
    code = ("import json, sys\nfrom helpers.preparation import prepare\n"
            "prepare('full', sys.argv[1], **json.loads(sys.argv[2]))\n"
            "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code, str(folder), json.dumps(SETTINGS)], cwd=ROOT, check=True,
                          capture_output=True, text=True, encoding="utf-8")
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(("name", "value"), [("text", "bodies"), ("max_tokens", 0), ("embedding_dim", 77)])
def test_a_bad_setting_gets_a_sentence(folder, name, value):
    with pytest.raises(ValueError, match=f"The parameter {name} must be .*, not {value!r}"):
        prepare(folder, **{name: value})
