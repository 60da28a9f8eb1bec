"""Lessons 06 and 09: load a model that has left the notebook, in any format, and ask it.

    python -m helpers.predict MODEL post.txt
    python -m helpers.predict MODEL FOLDER *.txt

MODEL is what `helpers.export` wrote. One text prints its three likeliest groups; several texts, or
a folder of them, print one JSON object per text. Without a file the text is read from standard
input. Only what the format needs is imported: no Keras for a SavedModel, no TensorFlow for ONNX
and LiteRT.
"""

import argparse
import codecs
import contextlib
import glob
import hashlib
import io
import json
import logging
import os
import sys
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.headers import clean_text, line_kinds
from helpers.vectorization import texts_to_sequences

BATCH = 256
ABOUT = "about.json"  # the description that travels with a model, in its archive or folder
ABOUT_FORMAT = 2  # of that description
VOCABULARY = "vocabulary.txt"
# byte-order marks; that of UTF-32 begins with that of UTF-16, so it comes first
_MARKS = {codecs.BOM_UTF8: "utf-8-sig",
          codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
          codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BYTES = (bytes, bytearray, memoryview)
_CONTROL = bytes({*range(32)} - {*b"\a\b\t\n\v\f\r\x1b"})  # no text holds many of these
_MISSING = ("NoneType", "NAType", "NaTType", "MaskedConstant")


# --- what people give

def _as_texts(given):
    """Return one text or several as a list of str, or say what is wrong, where, and what to do."""
    if isinstance(given, io.IOBase):
        raise TypeError("The texts are an open file. Give its text: file.read().")
    if isinstance(given, (Mapping, Set)) or hasattr(given, "columns"):
        raise TypeError(f"The texts are of type {type(given).__name__}. "
                        "Give a list of texts, or one column of a table.")
    shape = getattr(given, "shape", (1,))
    one = isinstance(given, (str, type, *_BYTES)) or not hasattr(given, "__iter__")
    if one or len(shape) == 0:
        return [_as_text(given, "The text")]
    if len(shape) > 1:
        raise TypeError(f"The texts are an array of shape {tuple(shape)}. "
                        "Give one dimension: array.ravel().")
    return [_as_text(item, f"Text {number}") for number, item in enumerate(given)]


def _as_text(item, where):
    if hasattr(item, "numpy"):  # a tensor
        item = item.numpy()
    if isinstance(item, np.ndarray) and not item.shape and item is not np.ma.masked:
        item = item.item()
    if isinstance(item, _BYTES):
        item = _decode(bytes(item), where)
    if isinstance(item, str):
        # half of a surrogate pair, which a browser may send, has no UTF-8 form
        return item.encode("utf-8", "replace").decode("utf-8")
    kind = type(item).__name__
    if kind in _MISSING or (isinstance(item, (float, np.floating)) and np.isnan(item)):
        problem, remedy = f"missing ({item})", 'Leave it out, or give "" for it.'
    elif isinstance(item, os.PathLike):
        problem, remedy = "a path", 'Give the text of the file: path.read_text(encoding="utf-8").'
    elif isinstance(item, (list, tuple, np.ndarray)):
        problem, remedy = f"of type {kind}", 'Give one flat list of texts, such as ["one", "two"].'
    else:
        problem, remedy = f"of type {kind} ({item!r:.40})", "Give a str for each post."
    raise TypeError(f"{where} is {problem}. {remedy}")


def _decode(content, where="The text"):
    """Decode the bytes of a text file: UTF-8, UTF-16, UTF-32, or latin-1 as the posts of 1993."""
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in content:
        # in UTF-16 without a mark, nearly every second byte of an English text is zero
        even, odd = content[::2].count(0), content[1::2].count(0)
        if 4 * max(even, odd) < len(content) or 4 * min(even, odd) > max(even, odd):
            raise ValueError(f"{where} contains zero bytes, so it is not plain text. "
                             "Save it as plain text (UTF-8).")
        encoding = "utf-16-be" if even > odd else "utf-16-le"
    n_control = len(content) - len(content.translate(None, _CONTROL))
    if encoding == "utf-8" and 15 * n_control > len(content):  # as in a PDF file
        raise ValueError(f"{where} contains control characters, so it is not plain text. "
                         "Save it as plain text (UTF-8).")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            return content.decode("latin-1")
        raise ValueError(f"{where} begins like {encoding} and then is not. "
                         "Save it as plain text (UTF-8).") from error


# --- a model and its answers

@dataclass(frozen=True)
class Predictor:
    """A model from raw posts to group names.

    Attributes
    ----------
    about : dict
        The description that travels with the model: text rule, accuracy, versions and more.
    probabilities : callable
        From a list of n cleaned texts to an array of shape (n, n_classes).
    """

    about: dict
    probabilities: Callable

    def header(self, text):
        """Return what the model leaves out as the header of a post (str): ``""`` for none."""
        rule = self.about["text"] if self.about["text"] in ("full", "reference") else "body"
        return text[:len(text) - len(clean_text(text, rule))]

    def left_out(self, text):
        """Return how many lines of each kind the model leaves out below the header (dict)."""
        lines = text[len(self.header(text)):].split("\n")
        dropped = Counter(lines) - Counter(clean_text(text, self.about["text"]).split("\n"))
        kinds = line_kinds(text)[-len(lines):]
        return dict(Counter(kind for kind, line in zip(kinds, lines)
                            if line in dropped and kind not in ("own", "blank")))

    def __call__(self, texts, *, keep_header=False):
        """Name the groups of some posts.

        Parameters
        ----------
        texts : str, bytes, or a list, array or pandas column of these
            Whole posts, n of them; one text is a list of one.
        keep_header : bool
            Whether the posts are read as they are, with what looks like a header.

        Returns
        -------
        groups : list of length n
            The likeliest group of each post (str), or None where no word is left to read.
        probabilities : numpy.ndarray of float32, shape (n, n_classes)

        Raises
        ------
        TypeError, ValueError
            If something given is not a text, or bytes are no text.
        """
        posts = _as_texts(texts)
        if not keep_header:
            posts = [clean_text(post, self.about["text"]) for post in posts]
        names = self.about["class_names"]
        answers = [np.zeros((0, len(names)), np.float32)]
        for start in range(0, len(posts), BATCH):
            answers.append(self.probabilities(posts[start:start + BATCH]))
        probabilities = np.concatenate(answers)
        groups = [names[best] if any(map(str.isalnum, post)) else None
                  for best, post in zip(probabilities.argmax(axis=1), posts)]
        return groups, probabilities


# --- loading

def load(path, *, trust=False):
    """Load a model in the format that its content shows.

    Parameters
    ----------
    path : str or pathlib.Path
        A ``.keras`` file, or the folder of a SavedModel, an ONNX or a LiteRT network.
    trust : bool
        Whether a SavedModel may be loaded. It is a program: its graph can read and write files.
        A ``.keras`` file is loaded in Keras's safe mode, which refuses program code in it; ONNX and
        LiteRT networks are data.

    Returns
    -------
    Predictor

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    ValueError
        If it is not a model of this course, damaged, a program that is not trusted, or of a version
        that cannot be read here.
    ModuleNotFoundError
        If the library that runs the format is not installed.
    """
    path = Path(os.path.expanduser(path))  # Path.expanduser stops at a file named ~x
    if not path.exists():
        raise FileNotFoundError(f"There is no model {path}.")
    name, path, about = _look(path)
    if name == "savedmodel" and not trust:
        raise ValueError(f"{path} is a SavedModel. A SavedModel is a program: it can read and "
                         "write files. If you trust where it comes from, use "
                         "load(path, trust=True) or --trust on the command line.")
    try:
        for file, digest in about.get("sha256", {}).items():
            if hashlib.sha256((path / Path(file).name).read_bytes()).hexdigest() != digest:
                raise ValueError(f"{file} is not what was saved.")
        return Predictor(about, FORMATS[name].load(path, about))
    except ModuleNotFoundError as error:
        packages = " ".join(FORMATS[name].packages)
        raise ModuleNotFoundError(f"{path} needs the package {error.name}, which is not installed. "
                                  f"Install it: pip install {packages}.") from error
    except Exception as error:  # each library has its own errors for a damaged file
        versions = about.get("versions", {})
        written = ", ".join(f"{package} {version}" for package, version in versions.items())
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"{path} cannot be loaded: it is damaged, unsafe, or of a version that is "
                         f"not read here. It was written with {written}. ({reason})") from error


def _look(path):
    """Return a model's format, its place and its description."""
    try:
        if path.is_dir():
            versions = [folder for folder in path.iterdir()
                        if folder.name.isdecimal() and _networks(folder)]
            if versions:  # the newest, as a server takes it
                path = max(versions, key=lambda folder: int(folder.name))
            (name,) = _networks(path)
            about = (path / ABOUT).read_bytes()
        else:
            with zipfile.ZipFile(path) as archive:
                name, about = "keras", archive.read(ABOUT)
        about = json.loads(about)
        known = about["format"] == ABOUT_FORMAT
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        inside = [way.path for way in FORMATS.values() if (path / way.path).exists()]
        hint = f" Name a model in it: {', '.join(inside)}." if inside else ""
        if (path.parent / ABOUT).is_file():
            hint = f" It is a part of one: name its folder, {path.parent}."
        raise ValueError(f"{path} is not a model of this course, or damaged.{hint}") from error
    if not known:
        raise ValueError(f"{path} was written by another version of this course: its description "
                         f"has format {about['format']!r}, and this version reads {ABOUT_FORMAT}. "
                         "Export the model again.")
    if name == "keras" and path.suffix != ".keras":
        raise ValueError(f"{path} is a .keras file under another name, and Keras goes by the name. "
                         "Rename it so that it ends with .keras.")
    return name, path, about


def _networks(folder):
    return [name for name, way in FORMATS.items() if (folder / way.network).is_file()]


def _load_keras(path, about):
    import keras  # `helpers` has set the backend before

    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"Keras runs on {keras.backend.backend()} here, and only TensorFlow reads "
                         "text: import helpers before keras, or set KERAS_BACKEND=tensorflow")
    import tensorflow as tf

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return lambda texts: model.predict_on_batch(tf.constant(texts))["probabilities"]


def _load_savedmodel(path, about):
    import tensorflow as tf

    model = tf.saved_model.load(str(path))
    return lambda texts: model.signatures["as_is"](text=tf.constant(texts))["probabilities"].numpy()


def _load_onnx(path, about):
    import onnxruntime

    session = onnxruntime.InferenceSession((path / FORMATS["onnx"].network).read_bytes(),
                                           providers=["CPUExecutionProvider"])
    (ids,) = session.get_inputs()
    to_integers = _vectorizer(path, about)
    return lambda texts: session.run(None, {ids.name: to_integers(texts)})[0]


def _load_litert(path, about):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with quiet():
        # without the default delegate (XNNPACK), which rounds more
        interpreter = Interpreter(
            model_content=(path / FORMATS["litert"].network).read_bytes(),
            num_threads=os.cpu_count(),
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    run = interpreter.get_signature_runner()
    (ids,), (answer,) = run.get_input_details(), run.get_output_details()  # their names
    to_integers = _vectorizer(path, about)
    return lambda texts: run(**{ids: to_integers(texts)})[answer]


def _vectorizer(path, about):
    vocabulary = (path / VOCABULARY).read_text(encoding="utf-8").split("\n")
    return lambda texts: texts_to_sequences(texts, vocabulary, about["sequence_length"])


class Format(NamedTuple):
    """A format of a model."""

    path: str  # its name in the folder that `helpers.export.save` fills
    network: str  # the file in that folder that shows the format; "" if it is a single file
    packages: tuple  # what must be installed to run it
    load: Callable  # from path and description to a function from texts to probabilities


FORMATS = {  # the one list of formats; `helpers.export` writes each of them
    "keras": Format("classifier.keras", "", ("keras", "tensorflow"), _load_keras),
    "savedmodel": Format("classifier_savedmodel", "saved_model.pb", ("tensorflow",),
                         _load_savedmodel),
    "onnx": Format("classifier_onnx", "network.onnx", ("onnxruntime",), _load_onnx),
    "litert": Format("classifier_litert", "network.tflite", ("ai-edge-litert",), _load_litert),
}


@contextlib.contextmanager
def quiet():
    """Keep notes of TensorFlow and its converters out of the output; C++ writes past Python."""
    logger, kept = logging.getLogger("tensorflow"), os.dup(2)
    level = logger.level
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, warnings.catch_warnings():
            os.dup2(nowhere.fileno(), 2)
            warnings.simplefilter("ignore")
            logger.setLevel(logging.ERROR)
            yield
    finally:
        logger.setLevel(level)
        os.dup2(kept, 2)
        os.close(kept)


def _measure(path):
    """Answer the posts on standard input, the first one timed; `helpers.export` starts this."""
    posts = json.load(sys.stdin)
    start = time.perf_counter()
    predictor = load(path, trust=True)
    predictor(posts[:1])
    first = time.perf_counter() - start
    groups, probabilities = predictor(posts)
    print(json.dumps({
        "groups": groups, "probabilities": probabilities.tolist(), "first_s": first}))


# --- the command line

def main(arguments=None):
    """Answer for files, folders or standard input; return 1 if something could not be answered."""
    parser = argparse.ArgumentParser(prog="python -m helpers.predict",
                                     description="Name the group of posts.")
    parser.add_argument("model", help="what helpers.export wrote")
    parser.add_argument("files", nargs="*", default=[], metavar="FILE", type=os.path.expanduser,
                        help="text files, or folders of them, read without their subfolders; "
                             "without one, standard input")
    parser.add_argument("--keep-header", action="store_true",
                        help="read a post's header too, and all else that the model leaves out")
    parser.add_argument("--trust", action="store_true", help="load a SavedModel, a program")
    given = parser.parse_intermixed_args(arguments)
    try:
        files = _files(given.files) or [None]
        predictor = load(given.model, trust=given.trust)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    one_text = not given.files or (len(files) == 1 and not Path(given.files[0]).is_dir())
    show = _as_lines if one_text else _as_json
    failed = False
    for file in files:
        try:
            text = _read(file)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        groups = _likeliest(predictor, text, given.keep_header)
        header = "" if given.keep_header else predictor.header(text)
        left_out = {} if given.keep_header else predictor.left_out(text)
        show(file, groups, [line for line in header.split("\n") if line.strip()], left_out)
        failed = failed or not groups
    return int(failed)


def _files(names):
    """Return the files that were named, those of a folder, and those that fit a pattern."""
    files = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = sorted(file for file in path.glob("[!.]*") if file.is_file())
        elif path.exists():
            found = [path]
        else:  # PowerShell leaves patterns such as *.txt to the program
            found = [Path(match) for match in sorted(glob.glob(name))]
        if not found and path.is_dir():
            raise FileNotFoundError(f"There is no text in the folder {name}. Its subfolders and "
                                    "hidden files are not read: name them.")
        if not found:
            raise FileNotFoundError(f"There is no text {name}.")
        files += found
    return files


def _read(file):
    if file:
        return _decode(file.read_bytes(), str(file))
    if sys.stdin.isatty():
        print("Type or paste a text; end it with Ctrl-D (on Windows: Ctrl-Z and Enter).",
              file=sys.stderr)
    return _decode(sys.stdin.buffer.read(), "Standard input")


def _likeliest(predictor, text, keep_header):
    """Return the three likeliest groups with their probabilities; {} if nothing is left to read."""
    (group,), (row,) = predictor([text], keep_header=keep_header)
    best = np.argsort(-row, kind="stable")[:3] if group else []
    return {predictor.about["class_names"][index]: float(row[index]) for index in best}


def _as_lines(file, groups, header, left_out):
    if header:
        print(f"Left out as the post's header: {len(header)} lines, from {header[0]!r:.60}. "
              "--keep-header reads them too.", file=sys.stderr)
    if left_out:
        kinds = ", ".join(f"{kind} {number}" for kind, number in left_out.items())
        print(f"Lines left out by the model's text rule: {kinds}. --keep-header reads them too.",
              file=sys.stderr)
    if not groups:
        where = "in the other lines" if left_out else "below the header" if header else "to read"
        print(f"There is no word {where}.", file=sys.stderr)
    for group, probability in groups.items():
        print(f"{probability:.3f}  {group}")


def _as_json(file, groups, header, left_out):
    print(json.dumps({"file": str(file), "group": next(iter(groups), None),
                      "probabilities": groups, "header_lines": len(header),
                      "left_out": left_out}))


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on, as behind "| head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
