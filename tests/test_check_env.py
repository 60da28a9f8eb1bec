"""The environment check: plain [OK] and [FAIL] lines, whatever is missing."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import check_env

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 7)])
def test_a_good_python(version):
    assert check_env.check_python(version) == (True, f"Python {'.'.join(map(str, version))}")


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0), (3, 15, 0), (4, 0, 0), (2, 7, 18)])
def test_a_python_too_old_or_too_new(version):
    assert check_env.check_python(version) == (
        False, f"Python {'.'.join(map(str, version))}; TensorFlow needs 3.11, 3.12 or 3.13: "
               "install one, delete .venv, and name it, such as `make lab PYTHON=python3.12`")


def test_the_bounds_are_those_of_the_package():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (oldest, newest) = check_env.OLDEST, check_env.NEWEST
    assert f'requires-python = ">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"' in text


def test_packages():
    good, line = check_env.check_package("NumPy", ("numpy",))
    assert good and line == f"NumPy {importlib.metadata.version('numpy')}"
    # the first name that is installed counts
    assert check_env.check_package("NumPy", ("no-such-package", "numpy")) == (good, line)
    assert check_env.check_package("Nothing", ("no-such-package",)) == (
        False, "Nothing is not installed; run `make run`, or `pip install -r requirements.txt` in a virtual environment")


@pytest.mark.parametrize(("free", "expected"), [
    (200e9, (True, "disk 200 GB free")),
    (4e9, (True, "disk 4 GB free")),
    (1.2e9, (True, "disk 1.2 GB free: enough for the sample; the real data needs 4 GB")),
    (0.01e9, (False, "disk 0.0 GB free; the sample needs 0.1 GB"))])
def test_disk(monkeypatch, tmp_path, free, expected):
    """The cache may lie on another disk than temporary files; its folder need not be there yet."""
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(tmp_path / "not" / "yet"))
    monkeypatch.setattr(check_env.shutil, "disk_usage",
                        lambda place: SimpleNamespace(free=free if place == tmp_path else 500e9))
    assert check_env.check_disk() == expected


@pytest.mark.parametrize(("machine", "container", "expected"), [
    (8_000_000_000, None, (True, "memory 8.0 GB")),
    (8_000_000_000, "max\n", (True, "memory 8.0 GB")),
    (8_000_000_000, "1500000000\n", (False, "memory 1.50 GB; the lessons need 2 GB")),
    (1_500_000_000, "9223372036854771712\n", (False, "memory 1.50 GB; the lessons need 2 GB")),
    (None, "4000000000", (True, "memory 4.0 GB"))])
def test_memory_is_the_smaller_of_machine_and_container(monkeypatch, tmp_path, machine, container, expected):
    def sysconf(name):
        if machine is None:
            raise ValueError
        return {"SC_PAGE_SIZE": 1000, "SC_PHYS_PAGES": machine // 1000}[name]

    monkeypatch.setattr(check_env.os, "sysconf", sysconf, raising=False)
    file = tmp_path / "memory.max"
    if container is not None:
        file.write_text(container, encoding="ascii")
    assert check_env.check_memory([str(file)]) == expected


def test_memory_that_cannot_be_read(monkeypatch):
    monkeypatch.delattr(check_env.os, "sysconf", raising=False)
    good, line = check_env.check_memory([])
    assert good and line.startswith("memory not read on ") and line.endswith("; the lessons need 2 GB")


@pytest.mark.parametrize(("code", "said"), [
    ("raise ImportError('libcudart.so.12: cannot open shared object file')",
     "ends with status 1: ImportError: libcudart.so.12: cannot open shared object file"),
    ("import os; os.kill(os.getpid(), 4)", "ends with signal 4: it said nothing"),
    ("import sys; sys.exit(3)", "ends with status 3: it said nothing"),
    ("import time; time.sleep(60)", "its import takes over 2 s")])
def test_tensorflow_that_cannot_be_imported(monkeypatch, code, said):
    monkeypatch.setattr(check_env, "IMPORT_SECONDS", 2)
    good, line = check_env.check_tensorflow(code)
    assert not good and line.startswith("TensorFlow 2.") and "is installed, but" in line and said in line


def test_data(own_cache, tmp_path, monkeypatch):
    assert check_env.check_data() == (
        True, 'real posts not found, GloVe vectors not found; dataset="sample" needs neither')
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("WORD_EMBEDDINGS_DATA", str(folder))
    good, line = check_env.check_data()
    assert not good and line.startswith(f"The data folder {folder} holds nothing: expected news20.tar.gz")
    (folder / "news20.tar.gz").write_bytes(b"x")
    assert check_env.check_data() == (
        True, 'real posts found, GloVe vectors not found; dataset="sample" needs neither')
    (folder / "glove.6B.zip").write_bytes(b"x")
    assert check_env.check_data() == (True, "real posts found, GloVe vectors found")


def test_data_without_a_package(monkeypatch):
    monkeypatch.delitem(sys.modules, "helpers.data", raising=False)
    monkeypatch.setitem(sys.modules, "filelock", None)  # an import of it fails now
    monkeypatch.delitem(sys.modules, "helpers._cache", raising=False)
    assert check_env.check_data() == (True, "data: not looked for, because filelock is missing")


def test_the_lines_and_the_exit_status(own_cache, monkeypatch, capsys):
    monkeypatch.setattr(check_env.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1e12))
    monkeypatch.setattr(check_env, "check_tensorflow", lambda: (True, "TensorFlow 2.21.0"))
    assert check_env.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8 and all(line.startswith("[OK] ") for line in lines)
    monkeypatch.setattr(check_env, "check_python", lambda: (False, "Python 3.14.0; ..."))
    assert check_env.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[FAIL] Python 3.14.0; ..." and all(line.startswith("[OK] ") for line in lines[1:])


def check(*options, code=None):
    return subprocess.run([sys.executable, *options, *(["-c", code] if code else ["-m", "helpers.check_env"])], cwd=ROOT,
                          capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


def test_it_runs_where_nothing_is_installed(own_cache):
    """-S leaves out all installed packages: a line for each, no traceback."""
    done = check("-S")
    assert done.returncode == 1 and done.stderr == ""
    lines = done.stdout.splitlines()
    for name in ("TensorFlow", "Keras", "NumPy", "scikit-learn"):
        assert any(line.startswith(f"[FAIL] {name} is not installed; run `make run`") for line in lines)
    assert lines[0].startswith("[OK] Python 3.") and lines[-1].startswith("[OK] data: not looked for, because ")


def test_it_imports_tensorflow_in_a_child_only(own_cache):
    done = check(code="import sys; from helpers import check_env; check_env.main(); "
                      "print(sorted({'tensorflow', 'keras', 'sklearn'} & set(sys.modules)))")
    assert done.stdout.splitlines()[-1] == "[]" and "] TensorFlow 2." in done.stdout
