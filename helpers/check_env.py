"""Say in plain words whether this machine can run the lessons: ``python -m helpers.check_env``.

Needs nothing but Python itself; TensorFlow is imported in a child process, because it may crash.
"""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
MEMORY_GB = 2  # lesson 6, the largest, was measured at 1.4 GB for all its processes
DISK_GB, SAMPLE_GB = 4, 0.1  # with the real data, and without
IMPORT_SECONDS = 120
INSTALL = "run `make run`, or `pip install -r requirements.txt` in a virtual environment"
# where Linux tells the memory that a container may use: version 2 and version 1 of its groups
CGROUP_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def check_python(version=None):
    """Check the version of Python."""
    version = version or sys.version_info[:3]
    shown = "Python " + ".".join(map(str, version))
    if OLDEST <= version[:2] <= NEWEST:
        return True, shown
    return False, (f"{shown}; TensorFlow needs 3.11, 3.12 or 3.13: install one, delete .venv, and "
                   "name it, such as `make lab PYTHON=python3.12`")


def check_package(name, distributions):
    """Check that a package is installed, without importing it."""
    for distribution in distributions:
        with suppress(importlib.metadata.PackageNotFoundError):
            return True, f"{name} {importlib.metadata.version(distribution)}"
    return False, f"{name} is not installed; {INSTALL}"


def check_tensorflow(code="import tensorflow"):
    """Check that TensorFlow is installed and can be imported, in a separate process."""
    good, sentence = check_package("TensorFlow", ("tensorflow-cpu", "tensorflow"))
    if not good:
        return good, sentence
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                              encoding="utf-8", errors="replace", timeout=IMPORT_SECONDS)
    except subprocess.TimeoutExpired:
        return False, f"{sentence} is installed, but its import takes over {IMPORT_SECONDS} s"
    if done.returncode == 0:
        return True, sentence
    lines = done.stderr.strip().splitlines() or ["it said nothing"]
    how = f"signal {-done.returncode}" if done.returncode < 0 else f"status {done.returncode}"
    return False, f"{sentence} is installed, but its import ends with {how}: {lines[-1][:200]}"


def check_memory(cgroup_files=CGROUP_FILES):
    """Check the memory that this process may use: the machine's, or the container's if smaller."""
    limits = []
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for name in cgroup_files:
        with suppress(OSError, ValueError):  # no container, or "max": no limit
            limits.append(int(Path(name).read_text(encoding="ascii")))
    if not limits:
        return True, f"memory not read on {platform.system()}; the lessons need {MEMORY_GB} GB"
    total = min(limits) / 1e9
    if total >= MEMORY_GB:
        return True, f"memory {total:.1f} GB"
    return False, f"memory {total:.2f} GB; the lessons need {MEMORY_GB} GB"


def check_disk():
    """Check the free space of the cache's disk, and of the one for temporary files."""
    cache = Path(os.environ.get("WORD_EMBEDDINGS_CACHE") or Path.home()).expanduser().absolute()
    while not cache.exists():
        cache = cache.parent
    places = cache, tempfile.gettempdir()
    free = min(shutil.disk_usage(place).free for place in places) / 1e9
    if free >= DISK_GB:
        return True, f"disk {free:.0f} GB free"
    if free >= SAMPLE_GB:
        return True, (f"disk {free:.1f} GB free: enough for the sample; "
                      f"the real data needs {DISK_GB} GB")
    return False, f"disk {free:.1f} GB free; the sample needs {SAMPLE_GB} GB"


def check_data():
    """Say whether the real data was found; only a wrongly named folder fails the check."""
    try:
        from helpers.data import POSTS_NAMES, find_in

        posts = find_in("", POSTS_NAMES)
        vectors = find_in("", ("glove.6B.zip", "glove.6B.100d.txt"))
    except ImportError as error:
        return True, f"data: not looked for, because {error.name} is missing"
    except (OSError, RuntimeError, ValueError) as error:
        return False, str(error)
    said = [f"{what} {'found' if path else 'not found'}"
            for what, path in (("real posts", posts), ("GloVe vectors", vectors))]
    note = "" if posts and vectors else '; dataset="sample" needs neither'
    return True, ", ".join(said) + note


def main(arguments=()):
    """Print one line per check; return the exit status."""
    checks = [check_python()]
    if "--python-only" not in arguments:
        checks += [
            check_tensorflow(),
            check_package("Keras", ("keras",)),
            check_package("NumPy", ("numpy",)),
            check_package("scikit-learn", ("scikit-learn",)),
            check_memory(),
            check_disk(),
            check_data(),
        ]
    for good, sentence in checks:
        print(f"[{'OK' if good else 'FAIL'}] {sentence}")
    return 0 if all(good for good, _ in checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
