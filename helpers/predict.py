"""Lesson 06: load a model that has left the notebook, in any of its formats, and ask it.

    python -m helpers.predict MODEL < post.txt
    python -m helpers.predict MODEL FOLDER

MODEL is what `helpers.export.save` wrote. A post prints the three likeliest groups; a folder of posts
gives one JSON object a line and a file. Only what the format needs is imported: no Keras for a
SavedModel, no TensorFlow for ONNX and LiteRT.
"""

import argparse
import contextlib
import functools
import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.headers import clean_text
from helpers.vectorization import texts_to_sequences

BATCH = 256
ABOUT = "about.json"  # in the zip archive, or in a SavedModel's assets.extra
ABOUT_FORMAT = 1  # of what `helpers.export` writes about a model
NETWORKS = {"onnx": "network.onnx", "litert": "network.tflite"}  # the members of the archives without Keras
VOCABULARY = "vocabulary.txt"
GRAPH = "saved_model.pb"


@dataclass(frozen=True)
class Predictor:
    """A model from raw posts to group names.

    Attributes
    ----------
    about : dict
        What the file says of itself: text rule, accuracy, versions and more.
    probabilities : callable
        From a list of str, length n, to an array of shape (n, n_classes).
    """

    about: dict
    probabilities: Callable

    @property
    def class_names(self):
        """The groups, in the order of the probabilities."""
        return self.about["class_names"]

    def __call__(self, texts):
        """Ask for the groups of some posts.

        Parameters
        ----------
        texts : list of str, length n
            Whole posts: the model's text rule is applied here, or in the model.

        Returns
        -------
        groups : list of str
        probabilities : numpy.ndarray of float32, shape (n, n_classes)
        """
        # a half of a surrogate pair, which a browser may send, has no UTF-8 form
        texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        batches = [self.probabilities(texts[start:start + BATCH]) for start in range(0, len(texts), BATCH)]
        probabilities = np.concatenate([np.zeros((0, len(self.class_names)), np.float32), *batches])
        return [self.class_names[i] for i in probabilities.argmax(axis=1)], probabilities

    def likeliest(self, text, n=3):
        """Return the likeliest groups of one post: a dict from name to probability, the likeliest first."""
        (row,) = self([text])[1]
        return {self.class_names[i]: float(row[i]) for i in np.argsort(-row, kind="stable")[:n]}


def load(path):
    """Load a model in the format that its content shows.

    Parameters
    ----------
    path : str or pathlib.Path
        A ``.keras`` file, the folder of a SavedModel (with or without its number), or an archive
        with an ONNX or LiteRT network.

    Returns
    -------
    Predictor

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    ValueError
        If it is no model of this course, damaged, unsafe, or of a version that cannot be read here.
    ModuleNotFoundError
        If the library that runs the format is not installed.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no model {path}.")
    kind, path, about = _look(path)
    try:
        return Predictor(about, _LOADERS[kind](path, about))
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{path} needs the package {error.name}, which is not installed.") from error
    except Exception as error:  # each library has its own errors for a damaged file
        written, reason = ", ".join(map(" ".join, about["versions"].items())), " ".join(str(error).split())[:200]
        raise ValueError(f"{path} cannot be loaded: it is damaged, unsafe, or of a version that is not read here; "
                         f"written with {written}. ({reason})") from error


def _look(path):
    """Return the format, the place and the description of a model."""
    try:
        if path.is_dir():
            numbered = [folder for folder in path.iterdir() if folder.name.isdecimal() and folder.is_dir()]
            path = max(numbered, key=lambda folder: int(folder.name), default=path)  # the newest, as a server takes it
            kind, about = "savedmodel", (path / "assets.extra" / ABOUT).read_bytes()
        else:
            with zipfile.ZipFile(path) as archive:
                about, members = archive.read(ABOUT), archive.namelist()
            kind = next((kind for kind, name in NETWORKS.items() if name in members), "keras")
        about = json.loads(about)
        known = about["format"] == ABOUT_FORMAT
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is no model of this course, or it is damaged.") from error
    if not known:
        raise ValueError(f"{path} was written by another version of this course: its description has format "
                         f"{about['format']!r}, and this version reads {ABOUT_FORMAT}.")
    return kind, path, about


def _load_keras(path, about):
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # no other backend takes strings
    import keras
    import tensorflow as tf

    # safe_mode, which is the default: a file with program code in it is refused
    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    clean = functools.partial(clean_text, rule=about["text"])  # no layer of Keras cuts a string
    return lambda texts: model.predict_on_batch(tf.constant(list(map(clean, texts))))["probabilities"]


def _load_savedmodel(path, about):
    import tensorflow as tf

    if hashlib.sha256((path / GRAPH).read_bytes()).hexdigest() != about["sha256"]:
        raise ValueError(f"{GRAPH} is not what was saved.")
    model = tf.saved_model.load(str(path))

    def probabilities(texts):
        if about["text"] == "strict":  # the graph cuts a header only: it gets a clean text below a header to cut
            texts = ["Header:\n\n" + clean_text(text, "strict") for text in texts]
        return model.signatures["serving_default"](text=tf.constant(texts))["probabilities"].numpy()

    return probabilities


def _load_onnx(path, about):
    import onnxruntime

    network, sequences = _open_archive(path, about, NETWORKS["onnx"])
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    (ids,) = session.get_inputs()
    return lambda texts: session.run(None, {ids.name: sequences(texts)})[0]


def _load_litert(path, about):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    network, sequences = _open_archive(path, about, NETWORKS["litert"])
    with quiet():
        # without the default delegate (XNNPACK), which is faster and rounds more: probabilities moved by over 1e-5
        interpreter = Interpreter(model_content=network, num_threads=os.cpu_count(),
                                  experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        interpreter.allocate_tensors()
    (ids,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()

    def probabilities(texts):
        integers = sequences(texts)
        interpreter.resize_tensor_input(ids["index"], integers.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(ids["index"], integers)
        interpreter.invoke()
        return interpreter.get_tensor(answer["index"])

    return probabilities


_LOADERS = {"keras": _load_keras, "savedmodel": _load_savedmodel, "onnx": _load_onnx, "litert": _load_litert}


def _open_archive(path, about, member):
    """Return the bytes of a network, and the function from texts to its integers."""
    with zipfile.ZipFile(path) as archive:
        network, vocabulary = archive.read(member), archive.read(VOCABULARY).decode("utf-8").split("\n")
    clean = functools.partial(clean_text, rule=about["text"])
    return network, lambda texts: texts_to_sequences(list(map(clean, texts)), vocabulary, about["sequence_length"])


@contextlib.contextmanager
def quiet():
    """Keep out of the output what C++ code writes to standard error past Python."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def read_post(content):
    """Decode a post: UTF-8 as it is written today, or latin-1 as the training posts were."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def main(arguments=None):
    """Answer for standard input or a folder; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m helpers.predict", description="Name the group of posts.")
    parser.add_argument("model", help="what helpers.export.save wrote")
    parser.add_argument("folder", nargs="?", help="a folder of posts, one a file; without it, standard input")
    given = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # no start-up notes
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # sums in one order on every processor, and no note on it
    try:
        files = sorted(path for path in Path(given.folder).iterdir() if path.is_file()) if given.folder else []
        predictor = load(given.model)
        for path in files:
            groups = predictor.likeliest(read_post(path.read_bytes()))
            print(json.dumps({"file": path.name, "group": next(iter(groups)), "probabilities": groups}))
        if not given.folder:
            for name, probability in predictor.likeliest(read_post(sys.stdin.buffer.read())).items():
                print(f"{probability:.3f}  {name}")
    except (OSError, ValueError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
