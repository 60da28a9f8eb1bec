"""README and its neighbors say what is there."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from lessons import ADDRESS, badges

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
    assert f"repository-code: {ADDRESS}\n" in text_of("CITATION.cff")
    readme = text_of("README.md")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        assert badges(path.stem) in readme


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with perl")
def test_the_documented_command_writes_another_address_into_badges_set_up_and_pages(tmp_path):
    owner, name = ADDRESS.split("/")[-2:]
    old = f'{badges("01_x")} | %pip install "git+{ADDRESS}" | https://{owner}.github.io/{name}/try/'
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for file, text in (("README.md", old), ("CONTRIBUTING.md", text_of("CONTRIBUTING.md"))):
        (tmp_path / file).write_text(text, encoding="utf-8")
        subprocess.run(["git", "add", file], cwd=tmp_path, check=True)
    (tmp_path / "untracked.txt").write_text(old, encoding="utf-8")
    for owner, name in (("c", "d"), ("e", "f")):  # the command serves a second time
        contributing = (tmp_path / "CONTRIBUTING.md").read_text(encoding="utf-8")
        (command,) = re.findall(r"(?m)^git grep .+$", contributing)
        command = command.replace("OWNER", owner).replace("NAME", name)
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
        new = (tmp_path / "README.md").read_text(encoding="utf-8")
        assert new.count(f"{owner}/{name}") == 4 and new.endswith(f"https://{owner}.github.io/{name}/try/")
    assert (tmp_path / "untracked.txt").read_text(encoding="utf-8") == old


def test_readme_is_short_and_names_only_commands_that_exist():
    text = text_of("README.md")
    assert len(text.splitlines()) <= 110
    targets = set(re.findall(r"(?m)^(\w+):", text_of("Makefile")))
    named = set(re.findall(r"(?m)(?:`|^)make (\w+)", text))
    assert {"run", "test", "lab"} <= named <= targets


def requirements(name):
    """Return the requirements of a file, each with its reason."""
    found = {}
    for line in text_of(name).splitlines():
        if line and not line.startswith("#"):
            requirement, _, reason = line.partition(" # ")
            found[requirement.strip()] = reason.strip()
    return found


def test_every_dependency_has_a_reason_and_a_pin():
    listed = requirements("requirements.txt") | requirements("requirements-dev.txt")
    lock = text_of("requirements.lock")
    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==", lock))
    for requirement, reason in listed.items():
        assert reason, requirement
        assert re.match(r"[a-z0-9-]+", requirement)[0] in pinned, requirement
    assert lock.count("--hash=sha256:") > len(pinned) and "://" not in lock


def test_what_helpers_need_is_listed_alike_in_both_places():
    with open(ROOT / "pyproject.toml", "rb") as file:
        needed = tomllib.load(file)["project"]["dependencies"]
    first = text_of("requirements.txt").split("# Running the lessons")[0]
    for requirement in needed:
        assert requirement.replace("'", '"') in first
    assert len(needed) == len([line for line in first.splitlines() if line and line[0] != "#"])


def imported_packages():
    """Return the names of the packages that modules of helpers import at any place."""
    found = set()
    for path in (ROOT / "helpers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"helpers"}


OPTIONAL = {"huggingface_hub", "onnxruntime", "ai_edge_litert", "sentence_transformers", "IPython"}


def test_helpers_import_what_they_declare():
    with open(ROOT / "pyproject.toml", "rb") as file:
        needed = tomllib.load(file)["project"]["dependencies"]
    names = {re.match(r"[a-z0-9-]+", requirement)[0] for requirement in needed}
    names |= {"sklearn", "tensorflow"} | {name.replace("-", "_") for name in names}
    brought = {"urllib3", "requests", "PIL", "packaging"}  # by remotezip and matplotlib
    assert imported_packages() - OPTIONAL <= names | brought


def test_modules_of_helpers_import_without_a_circle():
    """Later lessons import earlier ones, and nothing imports tools or notebooks."""
    imports = {}
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        text = path.read_text(encoding="utf-8")
        targets = set(re.findall(r"(?m)^from (helpers[\w.]*) import", text))
        for line in re.findall(r"(?m)^from helpers import (.+)$", text):
            targets |= {f"helpers.{part.split(' as ')[0].strip()}" for part in line.split(",")}
        imports[name] = targets - {"helpers", name}
        assert "tools" not in text.replace("tools/", "") or "from tools" not in text
    while imports:
        free = [name for name, targets in imports.items() if not targets & set(imports)]
        assert free, imports
        for name in free:
            del imports[name]


def test_the_package_is_small_in_modules():
    public = [path.stem for path in (ROOT / "helpers").glob("[a-z]*.py")]
    assert len(public) <= 14, public


def test_python_bounds_agree():
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert text_of("binder/runtime.txt").strip() == "python-3.12"
    assert "Python 3.11, 3.12 or 3.13" in text_of("README.md")


def test_no_real_post_is_near():
    """The repository holds no data but the sample."""
    made = {".venv", "build", "runs", "my"}
    names = [path.name for path in ROOT.glob("*.tar.gz")]
    for folder in ROOT.iterdir():
        if folder.is_dir() and folder.name not in made:
            names += [str(path.relative_to(ROOT)) for path in folder.rglob("*.tar.gz")]
    assert names == [str(Path("helpers/sample/news20.tar.gz"))]
