"""Service room: the comparison of lesson 05: every model under the same conditions, one run at a time.

A run trains one model under one condition with one seed and measures it once on the test part. The
command `make sweep` runs the whole table; `results/models.json` keeps what came out.
"""

import json
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from helpers import models as networks
from helpers.baseline import linear_model, naive_bayes
from helpers.data import N_GROUPS
from helpers.preparation import prepare

RESULTS = Path(__file__).resolve().parent.parent / "results" / "models.json"

# the same limits for all: 20,000 words, the first 200 tokens of a post
LIMITS = {"max_tokens": 20_000, "sequence_length": 200, "embedding_dim": 100}
# the last fifth of the posts is for the one last measurement: under "reference" it is the part that the page reports on
SHARES = {"validation_split": 0.05, "test_split": 0.2}
# few posts need small batches, or there are too few steps to learn anything in
BATCH_SIZE, SMALL_BATCH, MANY = 128, 32, 5_000
CONDITIONS = {
    "reference": {"text": "reference", "split_by": "random"},
    "honest": {"text": "body", "split_by": "thread"},
    "strict": {"text": "strict", "split_by": "thread"},
}
BASELINES = ("majority class", "naive Bayes", "linear model")
# each network: how it is built, the vectors that it starts from, whether training moves them
NETWORKS = {
    "reference network, GloVe frozen": (networks.build_reference_network, "raw", False),
    "reference network, GloVe fine-tuned": (networks.build_reference_network, "raw", True),
    "reference network, random vectors": (networks.build_reference_network, "random", True),
    "attention network, GloVe frozen": (networks.build_attention_network, "standardized", False),
    "attention network, GloVe fine-tuned": (networks.build_attention_network, "standardized", True),
    "attention network, random vectors": (networks.build_attention_network, "random", True),
}
VECTORS = {
    "raw": lambda matrix, seed: np.array(matrix),
    "standardized": networks.starting_vectors,
    # nothing is known of any word
    "random": lambda matrix, seed: networks.starting_vectors(np.zeros_like(matrix), seed),
}
MODELS = (*BASELINES, *NETWORKS)
SEEDS = {"full": (11, 12, 13, 14, 15), "sample": (11, 12, 13)}
# of the curve "accuracy against the number of training posts"; 0 stands for all of them
SIZES = (200, 500, 1_000, 2_000, 4_000, 8_000, 0)
CURVE = ("naive Bayes", "linear model", "attention network, GloVe frozen", "attention network, GloVe fine-tuned",
         "attention network, random vectors")


def run(*, model, condition, seed, dataset="sample", data_dir="", n_train=0, epochs=0):
    """Train one model under one condition with one seed, and measure it.

    Parameters
    ----------
    model : str
        One of `MODELS`.
    condition : {"reference", "honest", "strict"}
        The text and the split; see `CONDITIONS`.
    seed : int
        Of the split and of everything random.
    dataset, data_dir
        As in the lessons' parameters cells.
    n_train : int
        The number of training posts whose labels are used; 0 for all. The vocabulary is always that of
        all training posts, for which no label is needed.
    epochs : int
        0 for the model's own number.

    Returns
    -------
    dict
        JSON values only: accuracies on the validation and the test part, sizes, parameters, seconds of
        training, posts per second at inference, the training curves of a network, versions.

    Raises
    ------
    ValueError
        If there is no such model or condition, or fewer training posts than asked for.
    """
    for what, value, known in (("model", model, MODELS), ("condition", condition, tuple(CONDITIONS))):
        if value not in known:
            raise ValueError(f"There is no {what} {value!r}; there are: {'; '.join(known)}.")
    posts = prepare(dataset, data_dir, seed=seed, **LIMITS, **SHARES, **CONDITIONS[condition])
    if not 0 <= n_train <= len(posts.y_train):
        raise ValueError(f"n_train must lie between 0 and the {len(posts.y_train):,} training posts, but is {n_train}.")
    # copies: Keras would write on the arrays, which lie in the cache
    x_train, y_train = (np.array(part[:n_train or None]) for part in (posts.x_train, posts.y_train))
    measure = _measure_baseline if model in BASELINES else _measure_network
    measured, answer = measure(model, posts, x_train, y_train, seed, epochs)
    start = time.perf_counter()
    test_answers = answer(posts.x_test)
    seconds = time.perf_counter() - start
    return {"accuracy": float(np.mean(test_answers == posts.y_test)),
            "validation_accuracy": float(np.mean(answer(posts.x_validation) == posts.y_validation)),
            **measured, "posts_per_second": round(len(posts.y_test) / seconds),
            "model": model, "condition": condition, "seed": seed, "n_train": len(y_train),
            "n_validation": len(posts.y_validation), "n_test": len(posts.y_test),
            "versions": {name: version(name) for name in ("keras", "numpy", "scikit-learn")}}


def grid(dataset):
    """Return the runs of the table and of the curve, the most important ones first.

    Parameters
    ----------
    dataset : {"sample", "full"}

    Returns
    -------
    list of dict
        Arguments of `run` but for the data: model, condition, seed, n_train, epochs.
    """
    table = [(model, condition, seed, 0) for seed in SEEDS[dataset] for condition in CONDITIONS for model in MODELS]
    most = {"sample": 1_000, "full": 8_000}[dataset]  # the sample has not so many posts to train on
    curve = [(model, "honest", seed, size) for seed in SEEDS[dataset] for size in SIZES if 0 < size <= most
             for model in CURVE]  # all posts, size 0, stand in the table
    return [{"model": model, "condition": condition, "seed": seed, "n_train": size, "epochs": 0}
            for model, condition, seed, size in table + curve]


def summary(runs):
    """Gather runs over their seeds.

    Parameters
    ----------
    runs : list of dict
        As `run` returns them, each on all training posts.

    Returns
    -------
    list of dict
        One row a condition and model that has been run, in the order of `CONDITIONS` and `MODELS`: mean, lowest
        and highest accuracy on the test part, the number of seeds, learned parameters, medians of seconds of
        training and posts per second.
    """
    rows = []
    for condition in CONDITIONS:
        for model in MODELS:
            own = [row for row in runs if (row["condition"], row["model"]) == (condition, model)]
            if own:
                accuracies = [row["accuracy"] for row in own]
                rows.append({
                    "condition": condition, "model": model, **_spread(accuracies), "n_seeds": len(own),
                    "parameters": own[0].get("trainable_parameters", own[0]["parameters"]),
                    "seconds": round(float(np.median([row["seconds"] for row in own])), 1),
                    "posts_per_second": round(float(np.median([row["posts_per_second"] for row in own])))})
    return rows


def learning_curve(runs):
    """Gather the runs of the curve "accuracy against the number of training posts" over their seeds.

    Parameters
    ----------
    runs : list of dict
        As the sweep's table has them: ``n_train`` as it was asked for, 0 for all posts, and ``measured_n_train``.

    Returns
    -------
    dict
        ``"n_posts"``, the sizes that all models of `CURVE` have been run with under the honest condition, all posts
        last; ``"n_seeds"``; and ``"mean"``, ``"low"`` and ``"high"``, for each model one accuracy on the test part a
        size. Only seeds that all these runs have count: a split by thread may be easier or harder, and no point is
        to differ from its neighbour by that. {} without any.
    """
    found = {}
    for row in runs:
        if row["condition"] == "honest":
            found.setdefault((row["model"], row["n_train"]), {})[row["seed"]] = row
    sizes = [size for size in SIZES if all((model, size) in found for model in CURVE)]
    points = [found[model, size] for model in CURVE for size in sizes]
    seeds = sorted(set.intersection(*map(set, points))) if points else []
    if not seeds:
        return {}
    # splits by thread vary in size
    n_posts = [int(np.median([found[CURVE[0], size][seed]["measured_n_train"] for seed in seeds])) for size in sizes]
    spreads = {model: [_spread([found[model, size][seed]["accuracy"] for seed in seeds]) for size in sizes]
               for model in CURVE}
    return {"n_posts": n_posts, "n_seeds": len(seeds), **{
        key: {model: [spread[key] for spread in spreads[model]] for model in CURVE} for key in ("mean", "low", "high")}}


def bands(runs):
    """Gather the training curves of each network under the reference's conditions over their seeds.

    Parameters
    ----------
    runs : list of dict
        As `run` returns them, each on all training posts. Of curves of several lengths the common epochs count.

    Returns
    -------
    dict of str to dict
        For each network that has been run ``"n_seeds"``, and for each of Keras's measures ``"mean"``, ``"low"`` and
        ``"high"``, a list with one value an epoch.
    """
    found = {}
    for model in NETWORKS:
        histories = [row["history"] for row in runs if (row["model"], row["condition"]) == (model, "reference")]
        if histories:
            found[model] = {"n_seeds": len(histories)}
            for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
                epochs = [_spread(values) for values in zip(*(history[name] for history in histories))]
                found[model][name] = {key: [epoch[key] for epoch in epochs] for key in ("mean", "low", "high")}
    return found


def missing(rows):
    """Return what the table of `SEEDS` lacks: ``"condition: model (n of m seeds)"``, sorted as the table."""
    done = {(row["condition"], row["model"]): row["n_seeds"] for row in rows}
    wanted = len(SEEDS["full"])
    return [f"{condition}: {model} ({done.get((condition, model), 0)} of {wanted} seeds)"
            for condition in CONDITIONS for model in MODELS if done.get((condition, model), 0) < wanted]


def table(rows):
    """Write rows of `summary` as lines of text.

    Parameters
    ----------
    rows : list of dict

    Returns
    -------
    str
    """
    width = max(len(row["model"]) for row in rows)
    return "\n".join([f"{'condition':10} {'model':{width}}  accuracy  lowest  highest  seeds", *(
        f"{row['condition']:10} {row['model']:{width}}  {row['mean']:8.3f}  {row['low']:6.3f}  {row['high']:7.3f}  "
        f"{row['n_seeds']:5}" for row in rows)])


def published():
    """Return what `results/models.json` holds, the measurements on the full data; {} where it is not at hand."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def full_table():
    """Write what was measured on the full data as lines of text; a sentence where `results/models.json` is not at hand.

    Returns
    -------
    str
    """
    results = published()
    if not results:
        return "results/models.json is not beside this copy of the helpers; README.md of the course shows the table"
    lines = [f"the real posts, measured on {results['date']}:", table(results["rows"])]
    if results["missing"]:
        lines.append(f"rows that are not measured with all their seeds yet: {len(results['missing'])}")
    return "\n".join(lines)


def _spread(values):
    return {"mean": round(float(np.mean(values)), 4), "low": round(min(values), 4), "high": round(max(values), 4)}


def _measure_baseline(model, posts, x_train, y_train, seed, epochs):
    start = time.perf_counter()
    if model == "majority class":
        most = np.bincount(y_train).argmax()
        return {"seconds": 0.0, "parameters": 0}, lambda x: np.full(len(x), most)
    words = np.array([str(number) for number in range(len(posts.vocabulary))], dtype=object)

    def texts(x):  # the same tokens that the networks see; any name will do for a word
        return [" ".join(words[row[row > 1]]) for row in x]

    pipeline, learned = {"naive Bayes": (naive_bayes(), ("feature_log_prob_",)),
                         "linear model": (linear_model(seed), ("coef_", "intercept_"))}[model]
    pipeline.set_params(tfidfvectorizer__token_pattern=r"\S+", tfidfvectorizer__min_df=1)
    pipeline.fit(texts(x_train), y_train)
    measured = {"seconds": round(time.perf_counter() - start, 2),
                "parameters": sum(getattr(pipeline[-1], name).size for name in learned)}
    return measured, lambda x: pipeline.predict(texts(x))


def _measure_network(model, posts, x_train, y_train, seed, epochs):
    build, vectors, trainable = NETWORKS[model]
    networks.set_seed(seed)
    matrix = VECTORS[vectors](posts.matrix, seed)
    network = build(matrix, N_GROUPS, trainable=trainable)
    start = time.perf_counter()
    history = networks.train(network, x_train, y_train, np.array(posts.x_validation), posts.y_validation,
                             batch_size=BATCH_SIZE if len(y_train) >= MANY else SMALL_BATCH, verbose=0,
                             **networks.RECIPES[network.name] | ({"epochs": epochs} if epochs else {}))
    seconds = time.perf_counter() - start
    if not trainable and not np.array_equal(network.get_layer("embedding").get_weights()[0], matrix):
        raise AssertionError("the frozen embedding has changed")
    learned = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    return ({"seconds": round(seconds, 1), "parameters": network.count_params(), "trainable_parameters": learned,
             "best_epoch": int(np.argmax(history["val_accuracy"])) + 1,
             "history": {name: [round(float(value), 4) for value in values] for name, values in history.items()}},
            lambda x: network.predict(np.array(x), batch_size=256, verbose=0).argmax(axis=1))
