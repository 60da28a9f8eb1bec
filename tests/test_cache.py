"""The cache: found by content, rebuilt when damaged, empty after a killed builder."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import _cache

ROOT = Path(__file__).parents[1]
SETTINGS = {"file": "abc", "dim": 3}


class Builder:
    """Builds two arrays and counts how often it was asked."""

    def __init__(self, value=1.0):
        self.calls, self.value = 0, value

    def __call__(self):
        self.calls += 1
        return {"matrix": np.full((4, 3), self.value, np.float32), "n": np.int64(7)}


def entry(folder):
    """Return the one entry that lies in the cache."""
    (found,) = [path for path in folder.iterdir() if path.is_dir()]
    return found


def test_built_once_then_found(own_cache):
    build = Builder()
    first = _cache.cached_arrays("matrix", SETTINGS, build)
    again = _cache.cached_arrays("matrix", SETTINGS, build)
    assert build.calls == 1
    for arrays in (first, again):
        assert np.array_equal(arrays["matrix"], np.ones((4, 3))) and arrays["matrix"].dtype == np.float32
        assert int(arrays["n"]) == 7
        with pytest.raises(ValueError, match="read-only"):
            arrays["matrix"][0, 0] = 9
    assert sorted(path.name for path in entry(own_cache).iterdir()) == ["manifest.json", "matrix.npy", "n.npy"]


def test_the_order_of_the_settings_plays_no_part(own_cache):
    build = Builder()
    _cache.cached_arrays("matrix", {"a": 1, "b": 2}, build)
    _cache.cached_arrays("matrix", {"b": 2, "a": 1}, build)
    assert build.calls == 1


@pytest.mark.parametrize("other", [{"file": "abd", "dim": 3}, {"file": "abc", "dim": 4}, {"file": "abc"}, {"dim": "3", "file": "abc"},
                                   {"file": "abc", "dim": 3, "seed": 0}, {}])
def test_other_settings_build_another_entry(own_cache, other):
    _cache.cached_arrays("matrix", SETTINGS, Builder(1.0))
    assert _cache.cached_arrays("matrix", other, Builder(2.0))["matrix"][0, 0] == 2
    assert _cache.cached_arrays("matrix", SETTINGS, Builder(3.0))["matrix"][0, 0] == 1


def test_another_name_builds_another_entry(own_cache):
    _cache.cached_arrays("matrix", SETTINGS, Builder(1.0))
    assert _cache.cached_arrays("classifier", SETTINGS, Builder(2.0))["matrix"][0, 0] == 2


def test_other_code_builds_another_entry(own_cache, monkeypatch):
    """A changed text rule must not find the old integers."""
    for value, code in enumerate(("one", "two")):
        monkeypatch.setattr(_cache, "CODE", code)
        assert _cache.cached_arrays("matrix", SETTINGS, Builder(value))["matrix"][0, 0] == value


def test_the_code_is_that_of_every_module(tmp_path):
    assert _cache.code_digest(Path(_cache.__file__).parent) == _cache.CODE
    seen = set()
    for files in ({"one.py": "1", "two.py": "2"}, {"two.py": "3"}, {"one.py": "4"}, {"three.py": ""}, {"data.txt": "5"}):
        for name, code in files.items():
            (tmp_path / name).write_text(code, encoding="utf-8")
        seen.add(_cache.code_digest(tmp_path))
    assert len(seen) == 3, "an empty module and other files change nothing"


def flip_a_byte(folder):
    path = folder / "matrix.npy"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def write_manifest(content):
    return lambda folder: (folder / "manifest.json").write_bytes(content)


DAMAGES = {
    "a flipped byte": flip_a_byte,
    "a missing array": lambda folder: (folder / "n.npy").unlink(),
    "a cut array": lambda folder: (folder / "matrix.npy").write_bytes((folder / "matrix.npy").read_bytes()[:-5]),
    "an empty array": lambda folder: (folder / "matrix.npy").write_bytes(b""),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "an empty manifest": write_manifest(b""),
    "a cut manifest": write_manifest(b'{"settings": {"file'),
    "no checksums": write_manifest(b"{}"),
    "a list": write_manifest(b"[]"),
    "null": write_manifest(b"null"),
    "a list of checksums": write_manifest(b'{"sha256": ["matrix.npy"]}'),
    "not UTF-8": write_manifest(b"\xff\xfe{}"),
    "another array's name": write_manifest(json.dumps({"sha256": {"other.npy": "0"}}).encode()),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_rebuilt(own_cache, damage):
    build = Builder()
    _cache.cached_arrays("matrix", SETTINGS, build)
    damage(entry(own_cache))
    for calls in (2, 2):  # rebuilt once, then found again
        assert np.array_equal(_cache.cached_arrays("matrix", SETTINGS, build)["matrix"], np.ones((4, 3)))
        assert build.calls == calls


def test_a_failing_builder_leaves_nothing(own_cache):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _cache.cached_arrays("matrix", SETTINGS, fail)
    assert [path for path in own_cache.iterdir() if path.is_dir()] == []
    build = Builder()
    assert len(_cache.cached_arrays("matrix", SETTINGS, build)) == 2 and build.calls == 1


def test_arrays_of_objects_are_refused(own_cache):
    """They would be pickled, and reading a pickle runs what it says."""
    with pytest.raises(ValueError, match="allow_pickle=False"):
        _cache.cached_arrays("matrix", SETTINGS, lambda: {"words": np.array(["a", None], dtype=object)})
    assert [path for path in own_cache.iterdir() if path.is_dir()] == []


KILLED = """
import os, signal, sys
import numpy as np
from helpers import _cache

save = np.save
def save_one_and_die(path, array, **options):
    save(path, array, **options)
    os.kill(os.getpid(), signal.SIGKILL)
np.save = save_one_and_die
_cache.cached_arrays("matrix", {"file": "abc", "dim": 3}, lambda: {"matrix": np.zeros((4, 3)), "n": np.int64(0)})
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_killed_builder_leaves_nothing_that_is_found(own_cache):
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                          timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert [path.name for path in own_cache.rglob("*.npy")] == ["matrix.npy"], "it died in the middle"
    build = Builder()
    assert np.array_equal(_cache.cached_arrays("matrix", SETTINGS, build)["matrix"], np.ones((4, 3))) and build.calls == 1
    assert not list(own_cache.glob("*.partial")), "what the killed one left is gone"


def test_the_cache_folder(own_cache, monkeypatch, tmp_path):
    assert _cache.cache_dir() == own_cache and own_cache.is_dir()
    monkeypatch.delenv("WORD_EMBEDDINGS_CACHE")
    monkeypatch.setattr(_cache.platformdirs, "user_cache_dir", lambda name, appauthor: str(tmp_path / name))
    assert _cache.cache_dir() == tmp_path / "word-embeddings-course"


def test_a_file_in_the_place_of_the_cache_folder(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(path))
    with pytest.raises(RuntimeError) as error:
        _cache.cache_dir(need_mb=20)
    assert str(error.value).startswith(f"The cache folder {path} cannot be written (")
    assert str(error.value).endswith("; 20 MB are needed there. Make room, or name another folder in the environment "
                                     "variable WORD_EMBEDDINGS_CACHE.")


def test_a_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", "~/my cache")
    assert _cache.cache_dir() == tmp_path / "my cache"


@pytest.mark.parametrize("error", [
    OSError(errno.ENOLCK, "No locks available"), NotImplementedError("FileSystem does not support flock"),
    PermissionError(errno.EACCES, "Permission denied")], ids=lambda error: type(error).__name__)
def test_a_folder_that_cannot_hold_locks_is_told(own_cache, monkeypatch, error):
    """Such as an NFS home without locks, or a cache that another user made."""
    def fail(self, timeout):
        raise error

    monkeypatch.setattr(_cache.filelock.FileLock, "acquire", fail)
    with pytest.raises(RuntimeError, match="WORD_EMBEDDINGS_CACHE") as told:
        _cache.cached_arrays("matrix", SETTINGS, lambda: {})
    assert str(own_cache) in str(told.value) and str(error) in str(told.value)


def test_two_processes_build_once(own_cache, tmp_path):
    """The builder takes a second and writes a line; both processes ask at the same moment."""
    code = f"""
import time
import numpy as np
from helpers import _cache

def build():
    with open({str(tmp_path / "built")!r}, "a", encoding="utf-8") as file:
        file.write("built ")
    time.sleep(1)
    return {{"matrix": np.ones((4, 3))}}

print(_cache.cached_arrays("matrix", {{"a": 1}}, build)["matrix"].sum())
"""
    command = [sys.executable, "-c", code]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in both] == ["12.0\n", "12.0\n"]
    assert (tmp_path / "built").read_text(encoding="utf-8").count("built") == 1
