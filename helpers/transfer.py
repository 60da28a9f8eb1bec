"""Service room: one file over HTTP, from a server and a line that may fail at any moment.

What has arrived lies in a file with a note beside it (where from, which version, how long),
so that a later call, in this run or the next, goes on where an earlier one stopped.
"""

import json
import re
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import remotezip
import requests
import urllib3
from tqdm import tqdm

CONNECT_SECONDS, SILENCE_SECONDS, LOOK_UP_SECONDS = 3, 20, 5
PAUSES = (1, 2, 4)  # seconds between one try and the next
CHUNK, PROGRESS = 1 << 16, 1_000_000
NETWORK = (requests.RequestException, urllib3.exceptions.HTTPError)


def download(url, path, limit, seconds, first=0, last=None):
    """Bring `path` to the whole of a file, or to its bytes `first` to `last`.

    Parameters
    ----------
    url : str
    path : pathlib.Path
        What it holds already is kept if it is of the same version of the same file.
    limit : int
        The most bytes to accept.
    seconds : float
        How long to try a server that cannot be reached at all.
    first, last : int, optional
        A range of bytes, both included.

    Returns
    -------
    pathlib.Path
        `path`, complete as far as the server's own words go: check what it holds.

    Raises
    ------
    requests.RequestException, urllib3.exceptions.HTTPError
        If the last try failed; `reason` says why in words.
    remotezip.RangeNotSupported
        If a range was asked for and the server does not serve ranges.
    ValueError
        If the server offers something that cannot be the file.
    """
    while True:
        before = _size(path)
        try:
            return insist(lambda: _transfer(url, path, limit, first, last), seconds)
        except NETWORK:
            if _size(path) < before + PROGRESS:  # a slow, shaky line may go on for as long as it moves on
                raise
        seconds = None


def insist(step, seconds=None):
    """Call `step` again, after growing pauses, while what it raises may pass.

    `seconds` bounds the time spent on a server that cannot be reached at all.
    """
    started = time.monotonic()
    for pause in (*PAUSES, None):
        try:
            return step()
        except NETWORK as error:
            if pause is None or not _may_pass(error):
                raise
            ends = time.monotonic() - started + pause + CONNECT_SECONDS
            if seconds is not None and ends > seconds and isinstance(error, requests.ConnectionError):
                raise
        time.sleep(pause)


def look_up(url):
    """Fail soon where looking up the server's name would hang: no time-out of the libraries covers it."""
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))

    def work():
        with suppress(OSError, UnicodeError):  # the request itself will tell
            socket.getaddrinfo(urlsplit(proxy or url).hostname, None)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(LOOK_UP_SECONDS)
    if thread.is_alive():
        raise requests.ConnectionError("the look-up of the name hangs")


def reason(error):
    """Say in words what went wrong on the way."""
    if isinstance(error, requests.HTTPError):
        return f"it answered {error.response.status_code} {error.response.reason}"
    for kind, words in (
        (requests.exceptions.SSLError, "its certificate was not accepted"),
        (requests.exceptions.ProxyError, "the proxy named in the environment did not let us through"),
        (requests.ConnectTimeout, f"it did not answer within {CONNECT_SECONDS} s"),
        ((requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError), f"it sent nothing for {SILENCE_SECONDS} s"),
        (requests.ConnectionError, "it could not be reached"),
        (requests.TooManyRedirects, "it redirects in a circle"),
        ((requests.exceptions.ChunkedEncodingError, urllib3.exceptions.HTTPError), "the transfer broke off"),
    ):
        if isinstance(error, kind):
            return words
    return f"the request failed ({type(error).__name__})"


def discard(path):
    """Delete a download and its note."""
    path.unlink(missing_ok=True)
    _note(path).unlink(missing_ok=True)


def _transfer(url, path, limit, first, last):
    """Ask once for what `path` lacks, and append it."""
    known = _read_note(path, url, first, last)
    have = _size(path) if known else 0
    if known and have == known["size"]:
        return path
    headers = {"Accept-Encoding": "identity"}
    if have or last is not None:
        headers["Range"] = f"bytes={first + have}-{'' if last is None else last}"
    if have and known["version"]:
        headers["If-Range"] = known["version"]
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)) as answer:
        have, size = _placed(answer, have, first, last)
        if have and size != known["size"]:
            discard(path)
            raise requests.exceptions.ChunkedEncodingError("what is here no longer fits: from the start")
        if size > limit:
            raise ValueError(f"has {size / 1e6:,.1f} MB; at most {limit / 1e6:,.1f} MB are expected")
        if "text/html" in answer.headers.get("Content-Type", ""):
            raise ValueError("is a web page")
        with open(path, "ab" if have else "wb") as file, _progress(path.stem, size, have) as advance:
            if not have:
                _write_note(path, answer, url, first, last, size)
            # as sent: a Content-Encoding that means the archive's own gzip is not to be undone
            for chunk in answer.raw.stream(CHUNK, decode_content=False):
                have += len(chunk)
                if have > limit:
                    raise ValueError(f"has more than the {limit / 1e6:,.1f} MB expected")
                file.write(chunk)
                advance(len(chunk))
    if size not in (have, -1):
        raise requests.exceptions.ChunkedEncodingError("shorter than announced")
    return path


def _placed(answer, have, first, last):
    """Return from where an answer goes on, and the size of the whole (-1 if it does not say)."""
    span = re.fullmatch(r"bytes (\d+)-(\d+)/.+", answer.headers.get("Content-Range", ""))
    if answer.status_code == 206 and span and int(span[1]) == first + have:
        return have, int(span[2]) + 1 - first
    if last is not None and answer.status_code in (200, 206, 405, 501):
        raise remotezip.RangeNotSupported("the server sends another part than the one asked for")
    if answer.status_code == 200:
        return 0, int(answer.headers.get("Content-Length") or -1)
    if have and answer.status_code in (206, 412, 416):
        return have, -1  # no part of the same file
    raise requests.HTTPError(response=answer)


def _may_pass(error):
    if isinstance(error, requests.HTTPError):
        return error.response.status_code >= 500 or error.response.status_code in (408, 429)
    # a ValueError is an address, here or of a proxy, that cannot be used
    return not isinstance(error, (requests.exceptions.SSLError, requests.TooManyRedirects, ValueError))


@contextmanager
def _progress(name, size, have):
    """Yield what to call with the bytes of each step: a bar moves, or, in a log, a line comes now and then."""
    if sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel"):
        with tqdm(desc=name, total=size if size >= 0 else None, initial=have, unit="B", unit_scale=True,
                  file=sys.stdout) as bar:
            yield bar.update
        return
    told, step = have, max(size, 100 * PROGRESS) / 10

    def advance(count):
        nonlocal have, told
        have += count
        if have - told >= step or have == size:
            told = have
            print(f"{name}: {have / 1e6:,.1f}" + (f" of {size / 1e6:,.1f}" if size >= 0 else "") + " MB", flush=True)

    yield advance


def _note(path):
    return path.with_name(path.name + ".json")


def _read_note(path, url, first, last):
    """Return the note if it is about these bytes of this address, and there is a way to go on."""
    try:
        note = json.loads(_note(path).read_text(encoding="utf-8"))
        return note if [note["url"], note["first"], note["last"]] == [url, first, last] and note["size"] > 0 else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _write_note(path, answer, url, first, last, size):
    tag = answer.headers.get("ETag", "W/")
    version = answer.headers.get("Last-Modified") if tag.startswith("W/") else tag  # a weak tag proves nothing here
    note = {"url": url, "first": first, "last": last, "size": size, "version": version}
    _note(path).write_text(json.dumps(note), encoding="utf-8")


def _size(path):
    return path.stat().st_size if path.exists() else 0
