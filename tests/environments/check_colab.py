"""Run lessons as Colab does: its versions, and nothing but the notebook files.

    python tests/environments/check_colab.py [01 05 ...]

Needs Python 3.13. The environment of colab.txt is made once, in build/colab. Each notebook is
copied alone into an empty folder; its first cell installs `helpers` from the last commit of this
clone by git, as it does from the web.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "git+https://github.com/word-embeddings-course/word-embeddings-course"
ENVIRONMENT = ROOT / "build" / "colab"


def make_environment():
    """Make the environment if it is not there, and return its Python; None without Python 3.13."""
    candidates = [shutil.which("python3.13"), *Path.home().glob(".pyenv/versions/3.13*/bin/python")]
    interpreter = None
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
            interpreter = str(candidate)
    if interpreter is None:
        return None
    python = ENVIRONMENT / "bin" / "python"
    ready = ENVIRONMENT / "ready"
    if not ready.exists():
        subprocess.run([interpreter, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        requirements = str(Path(__file__).with_name("colab.txt"))
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", requirements], check=True)
        ready.touch()
    return python


def run(python, notebook, folder):
    """Run one notebook in a folder that holds nothing else; return whether it went through."""
    text = notebook.read_text(encoding="utf-8")
    assert SOURCE in text, "the set-up cell has changed"
    lesson = folder / notebook.name
    lesson.write_text(text.replace(SOURCE, f"git+file://{ROOT}"), encoding="utf-8")
    command = [str(python), "-m", "papermill", "--no-progress-bar", "-k", "python3",
               str(lesson), str(folder / "out.ipynb"), "--cwd", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    print(f"{notebook.stem}: {'OK' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    return done.returncode == 0


def main(wanted):
    """Run the lessons, all or those whose numbers are given; return the exit status."""
    python = make_environment()
    if python is None:
        print("Colab's versions were not tried: there is no python3.13 here.")
        return 0
    good = True
    for notebook in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        if not wanted or notebook.stem[:2] in wanted:
            subprocess.run([str(python), "-m", "pip", "uninstall", "-q", "-y",
                            "word-embeddings-course"], check=True)
            with tempfile.TemporaryDirectory() as folder:
                good = run(python, notebook, Path(folder)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
