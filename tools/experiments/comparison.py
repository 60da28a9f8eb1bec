"""The comparison of lesson 08: every model under the same protocol, one line of JSON per run.

    python tools/experiments/comparison.py --dataset full --data-dir PATH
    python tools/experiments/comparison.py --dataset full --data-dir PATH --only model="naive Bayes"

Runs that are in the file already are not run again: a stopped command goes on where it was.
`report.py` writes the tables, charts and the results page from the file; docs/comparison.md holds
the protocol in words.
"""

import argparse
import base64
import contextlib
import hashlib
import io
import json
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from helpers import evaluation, leakage, models, preparation
from helpers._cache import CODE, cache_dir, cached_arrays, locked
from helpers.data import load_corpus
from helpers.headers import clean_text, refuse_one_text

# for all models: the 20,000 most frequent words of the training posts, 200 tokens of each post
LIMITS = {"max_tokens": 20_000, "sequence_length": 200, "embedding_dim": 100}
SHARES = {"validation_split": 0.05, "test_split": 0.2}
ONE_IN = 5  # one labeled post in five is for validation, and at most the whole validation set
BATCH_SIZE, SMALL_BATCH, MANY = 128, 32, 5_000  # below 5,000 posts large batches are too few
EPOCHS, PATIENCE = 20, 5
# of the encoder's classifier, to choose from: C times the number of training posts
CONSTANTS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
WEIGHTS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)  # of naive Bayes beside the encoder
KEY = ("model", "condition", "seed", "n_labels")
ENCODER = "all-MiniLM-L6-v2"
MAX_PIECES, MAX_WORDS = 256, 200  # word pieces and words of each text that the encoder reads
SEEDS, MORE_SEEDS = (11, 12, 13, 14, 15), (16, 17, 18, 19, 20)
SIZES = (200, 500, 1_000, 2_000, 4_000, 8_000)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Task:
    """What a model is given: arrays of one split, and how many of its labels may be used."""

    posts: preparation.Prepared
    n_train: int
    n_validation: int
    seed: int
    epochs: int
    encode: callable  # takes nothing; returns an array with one row per post of the corpus

    def labeled(self, part):
        """Return integers, labels and positions of the labeled "train" or "validation" posts."""
        n = {"train": self.n_train, "validation": self.n_validation}[part]
        # copies: the arrays lie in the cache, and Keras would write on them
        names = (f"x_{part}", f"y_{part}", part)
        return tuple(np.array(getattr(self.posts, name)[:n]) for name in names)

    def all_labeled(self):
        """Return the same of all labeled posts, for models that choose nothing."""
        parts = zip(self.labeled("train"), self.labeled("validation"))
        return tuple(np.concatenate(part) for part in parts)


def _most_frequent(task):
    _, labels, _ = task.all_labeled()
    answers = np.full(len(task.posts.y_test), np.bincount(labels).argmax())
    return answers, {"learned_parameters": 0}


def as_texts(x):
    """Write integers as texts: the tokens that the networks see, without unknown ones."""
    return [" ".join(row[row > 1].astype(str)) for row in x]


def word_model(pipeline, pairs=False):
    """Let a model of words read what `as_texts` writes, and pairs of words too if asked."""
    n = 2 if pairs else 1  # pairs of words that occur in two posts or more
    return pipeline.set_params(tfidfvectorizer__token_pattern=r"\S+", tfidfvectorizer__min_df=n,
                               tfidfvectorizer__ngram_range=(1, n))


def _words(build, pairs=False):
    def measure(task):
        x, labels, _ = task.all_labeled()
        model = word_model(build(task.seed), pairs).fit(as_texts(x), labels)
        learned = len(model[0].vocabulary_) * len(model.classes_)
        return model.predict(as_texts(task.posts.x_test)), {"learned_parameters": learned}
    return measure


def means_of_vectors(x, matrix):
    """Return the mean vector of each post's known words; some posts at a time, for memory."""
    rows = []
    for part in np.array_split(x, 20):
        vectors = matrix[part]
        known = vectors.any(axis=2).sum(axis=1, keepdims=True)
        rows.append(vectors.sum(axis=1) / np.maximum(known, 1))
    return np.concatenate(rows)


def vectors_model():
    """Return the classifier of mean vectors, not fitted yet."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))


def _mean_of_vectors(task):
    matrix = task.posts.matrix
    x, labels, _ = task.all_labeled()
    model = vectors_model().fit(means_of_vectors(x, matrix), labels)
    answers = model.predict(means_of_vectors(task.posts.x_test, matrix))
    return answers, {"learned_parameters": model[-1].coef_.size}


def encoder_model(c):
    """Return the classifier of the encoder's vectors, not fitted yet."""
    return LogisticRegression(C=c, max_iter=2_000)


def _fit_encoder(task, labeled, constant):
    _, labels, rows = labeled
    return encoder_model(constant / len(labels)).fit(task.encode()[rows], labels)


def _choose(task, words, weights):
    """Choose on the validation posts the encoder's constant, and the weight of the words' scores.

    Returns the accuracy there, the constant and the weight; of equal ones the first.
    """
    labeled, (_, labels, rows) = task.labeled("train"), task.labeled("validation")
    best = -1, None, None
    for constant in CONSTANTS:
        model = _fit_encoder(task, labeled, constant)
        encoder = model.predict_log_proba(task.encode()[rows])
        for weight in weights:
            answers = model.classes_[(weight * words + encoder).argmax(axis=1)]
            accuracy = float(np.mean(answers == labels))
            if accuracy > best[0]:
                best = accuracy, constant, weight
    return best


def _encoder(task):
    accuracy, constant, _ = _choose(task, 0, (0,))
    model = _fit_encoder(task, task.all_labeled(), constant)  # now it learns from all labeled posts
    return model.predict(task.encode()[task.posts.test]), {
        "learned_parameters": model.coef_.size, "constant": constant,
        "validation_accuracy": accuracy}


def _word_scores(labeled, x):
    """Return the scores of naive Bayes for some posts: for each post, mean 0 and deviation 1."""
    x_labeled, labels, _ = labeled
    words = word_model(models.naive_bayes()).fit(as_texts(x_labeled), labels)
    scores = words[-1].predict_joint_log_proba(words[0].transform(as_texts(x)))
    spread = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread == 0, 1, spread)


def _words_and_encoder(task):
    words = _word_scores(task.labeled("train"), task.labeled("validation")[0])
    accuracy, constant, weight = _choose(task, words, WEIGHTS)
    # constant and weight are chosen: now both learn from all labeled posts
    labeled = task.all_labeled()
    words = _word_scores(labeled, task.posts.x_test)
    model = _fit_encoder(task, labeled, constant)
    encoder = model.predict_log_proba(task.encode()[task.posts.test])
    return model.classes_[(weight * words + encoder).argmax(axis=1)], {
        "weight": weight, "constant": constant, "validation_accuracy": accuracy}


def _network(build, vectors, trainable, recipe):
    def measure(task):
        models.set_seed(task.seed)
        matrix = vectors(task.posts.matrix, task.seed)
        network = build(matrix, int(task.posts.y_train.max()) + 1, trainable=trainable)
        x_train, y_train, _ = task.labeled("train")
        x_validation, y_validation, _ = task.labeled("validation")
        history = models.train(
            network, x_train, y_train, x_validation, y_validation, epochs=task.epochs,
            batch_size=BATCH_SIZE if len(y_train) >= MANY else SMALL_BATCH, patience=PATIENCE,
            monitor="val_accuracy", **recipe)
        probabilities = network.predict(np.array(task.posts.x_test), batch_size=256, verbose=0)
        return probabilities.argmax(axis=1), {
            "learned_parameters": sum(weight.numpy().size for weight in network.trainable_weights),
            "epoch": int(np.argmax(history["val_accuracy"])) + 1,
            "validation_accuracy": max(history["val_accuracy"]),
            "history": {name: [round(float(value), 4) for value in values]
                        for name, values in history.items()}}
    return measure


def _raw(matrix, seed):
    return matrix


def _standard_normal(matrix, seed):
    return models.standardized_matrix(np.zeros_like(matrix), seed)


def _keras_default(matrix, seed):
    """Return what `keras.layers.Embedding` starts from when it is given no vectors."""
    import keras  # as in `main`: only after `helpers`, which sets it up

    return keras.initializers.RandomUniform(seed=seed)(matrix.shape).numpy()


EXAMPLE, ONE_TOKEN = models.build_example_network, models.build_one_token_network
ATTENTION, RECIPE = models.build_attention_network, {"dropped_share": 0.4, "decay": True}
STANDARDIZED = models.standardized_matrix
# how each network is built, what its embedding starts from, whether that is trained, further options
NETWORKS = {
    "one-token network, GloVe frozen": (ONE_TOKEN, _raw, False, {}),
    "one-token network, GloVe fine-tuned": (ONE_TOKEN, _raw, True, {}),
    "attention network, GloVe frozen": (ATTENTION, STANDARDIZED, False, RECIPE),
    "attention network, GloVe fine-tuned": (ATTENTION, STANDARDIZED, True, RECIPE),
    "attention network, random vectors": (ATTENTION, _standard_normal, True, RECIPE),
    "Keras example, GloVe frozen": (EXAMPLE, _raw, False, {}),
    "Keras example, GloVe fine-tuned": (EXAMPLE, _raw, True, {}),
    "Keras example, random vectors": (EXAMPLE, _keras_default, True, {}),
}
MODELS = {
    "most frequent class": _most_frequent,
    "naive Bayes": _words(lambda seed: models.naive_bayes()),
    "linear model": _words(leakage.linear_model),
    "naive Bayes, words and pairs": _words(lambda seed: models.naive_bayes(), pairs=True),
    "linear model, words and pairs": _words(leakage.linear_model, pairs=True),
    "mean of GloVe vectors": _mean_of_vectors,
    "sentence encoder": _encoder,
    "naive Bayes and sentence encoder": _words_and_encoder,
    **{name: _network(*parts) for name, parts in NETWORKS.items()},
}
# the rows of the learning curve, measured under the condition "body"
CURVE = ("naive Bayes", "sentence encoder", "naive Bayes and sentence encoder",
         "attention network, GloVe frozen")


def run(*, model, condition, seed, n_labels=0, dataset="sample", data_dir="", epochs=EPOCHS,
        encoder=""):
    """Train one model under one condition with one seed, and measure the test set once.

    `n_labels` is the number of labeled posts for training and validation together, 0 for all of them;
    `encoder` the folder with the sentence encoder's files, "" to get them by name. The dict returned
    holds JSON values only: parameters, accuracy, which test posts were answered correctly, what
    validation chose, and versions. Raises ValueError if there is no such model or condition, or fewer
    labeled posts than asked for.
    """
    known = {"model": MODELS, "condition": evaluation.CONDITIONS}
    for what, value in (("model", model), ("condition", condition)):
        if value not in known[what]:
            raise ValueError(f"There is no {what} {value!r}; there are: {'; '.join(known[what])}.")
    posts = prepared(dataset, data_dir, condition, seed)
    n_train, n_validation = len(posts.y_train), len(posts.y_validation)
    if n_labels:
        n_validation = min(n_labels // ONE_IN, n_validation)
        n_train = n_labels - n_validation
    if not 0 < n_train <= len(posts.y_train):
        most = len(posts.y_train) + len(posts.y_validation)
        raise ValueError(f"n_labels must be 0 or a number up to {most:,}, but is {n_labels}.")
    start = time.perf_counter()
    task = Task(posts, n_train, n_validation, seed, epochs, lambda: _encoded(
        dataset, data_dir, evaluation.CONDITIONS[condition]["text"], encoder))
    answers, measured = MODELS[model](task)
    correct = answers == posts.y_test
    return {
        "model": model, "condition": condition, "seed": seed, "n_labels": n_labels,
        "dataset": dataset, "accuracy": round(float(correct.mean()), 6), "n_train": n_train,
        "n_validation": n_validation, "n_test": len(correct), **measured,
        "seconds": round(time.perf_counter() - start, 1),
        "correct": base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
        "code": CODE[:12],
        "versions": {name: version(name) for name in ("keras", "numpy", "scikit-learn")}}


@lru_cache(maxsize=4)
def prepared(dataset, data_dir, condition, seed):
    return preparation.prepare(dataset, data_dir, seed=seed, **LIMITS, **SHARES,
                               **evaluation.CONDITIONS[condition])


def load_encoder(folder=""):
    """Return the encoder, from the folder with its files, or by name."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise RuntimeError(
            "The sentence encoder needs a package that is not installed. Install it with "
            "`pip install sentence-transformers`, or leave the encoder out.") from error
    encoder = SentenceTransformer(str(folder) or ENCODER)
    encoder.max_seq_length = MAX_PIECES
    return encoder


def first_words(text):
    """Return the words of a text that the encoder reads, with single blanks between them."""
    return " ".join(text.split()[:MAX_WORDS])


def encode_texts(texts, folder=""):
    """Return one vector per cleaned post, float32, from the cache or computed now; read-only."""
    refuse_one_text(texts)
    texts = [first_words(text) for text in texts]

    def build():
        return {"vectors": load_encoder(folder).encode(texts, batch_size=32).astype(np.float32)}

    digest = hashlib.sha256("\0".join(texts).encode("utf-8")).hexdigest()
    key = {"texts": digest, "n_texts": len(texts), "model": str(folder) or ENCODER,
           "max_pieces": MAX_PIECES}
    return cached_arrays("encoded", key, build)["vectors"]


@lru_cache(maxsize=1)
def _encoded(dataset, data_dir, text, encoder):
    with redirect_stdout(io.StringIO()):
        corpus = load_corpus(dataset, data_dir)
    texts = [clean_text(post, text) for post in corpus.texts]
    return encode_texts(texts, folder=encoder)


def grid():
    """Return the runs of the table and of the learning curve, as arguments of `run`."""
    rows = []
    for model in MODELS:
        for seed in SEEDS if model in NETWORKS else SEEDS + MORE_SEEDS:
            rows += [(model, condition, seed, 0) for condition in evaluation.CONDITIONS]
            if model in CURVE:
                rows += [(model, "body", seed, size) for size in SIZES]
    return [dict(zip(KEY, values)) for values in rows]


def key_of(row):
    """Return what tells one run from another, as a tuple."""
    return tuple(row[name] for name in (*KEY, "dataset"))


def read_runs(path):
    """Return the runs that a file holds, if it exists; a last line not written to its end is left out."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines() if line]


def append_run(path, row):
    """Add one run to the file, which is made if it does not exist."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    with open(path, "a", encoding="utf-8") as file:
        if text and not text.endswith("\n"):  # an earlier command was killed while writing
            file.truncate(len(text[:text.rfind("\n") + 1].encode("utf-8")))
        file.write(json.dumps(row, allow_nan=False) + "\n")


def main(arguments=None):
    """Run the command line; return 0, or 1 if a run failed."""
    import tensorflow as tf

    options = parse(parser(__doc__), arguments)
    with contextlib.suppress(RuntimeError):  # where TensorFlow has started already, as in tests
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    failed = 0
    with alone(options.runs):
        for parameters in to_do(options):
            try:
                row = run(**parameters)
            except Exception as error:  # the other runs do not depend on this one
                failed += 1
                print(f"failed: {describe(parameters)}: {error}", file=sys.stderr, flush=True)
                continue
            append_run(options.runs, row)
            print(f"{row['accuracy']:.4f}  {row['seconds']:6.1f} s  {describe(row)}", flush=True)
    return int(failed > 0)


def parser(text):
    """Return the options that this command and the sweep have in common."""
    result = argparse.ArgumentParser(description=text.splitlines()[0])
    result.add_argument("--dataset", default="sample", choices=("sample", "full"))
    result.add_argument("--data-dir", default="", help="folder with the real posts and vectors")
    result.add_argument("--runs", type=Path, help="file with one line per run; default: the "
                        "package's results for full, runs/sample.jsonl for the sample")
    result.add_argument("--encoder", default="", help="folder with the sentence encoder's files")
    result.add_argument("--only", action="append", default=[], metavar="NAME=VALUE",
                        help="only runs with this value, such as condition=body; repeatable")
    return result


def parse(options, arguments):
    """Return the command line's options, with the file for the runs."""
    options = options.parse_args(arguments)
    if options.runs is None:
        sample = ROOT / "runs" / "sample.jsonl"
        options.runs = evaluation.RUNS if options.dataset == "full" else sample
    options.runs.parent.mkdir(parents=True, exist_ok=True)
    return options


def alone(path):
    """Return a lock: two commands that write one file would measure every run twice."""
    name = hashlib.sha256(str(path.resolve()).encode("utf-8")).hexdigest()[:12]
    return locked(cache_dir() / f"runs-{name}")


def to_do(options):
    """Return the runs that were asked for and are not in the file yet."""
    done = {key_of(row) for row in read_runs(options.runs)}
    runs = [{**row, "dataset": options.dataset} for row in grid()]
    for wish in options.only:
        name, _, value = wish.partition("=")
        runs = [row for row in runs if str(row.get(name)) == value]
        if not runs:
            raise ValueError(f"--only {wish}: there is no such run.")
    return [{**row, "data_dir": options.data_dir, "encoder": options.encoder} for row in runs
            if key_of(row) not in done]


def describe(row):
    """Return a run's parameters in one phrase."""
    size = f"{row['n_labels']:,} labels" if row["n_labels"] else "all labels"
    return f"{row['model']}, {row['condition']}, seed {row['seed']}, {size}"


if __name__ == "__main__":
    sys.exit(main())
