"""Cut the bundled slice of GloVe 6B out of the real file.

    python tools/cut_glove.py PATH_TO/glove.6B.zip

Keeps the real lines, in their order, of the most frequent words of English and of the words that the
sample uses most. The vectors are in the public domain (PDDL 1.0).
"""

import sys
import zipfile
from pathlib import Path

from helpers import sample
from helpers.glove import open_vectors
from helpers.headers import split_post
from helpers.vectorization import count_tokens

MEMBER = "glove.6B.100d.txt"
FREQUENT = 3_000
WORDS = 11_617  # some 3.9 MB; a test allows 4


def main(path):
    """Write the slice beside the sample."""
    counts = count_tokens(split_post(post)[1] for post in sample.compose().values())
    with open_vectors(Path(path)) as file:
        line_of = {line.partition(b" ")[0].decode("utf-8"): line for line in file}
    words = list(line_of)  # the most frequent ones first
    rare = [word for word in words[FREQUENT:] if word in counts]
    rare.sort(key=lambda word: -counts[word])
    keep = {*words[:FREQUENT], *rare[:WORDS - FREQUENT]}
    # a fixed date: the same slice gives the same bytes
    info = zipfile.ZipInfo(MEMBER, (2014, 8, 13, 0, 0, 0))
    lines = b"".join(line for word, line in line_of.items() if word in keep)
    with zipfile.ZipFile(sample.VECTORS, "w") as archive:
        archive.writestr(info, lines, zipfile.ZIP_DEFLATED, compresslevel=9)
    covered = sum(counts[word] for word in keep) / counts.total()
    print(f"{len(keep):,} words, {sample.VECTORS.stat().st_size:,} bytes; {len(keep & counts.keys()):,} of the "
          f"sample's {len(counts):,} words, {covered:.1%} of its running words")


if __name__ == "__main__":
    main(sys.argv[1])
