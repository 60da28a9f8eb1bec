"""Time the preparation side by side: the naive implementation and the course's, with peak memory.

    python tools/experiments/benchmarks.py --data-dir PATH

Each step runs in a separate process, so that its time and memory are measured alone. The table goes
into docs/benchmarks.md; it holds ratios, because seconds belong to one machine.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from helpers import data, glove
from helpers.headers import clean_text
from helpers.splits import random_split, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
MAX_TOKENS, LENGTH, DIMENSION, SEED = 20_000, 200, 100, 1337
POSTS = 4_000  # an array of all posts, as wide as the longest one, would need more than 20 GB
IMPLEMENTATIONS = """\
* *Texts to integers.* The naive implementation puts all texts into one NumPy array, in which each cell is as wide as the
  longest text, and gives it to Keras's `TextVectorization`. The course takes one text after the other.
* *GloVe to matrix.* The naive implementation parses every line of the file into a dict, then looks each word up. The course
  parses only the lines of the wanted words."""


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
    return glove.embedding_matrix(path, vocabulary, DIMENSION)


TASKS = {
    "texts to integers": (naive_sequences, course_sequences),
    "GloVe to matrix": (naive_matrix, course_matrix),
}


def run_step(step, data_dir):
    """Run one step with an empty cache; return its seconds, its peak memory in MB, its result's sum."""
    if step is naive_sequences:
        import keras  # noqa: F401 - its import is not timed
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORD_EMBEDDINGS_CACHE"] = folder
        corpus = data.load_corpus("full", data_dir)
        texts = [clean_text(post, "reference") for post in corpus.texts]
        split = random_split(len(corpus), validation_split=0.2, seed=SEED)
        vocabulary = learn_vocabulary(take(texts, split.train), MAX_TOKENS)
        texts = take(texts, split.train[:POSTS])
        start = time.perf_counter()
        result = step(texts, vocabulary, data_dir)
        seconds = time.perf_counter() - start
        return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, float(result.sum())


def measure(step, data_dir):
    """Run one step in a separate process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(run_step, step, data_dir).result()


def main():
    """Measure all tasks and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True, help="folder with the real posts and vectors")
    options = parser.parse_args()
    lines = ["# Benchmarks", "",
             f"The preparation of the real posts, measured {date.today()} on {POSTS:,} training posts, with the vocabulary of all training posts. "
             "Each step ran in a separate process; written by `tools/experiments/benchmarks.py`.",
             "", IMPLEMENTATIONS, "", "| task | times faster than the naive implementation | peak memory, naive | peak memory, course |",
             "|---|---|---|---|"]
    for task, (naive, course) in TASKS.items():
        slow, slow_mb, slow_sum = measure(naive, options.data_dir)
        fast, fast_mb, fast_sum = measure(course, options.data_dir)
        if abs(slow_sum - fast_sum) > 1e-3 * abs(slow_sum):
            raise ValueError(f"{task}: the two implementations differ")
        lines.append(f"| {task} | {slow / fast:.1f} | {slow_mb:,.0f} MB | {fast_mb:,.0f} MB |")
        print(lines[-1])
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
