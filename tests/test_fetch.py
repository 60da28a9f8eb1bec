"""What `helpers.fetch` does when servers, lines, disks and archives fail.

Each case asserts the message, what lies in the folder afterwards, and that the next good run succeeds.
"""

import base64
import contextlib
import gzip
import hashlib
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
import requests
from http_server import running

from helpers import _archives, _cache, data, fetch, transfer

ROOT = Path(__file__).parents[1]
GROUPS = [f"group.{number:02d}" for number in range(19)] + ["soc.religion.christian"]
REAL_PAUSES = transfer.PAUSES
MEMBER = "glove.6B.100d.txt"
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: mounts, name spaces or signals")


def noise(count, seed):
    """Return text that does not compress much."""
    return base64.b64encode(random.Random(seed).randbytes(count * 3 // 4))


def post(group, number):
    head = f"Newsgroups: {group}\nSubject: a test\n\n".encode()
    return head + noise(5000, f"{group} {number}") + b"\n"


def members(top="20_newsgroup", groups=GROUPS, count=3):
    """Yield names and contents of a small collection: 3 posts a group, 2 in one."""
    for group in groups:
        for number in range(count - (group == "soc.religion.christian")):
            yield f"{top}/{group}/{number}", post(group, number)


def plain_tar(contents, extra=()):
    """Return a tar of files, then of ready-made TarInfo objects (with as many zeros as they claim to hold)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in contents:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info in extra:
            tar.addfile(info, io.BytesIO(bytes(max(info.size, 0))) if info.isreg() else None)
    return out.getvalue()


def tar_gz(contents, extra=()):
    return gzip.compress(plain_tar(contents, extra), compresslevel=1, mtime=0)


def glove_lines(dim, count):
    return b"".join(b"word%d " % number + noise(600, f"{dim} {number}") + b"\n" for number in range(count))


def glove_zip(broken=False):
    """Return a zip of four members, each but ours over 1 MB, and the text of ours."""
    out, texts = io.BytesIO(), {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for dim, count in ((50, 2400), (100, 900), (200, 2400), (300, 2400)):
            texts[dim] = glove_lines(dim, count)
            archive.writestr(f"glove.6B.{dim}d.txt", texts[dim])
        info = archive.getinfo(MEMBER)
    content = bytearray(out.getvalue())
    if broken:
        content[info.header_offset + info.compress_size // 2] ^= 255
    return bytes(content), texts


OFFICIAL, MIRROR = tar_gz(members()), tar_gz(members("20_newsgroups"))
ZIP, TEXTS = glove_zip()
TEXT = TEXTS[100]
with zipfile.ZipFile(io.BytesIO(ZIP)) as opened:
    INFO = opened.getinfo(MEMBER)


@pytest.fixture
def server():
    with running() as web:
        web.files.update({"/official.tar.gz": OFFICIAL, "/mirror.tar.gz": MIRROR, "/glove.zip": ZIP})
        yield web


@pytest.fixture(autouse=True)
def small(server, tmp_path, monkeypatch):
    """Point the sources to the server, expect the small files, and be quick."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(tmp_path))
    monkeypatch.delenv("WORD_EMBEDDINGS_DATA", raising=False)
    monkeypatch.setattr(fetch, "POSTS", (server.url("/official.tar.gz"), server.url("/mirror.tar.gz")))
    monkeypatch.setattr(fetch, "VECTORS", (server.url("/glove.zip"),))
    monkeypatch.setattr(fetch, "POSTS_A_GROUP", 3)
    monkeypatch.setattr(fetch, "SHORT_GROUPS", {"soc.religion.christian": 2})
    monkeypatch.setattr(fetch, "SHA256", {name: hashlib.sha256(content).hexdigest()
                                          for name, content in (("glove.6B.zip", ZIP), (MEMBER, TEXT))})
    monkeypatch.setattr(transfer, "PAUSES", (0.01, 0.02, 0.04))
    monkeypatch.setattr(transfer, "SILENCE_SECONDS", 10)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "news20.tar.gz"


@pytest.fixture
def text(tmp_path):
    return tmp_path / MEMBER


def failure(call, *args):
    with pytest.raises(RuntimeError) as told:
        call(*args)
    return str(told.value)


def left(folder):
    """Return what lies in a folder, but for the locks, which are empty and stay."""
    assert all(path.stat().st_size == 0 for path in folder.glob("*.lock"))
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def good_posts(server, target, content=OFFICIAL):
    """Run again with a server that behaves."""
    server.faults.clear()
    server.always.clear()
    server.forget()
    assert fetch.posts(target) == target
    assert target.read_bytes() == content
    assert left(target.parent) == [target.name]


def good_vectors(server, text, content=TEXT):
    server.faults.clear()
    server.always.clear()
    server.forget()
    assert fetch.vectors(text) == text
    assert text.read_bytes() == content
    assert left(text.parent) == [text.name]


CHILD = """
import json, os, signal, sys
from helpers import _cache, data, fetch, transfer
asked = json.loads(sys.argv[1])
for name, value in asked["settings"].items():
    setattr(fetch, name, value)
transfer.PAUSES = asked["pauses"]
if asked["die"]:
    os.replace = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
if asked["user"]:
    os.setuid(asked["user"])
try:
    print(eval(asked["call"]))
except RuntimeError as error:
    sys.exit(str(error))
"""


def child(call, die=False, user=0, command=(), real=False):
    """Start another process that calls something; `real` leaves the real addresses and pauses."""
    names = ("POSTS_A_GROUP", "SHORT_GROUPS", "SHA256") + (() if real else ("POSTS", "VECTORS"))
    asked = {"call": call, "die": die, "user": user, "settings": {name: getattr(fetch, name) for name in names},
             "pauses": REAL_PAUSES if real else transfer.PAUSES}
    return subprocess.Popen([*command, sys.executable, "-c", CHILD, json.dumps(asked)], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"})


def wait_until(condition, seconds=40):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "what the test waits for did not happen"
        time.sleep(0.02)


# --- where posts come from


def test_the_official_address_is_enough(server, target):
    good_posts(server, target)
    assert server.requests == [("GET /official.tar.gz", None, 200)]
    fetch.posts(target)
    assert len(server.requests) == 1  # what is there is not fetched again


def test_a_missing_file_sends_us_to_the_mirror(server, target):
    server.always["/official.tar.gz"] = {"status": 404}
    assert fetch.posts(target).read_bytes() == MIRROR
    assert server.statuses() == [404, 200]  # a 404 does not pass by waiting
    assert left(target.parent) == [target.name]
    target.unlink()
    good_posts(server, target)


def test_the_mirrors_archive_unpacks_to_the_same_folder(server, target):
    server.always["/official.tar.gz"] = {"status": 404}
    folder = data.unpack_posts(data.find_posts("full"))
    assert folder.name == data.FOLDER
    assert data.read_posts(folder).fingerprint == data.read_posts(target).fingerprint
    target.unlink()
    server.always.clear()
    assert data.unpack_posts(data.find_posts("full")) != folder  # another archive, another place
    assert data.read_posts(target).fingerprint == data.read_posts(folder).fingerprint


def test_when_all_fail_one_message_names_each_source_and_the_ways_on(server, target):
    server.always = {"/official.tar.gz": {"status": 404}, "/mirror.tar.gz": {"status": 403}}
    message = failure(fetch.posts, target)
    assert f"  {fetch.POSTS[0]}: it answered 404 Not Found\n" in message
    assert f"  {fetch.POSTS[1]}: it answered 403 Forbidden\n" in message
    assert f"by hand and save it as {target}," in message and "data_dir" in message
    assert 'dataset="sample", which needs no download' in message
    assert left(target.parent) == []
    good_posts(server, target)


def test_a_file_put_there_by_hand_is_taken(server, tmp_path, target):
    target.write_bytes(MIRROR)
    (tmp_path / "glove.6B.zip").write_bytes(ZIP)
    assert data.find_posts("full") == target
    assert data.find_vectors("full") == tmp_path / "glove.6B.zip"
    assert server.requests == []
    assert left(tmp_path) == ["glove.6B.zip", target.name]
    target.unlink()
    assert data.find_posts("full").read_bytes() == OFFICIAL


# --- servers that fail


def test_errors_that_pass_are_waited_for_with_growing_pauses(server, target, monkeypatch):
    monkeypatch.setattr(transfer, "PAUSES", (1, 2, 4))
    pauses = []
    monkeypatch.setattr(transfer.time, "sleep", pauses.append)
    server.faults["/official.tar.gz"] = [{"status": 500}, {"status": 503}, {"status": 429}]
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.statuses() == [500, 503, 429, 200]
    assert pauses == [1, 2, 4]
    assert left(target.parent) == [target.name]


def test_errors_that_stay_are_given_up(server, target):
    server.always = {"/official.tar.gz": {"status": 500}, "/mirror.tar.gz": {"status": 503}}
    message = failure(fetch.posts, target)
    assert "it answered 500" in message and "it answered 503" in message
    assert server.statuses() == [500] * 4 + [503] * 4
    assert left(target.parent) == []
    good_posts(server, target)


def test_a_broken_transfer_goes_on_where_it_stopped(server, target):
    server.faults["/official.tar.gz"] = [{"cut": 150_000}]
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert len(server.ranges()) == 2 and server.ranges()[0] is None
    start = int(server.ranges()[1].removeprefix("bytes=").removesuffix("-"))
    assert 100_000 < start <= 150_000
    assert server.sent == 150_000 + len(OFFICIAL) - start
    assert left(target.parent) == [target.name]


def test_a_broken_transfer_starts_again_where_ranges_are_refused(server, target):
    server.faults["/official.tar.gz"] = [{"cut": 150_000}, {"ranges": False}]
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.statuses() == [200, 200]
    assert server.sent == 150_000 + len(OFFICIAL)
    assert left(target.parent) == [target.name]


def test_a_line_that_breaks_at_the_same_place_is_given_up(server, target):
    fault = {"cut": 150_000, "ranges": False}
    server.always = {"/official.tar.gz": fault, "/mirror.tar.gz": fault}
    message = failure(fetch.posts, target)
    assert message.count("the transfer broke off") == 2
    assert server.statuses() == [200] * 8
    assert left(target.parent) == ["news20.tar.gz.download", "news20.tar.gz.download.json"]
    good_posts(server, target)


def test_a_line_that_breaks_often_may_go_on_while_it_moves(server, target, monkeypatch):
    monkeypatch.setattr(transfer, "PROGRESS", 20_000)
    monkeypatch.setattr(transfer, "CHUNK", 1000)
    server.always["/official.tar.gz"] = {"cut": 30_000}  # more breaks than tries
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert len(server.requests) > 4
    assert left(target.parent) == [target.name]


def test_silence_has_an_end(server, target, monkeypatch):
    monkeypatch.setattr(transfer, "SILENCE_SECONDS", 2)
    monkeypatch.setattr(transfer, "PAUSES", ())
    server.always = {"/official.tar.gz": {"stall": 150_000}, "/mirror.tar.gz": {"status": 404}}
    message = failure(fetch.posts, target)
    assert "official.tar.gz: it sent nothing for 2 s" in message
    assert left(target.parent) == ["news20.tar.gz.download", "news20.tar.gz.download.json"]
    monkeypatch.setattr(transfer, "SILENCE_SECONDS", 10)
    good_posts(server, target)
    assert 0 < server.sent < len(OFFICIAL)  # it went on


def test_a_redirect_is_followed(server, target):
    server.always["/official.tar.gz"] = {"redirect": "/mirror.tar.gz"}
    assert fetch.posts(target).read_bytes() == MIRROR
    assert server.statuses() == [302, 200]
    assert left(target.parent) == [target.name]


def test_a_redirect_in_a_circle_is_left(server, target):
    server.always = {"/official.tar.gz": {"redirect": "/official.tar.gz"}, "/mirror.tar.gz": {"status": 404}}
    assert "official.tar.gz: it redirects in a circle" in failure(fetch.posts, target)
    assert left(target.parent) == []
    good_posts(server, target)


def test_less_than_announced_is_not_taken_for_whole(server, target):
    server.always = {"/official.tar.gz": {"length": 1000, "ranges": False}, "/mirror.tar.gz": {"status": 404}}
    assert "official.tar.gz: the transfer broke off" in failure(fetch.posts, target)
    assert target.name not in left(target.parent)
    good_posts(server, target)


def test_more_than_announced_is_not_taken_for_whole(server, target):
    server.always = {"/official.tar.gz": {"length": -1000}, "/mirror.tar.gz": {"status": 404}}
    assert "official.tar.gz: what it sent is not a whole tar.gz archive (" in failure(fetch.posts, target)
    assert left(target.parent) == []
    good_posts(server, target)


def test_no_announced_length_is_no_harm(server, target):
    server.always["/official.tar.gz"] = {"no_length": True}
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert left(target.parent) == [target.name]


def test_a_cut_without_a_length_is_noticed(server, target):
    server.always["/official.tar.gz"] = {"no_length": True, "cut": 150_000}
    assert fetch.posts(target).read_bytes() == MIRROR
    assert server.statuses() == [200, 200]
    assert left(target.parent) == [target.name]


@pytest.mark.parametrize(("body", "told"), [
    (tar_gz(members(groups=GROUPS[1:])), "holds 19 groups of posts, not 20"),
    (tar_gz(members(count=4)), "holds 4 posts in group.00, not 3"),
    (tar_gz([*members()][:-1]), "holds 1 posts in soc.religion.christian, not 2"),
    (tar_gz([*members()][:-1] + [("a/soc.religion.christian/1", b"no post")]),
     "holds soc.religion.christian/1, which is no post"),
    (ZIP, "is not a whole tar.gz archive (Not a gzipped file"),
    (b"", "is not a whole tar.gz archive (empty file)"),
], ids=["groups", "more", "fewer", "no post", "zip", "empty"])
def test_another_file_is_deleted_and_the_next_source_tried(server, target, body, told):
    server.always["/official.tar.gz"] = {"body": body}
    server.always["/mirror.tar.gz"] = {"status": 404}
    message = failure(fetch.posts, target)
    assert f"official.tar.gz: what it sent {told}" in message
    assert left(target.parent) == []
    del server.always["/mirror.tar.gz"]
    assert fetch.posts(target).read_bytes() == MIRROR
    target.unlink()
    good_posts(server, target)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/gzip"])
def test_a_web_page_is_not_taken_for_the_archive(server, target, kind):
    page = {"body": b"<!DOCTYPE html><p>Please log in.", "headers": {"Content-Type": kind}}
    server.always = {"/official.tar.gz": page, "/mirror.tar.gz": page}
    message = failure(fetch.posts, target)
    assert message.count("is a web page" if "html" in kind else "is not a whole tar.gz archive") == 2
    assert left(target.parent) == []
    good_posts(server, target)


@pytest.mark.parametrize("no_length", [False, True])
def test_a_file_far_too_large_is_not_downloaded(server, target, monkeypatch, no_length):
    monkeypatch.setattr(fetch, "POSTS_BYTES", 100_000)
    server.always = {"/official.tar.gz": {"body": bytes(3_000_000), "no_length": no_length},
                     "/mirror.tar.gz": {"status": 404}}
    message = failure(fetch.posts, target)
    assert ("has more than the 0.2 MB expected" if no_length else "has 3.0 MB; at most 0.2 MB are expected") in message
    assert left(target.parent) == []
    monkeypatch.setattr(fetch, "POSTS_BYTES", 20_000_000)
    good_posts(server, target)


def test_an_archive_announced_as_encoded_stays_packed(server, target):
    server.always["/official.tar.gz"] = {"headers": {"Content-Encoding": "gzip"}}
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert left(target.parent) == [target.name]


# --- going on in a later run


def interrupt(server, target, fault=(), body=None):
    """Leave the first 150,000 bytes or so of a download behind."""
    fault = {**dict(fault), "cut": 150_000, **({"body": body} if body else {})}
    server.always = {"/official.tar.gz": {}, "/mirror.tar.gz": {"status": 404}}
    server.faults["/official.tar.gz"] = [fault, *[{"status": 500}] * 3]
    server.always.pop("/official.tar.gz")
    failure(fetch.posts, target)
    assert left(target.parent) == ["news20.tar.gz.download", "news20.tar.gz.download.json"]
    return (target.parent / "news20.tar.gz.download").stat().st_size


def test_a_later_run_goes_on_where_an_earlier_one_stopped(server, target):
    have = interrupt(server, target)
    good_posts(server, target)
    assert server.requests == [("GET /official.tar.gz", f"bytes={have}-", 206)]
    assert server.sent == len(OFFICIAL) - have


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(server, target):
    interrupt(server, target, {"headers": {"ETag": '"old"'}})
    server.faults["/official.tar.gz"] = [{"headers": {"ETag": '"new"'}}]
    server.forget()
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.statuses() == [200] and server.sent == len(OFFICIAL)  # the server saw that it is another version
    assert left(target.parent) == [target.name]


@pytest.mark.parametrize("longer", [0, 5000], ids=["same size", "other size"])
def test_a_change_that_the_server_does_not_tell_is_noticed(server, target, longer, capsys):
    unmarked = {"headers": {"Last-Modified": None, "ETag": 'W/"weak"'}}
    interrupt(server, target, unmarked, body=bytes(len(OFFICIAL) + longer))
    server.always["/official.tar.gz"] = unmarked
    server.forget()
    capsys.readouterr()
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.statuses() == [206, 200]  # went on, saw that it is wrong, and began again
    whole = capsys.readouterr().out.count(" of ")
    assert whole == (1 if longer else 2)  # another size is seen before anything is read
    assert left(target.parent) == [target.name]


def test_a_file_that_became_shorter_is_fetched_from_the_start(server, target):
    interrupt(server, target, {"headers": {"Last-Modified": None}}, body=bytes(len(OFFICIAL) + 1))
    part = target.parent / "news20.tar.gz.download"
    part.write_bytes(bytes(len(OFFICIAL)))  # nothing beyond that to ask for
    server.forget()
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.statuses() == [416, 200]
    assert left(target.parent) == [target.name]


def test_a_part_of_another_part_than_asked_for_is_not_appended(server, target):
    have = interrupt(server, target)
    server.faults["/official.tar.gz"] = [{"span": f"bytes {have + 1}-{len(OFFICIAL) - 1}/{len(OFFICIAL)}"}]
    server.forget()
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.statuses() == [206, 200]
    assert left(target.parent) == [target.name]


def test_a_part_shorter_than_it_says_is_asked_for_again(server, target):
    interrupt(server, target)
    server.faults["/official.tar.gz"] = [{"length": -1000}]
    server.forget()
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert server.ranges()[1] == f"bytes={len(OFFICIAL) - 1000}-"
    assert server.statuses() == [206, 206]
    assert left(target.parent) == [target.name]


def test_what_one_source_left_is_not_completed_by_another(server, target):
    interrupt(server, target)
    server.always = {"/official.tar.gz": {"status": 404}}
    server.forget()
    assert fetch.posts(target).read_bytes() == MIRROR
    assert server.requests[1:] == [("GET /mirror.tar.gz", None, 200)]
    assert left(target.parent) == [target.name]


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"url": "other"}', None])
def test_a_damaged_note_means_from_the_start(server, target, note):
    interrupt(server, target)
    path = target.parent / "news20.tar.gz.download.json"
    path.unlink() if note is None else path.write_bytes(note)
    good_posts(server, target)
    assert server.ranges() == [None]


# --- processes


@linux
def test_killed_while_downloading(server, target):
    server.faults["/official.tar.gz"] = [{"stall": 150_000}]
    process, part = child(f"fetch.posts(_cache.cache_dir() / {target.name!r})"), target.parent / "news20.tar.gz.download"
    wait_until(lambda: part.exists() and part.stat().st_size > 100_000)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not target.exists() and part.exists()
    have = part.stat().st_size
    for holder in target.parent.glob("*.holder"):  # what names a holder may outlive it, as here; the lock does not
        holder.unlink()
    good_posts(server, target)
    assert server.ranges() == [f"bytes={have}-"]


@linux
def test_killed_just_before_the_rename(server, target):
    process = child(f"fetch.posts(_cache.cache_dir() / {target.name!r})", die=True)
    assert process.wait() == -signal.SIGKILL
    assert not target.exists() and (target.parent / "news20.tar.gz.download").exists()
    good_posts(server, target)
    assert server.requests == []  # all of it was there, and was checked again


@linux
@pytest.mark.parametrize("zeros", [True, False], ids=["garbled", "as it was"])
def test_killed_while_unpacking_vectors(server, text, zeros):
    process = child(f"fetch.vectors(_cache.cache_dir() / {text.name!r})", die=True)
    assert process.wait() == -signal.SIGKILL
    assert not text.exists() and (text.parent / (text.name + ".partial")).exists()
    part = text.parent / (text.name + ".download")
    if zeros:  # as a file can look after the power failed
        part.write_bytes(bytes(part.stat().st_size))
    good_vectors(server, text)
    assert (server.sent > INFO.compress_size) == zeros


@linux
def test_killed_while_posts_are_unpacked(tmp_path, target):
    target.write_bytes(OFFICIAL)
    process = child(f"data.unpack_posts(_cache.cache_dir() / {target.name!r})", die=True)
    assert process.wait() == -signal.SIGKILL
    assert [name for name in left(tmp_path) if name.endswith(".partial")]
    assert not [name for name in left(tmp_path) if name.startswith("posts-") and "." not in name]
    leftover = next(tmp_path.glob("posts-*.partial/*/group.00"))
    (leftover / "99").write_bytes(b"of another time")
    assert len(data.read_posts(data.unpack_posts(target))) == 59
    assert not [name for name in left(tmp_path) if name.endswith(".partial")]


@linux
def test_ten_processes_fetch_once(server, target, tmp_path):
    calls = [f"fetch.posts(_cache.cache_dir() / {target.name!r})", f"fetch.vectors(_cache.cache_dir() / {MEMBER!r})"]
    processes = [child(calls[number % 2]) for number in range(10)]
    for process in processes:
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        assert out.splitlines()[-1] in (str(target), str(tmp_path / MEMBER))
    assert sorted(request for request, _, _ in server.requests) == ["GET /glove.zip"] * 2 + ["GET /official.tar.gz"]
    assert server.sent < len(OFFICIAL) + INFO.compress_size + 1_000_000
    assert left(tmp_path) == [MEMBER, target.name]
    assert target.read_bytes() == OFFICIAL and (tmp_path / MEMBER).read_bytes() == TEXT


@linux
def test_a_lock_held_for_too_long_names_its_holder(server, target, monkeypatch, capsys):
    server.faults["/official.tar.gz"] = [{"stall": 150_000}]
    process = child(f"fetch.posts(_cache.cache_dir() / {target.name!r})")
    assert server.stalled.wait(40)
    monkeypatch.setattr(cache, "LOCK_SECONDS", 0.3)
    message = failure(fetch.posts, target)
    who = f"process {process.pid} on {socket.gethostname()}"
    assert f"{target} has been worked on for over 0.3 s by {who}. Wait for it" in message
    assert f"delete {target}.lock and run again" in message
    assert f"Waiting for {who}, which works on {target}." in capsys.readouterr().err
    assert not target.exists()
    monkeypatch.setattr(cache, "LOCK_SECONDS", 60)
    process.kill()  # and the lock is free at once
    process.wait()
    good_posts(server, target)


def test_the_holders_name_goes_with_the_lock(target):
    with _cache.locked(target):
        assert (target.parent / "news20.tar.gz.lock.holder").read_text(encoding="utf-8").startswith("process ")
    assert left(target.parent) == []
    with pytest.raises(KeyError), _cache.locked(target):
        raise KeyError
    with _cache.locked(target):
        assert left(target.parent) == ["news20.tar.gz.lock.holder"]
    assert left(target.parent) == []


# --- networks


def test_a_proxy_from_the_environment_is_used(server, target, monkeypatch):
    monkeypatch.setattr(fetch, "POSTS", ("http://posts.invalid/official.tar.gz",))
    monkeypatch.setattr(fetch, "VECTORS", ("http://vectors.invalid/glove.zip",))
    monkeypatch.setenv("http_proxy", server.url(""))
    assert fetch.posts(target).read_bytes() == OFFICIAL
    assert fetch.vectors(target.with_name(MEMBER)).read_bytes() == TEXT
    asked = [request for request, _, _ in server.requests]
    assert asked == ["GET http://posts.invalid/official.tar.gz"] + ["GET http://vectors.invalid/glove.zip"] * 2
    assert left(target.parent) == [MEMBER, target.name]


def test_a_proxy_that_is_gone_is_named(server, target, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("http_proxy", f"http://user:secret@127.0.0.1:{free.getsockname()[1]}")
        message = failure(fetch.posts, target)
    assert message.count("the proxy named in the environment did not let us through") == 2
    assert "secret" not in message
    assert left(target.parent) == [] and server.requests == []
    monkeypatch.delenv("http_proxy")
    good_posts(server, target)


def test_a_server_that_speaks_no_tls_is_not_tried_twice(server, target, monkeypatch):
    monkeypatch.setattr(fetch, "POSTS", (f"https://127.0.0.1:{server.server_port}/official.tar.gz",))
    tries = []
    real = requests.get
    monkeypatch.setattr(transfer.requests, "get", lambda *args, **kwargs: tries.append(1) or real(*args, **kwargs))
    assert "its certificate was not accepted" in failure(fetch.posts, target)
    assert len(tries) == 1
    assert left(target.parent) == []
    monkeypatch.setattr(fetch, "POSTS", (server.url("/official.tar.gz"),))
    good_posts(server, target)


@linux
def test_a_server_that_does_not_answer_is_left_soon(server, target, monkeypatch):
    monkeypatch.setattr(transfer, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(fetch, "OFFLINE_SECONDS", 1)
    with socket.socket() as deaf, contextlib.ExitStack() as callers:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):  # its queue is full: a new caller gets no answer at all
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/official.tar.gz"
        monkeypatch.setattr(fetch, "POSTS", (address, server.url("/mirror.tar.gz")))
        server.always["/mirror.tar.gz"] = {"status": 404}
        began = time.monotonic()
        assert f"{address}: it did not answer within 0.3 s" in failure(fetch.posts, target)
        assert time.monotonic() - began < 15
        assert left(target.parent) == []
        server.always.clear()
        assert fetch.posts(target).read_bytes() == MIRROR


def test_a_name_look_up_that_hangs_is_left(server, target, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(transfer, "LOOK_UP_SECONDS", 0.2)
        patch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: server.stopped.wait(60))
        message = failure(fetch.posts, target)
    assert message.count("it could not be reached") == 2
    assert left(target.parent) == [] and server.requests == []
    good_posts(server, target)


@linux
def test_offline_fails_soon_and_names_the_sample(server, target, tmp_path):
    if subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no right to make a network name space")
    for name in ("posts", "vectors"):
        began = time.monotonic()
        process = child(f"data.find_{name}('full')", command=("unshare", "-n"), real=True)
        error = process.communicate(timeout=60)[1]
        assert time.monotonic() - began < 15
        assert process.returncode == 1 and 'dataset="sample", which needs no download' in error
        addresses = fetch_addresses(name)
        assert all(f"  {address}: it could not be reached" in error for address in addresses) and addresses
        assert str(tmp_path / {"posts": "news20.tar.gz", "vectors": "glove.6B.zip"}[name]) in error
        assert left(tmp_path) == []
    good_posts(server, target)


def fetch_addresses(name):
    """Return the real addresses, read from the source because the tests replace them."""
    source = (ROOT / "helpers" / "fetch.py").read_text(encoding="utf-8")
    names = {}
    exec(source[source.index("POSTS = ("):source.index("SHA256")], names)
    return names[name.upper()]


# --- disks


def test_too_little_room_is_told_before_the_download(server, mounted, monkeypatch):
    folder = mounted("size=2m")
    message = failure(fetch.posts, folder / "news20.tar.gz")
    assert f"{folder} has 2.1 MB free, but news20.tar.gz needs 20.0 MB. Make room" in message
    message = failure(fetch.vectors, folder / MEMBER)
    assert f"{folder} has 2.1 MB free, but {MEMBER} needs 490.0 MB. Make room" in message
    assert "WORD_EMBEDDINGS_CACHE" in message
    assert server.requests == [] and left(folder) == []
    subprocess.run(["mount", "-o", "remount,size=40m", str(folder)], check=True)
    good_posts(server, folder / "news20.tar.gz")


def test_a_disk_that_fills_up_while_downloading(server, mounted, monkeypatch):
    folder = mounted("size=128k")
    monkeypatch.setattr(fetch, "POSTS_BYTES", 120_000)  # so that it begins; the file has twice as much
    message = failure(fetch.posts, folder / "news20.tar.gz")
    assert f"The disk of the folder {folder} is full; 0 MB are needed there. Make room" in message
    assert left(folder) == []
    subprocess.run(["mount", "-o", "remount,size=2m", str(folder)], check=True)
    monkeypatch.setattr(fetch, "POSTS_BYTES", 1_000_000)
    good_posts(server, folder / "news20.tar.gz")


def test_a_disk_that_fills_up_while_vectors_are_unpacked(server, mounted, monkeypatch):
    folder = mounted(f"size={INFO.compress_size + 100_000}")
    for name in ("ZIPPED_A_DIM", "TEXT_A_DIM"):
        monkeypatch.setattr(fetch, name, 1)
    monkeypatch.setattr(fetch, "TEXT_A_DIM", (INFO.compress_size - 1000) // 100)
    monkeypatch.setattr(fetch, "_take_member", lambda archive, target, need, real=fetch._take_member:
                        real(archive, target, 3_000_000))
    message = failure(fetch.vectors, folder / MEMBER)
    assert f"The disk of the folder {folder} is full; 3 MB are needed there. Make room" in message
    assert left(folder) == []
    subprocess.run(["mount", "-o", "remount,size=4m", str(folder)], check=True)
    good_vectors(server, folder / MEMBER)


def test_a_disk_that_fills_up_while_posts_are_unpacked(mounted, monkeypatch, tmp_path):
    folder = mounted("size=100k")
    archive = tmp_path / "archive.tar.gz"
    archive.write_bytes(OFFICIAL)
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(folder))
    message = failure(data.unpack_posts, archive)
    assert f"The disk of the folder {folder} is full; 100 MB are needed there" in message
    assert left(folder) == []
    subprocess.run(["mount", "-o", "remount,size=2m", str(folder)], check=True)
    assert len(data.read_posts(data.unpack_posts(archive))) == 59


def test_a_read_only_folder(server, mounted, monkeypatch):
    folder = mounted("size=40m,ro")
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(folder))
    message = failure(fetch.posts, folder / "news20.tar.gz")
    assert f"The folder {folder} cannot be written (Read-only file system); 20 MB are needed there." in message
    message = failure(data.find_posts, "full")
    assert f"The cache folder {folder} cannot be written (Read-only file system); 20 MB are needed there." in message
    message = failure(data.find_vectors, "full", "", 300)
    assert f"The cache folder {folder} cannot be written (Read-only file system); 1,500 MB are needed there." in message
    assert server.requests == [] and left(folder) == []
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    good_posts(server, folder / "news20.tar.gz")


@linux
def test_a_folder_without_permission(server, monkeypatch):
    user = 65534 if os.getuid() == 0 else 0  # root may write anywhere: the other process becomes somebody else
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(folder))
        for call, words in ((f"fetch.posts(__import__('pathlib').Path({name!r}) / 'news20.tar.gz')", "The folder"),
                            ("data.find_posts('full')", "The cache folder")):
            process = child(call, user=user)
            error = process.communicate(timeout=60)[1]
            assert process.returncode == 1
            assert f"{words} {folder} cannot be written (Permission denied); 20 MB are needed there." in error
        assert server.requests == [] and left(folder) == []
        folder.chmod(0o755)
        good_posts(server, folder / "news20.tar.gz")


# --- vectors


def test_only_the_member_is_read(server, text):
    good_vectors(server, text)
    assert server.sent < INFO.compress_size + 1_000_000 < len(ZIP) / 2
    assert len(server.requests) == 2 and set(server.statuses()) == {206}
    fetch.vectors(text)
    assert len(server.requests) == 2


def test_another_width_is_another_member(server, tmp_path):
    good_vectors(server, tmp_path / "glove.6B.300d.txt", TEXTS[300])
    assert server.sent < len(ZIP) / 2


@pytest.mark.parametrize("fault", [{"ranges": False}, {"suffix": 416}, {"suffix": 501}, {"span": "bytes oops"}],
                         ids=["ignored", "416", "501", "nonsense"])
def test_without_ranges_the_whole_archive_is_fetched(server, text, capsys, fault):
    server.always["/glove.zip"] = fault
    assert fetch.vectors(text).read_bytes() == TEXT
    assert "127.0.0.1 serves no parts of files: the whole archive is needed" in capsys.readouterr().out
    assert server.requests[-1] == ("GET /glove.zip", None, 200)
    assert left(text.parent) == [text.name]  # the archive is gone again
    text.unlink()
    good_vectors(server, text)


def test_ranges_that_end_in_the_middle_of_it(server, text):
    server.faults["/glove.zip"] = [{}, {"ranges": False}]  # the directory by range, the member not
    assert fetch.vectors(text).read_bytes() == TEXT
    assert server.statuses() == [206, 200, 200]
    assert left(text.parent) == [text.name]


def test_the_whole_archive_goes_on_where_it_stopped(server, text):
    server.faults["/glove.zip"] = [{"ranges": False}, {"cut": 2_000_000}]
    assert fetch.vectors(text).read_bytes() == TEXT
    assert server.ranges()[1] is None
    assert 1_900_000 < int(server.ranges()[2].removeprefix("bytes=").removesuffix("-")) <= 2_000_000
    assert left(text.parent) == [text.name]


def test_no_room_for_the_whole_archive(server, text, monkeypatch):
    monkeypatch.setattr(fetch, "ZIP_BYTES", 10**18)
    server.always["/glove.zip"] = {"ranges": False}
    assert f"MB free, but {MEMBER} needs 1,000,000,000,350.0 MB" in failure(fetch.vectors, text)
    assert left(text.parent) == []
    good_vectors(server, text)


def test_another_archive_is_deleted(server, text):
    other = ZIP + b"\0"
    server.always["/glove.zip"] = {"ranges": False, "body": other}
    message = failure(fetch.vectors, text)
    digest = hashlib.sha256(other).hexdigest()
    assert f"what it sent is another file than glove.6B.zip: its SHA-256 is {digest}, not " in message
    assert f"save it as {text.parent / 'glove.6B.zip'}," in message
    assert left(text.parent) == []
    good_vectors(server, text)


def test_another_member_is_deleted(server, text, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(fetch.SHA256, MEMBER, "0" * 64)
        message = failure(fetch.vectors, text)
    assert f"is another file than {MEMBER}: its SHA-256 is {hashlib.sha256(TEXT).hexdigest()}, not 000" in message
    assert left(text.parent) == []
    good_vectors(server, text)


@pytest.mark.parametrize("dim", [100, 50])
def test_a_damaged_member_is_deleted(server, tmp_path, dim):
    text = tmp_path / f"glove.6B.{dim}d.txt"
    with zipfile.ZipFile(io.BytesIO(ZIP)) as archive:
        info = archive.getinfo(text.name)
    broken = bytearray(ZIP)
    broken[info.header_offset + info.compress_size // 2] ^= 255
    server.always["/glove.zip"] = {"body": bytes(broken)}
    assert "what it sent is not a whole zip archive (" in failure(fetch.vectors, text)
    assert left(tmp_path) == []
    good_vectors(server, text, TEXTS[dim])


def test_a_member_that_is_not_there(server, tmp_path):
    assert "what it sent holds no glove.6B.77d.txt" in failure(fetch.vectors, tmp_path / "glove.6B.77d.txt")
    assert left(tmp_path) == []
    good_vectors(server, tmp_path / MEMBER)


def test_a_member_that_claims_too_much(server, text, monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, bytes(30_000_000))
    server.always["/glove.zip"] = {"body": bomb.getvalue()}
    with monkeypatch.context() as patch:
        patch.setattr(fetch, "TEXT_A_DIM", 100_000)
        patch.setattr(fetch, "ZIPPED_A_DIM", 100_000)
        assert f"is not trusted: its {MEMBER} is encrypted or larger than 20 MB" in failure(fetch.vectors, text)
    assert left(text.parent) == []
    good_vectors(server, text)


@pytest.mark.parametrize(("body", "told"), [
    (OFFICIAL, "is not a whole zip archive ("),
    (ZIP[:-30], "is not a whole zip archive ("),
    (b"", "is another file than glove.6B.zip"),  # of nothing there is no range to serve
], ids=["tar", "cut", "empty"])
def test_what_is_no_zip_archive(server, text, body, told):
    server.always["/glove.zip"] = {"body": body}
    assert f"what it sent {told}" in failure(fetch.vectors, text)
    assert left(text.parent) == []
    good_vectors(server, text)


def test_a_web_page_in_place_of_vectors(server, text):
    server.always["/glove.zip"] = {"body": b"<html>", "ranges": False, "headers": {"Content-Type": "text/html"}}
    assert "what it sent is a web page" in failure(fetch.vectors, text)
    assert left(text.parent) == []
    good_vectors(server, text)


def test_a_directory_that_comes_late(server, text):
    server.faults["/glove.zip"] = [{"status": 500}, {"cut": 1000}]
    assert fetch.vectors(text).read_bytes() == TEXT
    assert server.statuses() == [500, 206, 206, 206]
    assert left(text.parent) == [text.name]


def test_a_member_goes_on_where_it_stopped(server, text):
    server.faults["/glove.zip"] = [{}, {"cut": 200_000}]
    assert fetch.vectors(text).read_bytes() == TEXT
    assert server.statuses() == [206, 206, 206]
    assert server.sent < INFO.compress_size + 1_000_000
    starts = [int(asked.removeprefix("bytes=").split("-")[0]) for asked in server.ranges()[1:]]
    assert starts[0] == INFO.header_offset and 100_000 < starts[1] - starts[0] <= 200_000
    assert left(text.parent) == [text.name]


def test_a_member_that_never_comes_whole(server, text):
    server.faults["/glove.zip"] = [{}, {"cut": 200_000}, *[{"status": 503}] * 3]
    assert "glove.zip: it answered 503 Service Unavailable" in failure(fetch.vectors, text)
    assert left(text.parent) == [f"{MEMBER}.download", f"{MEMBER}.download.json"]
    good_vectors(server, text)
    assert server.sent < INFO.compress_size - 50_000  # it went on


# --- hostile archives


def hostile(name, **fields):
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def garbled():
    """Return an archive of which one header in the middle is not one."""
    content = bytearray(plain_tar(members()))
    place = content.index(b"20_newsgroup/group.10/0\0")
    content[place + 148:place + 156] = b"\xff" * 8  # the header's checksum
    return gzip.compress(bytes(content))


def claiming(size, kind=tarfile.REGTYPE):
    """Return an archive that begins with a header with a size that TarInfo would not write."""
    header = bytearray(hostile("20_newsgroup/group.00/9", type=kind).tobuf())
    header[124:136] = (size % 256**12).to_bytes(12, "big")  # below zero as well
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:]))
    return gzip.compress(bytes(header) + plain_tar(members()))


WHOLE = plain_tar(members())
BETWEEN = WHOLE.index(b"20_newsgroup/group.06/2\0")  # where the header of the 21st post begins
HOSTILE = {
    "absolute path": (tar_gz(members(), [hostile("/tmp/group.00/9")]), "'/tmp/group.00/9' points outside"),
    "parent": (tar_gz(members(), [hostile("a/../../group.00/9")]), "'a/../../group.00/9' points outside"),
    "parent at the end": (tar_gz(members(), [hostile("a/group.00/..")]), "'a/group.00/..' points outside"),
    "backslash": (tar_gz(members(), [hostile("a/group.00/..\\9")]), r"'a/group.00/..\\9' points outside"),
    "drive": (tar_gz(members(), [hostile("a/group.00/C:9")]), "'a/group.00/C:9' points outside"),
    "folder above": (tar_gz(members(), [hostile("../a", type=tarfile.DIRTYPE)]), "'../a' points outside"),
    "soft link": (tar_gz(members(), [hostile("a/group.00/9", type=tarfile.SYMTYPE, linkname="/etc")]), "is a link"),
    "hard link": (tar_gz(members(), [hostile("a/group.00/9", type=tarfile.LNKTYPE, linkname="../b")]), "is a link"),
    "device": (tar_gz(members(), [hostile("a/group.00/9", type=tarfile.CHRTYPE, devmajor=1)]), "or a device"),
    "pipe": (tar_gz(members(), [hostile("a/group.00/9", type=tarfile.FIFOTYPE)]), "or a device"),
    "large member": (tar_gz(members(), [hostile("a/group.00/9", size=6_000_000)]), "claims 6.0 MB; a post has"),
    "large skipped": (tar_gz(members(), [hostile("readme", size=6_000_000)]), "'readme' claims 6.0 MB"),
    "large name": (tar_gz(members(), [hostile("a/" + "n" * 4_000_000 + "/9")]), "unpacks to more than 4 MB"),
    "large in all": (tar_gz(members(), [hostile("a/g/9", size=900_000)] * 5), "unpacks to more than 4 MB"),
    "many members": (tar_gz(members(), [hostile("a/g/9")] * 300), "holds more than 300 members"),
    "size below zero": (claiming(-1024), "claims -0.0 MB"),
    "size beyond counting": (claiming((128 << 88) + (1 << 70), tarfile.GNUTYPE_LONGNAME), "is not a whole tar.gz"),
    "ends in the packed data": (OFFICIAL[:150_000], "is not a whole tar.gz archive (Compressed file ended"),
    "garbled packed data": (OFFICIAL[:150_000] + bytes(9) + OFFICIAL[150_009:], "is not a whole tar.gz archive ("),
    "garbled packing": (OFFICIAL[:10] + b"\x07" + OFFICIAL[11:], "is not a whole tar.gz archive (Error -3"),
    "ends in a post": (gzip.compress(WHOLE[:150_000], 1), "is not a whole tar.gz archive ("),
    "ends between posts": (gzip.compress(WHOLE[:BETWEEN], 1), "(it ends or is garbled after 20 posts)"),
    "ends in a header": (gzip.compress(WHOLE[:BETWEEN + 100], 1), "(it ends or is garbled after 20 posts)"),
    "garbled header": (garbled(), "(it ends or is garbled after 30 posts)"),
    "no archive": (gzip.compress(b"a text" * 1000), "is not a whole tar.gz archive ("),
    "nothing": (b"", "is not a whole tar.gz archive (empty file)"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives_write_nothing(tmp_path, monkeypatch, case):
    content, told = HOSTILE[case]
    monkeypatch.setattr(archives, "MAX_MEMBERS", 300)
    large = case in ("large member", "large skipped")
    monkeypatch.setattr(archives, "MAX_BYTES", 20_000_000 if large else 4_000_000)
    folder = tmp_path / "cache"
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(folder))
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(content)
    for reader in (data.read_posts, data.unpack_posts):
        with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is asserted below
            reader(path)
        message = str(error.value)
        assert message.startswith(f"{path} is not ") and told in message
        assert message.endswith(". Delete it and get it again.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive.tar.gz", "cache"]
    assert left(folder) == []
    path.write_bytes(OFFICIAL)
    unpacked = data.unpack_posts(path)
    assert unpacked.is_relative_to(folder)
    assert data.read_posts(unpacked).fingerprint == data.read_posts(path).fingerprint


def test_a_hostile_archive_from_the_network_is_deleted(server, target):
    server.always = {f"/{name}.tar.gz": {"body": HOSTILE["parent"][0]} for name in ("official", "mirror")}
    message = failure(fetch.posts, target)
    assert message.count("what it sent is not trusted: its member 'a/../../group.00/9' points outside") == 2
    assert left(target.parent) == []
    good_posts(server, target)


def test_the_real_bounds_have_room_for_the_real_archive():
    assert _archives.MAX_BYTES > 2 * 61_562_880
    assert _archives.MAX_MEMBERS > 2 * 20_018
    assert _archives.MAX_MEMBER_BYTES > 2 * 161_040


# --- progress


def test_a_log_gets_a_few_plain_lines(server, target, capsys, monkeypatch):
    monkeypatch.setattr(transfer, "PROGRESS", 1)
    monkeypatch.setattr(transfer, "CHUNK", 1000)
    good_posts(server, target)
    lines = capsys.readouterr().out.splitlines()
    assert 5 <= len(lines) <= 11
    assert lines[-1] == f"news20.tar.gz: {len(OFFICIAL) / 1e6:.1f} of {len(OFFICIAL) / 1e6:.1f} MB"
    assert all(line.startswith("news20.tar.gz: ") and "\r" not in line for line in lines)


def test_a_terminal_gets_a_bar(server, target, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        good_posts(server, target)
    assert "\rnews20.tar.gz: 100%" in terminal.getvalue()
