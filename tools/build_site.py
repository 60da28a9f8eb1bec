"""Build the site in build/site: the lessons as committed, the teacher's pages, results, and the page to try.

    python tools/build_site.py

The page to try needs Node's package manager once, for onnxruntime-web, which
docs/package-lock.json pins; its two small models are trained here on the sample.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from sphinx.cmd.build import main as sphinx_build

from helpers import data, export, models
from helpers.headers import HEADER_PATTERN
from helpers.preparation import prepare

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "build" / "site-source"
# what Sphinx reads, at the places that the links between these pages mean
PAGES = ("notebooks", "teaching", "docs", "helpers/figures", "helpers/results", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md",
         "CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-TEXT.md", "pyproject.toml")
RUNTIME = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
SEED, LENGTH = 1337, 200
# text of each model: split, size of the vocabulary, whether the embedding is trained. Names in headers
# have no GloVe vector: a network with a frozen embedding cannot see them.
MODELS = {"body": ("thread", 20_000, False), "full": ("random", 10_000, True)}


def write_sources(folder):
    """Copy what the site is made of, the landing page to the top."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PAGES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name in ("conf.py", "index.md", "_static", "extra"):
        shutil.move(folder / "docs" / name, folder / name)
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        # badges become words: a page of the site loads nothing from elsewhere
        text = re.sub(r"\[!\[(Open in \w+)\]\([^)]*\)\]", r"[\1]", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")


def write_page_to_try(folder):
    """Write the models, the header rule and the runtime beside the page's own files."""
    class_names = data.load_corpus("sample").class_names
    (folder / "models").mkdir()
    for text in MODELS:
        trained = train(text, class_names)
        about = {"dataset": "sample", "text": text, "sequence_length": LENGTH}
        note = export.describe(trained, about=about)
        export.save_network(trained.model, folder / "models" / text, "onnx", trained.vocabulary,
                            note)
    rules = {"headerPattern": HEADER_PATTERN}
    (folder / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("The page to try needs npm, Node's package manager; install Node.js.")
    packages = SOURCES / "docs"  # package.json and its lock lie there
    subprocess.run([npm, "ci", "--ignore-scripts", "--silent"], cwd=packages, check=True)
    (folder / "ort").mkdir()
    for name in RUNTIME:
        shutil.copy(packages / "node_modules" / "onnxruntime-web" / "dist" / name, folder / "ort")


def train(text, class_names):
    """Train a one-token network on the sample, as lesson 5 does."""
    split_by, max_tokens, trainable = MODELS[text]
    posts = prepare("sample", text=text, split_by=split_by, seed=SEED, test_split=0.1,
                    max_tokens=max_tokens, sequence_length=LENGTH)
    models.set_seed(SEED)
    network = models.build_one_token_network(posts.matrix, len(class_names),
                                             trainable=trainable)
    models.train(network, np.array(posts.x_train), posts.y_train, np.array(posts.x_validation),
                 posts.y_validation, epochs=20, batch_size=32)
    _, accuracy = network.evaluate(np.array(posts.x_test), posts.y_test, verbose=0)
    return SimpleNamespace(model=network, vocabulary=posts.vocabulary, class_names=class_names,
                           test_accuracy=accuracy, test_posts=posts.test)


def main(output=ROOT / "build" / "site"):
    """Build the site; return the exit status."""
    write_sources(SOURCES)
    write_page_to_try(SOURCES / "extra" / "try")
    shutil.rmtree(output, ignore_errors=True)
    return sphinx_build(["-q", "-b", "html", "-W", "--keep-going", str(SOURCES), str(output)])


if __name__ == "__main__":
    sys.exit(main())
