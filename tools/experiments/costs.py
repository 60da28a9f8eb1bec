"""Time the comparison's models from a raw post to an answer, and weigh them; for a quiet machine.

    python tools/experiments/costs.py --data-dir PATH

Each model is measured in a separate process, on posts of the first split's test set. Models of words
and the encoder's classifier are trained first. Networks keep their first weights: training changes
neither their speed nor their size. Writes helpers/results/costs.json; `report.py` shows it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

from experiments import comparison

from helpers import evaluation, leakage, models
from helpers.export import installed_mb, size_mb
from helpers.headers import clean_text
from helpers.splits import take
from helpers.vectorization import texts_to_sequences

COSTS = evaluation.RUNS.parent / "costs.json"
CONDITION = "body"
POSTS, TIMES = 256, 3  # the best of three is kept
TAUGHT = 100  # posts for the encoder's classifier: more change neither its speed nor its size
NETWORK = ("keras", "tensorflow")
ENCODER = ("sentence-transformers",)
INSTALLED = {  # model of the comparison: the packages that answer
    "naive Bayes": ("scikit-learn",),
    "linear model": ("scikit-learn",),
    "naive Bayes, words and pairs": ("scikit-learn",),
    "linear model, words and pairs": ("scikit-learn",),
    "mean of GloVe vectors": ("scikit-learn",),
    "sentence encoder": ENCODER,
    "naive Bayes and sentence encoder": ENCODER,
    "one-token network, GloVe frozen": NETWORK,
    "attention network, GloVe frozen": NETWORK,
    "Keras example, GloVe frozen": NETWORK,
}


def word_model(name, x, labels):
    """Return a function from integers to answers, and megabytes: the learned numbers and the words."""
    build = leakage.linear_model(0) if "linear" in name else models.naive_bayes()
    model = comparison.word_model(build, "pairs" in name).fit(comparison.as_texts(x), labels)
    numbers = model[1].coef_ if "linear" in name else model[1].feature_log_prob_
    n_bytes = numbers.nbytes + sum(map(len, model[0].vocabulary_))
    return lambda x: model.predict(comparison.as_texts(x)), n_bytes / 1e6


def mean_of_vectors(x, labels, matrix):
    """Return the same for the mean of GloVe vectors."""
    model = comparison.vectors_model().fit(comparison.means_of_vectors(x, matrix), labels)
    megabytes = (matrix.nbytes + model[-1].coef_.nbytes) / 1e6
    return lambda x: model.predict(comparison.means_of_vectors(x, matrix)), megabytes


def network(name, matrix, n_classes):
    """Return the same for a network."""
    build, vectors, trainable, _ = comparison.NETWORKS[name]
    models.set_seed(0)
    model = build(vectors(matrix, 0), n_classes, trainable=trainable)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        megabytes = size_mb(path)
    return lambda x: model.predict(x, verbose=0).argmax(axis=1), megabytes


def encoder(folder, texts, labels):
    """Return a function from texts to answers, and megabytes, for the sentence encoder."""
    model = comparison.load_encoder(folder)

    def encode(texts):
        cut = [comparison.first_words(text) for text in texts]
        return model.encode(cut, batch_size=32)

    classifier = comparison.encoder_model(1).fit(encode(texts), labels)
    n_numbers = sum(weight.numel() for weight in model.parameters()) + classifier.coef_.size
    return lambda texts: classifier.predict(encode(texts)), 4 * n_numbers / 1e6


def measure(name, data_dir, folder):
    """Return the posts per second from raw posts, the megabytes, and what must be installed."""
    posts = comparison.prepared("full", data_dir, CONDITION, comparison.SEEDS[0])
    corpus = comparison.load_corpus("full", data_dir)
    raw = take(corpus.texts, posts.test[:POSTS])
    rule = evaluation.CONDITIONS[CONDITION]["text"]
    x, labels, matrix = np.array(posts.x_train), posts.y_train, posts.matrix
    from_integers = from_texts = None
    megabytes = 0.0
    if "encoder" in name:
        texts = [clean_text(post, rule) for post in take(corpus.texts, posts.train[:TAUGHT])]
        from_texts, megabytes = encoder(folder, texts, labels[:TAUGHT])
    if name.startswith(("naive", "linear")):
        from_integers, own = word_model(name, x, labels)
        megabytes += own
    elif name.startswith("mean"):
        from_integers, megabytes = mean_of_vectors(x, labels, matrix)
    elif name in comparison.NETWORKS:
        from_integers, megabytes = network(name, matrix, len(corpus.class_names))

    def answer():
        texts = [clean_text(post, rule) for post in raw]
        if from_integers:
            length = comparison.LIMITS["sequence_length"]
            from_integers(texts_to_sequences(texts, posts.vocabulary, length))
        if from_texts:
            from_texts(texts)

    answer()  # the first time is slower
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        answer()
        seconds.append(time.perf_counter() - start)
    packages = INSTALLED[name]
    return {"posts_per_s": round(POSTS / min(seconds), 1), "megabytes": round(megabytes, 1),
            "packages": list(packages), "installed_mb": round(installed_mb(*packages))}


def main(arguments=None):
    """Measure all models, or print what one gives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True, help="folder with the real posts and vectors")
    parser.add_argument("--encoder", default="", help="folder with the sentence encoder's files")
    parser.add_argument("--model", choices=INSTALLED, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.model:
        print(json.dumps(measure(options.model, options.data_dir, options.encoder)))
        return 0
    costs = {}
    for name in INSTALLED:
        command = [sys.executable, __file__, "--data-dir", options.data_dir, "--encoder", options.encoder,
                   "--model", name]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        costs[name] = json.loads(done.stdout.splitlines()[-1])
        print(name, costs[name], flush=True)
    COSTS.write_text(json.dumps(costs, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
