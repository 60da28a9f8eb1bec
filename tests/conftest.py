"""What the tests share: the sample, the folder of the real data, a cache of one's own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib
import pytest

from helpers import data

# A worker per core, so a thread per process: more threads only wait for each other. Processes inherit it.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(variable, "1")

# in this process only: an environment variable would reach the notebooks' kernels, which draw inline
matplotlib.use("Agg")

collect_ignore_glob = ["planted/*"]  # notebooks with an error put in on purpose: test_notebooks runs them itself

# One cache, one output folder and one Keras folder for all tests and all kernels that they start:
# nothing of the user's is read or written. Workers inherit them from the process that starts them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    SCRATCH = tempfile.TemporaryDirectory(prefix="course-tests-", ignore_cleanup_errors=True)
    for variable, name in (("WORD_EMBEDDINGS_CACHE", "cache"), ("WORD_EMBEDDINGS_OUTPUT", "my"),
                           ("KERAS_HOME", "keras")):
        os.environ[variable] = str(Path(SCRATCH.name) / name)

FULL_FOLDER = os.environ.get(data.DATA_DIR_VARIABLE, "")
if FULL_FOLDER:
    # a relative path would mean another folder in a notebook's kernel
    FULL_FOLDER = str(Path(FULL_FOLDER).expanduser().resolve())
    os.environ[data.DATA_DIR_VARIABLE] = FULL_FOLDER
WITHOUT_DATA = "needs the real data"


@pytest.fixture(scope="session")
def sample_corpus():
    """The bundled sample."""
    return data._read_posts(data.SAMPLE / data.ARCHIVE)


@pytest.fixture(scope="session")
def full_folder():
    """The folder with the real posts and vectors."""
    if not FULL_FOLDER:
        pytest.skip(WITHOUT_DATA)
    return Path(FULL_FOLDER)


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """An empty cache folder for one test, and no data folder named."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(folder))
    monkeypatch.delenv(data.DATA_DIR_VARIABLE, raising=False)
    return folder


@pytest.fixture
def mounted(tmp_path):
    """Yield a function that mounts a small tmpfs with some options; it goes when the test ends."""
    if sys.platform != "linux":
        pytest.skip("needs Linux: tmpfs")
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        try:
            if subprocess.run(command, capture_output=True, check=False).returncode:
                pytest.skip("no right to mount a tmpfs")
        except FileNotFoundError:
            pytest.skip("there is no `mount` here")
        return folder

    yield mount
    while folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)


def pytest_collection_modifyitems(items):
    """Skip what is marked `full` where the real data is not named."""
    if not FULL_FOLDER:
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason=WITHOUT_DATA))


def pytest_terminal_summary(terminalreporter):
    """Say in one line how the skipped `full` tests are run."""
    skipped = [report for report in terminalreporter.stats.get("skipped", [])
               if isinstance(report.longrepr, tuple) and WITHOUT_DATA in report.longrepr[2]]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} full tests skipped: they need the real data. Run them with: make test DATA_DIR=/path/to/data "
            f"(or set {data.DATA_DIR_VARIABLE} and run pytest)")
