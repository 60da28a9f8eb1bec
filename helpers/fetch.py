"""Service room: the real data from the network, whole and checked, or not at all.

What arrives is written beside its place and renamed once its checks pass.
"""

import hashlib
import os
import re
import shutil
import zipfile
import zlib
from collections import Counter
from contextlib import closing
from types import SimpleNamespace
from urllib.parse import urlsplit

import remotezip
import requests

from helpers import transfer
from helpers._archives import read_tar
from helpers._cache import locked, partial, room_told

POSTS = ("http://www.cs.cmu.edu/afs/cs.cmu.edu/project/theo-20/www/data/news20.tar.gz",
         "http://qwone.com/~jason/20Newsgroups/20news-19997.tar.gz")
VECTORS = ("https://downloads.cs.stanford.edu/nlp/data/glove.6B.zip",)
SHA256 = {  # as published; the other members are checked by the zip's own checksums
    "glove.6B.zip": "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
    "glove.6B.100d.txt": "95dde4dfd627ab26608d33e76d1195ec059734bd29089ea52cadb08d07c64544"}
GROUPS, POSTS_A_GROUP, SHORT_GROUPS = 20, 1000, {"soc.religion.christian": 997}
POSTS_BYTES, ZIP_BYTES = 20_000_000, 862_182_613
ZIPPED_A_DIM, TEXT_A_DIM = 1_400_000, 3_500_000  # a member's bytes for each number of a vector, rounded up
OFFLINE_SECONDS = 9  # for all sources together, while none can be reached


def posts(target):
    """Download the archive of the 19,997 posts.

    Parameters
    ----------
    target : pathlib.Path
        Where it shall lie. If it lies there already, nothing is downloaded.

    Returns
    -------
    pathlib.Path
        `target`, whole and checked: the groups, the number of posts in each, each a post.

    Raises
    ------
    RuntimeError
        If no source gave it, the folder is full or forbidden, or another process holds the lock.
    """
    def get(url):
        path = transfer.download(url, _part(target), 2 * POSTS_BYTES, OFFLINE_SECONDS / len(POSTS))
        _check_posts(path)
        os.replace(path, target)

    return _from_first(POSTS, get, target, POSTS_BYTES, by_hand=target.name)


def vectors(target):
    """Download one text file of GloVe 6B, and of its archive no more than that where the server can do so.

    Parameters
    ----------
    target : pathlib.Path
        Where it shall lie, named as in the archive: ``glove.6B.<50, 100, 200 or 300>d.txt``.

    Returns
    -------
    pathlib.Path
        `target`, whole and checked, by SHA-256 (100 dimensions) or by the archive's own checksum.

    Raises
    ------
    RuntimeError
        As for `posts`.
    """
    dim = int(re.fullmatch(r"glove\.6B\.(\d+)d\.txt", target.name)[1])
    need = dim * (ZIPPED_A_DIM + TEXT_A_DIM)

    def get(url):
        try:
            try:
                archive = transfer.insist(lambda: _open_remote(url, _part(target)), OFFLINE_SECONDS / len(VECTORS))
                with closing(archive.fp), archive:
                    _take_member(archive, target, need)
            except remotezip.RemoteZipError:
                print(f"{urlsplit(url).hostname} serves no parts of files: the whole archive is needed", flush=True)
                _room(target, ZIP_BYTES + dim * TEXT_A_DIM)
                path = transfer.download(url, _part(target), ZIP_BYTES, OFFLINE_SECONDS)
                _check_digest(path, "glove.6B.zip")
                with zipfile.ZipFile(path) as archive:
                    _take_member(archive, target, need)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
            raise ValueError(f"is not a whole zip archive ({error})") from error

    return _from_first(VECTORS, get, target, need, by_hand="glove.6B.zip")


def _from_first(urls, get, target, need, by_hand):
    """Try each source until one gave the whole file; tell of them all if none did."""
    part, reasons = _part(target), []
    with room_told(target.parent, need / 1e6), locked(target):
        if target.exists():  # another process fetched it while this one waited
            return target
        _room(target, need)
        for url in urls:
            for _ in range(2):
                resumed = part.exists()
                try:
                    transfer.look_up(url)
                    get(url)
                    transfer.discard(part)
                    return target
                except transfer.NETWORK as error:  # what has arrived stays, to go on from
                    reasons.append(f"  {url}: {transfer.reason(error)}")
                    break
                except ValueError as error:
                    transfer.discard(part)
                    if not resumed:  # else the fault may lie in what an earlier run left: once more, from the start
                        reasons.append(f"  {url}: what it sent {error}")
                        break
                except (OSError, RuntimeError):  # a full disk is not left full
                    transfer.discard(part)
                    raise
    raise RuntimeError("\n".join([
        f"{target.name} could not be downloaded:", *reasons,
        f"Try again later; or get the file by hand and save it as {target.with_name(by_hand)}, or in a folder that "
        'data_dir names; or use dataset="sample", which needs no download.']))


def _open_remote(url, part):
    """Open a zip on a server; a member that is read from it arrives in `part`."""
    def make(url, session, **options):
        plain = remotezip.RemoteFetcher(url, session, **options)

        def fetch(data_range, stream=False):
            if not stream:  # the archive's directory
                return plain.fetch(data_range)
            first, last = data_range
            transfer.download(url, part, last + 1 - first, OFFLINE_SECONDS, first, last)
            return remotezip.PartialBuffer(open(part, "rb"), first, last + 1 - first, stream=True)

        return SimpleNamespace(fetch=fetch)

    try:
        return remotezip.RemoteZip(url, fetcher=make, timeout=(transfer.CONNECT_SECONDS, transfer.SILENCE_SECONDS))
    except remotezip.RemoteIOError as error:
        cause = error.__context__  # what requests raised: it decides whether to try again
        if isinstance(cause, requests.HTTPError) and cause.response.status_code in (405, 416, 501):
            raise remotezip.RangeNotSupported(str(cause)) from cause
        raise cause from None


def _take_member(archive, target, need):
    """Unpack the target from an open zip, check it, and put it in its place."""
    if target.name not in archive.namelist():
        raise ValueError(f"holds no {target.name}")
    info = archive.getinfo(target.name)
    if info.file_size > need or info.flag_bits & 1:
        raise ValueError(f"is not trusted: its {target.name} is encrypted or larger than {need / 1e6:,.0f} MB")
    with partial(target, need / 1e6) as path:
        with archive.open(info) as source, open(path, "wb") as file:
            shutil.copyfileobj(source, file, transfer.CHUNK)  # at its end, zipfile checks the zip's own checksum
        _check_digest(path, target.name)


def _check_digest(path, name):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if SHA256.get(name, digest) != digest:
        raise ValueError(f"is another file than {name}: its SHA-256 is {digest}, not {SHA256[name]}")


def _check_posts(path):
    found = read_tar(path)
    counts = Counter(name.split("/")[0] for name in found)
    if len(counts) != GROUPS:
        raise ValueError(f"holds {len(counts)} groups of posts, not {GROUPS}")
    for group, count in counts.items():
        if count != SHORT_GROUPS.get(group, POSTS_A_GROUP):
            raise ValueError(f"holds {count} posts in {group}, not {SHORT_GROUPS.get(group, POSTS_A_GROUP)}")
    for name, post in found.items():
        if not re.search("^Newsgroups:", post.decode("latin-1"), re.MULTILINE):
            raise ValueError(f"holds {name}, which is no post")


def _room(target, need):
    """Refuse to begin what cannot fit."""
    part, folder = _part(target), target.parent
    need -= part.stat().st_size if part.exists() else 0
    free = shutil.disk_usage(folder).free
    if free < need:
        raise RuntimeError(f"{folder} has {free / 1e6:,.1f} MB free, but {target.name} needs {need / 1e6:,.1f} MB. "
                           "Make room, or name another folder in the environment variable WORD_EMBEDDINGS_CACHE.")


def _part(target):
    return target.with_name(target.name + ".download")
