"""From archives to arrays: the same as by the plain recipe, kept by content, and what the benchmark writes."""

import getpass
import importlib.util
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from helpers import _archives, _cache, data, preparation, sample
from helpers.preparation import prepare as run_prepare

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {"text": "reference", "split_by": "random", "seed": 1337, "validation_split": 0.2, "max_tokens": 5_000, "sequence_length": 200,
            "embedding_dim": 100}


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / data.ARCHIVE
    sample.write_archive(path)
    return path


@pytest.fixture
def folder(archive, tmp_path, monkeypatch):
    """A data folder with the sample's archives, and an empty cache."""
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(archive, folder / data.ARCHIVE)
    shutil.copy(sample.VECTORS, folder / "glove.6B.zip")
    return folder


def entries(name="sequences"):
    return sorted(path.name for path in _cache.cache_dir().glob(f"{name}-*") if path.is_dir())


def arrays(done):
    return [getattr(done, field.name) for field in fields(done) if field.name != "vocabulary"]


def same(one, other):
    assert one.vocabulary == other.vocabulary
    for first, second in zip(arrays(one), arrays(other), strict=True):
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)


def test_integers_labels_and_rows_are_those_of_the_plain_recipe(folder):
    plain = load("plain")
    with tarfile.open(folder / data.ARCHIVE) as tar:
        tar.extractall(folder / "unpacked", filter="data")
    with zipfile.ZipFile(sample.VECTORS) as packed:
        vectors = plain.read_vectors(packed.extract("glove.6B.100d.txt", folder / "unpacked"))
    texts, labels = plain.read_posts(folder / "unpacked" / data.FOLDER)
    train, y_train, validation, y_validation = plain.shuffle_and_split(texts, labels, 1337, 0.2)
    vectorizer = plain.adapt(train, 5_000, 200)

    done = run_prepare("full", folder, **SETTINGS)

    assert done.vocabulary == vectorizer.get_vocabulary()
    # a few at a time: the array of all texts would be as wide as the longest
    for rows, part in ((done.x_train, train), (done.x_validation, validation)):
        numbered = np.concatenate([plain.vectorize(vectorizer, part[i:i + 50]) for i in range(0, len(part), 50)])
        np.testing.assert_array_equal(rows, numbered)
    np.testing.assert_array_equal(done.y_train, y_train)
    np.testing.assert_array_equal(done.y_validation, y_validation)
    np.testing.assert_array_equal(done.matrix, plain.fill_matrix(vectors, done.vocabulary, 100))


def test_the_sample_needs_no_folder(folder):
    same(run_prepare("sample", **SETTINGS), run_prepare("full", folder, **SETTINGS))


def test_an_unpacked_folder_gives_the_same_as_its_archive(folder):
    from_archive = run_prepare("full", folder, **SETTINGS)
    with tarfile.open(folder / data.ARCHIVE) as tar:
        tar.extractall(folder, filter="data")
    (folder / data.ARCHIVE).unlink()
    same(run_prepare("full", folder, **SETTINGS), from_archive)


def test_arrays_are_memory_mapped_and_cannot_be_changed(folder):
    for array in arrays(run_prepare("full", folder, **SETTINGS)):
        assert isinstance(array, np.memmap)
        assert not array.flags.writeable


@pytest.mark.parametrize(("name", "value"), [
    ("text", "body"), ("split_by", "thread"), ("seed", 1), ("validation_split", 0.25), ("max_tokens", 4_000), ("sequence_length", 201)])
def test_a_changed_setting_is_another_entry(folder, name, value):
    first = run_prepare("full", folder, **SETTINGS)
    second = run_prepare("full", folder, **SETTINGS | {name: value})
    assert len(entries()) == 2
    assert not (np.array_equal(first.x_train, second.x_train) and first.x_train.shape == second.x_train.shape)
    same(run_prepare("full", folder, **SETTINGS), first)
    assert len(entries()) == 2


def test_changed_posts_are_another_entry(folder):
    first = run_prepare("full", folder, **SETTINGS)
    posts = _archives.read_tar(folder / data.ARCHIVE)
    name = min(posts)
    posts[name] = posts[name].replace(b"\n", b"\nunheard ", 30)
    with tarfile.open(folder / data.ARCHIVE, "w:gz") as tar:
        for member, content in posts.items():
            entry = tarfile.TarInfo(f"{data.FOLDER}/{member}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    second = run_prepare("full", folder, **SETTINGS)
    assert len(entries()) == 2
    assert (first.x_train != second.x_train).any() or (first.x_validation != second.x_validation).any()


def test_changed_vectors_are_another_matrix_for_the_same_integers(folder):
    first = run_prepare("full", folder, **SETTINGS)
    with zipfile.ZipFile(sample.VECTORS) as packed:
        text = packed.read("glove.6B.100d.txt")
    word, _, numbers = text.partition(b"\n")[0].partition(b" ")
    with zipfile.ZipFile(folder / "glove.6B.zip", "w") as packed:
        packed.writestr("glove.6B.100d.txt", text.replace(numbers, b" ".join([b"7"] * 100), 1))
    second = run_prepare("full", folder, **SETTINGS)
    np.testing.assert_array_equal(second.matrix[second.vocabulary.index(word.decode())], np.full(100, 7))
    same(run_prepare("full", folder, **SETTINGS), second)
    assert (first.matrix != second.matrix).any(axis=1).sum() == 1
    assert (len(entries()), len(entries("matrix"))) == (1, 2)


def test_another_width_is_another_matrix(folder):
    with zipfile.ZipFile(sample.VECTORS) as packed:
        lines = packed.read("glove.6B.100d.txt").splitlines()
    (folder / "glove.6B.50d.txt").write_bytes(b"\n".join(b" ".join(line.split()[:51]) for line in lines) + b"\n")
    wide = run_prepare("full", folder, **SETTINGS)
    narrow = run_prepare("full", folder, **SETTINGS | {"embedding_dim": 50})
    np.testing.assert_array_equal(narrow.matrix, wide.matrix[:, :50])
    assert (len(entries()), len(entries("matrix"))) == (1, 2)


def test_a_changed_rule_in_the_code_is_another_entry(folder, monkeypatch):
    run_prepare("full", folder, **SETTINGS)
    for room in preparation._ROOMS:
        assert (Path(preparation.__file__).parent / room).is_file()
    monkeypatch.setattr(prepare, "_ROOMS", preparation._ROOMS[:-1])  # other bytes, as after a change in one of them
    run_prepare("full", folder, **SETTINGS)
    assert len(entries()) == 2


def test_a_cached_result_reads_no_archive(folder, monkeypatch):
    first = run_prepare("full", folder, **SETTINGS)

    def read(path):
        raise AssertionError("read again")

    monkeypatch.setattr(prepare, "read_posts", read)
    monkeypatch.setattr("helpers.glove.read_vectors", read)
    same(run_prepare("full", folder, **SETTINGS), first)


@pytest.mark.parametrize("entry", ["sequences", "matrix"])
@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone", "manifest"])
def test_a_damaged_entry_is_rebuilt(folder, entry, damage):
    kept = [np.array(array) for array in arrays(run_prepare("full", folder, **SETTINGS))]
    where = _cache.cache_dir() / entries(entry)[0]
    path = sorted(where.glob("*.npy"))[-1]
    content = path.read_bytes()
    if damage == "manifest":
        (where / "manifest.json").write_text("{", encoding="utf-8")
    elif damage == "gone":
        path.unlink()
    else:
        broken = {"flip": content[:-5] + bytes([content[-5] ^ 1]) + content[-4:], "cut": content[:-5], "empty": b""}
        path.write_bytes(broken[damage])
    for before, after in zip(kept, arrays(run_prepare("full", folder, **SETTINGS)), strict=True):
        np.testing.assert_array_equal(before, after)
    assert path.read_bytes() == content
    assert len(entries(entry)) == 1


def test_a_cached_call_is_quick_and_imports_no_tensorflow(folder):
    code = ("import json, sys, time\nfrom helpers.preparation import prepare\nstart = time.perf_counter()\n"
            "prepare('full', sys.argv[1], **json.loads(sys.argv[2]))\nseconds = time.perf_counter() - start\n"
            "print(json.dumps([seconds, sorted({'tensorflow', 'keras'} & set(sys.modules))]))")
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code, str(folder), json.dumps(SETTINGS)], cwd=ROOT, check=True,
                              capture_output=True, text=True, encoding="utf-8")
    seconds, imported = json.loads(done.stdout.splitlines()[-1])
    assert seconds < 1
    assert imported == []


@pytest.mark.parametrize(("name", "value"), [("text", "bodies"), ("max_tokens", 0), ("embedding_dim", 77)])
def test_a_bad_setting_gets_a_sentence(folder, name, value):
    with pytest.raises(ValueError, match=f"The parameter {name} must be .*, not {value!r}"):
        run_prepare("full", folder, **SETTINGS | {name: value})


def test_a_digest_is_remembered_until_the_file_changes_in_any_way(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "REMEMBERED_BYTES", 1)
    monkeypatch.setattr(cache, "TICK_NS", -1)  # without the wait for the clock
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"one")
    first, times = _cache.file_digest(path), path.stat()
    read = []
    monkeypatch.setattr(cache, "_digest", lambda p, digest=_cache._digest: read.append(p) or digest(p))
    assert _cache.file_digest(path) == first
    assert read == []
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # the same size and time: only its content differs
    assert _cache.file_digest(path) != first
    path.write_bytes(b"one")
    assert _cache.file_digest(path) == first


def test_a_digest_of_a_file_just_written_is_not_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "REMEMBERED_BYTES", 1)
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"one")
    _cache.file_digest(path)
    assert list((tmp_path / "cache").glob("digest-*")) == []


def test_the_benchmark_runs_and_agrees_with_itself(tmp_path):
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "--output", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    results = check_report(tmp_path / "out")
    assert all(row["identical"] for row in results["parts"])
    assert [row["way"] for row in results["parts"] if row["tensorflow"]] == ["plain", "plain"]
    assert [row["resampled"] for row in results["growth"]] == [False, False, False, True]
    assert "The straight line" in done.stdout and "Two bar charts" in done.stdout


def test_the_tables_in_the_readme_are_those_of_the_results():
    results = check_report(ROOT / "benchmarks")
    assert results["posts"] == 19_997
    assert [row["posts"] for row in results["growth"]] == [2_500, 5_000, 10_000, 19_997, 50_000, 200_000]
    assert all(row["identical"] for row in results["parts"])


def check_report(folder):
    run = load("run")
    written = (folder / "README.md").read_text(encoding="utf-8")
    text = (folder / "results.json").read_text(encoding="utf-8")
    results = json.loads(text)
    assert written.partition(run.START)[2].partition(run.END)[0].strip() == run.report(results).strip()
    assert run.describe(results) in written
    assert (folder / "preparation.png").read_bytes().startswith(b"\x89PNG")
    for private in (socket.gethostname(), str(ROOT), tempfile.gettempdir(), str(Path.home()), getpass.getuser() + "@"):
        assert private not in text + written
    return results
