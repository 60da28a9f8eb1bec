"""Every diagram: a source with its alternative text, a sharp picture drawn from it, and what it says is so."""

import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from helpers import headers, plots, vectorization

FIGURES = Path(plots.__file__).parent / "figures"
NAMES = sorted(path.stem for path in FIGURES.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
SMALLEST = 13  # pixels of a letter at the width of the page


def read(name):
    return ElementTree.parse(FIGURES / f"{name}.svg").getroot()


def texts(name, kind=""):
    """Return the texts of a diagram, or those of one class, from top to bottom as they are written."""
    return [text.text for text in read(name).iter(f"{SVG}text") if kind in text.get("class", "").split() or not kind]


def styles(name):
    """Return the rules of a diagram's style sheet: selector to declarations."""
    sheet = read(name).findtext(f"{SVG}style")
    rules = re.findall(r"([^{}]+)\{([^{}]+)\}", sheet)
    return {selector.strip(): dict(re.findall(r"([\w-]+): ([^;]+);", body)) for selector, body in rules}


def test_each_diagram_has_a_source_and_a_picture():
    assert len(NAMES) >= 12
    assert sorted(path.stem for path in FIGURES.glob("*.png")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_drawn_from_the_source(name):
    """Twice the source's size, small, with transparent corners; `tools/draw_figures.py` draws it anew."""
    source, picture = FIGURES / f"{name}.svg", Image.open(FIGURES / f"{name}.png")
    assert picture.info["source"] == hashlib.sha256(source.read_bytes()).hexdigest()
    width, height = (int(read(name).get(side)) for side in ("width", "height"))
    assert width == plots.WIDTH and picture.size == (2 * width, 2 * height)
    assert (FIGURES / f"{name}.png").stat().st_size < 60_000
    opaque = np.asarray(picture.convert("RGBA"))[:, :, 3] == 255
    assert not opaque[0, 0] and not opaque[-1, -1]
    assert opaque[30:-30].all(), "a light card lies behind it: it is readable on a dark page"


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_is_displayed_with_its_alternative_text(name, monkeypatch):
    shown = []
    monkeypatch.setattr(plots, "display", lambda data, metadata, raw: shown.append((data, metadata, raw)))
    plots.diagram(name)
    title, description = (read(name).findtext(f"{SVG}{part}") for part in ("title", "desc"))
    assert 10 < len(title) < 70 and 100 < len(description) < 900
    ((data, metadata, raw),) = shown
    assert data == {"image/png": (FIGURES / f"{name}.png").read_bytes(), "text/plain": f"Diagram: {title}"}
    assert metadata == {"image/png": {"width": 700, "alt": f"{title}. {description}"}} and raw is True


def test_an_unknown_diagram_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match="no diagram 'posts'.*attention.*post"):
        plots.diagram("posts")


@pytest.mark.parametrize("name", NAMES)
def test_letters_are_large_enough(name):
    rules = styles(name)
    sizes = [rule["font-size"] for rule in rules.values() if "font-size" in rule]
    assert sizes and all(float(size.removesuffix("px")) >= SMALLEST for size in sizes)
    assert "font-size" in rules["text"], "the other classes build on it"
    assert not [element for element in read(name).iter() if element.get("font-size") or element.get("style")]


def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def test_letters_stand_out_from_what_lies_behind_them():
    """4.5:1 (WCAG 2, 1.4.3), of every color of letters on every light color of areas; all diagrams share a style."""
    sheets = {read(name).findtext(f"{SVG}style") for name in NAMES}
    assert len(sheets) == 1
    rules = styles(NAMES[0])
    letters = [rule["fill"] for selector, rule in rules.items()
               if selector.startswith("text") and selector != "text.in-white"] + [rules[".note"]["fill"]]
    areas = [rules[f".{area}"]["fill"] for area in ("card", "sheet", "blue", "orange", "green", "purple", "gray")]
    ratios = [(luminance(area) + 0.05) / (luminance(letter) + 0.05) for letter in letters for area in areas]
    assert len(ratios) == 7 * 7 and min(ratios) >= 4.5
    assert 1.05 / (luminance(rules[".blue.strong"]["fill"]) + 0.05) >= 4.5, "white numbers lie on blue"


# --- what a diagram says is what the course's code does

def test_the_drawn_post_is_taken_apart_as_drawn():
    lines = texts("post", "code")
    assert lines[5].endswith("writes:"), "after the header"
    post = "\n".join([*lines[:5], "", *lines[5:]])
    fields = headers.parse_header(headers.split_post(post)[0])
    assert len(fields) == 5
    body = headers.split_post(post)[1].strip("\n")
    assert f"Lines: {len(body.splitlines())}" in lines
    kinds = headers.line_kinds(post)
    assert kinds[:6] == ["header"] * 5 + [kinds[5]]
    quoted = [kind for kind in kinds[6:9]]
    assert "own" not in quoted and quoted[1] == quoted[2]
    assert kinds[9:12] == ["own"] * 3
    assert len(kinds) == 14 and kinds[12] == kinds[13] and kinds[12] not in {"own", "header", *quoted}


def test_the_drawn_integers_are_those_of_the_vectorizer():
    sentence = texts("vectorization")[texts("vectorization").index("Text") + 4].strip("“”")
    vocabulary = ["", "[UNK]", "the", "cat", "sat", "on"]
    assert vocabulary[1:] == [text for text in texts("vectorization") if text in vocabulary][-5:]
    numbers = [int(number) for number in texts("vectorization", "number")]
    (row,) = vectorization.texts_to_sequences([sentence], vocabulary, 8).tolist()
    assert numbers == [*row[:6], *row, *range(6)]
    assert [int(number) for number in texts("embedding_lookup", "number") if number.isdigit()][:8] == row


def test_the_drawn_attention_is_computed_right():
    numbers = [number.replace("−", "-") for number in texts("attention", "number")]
    pairs = [tuple(map(float, number.strip("()").split(", "))) for number in numbers if number[0] == "("]
    *vectors, mean = pairs
    scores, weights = [], []
    for number in numbers:
        if number[0] != "(":
            (weights if len(number) == 4 else scores).append(float(number))
    assert scores == [np.dot(vector, (1.0, 0.0)) for vector in vectors[:3]]
    softmax = np.exp(scores) / np.exp(scores).sum()
    assert weights == [*softmax.round(2), 0]
    assert mean == tuple((softmax @ vectors[:3]).round(2))


@pytest.mark.parametrize(("name", "build"), [
    ("example_network", "build_example_network"), ("one_token_network", "build_one_token_network")])
def test_the_drawn_shapes_are_those_of_the_network(name, build):
    keras = pytest.importorskip("keras")
    from helpers import models

    network = getattr(models, build)(np.zeros((5, 100), dtype=np.float32), 20)
    outputs = [layer.output for layer in network.layers]
    words = np.zeros((1, 200), dtype=np.int32)
    shapes = [values.shape[1:] for values in keras.Model(network.inputs, outputs).predict(words, verbose=0)]
    assert texts(name, "number") == [str(tuple(shape)) for shape in shapes]
    drawn = [text for text in texts(name, "bold") if text not in ("Layer", "Positions", "Shape")]
    assert drawn == [type(layer).__name__.replace("InputLayer", "Input") for layer in network.layers]
