"""Build the site: the lessons as committed, the teacher's pages, results, and the page to try.

    python tools/build_site.py [--output build/site]

The page to try needs Node's package manager once, for onnxruntime-web, which
docs/package-lock.json pins; its two small models are trained here on the sample.
"""

import argparse
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
from helpers.headers import HEADER_PATTERN, thread_subject
from helpers.preparation import prepare

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "build" / "site-source"
# what Sphinx reads, at the places that the links between these pages mean
PAGES = ("notebooks", "teaching", "docs", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md",
         "CITATION.cff", "LICENSE", "LICENSE-TEXT.md", "pyproject.toml")
RUNTIME = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
SEED, LENGTH = 1337, 200
TRAINING = {"epochs": 20, "batch_size": 32}
# lesson 5's settings
SETTINGS = {"dataset": "sample", "data_dir": "", "seed": SEED, "validation_split": 0.2,
            "test_split": 0.1, "sequence_length": LENGTH, "embedding_dim": 100, "text": "body",
            "split_by": "thread", "max_tokens": 20_000, **TRAINING}
EXAMPLE_GROUPS = ("comp.graphics", "rec.motorcycles", "sci.med", "talk.politics.guns")


def write_sources(folder):
    """Copy what the site is made of, the landing page to the top."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PAGES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name in ("conf.py", "index.md", "_static", "extra"):
        shutil.move(folder / "docs" / name, folder / name)
    shutil.copytree(ROOT / "helpers" / "figures", folder / "helpers" / "figures")
    shutil.copytree(ROOT / "helpers" / "results", folder / "helpers" / "results")
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        # badges become words: a page of the site loads nothing from elsewhere
        text = re.sub(r"\[!\[(Open in \w+)\]\([^)]*\)\]", r"[\1]", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")


def write_page_to_try(folder):
    """Write the models, the header rule, examples and the runtime beside the page's own files."""
    corpus = data.load_corpus("sample")
    found = {"body": models.trained_classifier(corpus, **SETTINGS), "full": leaky_model(corpus)}
    (folder / "models").mkdir()
    for text, trained in found.items():
        about = {"dataset": "sample", "text": text, "sequence_length": LENGTH}
        note = export.describe(trained, about=about)
        export.save_network(trained.model, folder / "models" / text, "onnx", trained.vocabulary,
                            note)
    rules = {"headerPattern": HEADER_PATTERN}
    (folder / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    text = json.dumps(examples(corpus), ensure_ascii=False, indent=1)
    (folder / "examples.json").write_text(text, encoding="utf-8")
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("The page to try needs npm, Node's package manager; install Node.js.")
    packages = ROOT / "build" / "page"
    packages.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "docs" / name, packages / name)
    subprocess.run([npm, "ci", "--ignore-scripts", "--silent"], cwd=packages, check=True)
    (folder / "ort").mkdir()
    for name in RUNTIME:
        shutil.copy(packages / "node_modules" / "onnxruntime-web" / "dist" / name, folder / "ort")


def leaky_model(corpus):
    """Train the same network on whole posts, headers included, with a trainable embedding.

    Names in headers have no GloVe vector: a network with a frozen embedding cannot see them.
    """
    posts = prepare("sample", text="full", split_by="random", seed=SEED, test_split=0.1,
                    max_tokens=10_000, sequence_length=LENGTH)
    models.set_seed(SEED)
    network = models.build_one_token_network(np.array(posts.matrix), len(corpus.class_names),
                                             trainable=True)
    models.train(network, np.array(posts.x_train), posts.y_train, np.array(posts.x_validation),
                 posts.y_validation, verbose=0, **TRAINING)
    _, accuracy = network.evaluate(np.array(posts.x_test), posts.y_test, verbose=0)
    return SimpleNamespace(model=network, vocabulary=posts.vocabulary,
                           class_names=corpus.class_names, test_accuracy=accuracy,
                           test_posts=posts.test)


def examples(corpus):
    """Return a short post of some groups, and a sentence, as the page offers them."""
    chosen = [{"name": "A sentence",
               "text": "this message is about computer graphics and 3D modeling"}]
    for group in EXAMPLE_GROUPS:
        label = corpus.class_names.index(group)
        for text, own_label in zip(corpus.texts, corpus.labels):
            if own_label == label and 500 < len(text) < 1500:
                chosen.append({"name": f"{group}: {thread_subject(text)}", "text": text})
                break
    return chosen


def main(arguments=None):
    """Build the site; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    options = parser.parse_args(arguments)
    write_sources(SOURCES)
    write_page_to_try(SOURCES / "extra" / "try")
    shutil.rmtree(options.output, ignore_errors=True)
    return sphinx_build(["-q", "-b", "html", "-W", "--keep-going", str(SOURCES),
                         str(options.output)])


if __name__ == "__main__":
    sys.exit(main())
