"""Plumbing: the posts' archive, read without trusting it.

Nothing that an archive says decides where something is written: it is read into memory,
within bounds, and only plain files come out, named by their last two path parts.
"""

import gzip
import io
import tarfile
import zlib

MAX_BYTES = 256_000_000  # the real archive has 61.6 MB unpacked
DAMAGED = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, RecursionError, OverflowError)


def read_tar(path):
    """Return the posts of a tar.gz archive, a dict of ``"<group>/<file>"`` to bytes.

    Raises ValueError if the archive is damaged, ends early, is too large, or holds a path outside
    itself, a link or a device. The message completes a sentence that begins with the path.
    """
    try:
        with gzip.open(path) as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"is not trusted: it unpacks to more than {MAX_BYTES / 1e6:,.0f} MB")
        posts = {}
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for member in tar:
                _refuse_hostile(member)
                parts = [part for part in member.name.split("/") if part not in ("", ".")]
                if member.isfile() and len(parts) >= 2:  # else it lies in no folder
                    posts["/".join(parts[-2:])] = tar.extractfile(member).read()
            rest = data[tar.offset:]
    except DAMAGED as error:
        raise ValueError(f"is not a whole tar.gz archive ({error})") from error
    # tarfile takes a cut or garbled header for the end; the true end is zeros and nothing after
    if len(rest) < tarfile.BLOCKSIZE or rest.count(0) != len(rest):
        raise ValueError(
            f"is not a whole tar.gz archive (it ends or is garbled after {len(posts):,} posts)")
    return posts


def _refuse_hostile(member):
    name, problem = member.name, ""
    if name.startswith("/") or ".." in name.split("/") or any(sign in name for sign in "\\:\0"):
        problem = "may lead outside the archive"  # a backslash or a colon does so on Windows
    elif not (member.isfile() or member.isdir()):
        problem = "is a link or a device, not a file"
    elif member.issparse() or member.size < 0:
        problem = "claims a size that it does not have"
    if problem:
        raise ValueError(f"is not trusted: its member {name[:100]!r} {problem}")
