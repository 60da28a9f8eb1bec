"""Build the site: the lessons as committed, the teacher's pages, results, and the page to try.

    python tools/build_site.py [--output build/site]

The page to try needs Node's package manager once, for onnxruntime-web, which
docs/package-lock.json pins; its two small models are trained here on the sample.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx_build

from helpers import data, export, models
from helpers.headers import HEADER_PATTERN, thread_subject

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "build" / "site-source"
# what Sphinx reads, at the places that the links between these pages mean
PAGES = ("notebooks", "teaching", "docs", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md",
         "CITATION.cff", "LICENSE", "LICENSE-TEXT.md", "pyproject.toml")
RUNTIME = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
# lesson 5's settings; the second model reads whole posts, and shows what a leak does
SETTINGS = {"dataset": "sample", "data_dir": "", "seed": 1337, "validation_split": 0.2,
            "test_split": 0.1, "sequence_length": 200, "embedding_dim": 100, "epochs": 20,
            "batch_size": 32}
MODELS = {"body": {"text": "body", "split_by": "thread", "max_tokens": 20_000},
          "full": {"text": "full", "split_by": "random", "max_tokens": 10_000}}
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


def write_page_to_try(folder):
    """Write the models, the header rule, examples and the runtime beside the page's own files."""
    corpus = data.load_corpus("sample")
    for name, settings in MODELS.items():
        trained = models.trained_classifier(corpus, **SETTINGS, **settings)
        about = {"dataset": "sample"}
        note = export.describe(trained, sequence_length=SETTINGS["sequence_length"],
                               text=settings["text"], about=about)
        target = folder / "models" / name
        target.parent.mkdir(exist_ok=True)
        export.save_network(trained.model, target, "onnx", trained.vocabulary, note)
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
