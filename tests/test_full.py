"""The measured rows about the real posts that concern counts and hits come out again."""

import re
from collections import Counter, defaultdict

import numpy as np
import papermill
import pytest
from lessons import NOTEBOOKS, ROOT
from run_lessons import EXECUTION, metrics_of

from helpers import data, glove, headers
from helpers.splits import random_split, take
from helpers.vectorization import learn_vocabulary

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def corpus(full_folder):
    return data.load_corpus("full", full_folder)


@pytest.fixture(scope="module")
def parts(corpus):
    return [headers.split_post(text) for text in corpus.texts]


def test_posts_and_groups(corpus):
    sizes = dict(zip(corpus.class_names, np.bincount(corpus.labels).tolist()))
    assert len(corpus) == 19_997 and len(sizes) == 20
    assert sizes.pop("soc.religion.christian") == 997 and set(sizes.values()) == {1000}
    assert max(map(len, corpus.texts)) == 161_040


def test_header_lengths(parts):
    lengths = np.array([header.count("\n") for header, _ in parts])
    assert (lengths.min(), np.median(lengths), lengths.max()) == (7, 11, 23)
    assert ((lengths == 10).sum(), (lengths > 10).sum(), (lengths < 10).sum()) == (5_495, 10_877, 3_625)


def test_headers_left_after_ten_lines(parts):
    left = Counter()
    for header, _ in parts:
        left.update({line.split(":")[0].lower() for line in header.split("\n")[10:] if ":" in line})
    expected = {"lines": 7_194, "nntp-posting-host": 3_344, "date": 2_379, "references": 1_276, "organization": 991,
                "distribution": 514, "approved": 453, "reply-to": 383}
    assert {name: left[name] for name in expected} == expected


def test_posts_that_lose_a_line_of_their_body(corpus, parts):
    eaten = 0
    for text, (header, _) in zip(corpus.texts, parts):
        eaten += any(line.strip() for line in text.split("\n")[header.count("\n") + 1:10])
    assert eaten == 683


def test_bytes(corpus):
    high = [text.encode("latin-1") for text in corpus.texts if not text.isascii()]

    def is_utf8(raw):
        try:
            return bool(raw.decode("utf-8"))
        except UnicodeDecodeError:
            return False

    assert (len(high), sum(not is_utf8(raw) for raw in high)) == (73, 72)


def test_copies(corpus, parts):
    assert sum(not body.strip() for _, body in parts) == 41
    labels_of_id, labels_of_body = defaultdict(list), defaultdict(list)
    for text, label in zip(corpus.texts, corpus.labels.tolist()):
        labels_of_id[headers.header_field(text, "message-id")].append(label)
        # white space folded, but not cut off at the ends: `headers.folded_body` cuts it, and finds 617 and 694
        labels_of_body[re.sub(r"\s+", " ", headers.split_post(text)[1])].append(label)
    repeated = [labels for labels in labels_of_id.values() if len(labels) > 1]
    assert (len(repeated), sum(map(len, repeated)) - len(repeated)) == (525, 531)
    assert sum(len(set(labels)) > 1 for labels in repeated) == 520
    copies = [labels for labels in labels_of_body.values() if len(labels) > 1]
    assert (len(copies), sum(map(len, copies)) - len(copies)) == (613, 687)
    assert sum(len(set(labels)) > 1 for labels in copies) == 534


def test_words_after_ten_lines_are_dropped(corpus):
    words = np.array([len(headers.clean_text(text, "reference").split()) for text in corpus.texts])
    assert (np.median(words), np.percentile(words, 90)) == (158, 491)
    assert np.mean(words > 200) == pytest.approx(0.387, abs=0.0005)
    assert np.maximum(words - 200, 0).sum() / words.sum() == pytest.approx(0.465, abs=0.0005)


def test_hits_under_the_reference_settings(corpus, full_folder, capsys):
    texts = [headers.clean_text(text, "reference") for text in corpus.texts]
    split = random_split(len(corpus), validation_split=0.2, seed=1337)
    vocabulary = learn_vocabulary(take(texts, split.train), 20_000)
    matrix = glove.embedding_matrix(data.find_vectors("full", full_folder), vocabulary)
    assert vocabulary[:5] == ["", "[UNK]", "the", "to", "of"]
    assert matrix.shape == (20_000, 100) and matrix.any(axis=1).sum() == 17_003
    assert "341,479 vectors" in capsys.readouterr().out


@pytest.mark.slow
def test_lesson_08_finds_what_the_page_of_results_says_of_few_labels(full_folder, tmp_path):
    parameters = {"dataset": "full", "data_dir": str(full_folder)}
    notebook = papermill.execute_notebook(NOTEBOOKS[7], tmp_path / "lesson.ipynb", parameters, cwd=tmp_path,
                                          kernel_name="python3", language="python", progress_bar=False, **EXECUTION)
    found = metrics_of(notebook)
    page = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    said = "".join(str(cell.get("outputs", "")) for cell in notebook.cells)
    assert "0.676" in said and "0.506" in said and "| 1,000 | 0.676 | 0.506 |" in page
    assert f"| 100 | {found['accuracy_naive_bayes_100']:.3f} | {found['accuracy_vectors_100']:.3f} |" in page
