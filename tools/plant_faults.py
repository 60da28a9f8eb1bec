"""Plant each fault of tests/faults/ in a scratch copy, run the test that must notice it, report.

    python tools/plant_faults.py            all of them; some minutes
    python tools/plant_faults.py --quick    those marked `quick = true`
    python tools/plant_faults.py posts      those of tests/faults/posts.toml

A fault is a table `[[fault]]` with: `file`, the place; `old` and `new`, the change (`old` occurs
once in the file); `harm`, what a learner would see; `test`, the pytest node that must turn red.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = (".git", ".venv", "build", "runs", "my", "__pycache__", ".pytest_cache", ".ruff_cache")
SECONDS = 600


def read_faults(names=(), quick=False):
    """Return the faults of the named tables, or of all, each with the name of its table."""
    faults = []
    for path in sorted((ROOT / "tests" / "faults").glob("*.toml")):
        if names and path.stem not in names:
            continue
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        faults += [{**fault, "table": path.stem} for fault in table["fault"]]
    return [fault for fault in faults if fault.get("quick") or not quick]


def plant(text, fault):
    """Return a file's text with the fault in it.

    Raises
    ------
    ValueError
        If the place does not occur exactly once.
    """
    if text.count(fault["old"]) != 1:
        raise ValueError(f"{fault['file']}: expected once, found {text.count(fault['old'])} times: "
                         f"{fault['old']!r}")
    return text.replace(fault["old"], fault["new"])


def run_tests(folder, tests, seconds=SECONDS):
    """Run pytest nodes in a copy of the course; return its exit status."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider",
               "--no-header", "--durations=0", *tests]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=seconds)
    return done.returncode


def notices(folder, fault):
    """Tell whether the fault's test turns red; the copy is as before afterwards."""
    path = folder / fault["file"]
    sound = path.read_text(encoding="utf-8")
    path.write_text(plant(sound, fault), encoding="utf-8")
    try:
        return run_tests(folder, [fault["test"]]) == 1
    finally:
        path.write_text(sound, encoding="utf-8")


def main(arguments=None):
    """Plant the faults; return the exit status: 0 if all were noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", help="names of tables in tests/faults/")
    parser.add_argument("--quick", action="store_true", help="only those marked quick")
    options = parser.parse_args(arguments)
    faults = read_faults(options.tables, options.quick)
    survivors = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "course"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        if run_tests(folder, sorted({fault["test"] for fault in faults}), seconds=None) != 0:
            print("The named tests do not all pass without a fault.", file=sys.stderr)
            return 2
        for number, fault in enumerate(faults, start=1):
            noticed = notices(folder, fault)
            if not noticed:
                survivors.append(fault)
            where = f"{fault['table']}: {fault['file']}"
            print(f"[{number}/{len(faults)}] {'noticed ' if noticed else 'SURVIVED'} {where}: "
                  f"{fault['harm']}", flush=True)
    print(f"{len(faults) - len(survivors)} of {len(faults)} faults noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
