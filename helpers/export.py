"""Lessons 06 and 09: one model from text to group name, written so that it can leave the notebook.

`helpers.predict` loads and asks what is written here, and holds the list of formats.
"""

import contextlib
import importlib.util
import inspect
import io
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers
from packaging.requirements import Requirement

from helpers import predict
from helpers._cache import file_digest
from helpers.headers import HEADER_PATTERN, REFERENCE_LINES, clean_text
from helpers.vectorization import build_vectorizer

# what the text rule "reference" takes away
TEN_LINES = rf"^(?:(?:[^\n]*\n){{{REFERENCE_LINES}}}|[\s\S]*)"


def output_folder(output_dir=""):
    """Return the folder in which a lesson keeps its model, made if it is not there.

    Parameters
    ----------
    output_dir : str or pathlib.Path
        The lesson's parameter. If it is ``""``, the environment variable
        ``WORD_EMBEDDINGS_OUTPUT`` names the folder; without it, the folder is ``my`` in the
        course's clone, or in the current folder where there is no clone.

    Returns
    -------
    pathlib.Path
    """
    course = Path(__file__).resolve().parent.parent
    home = course if (course / "notebooks").is_dir() else Path.cwd()
    named = output_dir or os.environ.get("WORD_EMBEDDINGS_OUTPUT")
    folder = Path(named or home / "my").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# --- the model

def _build_classifier(network, vocabulary, class_names, sequence_length):
    """Put the vectorizer before a trained network and the group names behind it."""
    text = keras.Input((), dtype="string", name="text")
    probabilities = network(build_vectorizer(vocabulary, sequence_length)(text))
    names = layers.StringLookup(vocabulary=list(class_names), invert=True, num_oov_indices=0)
    group = names(keras.ops.argmax(probabilities, axis=-1))
    return keras.Model(text, {"group": group, "probabilities": probabilities}, name="classifier")


def describe(trained, *, about):
    """Return the description that travels with a model.

    Parameters
    ----------
    trained : helpers.models.Trained
        The classifier of lesson 05.
    about : dict
        What the description should say, such as the parameters of the run: JSON values. It must
        hold "text", the text rule by which the training posts were cleaned (a key of
        `helpers.headers.TEXT_RULES`), and "sequence_length", the number of tokens that are read.

    Returns
    -------
    dict
    """
    clean_text("", about["text"])  # refuses a rule that does not exist
    versions = {"python": platform.python_version(), "keras": keras.__version__,
                "tensorflow": tf.__version__, "numpy": np.__version__}
    return {**about, "format": predict.ABOUT_FORMAT, "class_names": list(trained.class_names),
            "test_accuracy": trained.test_accuracy, "test_posts": len(trained.test_posts),
            "versions": versions}


# --- the formats

def save(trained, folder, description):
    """Write a classifier in all formats.

    Parameters
    ----------
    trained : helpers.models.Trained
        The classifier of lesson 05.
    folder : str or pathlib.Path
        Made if it is not there; earlier models in it are replaced.
    description : dict
        As `describe` returns it.

    Returns
    -------
    dict of str to pathlib.Path
        From the name of a format to what `helpers.predict.load` takes. "onnx" is left out, with a
        printed line, where the packages tf2onnx and onnx are missing.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / way.path for name, way in predict.FORMATS.items()}
    # the same layers without an optimizer, whose state would be saved too
    network = keras.Model(trained.model.inputs, trained.model.outputs[0], name="network")
    vocabulary = trained.vocabulary
    classifier = _build_classifier(network, vocabulary, trained.class_names,
                                   description["sequence_length"])
    _save_keras(classifier, paths["keras"], description)
    save_savedmodel(classifier, paths["savedmodel"], description)
    save_network(network, paths["litert"], "litert", vocabulary, description)
    if all(importlib.util.find_spec(package) for package in ("tf2onnx", "onnx")):
        save_network(network, paths["onnx"], "onnx", vocabulary, description)
    else:
        print("ONNX is left out: it needs the packages tf2onnx and onnx.")
        shutil.rmtree(paths.pop("onnx"), ignore_errors=True)  # of an earlier model
    return paths


def _save_keras(classifier, path, description):
    with _replaced(path) as new:
        classifier.save(new)
        add_description(new, description)


def add_description(path, description):
    """Put a description into a ``.keras`` file, and let older versions of Keras read the file.

    Parameters
    ----------
    path : str or pathlib.Path
        A ``.keras`` file: a zip archive with a file ``config.json``.
    description : dict
        As `describe` returns it.
    """
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"], object_hook=_without_defaults)
    members |= {"config.json": json.dumps(config), predict.ABOUT: json.dumps(description)}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _without_defaults(entry):
    # a newer Keras writes settings that an older one does not know, of base classes too; those with
    # their default value are not needed, except by a layer with a `from_config` of its own, such as
    # TextVectorization
    module, _, kind = str(entry.get("module")).partition(".")
    if module == "keras" and kind in ("layers", "initializers"):
        known = getattr(getattr(keras, kind), entry["class_name"])
        if "from_config" not in vars(known):
            defaults = {}
            for base in reversed(known.__mro__):
                for name, parameter in inspect.signature(base.__init__).parameters.items():
                    defaults[name] = parameter.default
            entry["config"] = {name: value for name, value in entry["config"].items()
                               if name not in defaults or value != defaults[name]}
    return entry


def save_savedmodel(classifier, folder, description):
    """Save a model as a SavedModel that cuts the header of a post itself.

    Parameters
    ----------
    classifier : keras.Model
        From texts to ``group`` and ``probabilities``.
    folder : pathlib.Path
        The SavedModel is its subfolder ``1``, where TensorFlow Serving looks for it. Its signature
        ``serving_default`` takes whole posts as ``text``, ``as_is`` texts without a header; both
        give ``group`` and ``probabilities``. Quotes and signatures are cut by neither.
    description : dict
        As `describe` returns it.
    """
    taken = [tf.TensorSpec([None], tf.string, name="text")]

    @tf.function(input_signature=taken)
    def as_is(text):
        return classifier(text)

    @tf.function(input_signature=taken)
    def serving_default(text):
        return classifier(_cut_header(text, description["text"]))

    module = tf.Module()  # Keras's own ExportArchive would write every weight twice
    module.classifier = classifier
    signatures = {"as_is": as_is, "serving_default": serving_default}
    with _replaced(folder) as new, predict.quiet():
        tf.saved_model.save(module, str(new / "1"), signatures)
        # TensorFlow checks the weights itself
        _write_description(new / "1", description, ["saved_model.pb"])


def _cut_header(text, rule):
    # with TensorFlow's operations, from a tensor of posts; quotes and signatures stay
    pattern = {"full": "", "reference": TEN_LINES}.get(rule, HEADER_PATTERN)
    valid = tf.strings.unicode_transcode(text, "UTF-8", "UTF-8")  # the pattern stops at other bytes
    return tf.strings.regex_replace(valid, pattern, "", replace_global=False)


def save_network(network, folder, name, vocabulary, description):
    """Save a network without its vectorizer, as ONNX or LiteRT, beside the vocabulary as text.

    A page in the browser needs the three files of an ONNX model: ``network.onnx`` takes the
    integers as ``ids`` and gives the probabilities, line i of ``vocabulary.txt`` (counted from 0)
    is token i, and ``about.json`` holds ``class_names`` and ``sequence_length``.

    Parameters
    ----------
    network : keras.Model
        From integers to probabilities.
    folder : pathlib.Path
        Made if it is not there.
    name : {"onnx", "litert"}
        The format.
    vocabulary : list of str
        The tokens, in the order of their integers.
    description : dict
        As `describe` returns it.
    """
    file = predict.FORMATS[name].network
    ids = keras.InputSpec(shape=(None, description["sequence_length"]), dtype="int32", name="ids")
    with _replaced(folder) as new, predict.quiet():
        new.mkdir()
        with contextlib.redirect_stdout(io.StringIO()):  # Keras 3.13 and 3.14 print all the same
            # a str: Keras 3.13 takes no path here
            network.export(str(new / file), format=name, input_signature=[ids], verbose=False)
        (new / predict.VOCABULARY).write_text("\n".join(vocabulary), encoding="utf-8")
        _write_description(new, description, [file, predict.VOCABULARY])


def _write_description(folder, description, files):
    description = {**description, "sha256": {file: file_digest(folder / file) for file in files}}
    (folder / predict.ABOUT).write_text(json.dumps(description, indent=1), encoding="utf-8")


@contextlib.contextmanager
def _replaced(path):
    """Give a temporary path, which takes the place of `path` when all went well."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        new = Path(folder) / path.name
        yield new
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(new, path)


# --- lesson 09: what each format weighs, and whether it answers the same

def _ask(path, posts):
    """Ask a model in a new process; return what `helpers.predict._measure` prints."""
    program = "import sys; from helpers import predict; predict._measure(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", program, str(Path(path).resolve())],
                          input=json.dumps(posts), text=True, encoding="utf-8",
                          capture_output=True, cwd=Path(__file__).resolve().parent.parent)
    if done.returncode:
        raise RuntimeError(f"The process that asked {path} failed:\n{done.stderr.strip()}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return {**answer, "probabilities": np.array(answer["probabilities"], dtype=np.float32)}


def compare_formats(paths, posts, probabilities):
    """Ask a model in each of its formats, and compare the answers with the model in memory.

    Parameters
    ----------
    paths : dict of str to pathlib.Path
        As `save` returns it.
    posts : list of str
        Whole posts.
    probabilities : numpy.ndarray of float32, shape (n_posts, n_classes)
        Of the model in memory.

    Returns
    -------
    pandas.DataFrame
        A row per format. Its first answer comes when the packages are imported and the model is
        loaded; the start of Python, NumPy and `helpers` is not counted. A format whose library is
        not installed is left out, with a printed line.
    """
    rows = {}
    for name, path in paths.items():
        packages = predict.FORMATS[name].packages
        if not all(importlib.util.find_spec(package.replace("-", "_")) for package in packages):
            print(f"{name} is left out: it needs {' '.join(packages)}.")
            continue
        there = _ask(path, posts)
        changed = there["probabilities"].argmax(axis=1) != probabilities.argmax(axis=1)
        rows[name] = {
            "file, MB": size_mb(path), "installed, MB": installed_mb(*packages),
            "first answer, s": there["first_s"],
            "largest difference": float(np.abs(there["probabilities"] - probabilities).max()),
            "other groups": int(changed.sum())}
    return pd.DataFrame.from_dict(rows, orient="index")


def size_mb(path):
    """Return the size of a file, or of all files of a folder, in MB."""
    files = [file for file in (path, *path.rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def installed_mb(*packages):
    """Return the size in MB of installed packages with all that they require."""
    total, seen, names = 0, set(), list(packages)
    while names:
        name = names.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # the same library under another name
            names += ["tensorflow-cpu"] if name == "tensorflow" else []
            continue
        files = [file.locate() for file in package.files or ()]
        total += sum(file.stat().st_size for file in files if file.is_file())
        for wanted in map(Requirement, package.requires or ()):
            if not wanted.marker or wanted.marker.evaluate({"extra": ""}):
                names.append(wanted.name)
    return total / 1e6


# --- lesson 09: the model card

PARAMETERS = ("dataset", "text", "split_by", "seed", "validation_split", "test_split", "max_tokens",
              "sequence_length", "embedding_dim", "epochs", "batch_size")
WORDS = tomllib.loads((Path(__file__).parent / "model_card.toml").read_text(encoding="utf-8"))


def model_card(about, *, interval):
    """Write a model card in the format of the Hugging Face Hub; its numbers come from the run.

    Parameters
    ----------
    about : dict
        As `describe` returns it, with the lesson's parameters, the ``fingerprint`` of the posts,
        the ``temperature`` that is part of the model, the ``ece`` of the test set in five bins
        and the ``threshold`` for abstaining.
    interval : (float, float)
        The interval of the test accuracy, as `helpers.evaluation.thread_interval` returns it.

    Returns
    -------
    str
        Markdown below metadata in YAML: save it as README.md beside the model. The metadata is
        left out, with a printed line, where the package huggingface_hub is missing.

    Raises
    ------
    ValueError
        If the description does not say what the card needs.
    """
    needed = (*PARAMETERS, "fingerprint", "versions", "temperature", "ece", "threshold")
    missing = [name for name in needed if name not in about]
    if missing:
        raise ValueError(f"The model's description does not say its {', '.join(missing)}: "
                         "give them to `describe` as `about`.")
    options = [f"-p {name} {shlex.quote(str(about[name]))}" for name in PARAMETERS]
    if about["dataset"] == "full":
        options.append("-p data_dir /path/to/data")
    versions = [f"{name} {number}" for name, number in about["versions"].items()]
    fields = {
        **about, **WORDS["data"][about["dataset"]],
        "n_classes": len(about["class_names"]), "groups": ", ".join(about["class_names"]),
        "text": WORDS["text"][about["text"]], "split": WORDS["split_by"][about["split_by"]],
        "interval": interval,
        "validation_percent": 100 * about["validation_split"],
        "test_percent": 100 * about["test_split"],
        "versions": ", ".join(versions), "options": " ".join(options)}
    template = (Path(__file__).parent / "model_card.md").read_text(encoding="utf-8")
    return _metadata(about) + template.format(**fields)


def _metadata(about):
    try:
        from huggingface_hub import EvalResult, ModelCardData
    except ModuleNotFoundError:
        print("The card has no metadata: it needs the package huggingface_hub.")
        return ""
    data = WORDS["data"][about["dataset"]]
    split = {key: about[key] for key in ("split_by", "seed", "validation_split", "test_split")}
    result = EvalResult(
        task_type="text-classification", dataset_type=data["type"], dataset_name=data["name"],
        dataset_config=about["text"], dataset_split="test", dataset_revision=about["fingerprint"],
        dataset_args=split, metric_type="accuracy", metric_value=round(about["test_accuracy"], 4))
    card = ModelCardData(
        language="en", license="mit", library_name="keras", pipeline_tag="text-classification",
        tags=["word-embeddings", "glove", "20-newsgroups", "education"], metrics=["accuracy"],
        datasets=[data["type"]] if about["dataset"] == "full" else None,  # the sample is not there
        model_name="which-newsgroup", eval_results=[result])
    return f"---\n{card.to_yaml()}\n---\n\n"
