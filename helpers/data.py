"""Lesson 01: where the posts come from, and the corpus that every later lesson starts from."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers import _archives
from helpers._cache import cache_dir, file_digest, locked, partial
from helpers._parameters import check_parameters

N_GROUPS = 20
ARCHIVE = "news20.tar.gz"
FOLDER = "20_newsgroup"
SAMPLE = Path(__file__).resolve().parent / "sample"  # bundled; its README says what it is
# the names under which people have the posts: the university's, and those of the mirror
POSTS_NAMES = (ARCHIVE, FOLDER, "20news-19997.tar.gz", "20_newsgroups")
DATA_DIR_VARIABLE = "WORD_EMBEDDINGS_DATA"
POSTS_MB, UNPACKED_MB, VECTORS_MB_PER_DIMENSION = 20, 100, 3.5  # room in the cache, rounded up


@dataclass(frozen=True)
class Corpus:
    """Posts with their labels.

    Attributes
    ----------
    texts : list of str
        The whole posts, headers included, decoded as latin-1; sorted by group and file name.
    labels : numpy.ndarray of int64, shape (n_posts,)
        The number of each post's group.
    class_names : tuple of str
        The groups' names; ``class_names[labels[i]]`` is the group of post ``i``.
    names : tuple of str
        ``"<group>/<file>"`` of each post.
    fingerprint : str
        A hash of all names and texts: the same content gives the same fingerprint.
    """

    texts: list
    labels: np.ndarray
    class_names: tuple
    names: tuple
    fingerprint: str

    def __len__(self):
        return len(self.texts)


def load_corpus(dataset="sample", data_dir=""):
    """Find the posts, read them, and say in one line what was found.

    Parameters
    ----------
    dataset : {"sample", "full"}
        The bundled invented posts, or the 19,997 real ones.
    data_dir : path-like, optional
        A folder with ``news20.tar.gz`` or ``20_newsgroup/``, for ``dataset="full"``.

    Returns
    -------
    Corpus

    Raises
    ------
    ValueError, FileNotFoundError, NotADirectoryError
        The message says what was found, where, and what was expected.
    """
    where = find_posts(dataset, data_dir)
    corpus = _read_posts(where)
    shown = "the bundled sample" if dataset == "sample" else where
    print(f"{len(corpus):,} posts in {len(corpus.class_names)} groups, from {shown}")
    return corpus


def find_posts(dataset="sample", data_dir=""):
    """Return the path of the posts: an archive or an unpacked folder.

    Looks in `data_dir` (or the folder named by the environment variable
    ``WORD_EMBEDDINGS_DATA``), then in the cache, then downloads.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ValueError
        If there is no such data set.
    FileNotFoundError, NotADirectoryError
        If a data folder is named that does not exist, or holds nothing of the data.
    RuntimeError
        If the cache folder cannot be written, or no source gave the posts.
    """
    check_parameters(dataset=dataset)
    if dataset == "sample":
        return SAMPLE / ARCHIVE
    found = find_in(data_dir, POSTS_NAMES, POSTS_MB)
    if found is not None:
        return found
    from helpers import _download  # only here: its packages print a note in a notebook

    return _download.fetch_posts(cache_dir() / ARCHIVE, POSTS_MB)


def find_vectors(dataset="sample", data_dir="", embedding_dim=100):
    """Return the path of the GloVe vectors: the zip archive or one text file of it.

    Looks in the same places as `find_posts`, and raises the same errors.

    Returns
    -------
    pathlib.Path
    """
    check_parameters(dataset=dataset)
    if dataset == "sample":
        return SAMPLE / "glove.6B.zip"
    member = f"glove.6B.{embedding_dim}d.txt"
    need_mb = VECTORS_MB_PER_DIMENSION * embedding_dim
    found = find_in(data_dir, (member, "glove.6B.zip"), need_mb)
    if found is not None:
        return found
    from helpers import _download

    return _download.fetch_vectors(cache_dir() / member, need_mb)


def find_in(data_dir, names, need_mb=0):
    """Return the first of `names` that lies in the data folder or in the cache, else None.

    The folders directly in the data folder are searched, too, because archives are often
    unpacked into separate folders. `need_mb` is for the message if the cache cannot be written.
    """
    data_dir = data_dir or os.environ.get(DATA_DIR_VARIABLE, "")
    if data_dir:
        folder = Path(data_dir).expanduser()
        found = _find_in_data_folder(folder, names)
        if found is not None:
            return found
        print(f"{folder} holds no usable {' or '.join(names[:2])} (it holds: {_entries(folder)}); "
              "looking elsewhere")
    for name in names:
        cached = cache_dir(need_mb) / name
        if cached.exists():
            return cached
    return None


def _find_in_data_folder(folder, names):
    if not folder.exists():
        raise FileNotFoundError(f"The data folder {folder} does not exist.")
    if not folder.is_dir():
        raise NotADirectoryError(
            f"data_dir must be a folder, but {folder} is a file. Name the folder it lies in.")
    places = [folder]
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and os.access(entry, os.R_OK | os.X_OK):  # not so the disk's lost+found
            places.append(entry)
    if folder.name in POSTS_NAMES and folder.name not in names:
        places.append(folder.parent)  # beside the posts' own folder lie the vectors
    for name in names:
        for place in places:
            if (place / name).exists() and (place / name).stat().st_size:
                return place / name
    if folder.name in names:  # the posts' own folder is named
        return folder
    for place in places:
        if any((place / name).exists() for name in POSTS_NAMES) or any(place.glob("glove.6B.*")):
            return None  # the other half of the data
    raise FileNotFoundError(
        f"The data folder {folder} holds {_entries(folder)}: expected "
        f"{ARCHIVE} or {FOLDER}/ for the posts, glove.6B.zip or glove.6B.100d.txt for the vectors.")


def _read_posts(path):
    """Read every post of an archive, without unpacking it, or of an unpacked folder.

    Files are sorted by group and name, because the order in which a file system lists them
    differs, and with it every seeded shuffle that follows.
    """
    if path.is_dir():
        files = {}
        for file in path.glob("*/*"):
            if file.is_file():
                files[f"{file.parent.name}/{file.name}"] = file.read_bytes()
        folders = [entry.name for entry in path.iterdir() if entry.is_dir()]
    else:
        files = _read_archive(path)
        folders = [name.split("/")[0] for name in files]
    posts = {name: content for name, content in files.items() if _is_post_name(name)}
    ignored = sorted(set(files) - set(posts))
    if ignored:
        print(f"{len(ignored)} files that are not posts were ignored, such as {ignored[0]}")
    groups = sorted({name.split("/")[0] for name in posts})  # a stray folder holds no post
    if len(groups) != N_GROUPS:
        empty = sorted(set(filter(_is_group_name, folders)) - set(groups))
        without = f" Without a post: {', '.join(empty)}." if empty else ""
        raise ValueError(f"{path} holds {len(groups)} groups of posts; "
                         f"expected {N_GROUPS} folders, one per group.{without}")
    names = sorted(posts, key=lambda name: tuple(name.split("/")))
    labels = np.array([groups.index(name.split("/")[0]) for name in names], dtype=np.int64)
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode("utf-8") + b"\0" + posts[name] + b"\0")
    # latin-1 gives every byte a character: no post fails, and no byte is lost
    texts = [posts[name].decode("latin-1") for name in names]
    return Corpus(texts, labels, tuple(groups), tuple(names), digest.hexdigest())


def unpack_posts(path):
    """Return a folder with one file per post, unpacked from an archive if need be.

    Parameters
    ----------
    path : path-like
        What `find_posts` returned.

    Returns
    -------
    pathlib.Path
        The folder ``20_newsgroup``.

    Raises
    ------
    ValueError
        If the archive is damaged or hostile.
    RuntimeError
        If the disk is full.
    """
    path = Path(path)
    if path.is_dir():
        return path
    target = cache_dir() / f"posts-{file_digest(path)[:16]}"
    with locked(target):
        if not target.exists():
            posts = _read_archive(path)
            with partial(target, UNPACKED_MB) as folder:
                for name, post in posts.items():
                    file = folder / FOLDER / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(post)
    return target / FOLDER


def _entries(folder):
    """Name the first few entries of a folder."""
    names = []
    for entry in sorted(folder.iterdir()):
        empty = entry.is_file() and entry.stat().st_size == 0
        names.append(entry.name + " (empty)" * empty)
    return ", ".join(names[:5]) + ", ..." * (len(names) > 5) or "nothing"


def _is_group_name(name):
    """Tell a group's folder from what systems leave: ``__MACOSX``, ``.ipynb_checkpoints``."""
    return not name.startswith((".", "_"))


def _is_post_name(name):
    """Tell a post from what systems leave: ``.DS_Store``, ``Thumbs.db``. Posts are numbered."""
    group, _, file = name.partition("/")
    return _is_group_name(group) and file.isdigit()


def _read_archive(path):
    try:
        return _archives.read_tar(path)
    except ValueError as error:
        raise ValueError(f"{path} {error}. Delete it and get it again.") from error
