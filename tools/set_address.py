"""Write another address of the repository into every file that holds it.

    python tools/set_address.py https://github.com/OWNER/NAME

Where the repository has moved, or been forked: badges, set-up cells, links to the pages,
pyproject.toml, CITATION.cff. The outputs of the notebooks stay as they are.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GITHUB = "https://github.com/"


def repository():
    """Return the repository's address, which pyproject.toml holds."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def moved(text, old, new):
    """Return a text with the new address: of the repository, and of its pages.

    Parameters
    ----------
    text : str
        Any text.
    old, new : str
        "owner/name" of the repository.

    Returns
    -------
    str
    """
    old_pages = old.replace("/", ".github.io/")
    new_pages = new.replace("/", ".github.io/")
    return text.replace(old_pages, new_pages).replace(old, new)


def main(arguments):
    """Rewrite the tracked files; return the exit status."""
    if len(arguments) != 1 or arguments[0].removeprefix(GITHUB).count("/") != 1:
        print(f"Usage: python tools/set_address.py {GITHUB}OWNER/NAME", file=sys.stderr)
        return 2
    old = repository().removeprefix(GITHUB)
    new = arguments[0].removeprefix(GITHUB)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True)
    for name in listed.stdout.decode("utf-8").splitlines():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue
        if moved(text, old, new) != text:
            (ROOT / name).write_text(moved(text, old, new), encoding="utf-8", newline="\n")
            print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
