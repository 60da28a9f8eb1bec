"""Lesson 06: one model from raw post to group name, written so that it can leave the notebook.

`helpers.predict` loads and asks what is written here.
"""

import contextlib
import importlib.util
import inspect
import json
import platform
import shutil
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers import predict
from helpers._cache import file_digest
from helpers.models import with_score_table
from helpers.vectorization import build_vectorizer

# what `helpers.headers.clean_text` takes away, as TensorFlow's regular expressions (RE2) say it; \C is any byte
RULES = {
    "full": "",
    "reference": r"\A(?:(?:\C*?\n){10}|\C*)",
    "body": r"\A[!-9;-~]+:\C*?(?:\n\r?\n|\z)",
    "strict": r"\A[!-9;-~]+:\C*?(?:\n\r?\n|\z)",  # quotes and signatures need more than a regular expression
}
# the description's word on whether a file holds the text rule: no layer of Keras, ONNX or LiteRT cuts strings by one
CLEAN, WHOLE = "posts after the text rule", "whole posts"
WITH_QUOTES = "posts; their headers are cut here, quotes and signatures must have been before"


def end_to_end(classifier, vocabulary, class_names, sequence_length):
    """Put the vectorizer before a trained classifier and the group names behind it.

    Parameters
    ----------
    classifier : keras.Model
        From integers to probabilities.
    vocabulary : list of str
    class_names : sequence of str
    sequence_length : int

    Returns
    -------
    keras.Model
        Takes strings of shape (batch,); gives a dict of ``"group"`` (strings, shape (batch,))
        and ``"probabilities"`` (shape (batch, n_classes)).
    """
    text = keras.Input((), dtype="string", name="text")
    probabilities = network_of(classifier)(build_vectorizer(vocabulary, sequence_length)(text))
    best = keras.ops.argmax(probabilities, axis=-1)
    names = layers.StringLookup(vocabulary=list(class_names), invert=True, num_oov_indices=0, name="group")
    return keras.Model(text, {"group": names(best), "probabilities": probabilities}, name="end_to_end")


def network_of(classifier):
    """Return the same layers as a model without an optimizer, whose state would be saved too."""
    return keras.Model(classifier.inputs, classifier.outputs[0], name="network")


def save(trained, folder, *, sequence_length, text, about):
    """Write a classifier in every format whose libraries are installed.

    Parameters
    ----------
    trained : helpers.models.Trained
        Its model is an attention network.
    folder : str or pathlib.Path
        Made if it is not there; earlier models in it are replaced.
    sequence_length : int
    text : {"full", "reference", "body", "strict"}
        The rule by which the training posts were cleaned; it becomes a part of the model.
    about : dict
        What else the files shall say of themselves, such as the fingerprint of the posts: JSON values.

    Returns
    -------
    dict of str to pathlib.Path
        From the name of a format to what `helpers.predict.load` takes. "onnx" is left out without
        the packages tf2onnx and onnx.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    about = describe(trained, sequence_length=sequence_length, text=text, about=about)
    classifier = with_score_table(trained.model)  # faster; not below, for two-byte weights would round the scores
    model = end_to_end(classifier, trained.vocabulary, trained.class_names, sequence_length)
    paths = {"keras": folder / "classifier.keras", "savedmodel": folder / "classifier"}
    save_keras(model, paths["keras"], about)
    save_savedmodel(model, paths["savedmodel"], about)
    network, words = network_of(trained.model), "\n".join(trained.vocabulary)
    # the first batch may have any size, each post the same length
    signature = [keras.InputSpec(shape=(None, sequence_length), dtype="int32", name="ids")]
    # weights of two bytes instead of four; with one byte, some posts got another group
    smaller = {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": {"supported_types": [tf.float16]}}
    ways = {"litert": ("litert", {}), "litert, float16": ("litert", smaller)}
    if importlib.util.find_spec("tf2onnx") and importlib.util.find_spec("onnx"):
        ways = {"onnx": ("onnx", {}), **ways}
    for name, (kind, options) in ways.items():
        paths[name] = folder / f"classifier.{name.replace(', ', '-')}.zip"
        with tempfile.TemporaryDirectory() as made, quiet():
            file = Path(made) / predict.NETWORKS[kind]
            network.export(file, format=kind, input_signature=signature, verbose=False, **options)
            members = {file.name: file.read_bytes(), predict.VOCABULARY: words}
        _write_archive(paths[name], members, {**about, "takes": CLEAN})
    return paths


def describe(trained, *, sequence_length, text, about):
    """Return what a model file says of itself; parameters as of `save`."""
    versions = {"python": platform.python_version(), "keras": keras.__version__, "tensorflow": tf.__version__,
                "numpy": np.__version__}
    return {**about, "format": predict.ABOUT_FORMAT, "class_names": list(trained.class_names), "text": text,
            "sequence_length": sequence_length, "test_accuracy": trained.test_accuracy,
            "test_posts": len(trained.test_posts), "versions": versions}


def save_keras(model, path, about):
    """Save a model as a ``.keras`` file that each supported Keras reads, with its description in it.

    Parameters
    ----------
    model : keras.Model
    path : pathlib.Path
    about : dict
    """
    model.save(path)
    with zipfile.ZipFile(path) as saved:
        members = {name: saved.read(name) for name in saved.namelist()}
    members["config.json"] = json.dumps(json.loads(members["config.json"], object_hook=_without_defaults))
    _write_archive(path, members, {**about, "takes": CLEAN})


def _without_defaults(entry):
    # a newer Keras writes settings that an older one does not know; left at their defaults, none is needed
    module, _, room = str(entry.get("module")).partition(".")
    if module == "keras" and room in ("layers", "initializers"):
        kind = getattr(getattr(keras, room), entry["class_name"])
        if "from_config" not in vars(kind):  # such a one, TextVectorization for instance, asks for its settings
            defaults = {name: known.default for base in reversed(kind.__mro__)
                        for name, known in inspect.signature(base.__init__).parameters.items()}
            entry["config"] = {name: value for name, value in entry["config"].items()
                               if name not in defaults or value != defaults[name]}
    return entry


def save_savedmodel(model, folder, about):
    """Export a model with its text rule, as TensorFlow Serving reads it: in a folder with a number.

    Parameters
    ----------
    model : keras.Model
        As `end_to_end` returns it.
    folder : pathlib.Path
        The SavedModel is its subfolder ``1``; its signature ``serving_default`` takes whole posts
        as ``text`` and gives ``group`` and ``probabilities``.
    about : dict
    """
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def serving_default(text):
        return model(tf.strings.regex_replace(text, RULES[about["text"]], "", replace_global=False), training=False)

    module = tf.Module()  # Keras's own ExportArchive would write every weight twice
    module.model = model
    shutil.rmtree(folder, ignore_errors=True)
    with quiet():
        tf.saved_model.save(module, str(folder / "1"), signatures=serving_default)
    extra = folder / "1" / "assets.extra"  # where TensorFlow keeps what only people and programs of ours read
    extra.mkdir()
    about = {**about, "takes": WITH_QUOTES if about["text"] == "strict" else WHOLE,
             "sha256": file_digest(folder / "1" / predict.GRAPH)}  # TensorFlow checks the weights, but not the graph
    (extra / predict.ABOUT).write_text(json.dumps(about), encoding="utf-8")


@contextlib.contextmanager
def quiet():
    """Keep the converters' notes, some of which C++ writes, out of a notebook."""
    level = tf.get_logger().level
    with predict.quiet(), warnings.catch_warnings(action="ignore"):
        tf.get_logger().setLevel("ERROR")
        try:
            yield
        finally:
            tf.get_logger().setLevel(level)


def _write_archive(path, members, about):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, predict.ABOUT: json.dumps(about)}.items():
            archive.writestr(name, content)
