"""Plumbing: the real posts and vectors from the network, whole and checked, or not at all.

Pooch downloads and compares checksums, remotezip reads one member of a zip archive on a server.
What arrives is written beside its place and renamed once its checks pass.
"""

import hashlib
import os
import shutil
import socket
import sys
import threading
import urllib.request
import zipfile
import zlib
from collections import defaultdict
from urllib.parse import urlsplit

import pooch
import remotezip
import requests
import urllib3
from tqdm import tqdm

from helpers._archives import read_tar
from helpers._cache import locked, no_room, partial, room_told

POSTS = (
    "http://www.cs.cmu.edu/afs/cs.cmu.edu/project/theo-20/www/data/news20.tar.gz",
    "http://qwone.com/~jason/20Newsgroups/20news-19997.tar.gz",
)
VECTORS = ("https://downloads.cs.stanford.edu/nlp/data/glove.6B.zip",)
# as published; the other members of the archive are checked by its own checksums
SHA256 = {
    "glove.6B.zip": "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
    "glove.6B.100d.txt": "95dde4dfd627ab26608d33e76d1195ec059734bd29089ea52cadb08d07c64544",
}
# The posts come over plain http and have no published checksum. These are the first 16 digits of
# the SHA-256 of each group's posts (file name, NUL, content, NUL; sorted by name). Copies of the
# collection are known that differ in single bytes of four posts, hence `MIN_SAME_GROUPS`.
GROUP_DIGESTS = {
    "alt.atheism": "884b31b2984c28f2",
    "comp.graphics": "215c7ac06dba9446",
    "comp.os.ms-windows.misc": "88325c640021422c",
    "comp.sys.ibm.pc.hardware": "dd0ca0d259aa7f30",
    "comp.sys.mac.hardware": "4420b10e67617ef5",
    "comp.windows.x": "4f605f29c564f393",
    "misc.forsale": "e1ebc9e5eafd6c02",
    "rec.autos": "4ce16b41481dc836",
    "rec.motorcycles": "e0168403b7f4fda3",
    "rec.sport.baseball": "4e8f1a1c9e27df4c",
    "rec.sport.hockey": "696168adb4ebedd3",
    "sci.crypt": "793ad55916591961",
    "sci.electronics": "872f917de7e95766",
    "sci.med": "b47ede4c22c5182d",
    "sci.space": "fb87bf69fb150bbd",
    "soc.religion.christian": "f319bf3cc1c2645e",
    "talk.politics.guns": "7bf122367a19f447",
    "talk.politics.mideast": "a074f241cf53d488",
    "talk.politics.misc": "84737a9246964ebe",
    "talk.religion.misc": "aef4e4ea44c2bb89",
}
MIN_SAME_GROUPS = 16
POSTS_MB = 20
ZIP_MB = 863
TEXT_MB_PER_DIMENSION = 3.5  # of an unpacked member, rounded up
CONNECT_SECONDS, SILENCE_SECONDS = 4, 20
TRIES = 2
NETWORK_ERRORS = (requests.RequestException, remotezip.RemoteIOError, urllib3.exceptions.HTTPError)


def fetch_posts(target):
    """Download the archive of the 19,997 posts.

    Parameters
    ----------
    target : pathlib.Path
        Where the archive goes. If it is there already, nothing is downloaded.

    Returns
    -------
    pathlib.Path
        `target`, whole and checked.

    Raises
    ------
    RuntimeError
        If no source gave it, the folder is full or cannot be written, or another process holds
        the lock.
    """
    def get(url, path):
        _retrieve(url, path)
        check_posts(path)

    return _from_first(POSTS, get, target, POSTS_MB, by_hand=target.name)


def fetch_vectors(target, embedding_dim):
    """Download one text file of GloVe 6B, without the rest of its archive where the server can.

    Parameters
    ----------
    target : pathlib.Path
        Where the file goes, named as in the archive, such as ``glove.6B.100d.txt``.
    embedding_dim : int
        50, 100, 200 or 300.

    Returns
    -------
    pathlib.Path
        `target`, whole and checked, by SHA-256 (100 dimensions) or by the archive's own checksum.

    Raises
    ------
    RuntimeError
        As for `fetch_posts`.
    """
    need_mb = TEXT_MB_PER_DIMENSION * embedding_dim

    def get(url, path):
        try:
            _take_remote_member(url, target.name, path)
        except remotezip.RangeNotSupported:
            print(f"{urlsplit(url).hostname} serves whole files only: downloading {ZIP_MB} MB")
            _check_room(target, ZIP_MB + need_mb)
            whole = path.with_name("glove.6B.zip")
            _retrieve(url, whole, SHA256["glove.6B.zip"])
            with zipfile.ZipFile(whole) as archive:
                _take_member(archive, target.name, path)

    return _from_first(VECTORS, get, target, need_mb, by_hand="glove.6B.zip")


def check_posts(path):
    """Compare an archive's posts with the collection that the course was measured on.

    Raises
    ------
    ValueError
        If the archive is damaged or holds other posts.
    """
    digests = defaultdict(hashlib.sha256)
    for name, content in sorted(read_tar(path).items()):
        group, _, file = name.partition("/")
        digests[group].update(file.encode("utf-8") + b"\0" + content + b"\0")
    same = 0
    for group, digest in digests.items():
        same += digest.hexdigest()[:16] == GROUP_DIGESTS.get(group)
    if len(digests) != len(GROUP_DIGESTS) or same < MIN_SAME_GROUPS:
        raise ValueError(f"holds other posts than the 20 Newsgroups collection: {same} of "
                         f"{len(digests)} groups are the same")


def _from_first(urls, get, target, need_mb, by_hand):
    """Try each source until one gave the whole file; tell of them all if none did."""
    reasons = []
    with room_told(target.parent, need_mb), locked(target):
        if target.exists():  # another process fetched it while this one waited
            return target
        _check_room(target, need_mb)
        for url in urls:
            reason = _try_source(url, get, target, need_mb)
            if not reason:
                return target
            reasons.append(f"  {url}: {reason}")
    raise RuntimeError("\n".join([
        f"{target.name} could not be downloaded:", *reasons,
        f"Try again later; or get the file by hand and save it as {target.with_name(by_hand)}, "
        'or in a folder that data_dir names; or use dataset="sample", which needs no download.']))


def _try_source(url, get, target, need_mb):
    """Download from one source; return "", or the reason why it failed."""
    if not _reachable(url):
        return "it could not be reached"
    reason = ""
    folder = target.with_name(target.name + ".download")
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)  # what a killed run left
        folder.mkdir()
        try:
            with partial(target, need_mb) as path:
                get(url, folder / target.name)
                os.replace(folder / target.name, path)
            return ""
        except (ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            reason = f"what it sent {_one_line(error)}"
        except NETWORK_ERRORS as error:
            reason = _one_line(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return reason


def _reachable(url):
    """Tell soon whether a server answers: looking up its name may hang longer than any time-out."""
    if urllib.request.getproxies():  # then the request itself will tell
        return True
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    answered = []

    def connect():
        try:
            socket.create_connection((parts.hostname, port), timeout=CONNECT_SECONDS).close()
            answered.append(True)
        except OSError:
            pass

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    return bool(answered)


def _retrieve(url, path, sha256=None):
    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(
        progressbar=_progress_bar(path.stem), timeout=(CONNECT_SECONDS, SILENCE_SECONDS))
    known_hash = f"sha256:{sha256}" if sha256 else None
    pooch.retrieve(url, known_hash, fname=path.name, path=path.parent, downloader=downloader)


def _take_remote_member(url, name, path):
    """Read one member of a zip archive on a server."""
    try:
        with remotezip.RemoteZip(url, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)) as archive:
            _take_member(archive, name, path)
    except remotezip.RemoteIOError as error:
        cause = error.__context__  # what requests raised
        no_ranges = isinstance(cause, requests.HTTPError) and cause.response.status_code in (
            405, 416, 501)
        if no_ranges:
            raise remotezip.RangeNotSupported(str(error)) from error
        raise


def _take_member(archive, name, path):
    """Unpack one member of an open zip archive and check it."""
    if name not in archive.namelist():
        raise ValueError(f"holds no {name}")
    info = archive.getinfo(name)
    bar = _progress_bar(name)
    bar.total = info.file_size
    digest = hashlib.sha256()
    with bar, archive.open(info) as source, open(path, "wb") as file:
        while chunk := source.read(1 << 20):  # at the end zipfile compares its own checksum
            file.write(chunk)
            digest.update(chunk)
            bar.update(len(chunk))
    if SHA256.get(name, digest.hexdigest()) != digest.hexdigest():
        raise ValueError(f"is another file than {name}: its SHA-256 is {digest.hexdigest()}")


def _progress_bar(name):
    """Return a bar that moves; in a log it becomes a line now and then."""
    seconds = 0.5 if sys.stdout.isatty() else 10
    # the total is set when the server has told it; pooch takes a bar without one for none
    return tqdm(desc=name, total=1, unit="B", unit_scale=True, file=sys.stdout,
                mininterval=seconds)


def _check_room(target, need_mb):
    """Refuse to begin what cannot fit."""
    free_mb = shutil.disk_usage(target.parent).free / 1e6
    if free_mb < need_mb:
        problem = f"{target.parent} has {free_mb:,.0f} MB free, too few for {target.name}"
        raise RuntimeError(no_room(problem, need_mb))


def _one_line(error):
    return " ".join(str(error).split())[:200] or type(error).__name__
