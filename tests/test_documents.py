"""README and its neighbours say what is there."""

import re
import tomllib
from pathlib import Path

import pytest
import refresh_notebooks

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(ROOT.glob("*.md"))


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_resolve(path):
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_the_address_stands_in_one_place():
    address = refresh_notebooks.repository()
    assert f"repository-code: {address}\n" in text_of("CITATION.cff")
    readme = text_of("README.md")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        assert refresh_notebooks.badges(path.stem, address) in readme


def test_setting_the_address_reaches_badges_and_bootstrap():
    old = refresh_notebooks.badges("01_x", "https://github.com/a/b") + ' | %pip install "git+https://github.com/a/b"'
    new = refresh_notebooks.set_address(old, "https://github.com/c/d")
    assert "a/b" not in new and new.count("c/d") == 3


def test_readme_names_only_commands_that_exist():
    targets = set(re.findall(r"(?m)^(\w+):", text_of("Makefile")))
    named = set(re.findall(r"(?m)(?:`|^)make (\w+)", text_of("README.md")))
    assert {"run", "test", "lab", "lint", "bench"} <= named <= targets


def test_every_dependency_has_a_reason_and_a_pin():
    listed = text_of("requirements.txt") + text_of("requirements-extras.txt")
    lines = [line for line in listed.splitlines() if line and not line.startswith("#")]
    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==", text_of("requirements.lock")))
    for line in lines:
        requirement, _, reason = line.partition("  # ")
        assert reason, line
        assert re.match(r"[a-z0-9-]+", requirement)[0] in pinned, line
    lock = text_of("requirements.lock")
    assert lock.count("--hash=sha256:") > len(pinned) and "http:" not in lock and "https:" not in lock


def test_python_bounds_agree():
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert text_of("binder/runtime.txt").strip() == "python-3.12"
    assert "Python 3.11, 3.12 or 3.13" in text_of("README.md")


def test_no_real_post_is_near():
    """The repository holds no data but the sample."""
    names = [path.name for path in ROOT.rglob("*.tar.gz") if ".venv" not in path.parts]
    assert not names
