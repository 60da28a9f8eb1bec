"""The planted faults of tests/faults/: each fits the code, and the test that it names turns red.

A fault is a table `[[fault]]` with: `file`, the place; `old` and `new`, the change (`old` occurs once in the file);
`harm`, what a learner would see; `test`, the pytest node that must notice it. All are planted by `pytest -n 0 -m fault`,
those of tests/faults/posts.toml with `-k posts`, those marked `quick = true` with `-k quick`.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from lessons import ROOT

LEFT_OUT = (".git", ".venv", "build", "runs", "my", "__pycache__", ".pytest_cache", ".ruff_cache")
FAULTS = []
for path in sorted((ROOT / "tests" / "faults").glob("*.toml")):
    for number, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["fault"]):
        name = f"{path.stem}-{number}" + "-quick" * row.get("quick", False)
        FAULTS.append(pytest.param(row, id=name))
each_fault = pytest.mark.parametrize("fault", FAULTS)


def test_there_are_many_over_all_areas():
    assert len(FAULTS) >= 120
    assert sum("quick" in fault.id for fault in FAULTS) >= 12
    assert all(fault.values[0]["harm"] for fault in FAULTS)


@each_fault
def test_a_fault_fits_and_changes_the_file(fault):
    text = (ROOT / fault["file"]).read_text(encoding="utf-8")
    assert text.count(fault["old"]) == 1 and fault["new"] != fault["old"]
    file, _, name = fault["test"].partition("::")
    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"def {re.escape(name.split('[')[0])}\b", source) or not name, fault["test"]


def run_tests(folder, tests, seconds=None):
    """Run pytest nodes in a copy of the course."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-m", "not fault", *tests]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, encoding="utf-8",
                          timeout=seconds)


@pytest.fixture(scope="module")
def course(request, tmp_path_factory):
    """A copy of the course, in which the tests of all faults to plant pass."""
    folder = tmp_path_factory.mktemp("faults") / "course"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    planted = [item.callspec.params["fault"] for item in request.session.items if "course" in item.fixturenames]
    done = run_tests(folder, sorted({fault["test"] for fault in planted}))
    assert done.returncode == 0, done.stdout
    return folder


@pytest.mark.fault
@each_fault
def test_a_planted_fault_is_noticed(course, fault):
    path = course / fault["file"]
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(fault["old"], fault["new"]), encoding="utf-8")
    try:
        assert run_tests(course, [fault["test"]], seconds=600).returncode == 1, fault["harm"]
    finally:
        path.write_text(sound, encoding="utf-8")
