"""Plumbing: the posts' archive, read without trusting it.

Nothing that an archive says decides where something is written: it is read into memory,
within bounds, and only plain files come out, named by their last two path parts.
"""

import gzip
import io
import tarfile
import zlib

# the real archive: 61.6 MB unpacked, 20,018 members, the longest post 161,040 bytes
MAX_BYTES = 256_000_000
MAX_MEMBERS = 100_000
MAX_MEMBER_BYTES = 5_000_000
DAMAGED = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, RecursionError, OverflowError)


def read_tar(path):
    """Read the posts of a tar.gz archive.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    dict of str to bytes
        ``"<group>/<file>"`` to content. Files that lie in no group's folder are left out.

    Raises
    ------
    ValueError
        If the archive is damaged, ends early, is too large, or holds a path outside itself, a
        link or a device. The message completes a sentence that begins with the path.
    """
    try:
        with gzip.open(path) as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"is not trusted: it unpacks to more than {MAX_BYTES / 1e6:,.0f} MB")
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            posts = _plain_files(tar)
            rest = data[tar.offset:]
    except DAMAGED as error:
        raise ValueError(f"is not a whole tar.gz archive ({error})") from error
    # tarfile takes a cut or garbled header for the end; the true end is zeros and nothing after
    if len(rest) < tarfile.BLOCKSIZE or rest.count(0) != len(rest):
        raise ValueError(
            f"is not a whole tar.gz archive (it ends or is garbled after {len(posts):,} posts)")
    return posts


def _plain_files(tar):
    posts = {}
    for number, member in enumerate(tar, start=1):
        _refuse_hostile(number, member)
        parts = [part for part in member.name.split("/") if part not in ("", ".")]
        if member.isfile() and len(parts) >= 3:
            posts["/".join(parts[-2:])] = tar.extractfile(member).read()
    return posts


def _refuse_hostile(number, member):
    name, problem = member.name, ""
    if number > MAX_MEMBERS:
        raise ValueError(f"is not trusted: it holds more than {MAX_MEMBERS:,} members")
    if name.startswith("/") or ".." in name.split("/") or any(sign in name for sign in "\\:\0"):
        problem = "points outside the archive"  # a backslash or a colon does so on Windows
    elif not (member.isfile() or member.isdir()):
        problem = "is a link or a device, not a file"
    elif not 0 <= member.size <= MAX_MEMBER_BYTES:
        problem = (f"claims {member.size / 1e6:,.1f} MB; "
                   f"a post has at most {MAX_MEMBER_BYTES / 1e6:,.0f} MB")
    if problem:
        raise ValueError(f"is not trusted: its member {name[:100]!r} {problem}")
