"""What `helpers._download` does when servers, lines, disks and archives fail.

Each case asserts the sentence, what lies in the folder afterwards, and that a good run follows.
"""

import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest
from http_server import running

from helpers import _download as download
from helpers import data

ROOT = Path(__file__).parents[1]
MEMBER = "glove.6B.100d.txt"
GROUPS = sorted(download.GROUP_DIGESTS)
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: mounts or name spaces")


def archive_of(change=()):
    """Return a tar.gz of two posts per group; the posts of the groups in `change` are others."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for group in GROUPS:
            for number in (1, 2):
                content = f"Subject: {group} {number}\n\n{group in change}".encode()
                info = tarfile.TarInfo(f"20_newsgroups/{group}/{number}")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def digests():
    found = {}
    for group in GROUPS:
        digest = hashlib.sha256()
        for number in (1, 2):
            digest.update(f"{number}\0Subject: {group} {number}\n\nFalse\0".encode())
        found[group] = digest.hexdigest()[:16]
    return found


def glove_zip(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("glove.6B.50d.txt", random.Random(1).randbytes(300_000))
        archive.writestr(MEMBER, text)
        archive.writestr("glove.6B.200d.txt", random.Random(2).randbytes(300_000))
    return out.getvalue()


POSTS = archive_of()
TEXT = random.Random(3).randbytes(200_000)
ZIP = glove_zip(TEXT)


@pytest.fixture
def server():
    with running() as web:
        web.files |= {"/official.tar.gz": POSTS, "/mirror.tar.gz": POSTS, "/glove.zip": ZIP}
        yield web


@pytest.fixture(autouse=True)
def small(server, own_cache, monkeypatch):
    """Point the sources to the server and expect the small files."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    own_cache.mkdir()
    sources = (server.url("/official.tar.gz"), server.url("/mirror.tar.gz"))
    monkeypatch.setattr(download, "POSTS", sources)
    monkeypatch.setattr(download, "VECTORS", (server.url("/glove.zip"),))
    monkeypatch.setattr(download, "GROUP_DIGESTS", digests())
    sums = {"glove.6B.zip": hashlib.sha256(ZIP).hexdigest(), MEMBER: hashlib.sha256(TEXT).hexdigest()}
    monkeypatch.setattr(download, "SHA256", sums)
    monkeypatch.setattr(download, "SILENCE_SECONDS", 1)


def left(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def refused(call, *args):
    with pytest.raises(RuntimeError) as told:
        call(*args)
    return str(told.value)


def good_run(server, folder):
    """Fetch both again from a server that behaves."""
    server.always.clear()
    assert data.find_posts("full").read_bytes() == POSTS
    assert data.find_vectors("full").read_bytes() == TEXT
    assert left(folder) == [MEMBER, data.ARCHIVE]


def test_the_official_source_is_asked_first_and_once(server, own_cache):
    good_run(server, own_cache)
    assert "GET /official.tar.gz" in server.requests and "GET /mirror.tar.gz" not in server.requests
    server.requests.clear()
    good_run(server, own_cache)
    assert not server.requests, "what is there is not downloaded again"


def test_only_the_member_is_read_of_the_zip(server, own_cache):
    data.find_vectors("full")
    assert server.sent < 0.6 * len(ZIP)


POSTS_FAULTS = {
    "gone": ({"status": 404}, "404"),
    "broken server": ({"status": 500}, "500"),
    "cut": ({"cut": 500}, ""),
    "a web page": ({"body": b"<html>moved</html>"}, "is not a whole tar.gz archive"),
    "silent": ({"stall": 500}, ""),
    "truncated without a length": ({"cut": 500, "no_length": True}, "is not a whole tar.gz archive"),
    "other posts": ({"body": archive_of(GROUPS[:5])}, "holds other posts than the 20 Newsgroups"),
}


@pytest.mark.parametrize("name", POSTS_FAULTS)
def test_a_faulty_source_is_told_and_the_mirror_serves(server, own_cache, name):
    fault, said = POSTS_FAULTS[name]
    server.always["/official.tar.gz"] = fault
    assert data.find_posts("full").read_bytes() == POSTS
    server.always["/mirror.tar.gz"] = fault
    (own_cache / data.ARCHIVE).unlink()
    message = refused(data.find_posts, "full")
    assert message.startswith("news20.tar.gz could not be downloaded:")
    assert message.count(said) >= (2 if said else 1) and 'use dataset="sample"' in message
    assert str(own_cache / data.ARCHIVE) in message and left(own_cache) == []
    good_run(server, own_cache)


def test_single_bytes_may_differ_in_few_groups(server):
    server.files["/official.tar.gz"] = archive_of(GROUPS[:4])
    assert data.find_posts("full").read_bytes() == server.files["/official.tar.gz"]


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1:]


VECTORS_FAULTS = {
    "gone": {"status": 404},
    "no zip": {"body": b"not a zip archive" * 100},
    "no range where one was announced": {"span": "bytes */5"},
    "without the member": {"body": glove_zip(b"").replace(MEMBER.encode(), b"glove.6B.999d.txt")},
    "damaged member": {"body": flipped(ZIP, len(ZIP) // 2)},
    "other vectors": {"body": glove_zip(TEXT[::-1])},
}


@pytest.mark.parametrize("name", VECTORS_FAULTS)
def test_faulty_vectors_are_refused(server, own_cache, name):
    server.always["/glove.zip"] = VECTORS_FAULTS[name]
    message = refused(data.find_vectors, "full")
    assert message.startswith(f"{MEMBER} could not be downloaded:")
    assert str(own_cache / "glove.6B.zip") in message and left(own_cache) == []
    good_run(server, own_cache)


def test_a_server_without_ranges_sends_the_whole_zip(server, own_cache, capsys):
    server.always["/glove.zip"] = {"ranges": False}
    assert data.find_vectors("full").read_bytes() == TEXT
    assert "serves whole files only" in capsys.readouterr().out and left(own_cache) == [MEMBER]
    (own_cache / MEMBER).unlink()
    server.always["/glove.zip"] = {"ranges": False, "body": glove_zip(TEXT[::-1])}
    assert "could not be downloaded" in refused(data.find_vectors, "full")
    assert left(own_cache) == []


@linux
def test_no_network_is_said_within_15_seconds(own_cache):
    code = ("from helpers import data\ntry:\n    data.find_posts('full')\n"
            "except RuntimeError as error:\n    print(error)")
    command = ["unshare", "--net", "--map-root-user", sys.executable, "-c", code]
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip("no right to make a name space")
    assert time.monotonic() - start < 15
    assert "it could not be reached" in done.stdout and 'dataset="sample"' in done.stdout


def test_an_address_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(download.socket, "create_connection", lambda *a, **k: threading.Event().wait())
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.2)
    assert "it could not be reached" in refused(data.find_posts, "full")


def test_no_room_is_said_before_and_on_the_way(server, mounted, monkeypatch):
    folder = mounted("size=64k")
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(folder))
    message = refused(data.find_vectors, "full")
    assert str(folder) in message and "350 MB are needed there" in message
    monkeypatch.setattr(data, "VECTORS_MB_PER_DIMENSION", 0.0001)  # a need that is too small
    message = refused(data.find_vectors, "full")
    assert f"The disk of the folder {folder} is full" in message and left(folder) == []


def test_two_processes_fetch_once(server, own_cache):
    """Both ask for the same file at the same moment; one downloads, the other waits."""
    code = (f"from helpers import _download, data\n"
            f"_download.POSTS = ({server.url('/official.tar.gz')!r},)\n"
            f"_download.GROUP_DIGESTS = {digests()!r}\nprint(data.find_posts('full'))")
    server.always["/official.tar.gz"] = {}
    command = [sys.executable, "-c", code]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, env={**os.environ}) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert all(str(own_cache / data.ARCHIVE) in out for out, _ in said), said
    assert server.requests == ["GET /official.tar.gz"]


def test_a_killed_download_leaves_nothing_that_is_found(server, own_cache):
    server.always["/official.tar.gz"] = {"stall": 500}
    code = (f"from helpers import _download, data\n_download.SILENCE_SECONDS = 60\n"
            f"_download.POSTS = ({server.url('/official.tar.gz')!r},)\ndata.find_posts('full')")
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    assert server.stalled.wait(60)
    process.kill()
    process.wait()
    assert data.ARCHIVE not in left(own_cache)
    good_run(server, own_cache)


@pytest.mark.full
def test_the_real_posts_pass_their_check(full_folder, monkeypatch):
    monkeypatch.undo()
    download._check_posts(full_folder / data.ARCHIVE)


def test_shutil_is_asked_for_the_room(monkeypatch, server):
    usage = shutil.disk_usage(ROOT)._replace(free=1_000_000)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda folder: usage)
    assert "has 1 MB free, too few for news20.tar.gz; 20 MB" in refused(data.find_posts, "full")
