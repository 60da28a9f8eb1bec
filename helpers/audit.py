"""Lesson 02: what two lists of posts have in common that a model could recognise instead of read.

    from helpers import audit
    print(audit.table(audit.audit(take(corpus.texts, split.train), take(corpus.texts, split.validation))))

Nothing in it knows of newsgroups but the way a post is cut into header and body: it takes
any texts with such headers, and texts without any.
"""

import re
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from helpers import headers

N_EXAMPLES = 3
SHINGLE_WORDS = 5
MIN_SHINGLES = 20  # shorter posts are alike by chance
COMMON = 100  # a run of words that stands in more posts is a phrase, a signature or a licence: it proves no copy
_ROWS = 1_000  # of a block of the product, which bounds its memory


@dataclass(frozen=True)
class Finding:
    """One kind of thing that posts of the second list share with posts of the first.

    Attributes
    ----------
    what : str
    count : int
        Posts of the second list that share it with at least one post of the first.
    share : float
        The same as a share of the second list.
    examples : tuple of (int, int, str)
        Up to three: a post's number in the first list, one's in the second, and what they share.
    """

    what: str
    count: int
    share: float
    examples: tuple


def audit(texts_a, texts_b, *, labels_a=None, labels_b=None, min_chars=30, similarity=0.5):
    """Look for what a model trained on one list of posts could recognise in the other.

    Parameters
    ----------
    texts_a, texts_b : sequence of str
        Whole posts: what is trained on, and what is held out.
    labels_a, labels_b : array-like, optional
        With both, a row more: the same subject *and* the same label.
    min_chars : int
        Length from which an equal line counts; quote marks and runs of blanks do not.
    similarity : float
        Jaccard similarity of two bodies' runs of five words from which they are near-copies.

    Returns
    -------
    list of Finding
        Message-ID, body (but for white space), subject (but for ``Re:``), subject and label,
        author, verbatim line, near-copy (of posts that have no copy).

    Raises
    ------
    TypeError
        If a post is no str.
    """
    kinds = {
        "same Message-ID": lambda text: headers.header_field(text, "message-id"),
        "same body": headers.folded_body,
        "same subject": headers.thread_subject,
        "same author": headers.author,
    }
    keys_a, keys_b = ({what: [key(text) for text in texts] for what, key in kinds.items()}
                      for texts in (texts_a, texts_b))
    found = {what: _matches(keys_a[what], keys_b[what]) for what in kinds}
    if labels_a is not None and labels_b is not None:
        subjects_a, subjects_b = ([(subject, label) if subject else "" for subject, label in zip(subjects, labels)]
                                  for subjects, labels in ((keys_a["same subject"], np.asarray(labels_a).tolist()),
                                                           (keys_b["same subject"], np.asarray(labels_b).tolist())))
        found["same subject and label"] = [(a, b, subject[0]) for a, b, subject in _matches(subjects_a, subjects_b)]
    found[f"same line of {min_chars}+ characters"] = _line_matches(texts_a, texts_b, min_chars)
    copies = {b for _, b, _ in found["same body"]}
    found[f"near-copy ({similarity:.0%} alike)"] = [
        match for match in near_copies(keys_a["same body"], keys_b["same body"], similarity) if match[1] not in copies]
    return [Finding(what, len(matches), len(matches) / max(len(texts_b), 1), tuple(matches[:N_EXAMPLES]))
            for what, matches in found.items()]


def near_copies(bodies_a, bodies_b, similarity=0.5):
    """Find, for each body of the second list, the one of the first that is most alike.

    A body is taken as its set of runs of five words. Two bodies are compared only if they share
    a run that is not too common, found by an inverted index: a product of two sparse matrices.

    Parameters
    ----------
    bodies_a, bodies_b : sequence of str
    similarity : float
        The least Jaccard similarity (shared runs over all runs of both), from above 0 to 1.

    Returns
    -------
    list of (int, int, str)
        Number in the first list, in the second, and the similarity as per cent; one a body of
        the second list that has such a counterpart.
    """
    if not 0 < similarity <= 1:
        raise ValueError(f"similarity must lie above 0 and not above 1, but is {similarity!r}.")
    runs = _runs_of_words([*bodies_a, *bodies_b])
    first, second = runs[:len(bodies_a)], runs[len(bodies_a):]
    n_first, n_second = (np.diff(part.indptr) for part in (first, second))
    columns, found = first.T.tocsr(), []
    for start in range(0, second.shape[0], _ROWS):
        shared = (second[start:start + _ROWS] @ columns).tocoo()
        b, a = shared.row + start, shared.col
        alike = shared.data / (n_first[a] + n_second[b] - shared.data)
        enough = (alike >= similarity) & (n_first[a] >= MIN_SHINGLES) & (n_second[b] >= MIN_SHINGLES)
        best = {}
        for number in np.lexsort((-a[enough], alike[enough])):  # the last one stays: the most alike, then the first
            best[int(b[enough][number])] = (int(a[enough][number]), float(alike[enough][number]))
        found += [(a, b, f"{value:.0%} alike") for b, (a, value) in sorted(best.items())]
    return found


def table(findings, examples=False):
    """Write findings as lines of text, one a kind, with their examples below if asked for.

    Parameters
    ----------
    findings : list of Finding
    examples : bool

    Returns
    -------
    str
    """
    width = max(len(finding.what) for finding in findings)
    lines = [f"{'shared with the other part':{width}}  posts   share"]
    for finding in findings:
        lines.append(f"{finding.what:{width}} {finding.count:6,} {finding.share:7.1%}")
        if examples:
            lines += [f"    {a} and {b}: {shared[:60]}" for a, b, shared in finding.examples]
    return "\n".join(lines)


def _matches(keys_a, keys_b):
    first = {key: number for number, key in reversed(list(enumerate(keys_a))) if key}
    return [(first[key], number, key) for number, key in enumerate(keys_b) if key in first]


def _line_matches(texts_a, texts_b, min_chars):
    first, found = {}, []
    for number, text in enumerate(texts_a):
        for line in headers.own_lines(headers.split_post(text)[1].split("\n"), min_chars):
            first.setdefault(line, number)
    for number, text in enumerate(texts_b):
        shared = headers.own_lines(headers.split_post(text)[1].split("\n"), min_chars) & first.keys()
        if shared:
            line = min(shared)
            found.append((first[line], number, line))
    return found


def _runs_of_words(bodies):
    """Return which post has which runs of words: a sparse matrix of ones, popular runs left out."""
    numbers, columns, counts = {}, [], []
    odd = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
                   dtype=np.uint64)
    for body in bodies:
        words = np.array([numbers.setdefault(word, len(numbers)) for word in re.findall(r"\w+", body.lower())],
                         dtype=np.uint64) + np.uint64(1)
        n_runs = max(len(words) - SHINGLE_WORDS + 1, 0)
        # a run's number: a sum of its words' numbers times odd constants, modulo 2 to the power of 64
        mixed = sum((words[k:k + n_runs] * odd[k] for k in range(SHINGLE_WORDS)), np.zeros(n_runs, np.uint64))
        columns.append(np.unique(mixed ^ (mixed >> np.uint64(31))))
        counts.append(len(columns[-1]))
    columns = np.concatenate(columns) if columns else np.zeros(0, np.uint64)
    kinds, columns, posts = np.unique(columns, return_inverse=True, return_counts=True)
    kept = posts[columns] <= COMMON
    rows = np.repeat(np.arange(len(counts)), counts)[kept]
    return csr_matrix((np.ones(len(rows), np.int32), (rows, columns[kept])), shape=(len(counts), len(kinds)))
