"""How many posts a second the course's model answers, beside the reference's, and how soon the first: in one run.

    python benchmarks/formats.py
    python benchmarks/formats.py --dataset full --data-dir path/to/folder

Both models take strings, in batches of 256, on the same posts. The reference is the end-to-end model of the example
"Using pre-trained word embeddings"; its weights are as they were made, for they do not change its speed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for name, value in (("KERAS_BACKEND", "tensorflow"), ("TF_CPP_MIN_LOG_LEVEL", "2"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
    os.environ.setdefault(name, value)  # as in the lessons, before TensorFlow is imported

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from helpers import data, export, formats, models, predict  # noqa: E402
from helpers.demo import LESSON  # noqa: E402
from helpers.headers import clean_text  # noqa: E402
from helpers.vectorization import build_vectorizer  # noqa: E402

ROUNDS = 5


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Posts per second and time to the first answer.")
    parser.add_argument("--dataset", default="sample", choices=("sample", "full"))
    parser.add_argument("--data-dir", default="")
    given = parser.parse_args()
    corpus = data.load_corpus(given.dataset, given.data_dir)
    trained = models.trained_classifier(corpus, dataset=given.dataset, data_dir=given.data_dir, **LESSON)
    with tempfile.TemporaryDirectory() as folder:
        paths = export.save(trained, folder, sequence_length=LESSON["sequence_length"], text=LESSON["text"], about={})
        predictor, posts = predict.load(paths["savedmodel"]), corpus.texts[:1_000]
        print_throughput(trained, predictor, corpus.texts[:10 * predict.BATCH])
        print_start(paths, posts[0])
        whole = export.end_to_end(trained.model, trained.vocabulary, trained.class_names, LESSON["sequence_length"])
        in_memory = whole.predict(tf.constant([clean_text(post, LESSON["text"]) for post in posts]), verbose=0)
        print(formats.table(formats.compare(paths, posts, in_memory["probabilities"])))


def print_throughput(trained, predictor, posts):
    """Print posts per second of both models; rounds alternate, so that a busy moment meets both."""
    matrix = np.zeros((len(trained.vocabulary), LESSON["embedding_dim"]), np.float32)
    network = models.build_reference_network(matrix, len(trained.class_names))
    text = keras.Input((1,), dtype="string")
    reference = keras.Model(text, network(build_vectorizer(trained.vocabulary, LESSON["sequence_length"])(text)))
    column = tf.constant(posts)[:, None]
    ways = {"reference": lambda: reference.predict(column, batch_size=predict.BATCH, verbose=0),
            "course, SavedModel": lambda: predictor(posts)}
    seconds = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    # the first round warms up
    speeds = {name: len(posts) / statistics.median(taken[1:]) for name, taken in seconds.items()}
    for name, speed in speeds.items():
        print(f"{name:20} {speed:8,.0f} posts per second")
    print(f"{speeds['course, SavedModel'] / speeds['reference']:.1f} times as many")


def print_start(paths, post):
    """Print how long a new process takes for one post, beside one that only imports TensorFlow."""
    commands = {"import tensorflow": ["-c", "import tensorflow"],
                **{name: ["-m", "helpers.predict", str(path)] for name, path in paths.items()}}
    seconds = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], input=post, text=True, encoding="utf-8", capture_output=True,
                           check=True, cwd=ROOT)
            seconds[name].append(time.perf_counter() - start)
    alone = statistics.median(seconds["import tensorflow"])
    for name, taken in seconds.items():
        packages = formats.RUNS_ON.get(name.partition(",")[0], ("tensorflow",))
        print(f"{name:20} {statistics.median(taken):6.2f} s, {statistics.median(taken) / alone:4.2f} times the import; "
              f"{formats.installed_mb(*packages):5,.0f} MB installed")


if __name__ == "__main__":
    main()
