"""One step of the preparation, alone in a process of its own: `run.py` starts it and reads what it prints.

    python benchmarks/step.py STEP SETTINGS_AS_JSON
"""

import contextlib
import hashlib
import io
import json
import sys
import time
from pathlib import Path

import numpy as np


def plain_sequences(given):
    """Texts to integers, the plain way: a whole part at once."""
    import plain
    from keras.layers import TextVectorization

    parts, vocabulary = _read(given["texts"]), _read(given["vocabulary"])

    def step():
        vectorizer = TextVectorization(max_tokens=given["max_tokens"], output_sequence_length=given["sequence_length"],
                                       vocabulary=vocabulary[2:])
        return [plain.vectorize(vectorizer, texts) for texts in parts]

    return step


def course_sequences(given):
    """Texts to integers, the course's way."""
    from helpers.vectorization import texts_to_sequences

    parts, vocabulary = _read(given["texts"]), _read(given["vocabulary"])
    return lambda: [texts_to_sequences(texts, vocabulary, given["sequence_length"]) for texts in parts]


def plain_matrix(given):
    """GloVe to an embedding matrix, the plain way: a dict of every vector."""
    import plain

    vocabulary = _read(given["vocabulary"])
    return lambda: [plain.fill_matrix(plain.read_vectors(given["vectors_txt"]), vocabulary, given["embedding_dim"])]


def course_matrix_zip(given):
    """GloVe to an embedding matrix, the course's way, from the zip archive."""
    return _course_matrix(given, "vectors_zip")


def course_matrix_txt(given):
    """GloVe to an embedding matrix, the course's way, from the text file."""
    return _course_matrix(given, "vectors_txt")


def plain_all(given):
    """From files to arrays, the plain way; archives are unpacked already."""
    import plain
    import tensorflow  # noqa: F401 - imported before the clock of the step starts
    from keras.layers import TextVectorization  # noqa: F401

    def step():
        texts, labels = plain.read_posts(given["folder"])
        train, y_train, validation, y_validation = plain.shuffle_and_split(
            texts, labels, given["seed"], given["validation_split"])
        vectorizer = plain.adapt(train, given["max_tokens"], given["sequence_length"])
        matrix = plain.fill_matrix(
            plain.read_vectors(given["vectors_txt"]), vectorizer.get_vocabulary(), given["embedding_dim"])
        return [plain.vectorize(vectorizer, train), y_train, plain.vectorize(vectorizer, validation), y_validation,
                matrix]

    return step


def course_all(given):
    """From archives to arrays, the course's way."""
    from helpers import _archives
    from helpers.preparation import prepare

    # bounds against hostile archives; the enlarged ones are our own
    _archives.MAX_BYTES, _archives.MAX_MEMBERS = 10 * _archives.MAX_BYTES, 10 * _archives.MAX_MEMBERS
    rules = {name: given[name] for name in ("text", "split_by", "seed", "validation_split", "max_tokens",
                                            "sequence_length", "embedding_dim")}

    def step():
        done = prepare("full", given["data_dir"], **rules)
        return [done.x_train, done.y_train, done.x_validation, done.y_validation, done.matrix]

    return step


STEPS = {step.__name__: step for step in (plain_sequences, course_sequences, plain_matrix, course_matrix_zip,
                                          course_matrix_txt, plain_all, course_all)}


def main(name, given):
    """Run a step, and print as JSON how long it took, its memory and a digest of its result."""
    with contextlib.suppress(OSError):  # Linux: if memory runs out, this process goes and no other
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with contextlib.redirect_stdout(io.StringIO()):
        step = STEPS[name](given)
        at_start = _memory_mb("VmRSS")
        start = time.perf_counter()
        arrays = step()
        seconds = time.perf_counter() - start
    peak = _memory_mb("VmHWM")
    digest = hashlib.sha256()
    for array in arrays:  # Keras gives int64, the course int32: the numbers are compared
        digest.update(np.ascontiguousarray(array, array.dtype if array.dtype.kind == "f" else np.int64))
    print(json.dumps({
        "step_s": seconds, "peak_mb": peak, "above_start_mb": peak - at_start, "digest": digest.hexdigest(),
        "result_mb": sum(array.nbytes for array in arrays) / 1e6, "tensorflow": "tensorflow" in sys.modules}))


def _course_matrix(given, where):
    from helpers.glove import embedding_matrix

    vocabulary = _read(given["vocabulary"])
    return lambda: [embedding_matrix(Path(given[where]), vocabulary, given["embedding_dim"])[0]]


def _read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _memory_mb(field):
    """Return this process's memory now (VmRSS) or at most so far (VmHWM)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.split(field + ":")[1].split()[0]) * 1024 / 1e6
    except OSError:  # no Linux
        import psutil

        memory = psutil.Process().memory_info()
        return (memory.rss if field == "VmRSS" else getattr(memory, "peak_wset", _most_so_far())) / 1e6


def _most_so_far():
    try:
        import resource
    except ImportError:  # Windows, which has peak_wset
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
