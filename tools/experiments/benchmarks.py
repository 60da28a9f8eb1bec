"""Time the preparation side by side: the naive implementation and the course's, with peak memory.

    python tools/experiments/benchmarks.py --data-dir PATH

Each step runs in a separate process, so that its time and memory are measured alone. The table goes
into docs/benchmarks.md; it holds ratios, because seconds belong to one machine.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from helpers import data, glove
from helpers.headers import clean_text
from helpers.splits import random_split, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
MAX_TOKENS, LENGTH, DIMENSION, SEED = 20_000, 200, 100, 1337
POSTS = 4_000  # an array of all posts, as wide as the longest one, would need more than 20 GB
# name of the task: the naive step, the course's step
TASKS = {
    "texts to integers": ("naive_sequences", "course_sequences"),
    "GloVe to matrix": ("naive_matrix", "course_matrix"),
}


def _inputs(data_dir):
    corpus = data.load_corpus("full", data_dir)
    texts = [clean_text(post, "reference") for post in corpus.texts]
    split = random_split(len(corpus), validation_split=0.2, seed=SEED)
    return take(texts, split.train[:POSTS]), learn_vocabulary(take(texts, split.train), MAX_TOKENS)


def naive_sequences(texts, vocabulary, data_dir):
    """Vectorize all texts at once, from one array that is as wide as the longest text."""
    from keras.layers import TextVectorization

    vectorizer = TextVectorization(output_sequence_length=LENGTH, vocabulary=vocabulary[2:])
    return vectorizer(np.array([[text] for text in texts])).numpy()


def course_sequences(texts, vocabulary, data_dir):
    """Vectorize one text after the other."""
    return texts_to_sequences(texts, vocabulary, LENGTH)


def naive_matrix(texts, vocabulary, data_dir):
    """Parse every line of the vectors into a dict, then look each word up."""
    vectors = {}
    path = data.find_vectors("full", data_dir, DIMENSION)
    with glove.open_vectors(path, DIMENSION) as lines:
        for line in lines:
            word, numbers = line.decode("utf-8").split(maxsplit=1)
            vectors[word] = np.fromstring(numbers, "f", sep=" ")
    matrix = np.zeros((len(vocabulary), DIMENSION), np.float32)
    for row, word in enumerate(vocabulary):
        if word in vectors:
            matrix[row] = vectors[word]
    return matrix


def course_matrix(texts, vocabulary, data_dir):
    """Parse the lines of wanted words only."""
    path = data.find_vectors("full", data_dir, DIMENSION)
    vectors, _ = glove.read_vectors(path, vocabulary[2:], DIMENSION)
    matrix = np.zeros((len(vocabulary), DIMENSION), np.float32)
    for row, word in enumerate(vocabulary):
        if word in vectors:
            matrix[row] = vectors[word]
    return matrix


def run_step(name, data_dir):
    """Run one step, and print its seconds, its peak memory and the sum of its result as JSON."""
    texts, vocabulary = _inputs(data_dir)
    if name == "naive_sequences":
        import keras  # noqa: F401 - its import is not timed
    start = time.perf_counter()
    result = globals()[name](texts, vocabulary, data_dir)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "sum": float(result.sum())}))


def measure(name, data_dir):
    """Run one step in a separate process; return what it prints."""
    command = [sys.executable, __file__, "--data-dir", data_dir, "--step", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments=None):
    """Measure all tasks and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True, help="folder with the real posts and vectors")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step:
        return run_step(options.step, options.data_dir)
    lines = ["# Benchmarks", "",
             f"The preparation of the real posts, measured {date.today()} on {POSTS:,} training posts and the vocabulary of all. "
             "Each step ran in a separate process; written by `tools/experiments/benchmarks.py`.",
             "", "| task | times faster than the naive implementation | peak memory, naive | peak memory, course |",
             "|---|---|---|---|"]
    for task, (naive, course) in TASKS.items():
        slow, fast = measure(naive, options.data_dir), measure(course, options.data_dir)
        if abs(slow["sum"] - fast["sum"]) > 1e-3 * abs(slow["sum"]):
            raise ValueError(f"{task}: the two implementations differ")
        lines.append(f"| {task} | {slow['seconds'] / fast['seconds']:.1f} "
                     f"| {slow['peak_mb']:,.0f} MB | {fast['peak_mb']:,.0f} MB |")
        print(lines[-1])
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
