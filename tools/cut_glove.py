"""Cut the bundled slice of GloVe 6B out of the real file.

    python tools/cut_glove.py PATH_TO/glove.6B.zip

Keeps the real lines, in their order, of the words that the sample uses most and of the most
frequent words of English, as many as fit into the size limit. The vectors are in the public
domain (PDDL 1.0).
"""

import sys
import zipfile
from collections import Counter
from pathlib import Path

from helpers import sample
from helpers.glove import open_vectors
from helpers.headers import split_post
from helpers.vectorization import count_tokens

LIMIT_BYTES = 3_950_000
MEMBER = "glove.6B.100d.txt"
FREQUENT = 3_000
BYTES_PER_WORD = 340  # after compression; only a first guess


def main(path):
    """Write the slice beside the sample."""
    tokens = count_tokens(split_post(post)[1] for post in sample.compose().values())
    counts = Counter({word.encode("utf-8"): count for word, count in tokens.items()})  # the file holds bytes
    with open_vectors(Path(path)) as file:
        lines = list(file)
    rank = {line.partition(b" ")[0]: number for number, line in enumerate(lines)}
    ours = sorted((word for word in counts if word in rank), key=lambda word: (-counts[word], rank[word]))
    wanted = [word for word, number in rank.items() if number < FREQUENT]
    wanted += [word for word in ours if rank[word] >= FREQUENT]
    n_words = LIMIT_BYTES // BYTES_PER_WORD
    while True:
        keep = set(wanted[:n_words])
        with zipfile.ZipFile(sample.VECTORS, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            # a fixed date: the same slice gives the same bytes
            info = zipfile.ZipInfo(MEMBER, (2014, 8, 13, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, b"".join(line for line in lines if line.partition(b" ")[0] in keep))
        size = sample.VECTORS.stat().st_size
        if size <= LIMIT_BYTES:
            break
        n_words = int(n_words * LIMIT_BYTES / size) - 10
    covered = sum(counts[word] for word in keep) / counts.total()
    print(f"{len(keep):,} words, {size:,} bytes; {sum(word in keep for word in ours):,} of the sample's "
          f"{len(counts):,} words, {covered:.1%} of its running words")


if __name__ == "__main__":
    main(sys.argv[1])
