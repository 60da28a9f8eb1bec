"""Plumbing: the real posts and vectors from the network, whole and checked, or not at all.

Pooch downloads a file, remotezip reads one member of a zip archive on a server. What arrives is
written beside its place and renamed once its checks pass.
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
from contextlib import suppress
from urllib.parse import urlsplit

import pooch
import remotezip
import requests
import urllib3
from tqdm import tqdm

from helpers._archives import read_tar
from helpers._cache import file_digest, locked, no_room, room_told

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
ZIP_MB = 863
CONNECT_SECONDS, SILENCE_SECONDS = 6, 20  # a first name server that is silent costs 5 seconds
TRIES = 2
NETWORK_ERRORS = (requests.RequestException, remotezip.RemoteZipError, urllib3.exceptions.HTTPError)


def fetch_posts(target, need_mb):
    """Download the archive of the 19,997 posts to `target`; return it, whole and checked.

    If it is there already, nothing is downloaded. Raises RuntimeError if no source gave it.
    """
    def get(url, path):
        _retrieve(url, path)
        _check_posts(path)

    return _from_first(POSTS, get, target, need_mb, by_hand=target.name)


def fetch_vectors(target, need_mb):
    """Download one text file of GloVe 6B, without the rest of its archive where the server can.

    `target` is named as in the archive, such as ``glove.6B.100d.txt``. Else as `fetch_posts`.
    """
    def get(url, path):
        try:
            with remotezip.RemoteZip(url, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)) as archive:
                _take_member(archive, path)
        except remotezip.RangeNotSupported:
            print(f"{urlsplit(url).hostname} serves whole files only: downloading {ZIP_MB} MB")
            _check_room(target, ZIP_MB + need_mb)
            whole = path.with_name("glove.6B.zip")
            _retrieve(url, whole)
            _check_digest(whole)
            with zipfile.ZipFile(whole) as archive:
                _take_member(archive, path)
        _check_digest(path)

    return _from_first(VECTORS, get, target, need_mb, by_hand="glove.6B.zip")


def _check_posts(path):
    """Compare an archive's posts with the collection that the course was measured on."""
    digests = defaultdict(hashlib.sha256)
    for name, content in sorted(read_tar(path).items()):
        group, _, file = name.partition("/")
        digests[group].update(file.encode("utf-8") + b"\0" + content + b"\0")
    same = sum(digest.hexdigest()[:16] == GROUP_DIGESTS.get(group)
               for group, digest in digests.items())
    if len(digests) != len(GROUP_DIGESTS) or same < MIN_SAME_GROUPS:
        raise ValueError(f"holds other posts than the 20 Newsgroups collection: {same} of "
                         f"{len(digests)} groups are the same")


def _check_digest(path):
    """Compare a file with what was published, if its SHA-256 is known."""
    digest = file_digest(path)
    if SHA256.get(path.name, digest) != digest:
        raise ValueError(f"is another file than {path.name}: its SHA-256 is {digest}")


def _from_first(urls, get, target, need_mb, by_hand):
    """Try each source until one gave the whole file; tell of them all if none did."""
    reasons = []
    with room_told(target.parent, need_mb), locked(target):
        if target.exists():  # another process fetched it while this one waited
            return target
        _check_room(target, need_mb)
        for url in urls:
            reason = _try_source(url, get, target)
            if not reason:
                return target
            reasons.append(f"  {url}: {reason}")
    raise RuntimeError("\n".join([
        f"{target.name} could not be downloaded:", *reasons,
        f"Try again later; or get the file by hand and save it as {target.with_name(by_hand)}, "
        'or in a folder that data_dir names; or use dataset="sample", which needs no download.']))


def _try_source(url, get, target):
    """Download from one source; return "", or the reason why it failed."""
    if not _reachable(url):
        return "it could not be reached"
    folder = target.with_name(target.name + ".download")
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)  # what a killed run left
        folder.mkdir()
        try:
            get(url, folder / target.name)
            os.replace(folder / target.name, target)
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
        with suppress(OSError):
            socket.create_connection((parts.hostname, port), timeout=CONNECT_SECONDS).close()
            answered.append(True)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    return bool(answered)


def _retrieve(url, path):
    """Download a whole file."""
    download = pooch.HTTPDownloader(
        progressbar=_progress_bar(path.stem), timeout=(CONNECT_SECONDS, SILENCE_SECONDS))
    download(url, path, pooch=None)


def _take_member(archive, path):
    """Unpack the member of an open zip archive that has the path's name."""
    if path.name not in archive.namelist():
        raise ValueError(f"holds no {path.name}")
    bar = _progress_bar(path.name)
    bar.total = archive.getinfo(path.name).file_size
    with bar, archive.open(path.name) as source, open(path, "wb") as file:
        while chunk := source.read(1 << 20):  # at the end zipfile compares its own checksum
            file.write(chunk)
            bar.update(len(chunk))


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
