"""Write a folder from which a class installs and runs the course without a network.

    python tools/make_offline.py [--output build/offline] [--requirements requirements.lock]

It holds the wheels for this system and this version of Python (some 2 GB in all when installed), the
learners' copy of the course, and a script that installs with pip's package index switched off.
"""

import argparse
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from make_student import ROOT, clear, write_student

INSTALL = '''"""Install the course from the wheels beside this file; no network is needed: python install.py"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = {python!r}

if sys.version_info[:2] != PYTHON:
    sys.exit(f"These wheels are for Python {{PYTHON[0]}}.{{PYTHON[1]}}, but this is "
             f"{{sys.version_info[0]}}.{{sys.version_info[1]}}. Start this script with the other one.")
course = HERE / "course"
subprocess.run([sys.executable, "-m", "venv", course / ".venv"], check=True)
python = course / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
subprocess.run([python, "-m", "pip", "install", "--no-index", "--find-links", HERE / "wheels", "--require-hashes",
                "-r", HERE / "requirements.lock"], check=True)
print(f"Installed. Open the lessons with:\\n{{python}} -m jupyterlab {{course / 'notebooks'}}")
'''
README = """# The course without a network

Wheels for Python {version} on {system}. On each machine, copy this folder and run in it:

```
python install.py
```

It makes a virtual environment in `course/.venv`, installs from `wheels/` with the package index switched off, and
says how to open the lessons. The lessons' default data, the sample, is bundled: nothing is downloaded later.
"""


def write_offline(folder, requirements):
    """Write the folder.

    Parameters
    ----------
    folder : pathlib.Path
        New, empty, or written by this command before; then it is written anew.
    requirements : pathlib.Path
        Pinned requirements with hashes.

    Returns
    -------
    int
        How many wheels it holds.

    Raises
    ------
    FileExistsError
        If the folder holds something else.
    RuntimeError
        If pip cannot get a wheel, or one has another hash.
    """
    clear(folder)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "--require-hashes",
         "-r", requirements, "-d", folder / "wheels"],
        stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise RuntimeError(f"pip could not download what {requirements} pins:\n{done.stderr}")
    shutil.copy(requirements, folder / "requirements.lock")
    write_student(folder / "course")
    (folder / "install.py").write_text(INSTALL.format(python=tuple(sys.version_info[:2])), encoding="utf-8")
    (folder / "README.md").write_text(README.format(
        version="{}.{}".format(*sys.version_info[:2]), system=f"{platform.system()} {platform.machine()}"),
        encoding="utf-8")
    return len(list((folder / "wheels").glob("*.whl")))


def main(arguments=None):
    """Write the folder; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "offline")
    parser.add_argument("--requirements", type=Path, default=ROOT / "requirements.lock")
    options = parser.parse_args(arguments)
    folder = options.output.resolve()
    try:
        n_wheels = write_offline(folder, options.requirements)
    except (FileExistsError, RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {n_wheels} wheels, {size / 1e6:,.0f} MB in all; README.md there says how to install")
    return 0


if __name__ == "__main__":
    sys.exit(main())
