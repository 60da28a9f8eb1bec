"""Plumbing: results that were slow to compute, kept on disk and found by content.

An entry is a folder of ``.npy`` files and a manifest with their checksums. Its name is a
hash of everything that it was computed from, the code of the package included: after a change there
is another entry or none.
"""

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock
import numpy as np
import platformdirs

LOCK_SECONDS = 1800
SILENT_SECONDS = 30  # a longer wait for a lock is told
FULL = (errno.ENOSPC, errno.EDQUOT)


def code_digest(folder):
    """Return the SHA-256 of a folder's modules as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


CODE = code_digest(Path(__file__).resolve().parent)  # once: later there may be newer files


def cache_dir(need_mb=0):
    """Return the course's cache folder, made if it is not there, or say why it cannot be written.

    The environment variable ``WORD_EMBEDDINGS_CACHE`` names another place. `need_mb` is the disk
    space that will be needed there, for the message; so it is in the other functions.
    """
    named = os.environ.get("WORD_EMBEDDINGS_CACHE")
    own = platformdirs.user_cache_dir("word-embeddings-course", appauthor=False)
    folder = Path(named or own).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        problem = f"The cache folder {folder} cannot be written ({error.strerror})"
        raise RuntimeError(no_room(problem, need_mb)) from error
    return folder


@contextmanager
def room_told(folder, need_mb=0):
    """Turn what a full disk raises into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        problem = f"The disk of the folder {folder} is full"
        raise RuntimeError(no_room(problem, need_mb)) from error


@contextmanager
def locked(target):
    """Let one process at a time work on a file or folder; the lock lies beside it."""
    path = target.with_name(target.name + ".lock")
    lock = filelock.FileLock(path)
    try:
        try:
            lock.acquire(timeout=SILENT_SECONDS)
        except filelock.Timeout:
            waiting = f"Waiting for another process that works on {target}."
            print(waiting, file=sys.stderr, flush=True)
            lock.acquire(timeout=LOCK_SECONDS)
    except filelock.Timeout as error:
        raise RuntimeError(
            f"Another process has worked on {target} for over {LOCK_SECONDS} s. Wait for it, or, "
            f"if it no longer runs, delete {path} and run again.") from error
    except (OSError, NotImplementedError) as error:  # NFS without locks, or another user's file
        raise RuntimeError(
            f"The folder {path.parent} cannot hold the lock {path.name} ({error}). Name a folder "
            "of yours on a local disk in the environment variable WORD_EMBEDDINGS_CACHE."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def partial(target, need_mb=0):
    """Give a temporary path beside `target`, renamed to it when all went well; use under `locked`.

    Whatever an earlier, killed run left under the temporary name is removed first.
    """
    path = target.with_name(target.name + ".partial")
    with room_told(target.parent, need_mb):
        _remove(path)
        try:
            yield path
            _remove(target)
            os.replace(path, target)
        finally:
            with suppress(OSError):
                _remove(path)


def cached_arrays(name, settings, build):
    """Return a dict of read-only arrays from the cache, or build and keep them.

    `settings` are JSON values, everything that the result depends on but the package's code (long
    inputs as hashes); `build` takes nothing and is called only if nothing usable is there.
    """
    text = json.dumps([CODE, settings], sort_keys=True)
    key = hashlib.sha256(text.encode("utf-8")).hexdigest()[:20]
    folder = cache_dir() / f"{name}-{key}"
    arrays = _load(folder)
    if arrays is None:
        with locked(folder):
            arrays = _load(folder)  # another process may have built it while this one waited
            if arrays is None:
                with partial(folder) as path:
                    _save(path, build())
                arrays = _load(folder)
    return arrays


def file_digest(path):
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save(folder, arrays):
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    digests = {path.name: file_digest(path) for path in sorted(folder.glob("*.npy"))}
    (folder / "manifest.json").write_text(json.dumps({"sha256": digests}), encoding="utf-8")


def _load(folder):
    """Return the arrays of an entry, or None if it is missing or damaged in any way."""
    try:
        digests = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["sha256"]
        if any(file_digest(folder / name) != digest for name, digest in digests.items()):
            return None
        return {name.removesuffix(".npy"): np.load(folder / name, mmap_mode="r", allow_pickle=False)
                for name in digests}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def no_room(problem, need_mb=0):
    """Return the sentence for a folder that is full or cannot be written."""
    need = f"; {need_mb:,.0f} MB are needed there" if need_mb else ""
    return (f"{problem}{need}. Make room, or name another folder in the environment variable "
            "WORD_EMBEDDINGS_CACHE.")
