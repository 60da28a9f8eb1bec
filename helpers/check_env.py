"""Say in plain words whether this machine can run the lessons: ``python -m helpers.check_env``.

Runs before TensorFlow is imported, and needs nothing but Python itself.
"""

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
MEMORY_GB, DISK_GB = 3, 4
INSTALL = "run `make run`, or `pip install -r requirements.txt` in a virtual environment"


def check_python(version=None):
    """Check the version of Python."""
    version = version or sys.version_info[:3]
    good = OLDEST <= version[:2] <= NEWEST
    shown = ".".join(map(str, version))
    advice = "" if good else "; TensorFlow needs 3.11, 3.12 or 3.13: install one and delete the folder .venv"
    return good, f"Python {shown}{advice}"


def check_package(name, distributions):
    """Check that a package is installed, without importing it."""
    for distribution in distributions:
        try:
            return True, f"{name} {importlib.metadata.version(distribution)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return False, f"{name} is not installed; {INSTALL}"


def check_memory():
    """Check the machine's memory, where it can be read."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return True, f"memory not read on {platform.system()}; the lessons need {MEMORY_GB} GB"
    good = total >= MEMORY_GB
    return good, f"memory {total:.1f} GB" + ("" if good else f"; the lessons need {MEMORY_GB} GB: close other programs")


def check_disk(folder=None):
    """Check the free space where caches and temporary files go."""
    folder = Path(folder or tempfile.gettempdir())
    free = shutil.disk_usage(folder).free / 1e9
    good = free >= DISK_GB
    return good, f"disk {free:.0f} GB free" + (
        "" if good else f"; the real data needs {DISK_GB} GB: the sample alone needs 0.1 GB")


def check_data():
    """Say where the real data was found; the sample is always there, so this cannot fail."""
    try:
        from helpers.data import ARCHIVE, FOLDER, find_in

        posts = find_in("", (ARCHIVE, FOLDER))
        vectors = find_in("", ("glove.6B.zip", "glove.6B.100d.txt"))
    except ImportError as error:
        return True, f"data: not looked for, because {error.name} is missing"
    except (OSError, RuntimeError, ValueError) as error:
        return False, str(error)
    said = f"real posts {'found' if posts else 'not found'}, GloVe vectors {'found' if vectors else 'not found'}"
    return True, said + ("" if posts and vectors else '; dataset="sample" needs neither')


def main():
    """Print one line a check and return the exit status: 0 if all passed."""
    checks = [
        check_python(),
        check_package("TensorFlow", ("tensorflow-cpu", "tensorflow")),
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
    sys.exit(main())
