"""Every figure: what is drawn, the description computed from the same data, one sharp output."""

import io
import itertools

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers import plots


class Shown(list):
    """What `display` was given: (data, metadata) pairs, and the figures as they were drawn."""

    figure = None

    def __call__(self, data, metadata=None, raw=False):
        assert raw is True
        self.append((data, metadata))

    @property
    def text(self):
        return self[-1][0]["text/plain"]

    @property
    def axes(self):
        return self.figure.axes[0]


@pytest.fixture
def shown(monkeypatch):
    shown = Shown()
    show = plots._show

    def keep(figure, description):
        shown.figure = figure
        show(figure, description)

    monkeypatch.setattr(plots, "display", shown)
    monkeypatch.setattr(plots, "_show", keep)
    return shown


NAMES = ["alpha", "beta", "gamma"]
HISTORY = {"loss": [3.0, 2.0, 1.5], "val_loss": [2.9, 2.2, 2.6], "accuracy": [0.1, 0.5, 0.8], "val_accuracy": [0.2, 0.45, 0.4]}
CONFUSED = np.array([[8, 2, 0], [0, 5, 5], [1, 0, 9]])
POINTS = np.array([[0.0, 0.0], [2.0, 4.0], [-1.0, 1.0]])
TWO = {"up": [.1, .9, .8], "down": [.5, .4, .3]}
BINS = pd.DataFrame({"low": [0, .25, .5, .75], "high": [.25, .5, .75, 1], "posts": [0, 4, 10, 6],
                     "confidence": [np.nan, .4, .7, .9], "accuracy": [np.nan, .5, .4, .85]})

# a call, and its description as a reader works it out from the data above
CASES = {
    "lines": (lambda: plots.lines([10, 20, 30], TWO, title="T", xlabel="limit", ylabel="share", line=(20, "here"), percent=True),
              "Line chart: T. share over limit, 10 to 30: up from 10% to 80%; down from 50% to 30%. Marked: here."),
    "lines over a logarithmic axis": (
        lambda: plots.lines([1, 10, 1000], TWO, title="T", xlabel="posts", ylabel="share", logarithmic=True),
        "Line chart: T. share over posts, 1 to 1,000: up from 0.10 to 0.80; down from 0.50 to 0.30."),
    "curves": (lambda: plots.curves(HISTORY, 3, title="T"),
               "Two line charts: T. 3 epochs, epoch 3 is marked. Loss: training from 3.00 to 1.50, validation from 2.90 to 2.60, "
               "lowest at epoch 2 (2.20). Accuracy: training from 0.10 to 0.80, validation from 0.20 to 0.40, 0.40 at the marked epoch."),
    "confusion": (lambda: plots.confusion(CONFUSED, NAMES, title="T"),
                  "Confusion matrix: T. 3 groups; rows are true, columns predicted. Best found: gamma (90%); least: beta (50%). "
                  "Most frequent mistakes: beta taken for gamma 5; alpha taken for beta 2; gamma taken for alpha 1."),
    "scatter": (lambda: plots.scatter(POINTS, ["a", "b", "c"], ["x", "x", "y"], title="T"),
                "Scatter plot: T. 3 words of 2 groups: x around (1.0, 2.0); y around (-1.0, 1.0)."),
    "heat strip": (lambda: plots.heat_strip(["my", "printer", "jams"], [.25, .5, 0], title="T"),
                   "Text with shaded words: T. 3 words; the highest weights: printer 0.50, my 0.25, jams 0.00."),
    "reliability": (lambda: plots.reliability(BINS, title="T"),
                    "Reliability diagram: T. 3 bins with 20 posts; in 2 of them confidence is above accuracy. "
                    "Widest gap: confidence 0.70, accuracy 0.40, 10 posts."),
}


@pytest.mark.parametrize(("draw", "expected"), CASES.values(), ids=CASES)
def test_a_chart_is_one_sharp_output_with_its_description(shown, draw, expected):
    draw()
    ((data, metadata),) = shown
    assert data["text/plain"] == expected
    assert metadata == {"image/png": {"width": 700, "alt": expected}}
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.format == "PNG" and picture.width == 1400 and len(data["image/png"]) < 40_000
    pixels = np.asarray(picture.convert("L"))
    assert pixels.std() > 5 and pixels[0, 0] == 255, "it is drawn, on white"
    assert shown.figure.get_suptitle() == "T"


def test_a_long_title_lies_within_the_picture(shown):
    plots.lines([10, 20, 30], TWO, title="What to look for in this chart: " * 5, xlabel="limit", ylabel="share")
    box = shown.figure._suptitle.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= shown.figure.bbox.x1 and box.y1 <= shown.figure.bbox.y1


# --- what is drawn

def test_lines_are_those_of_their_series(shown):
    x = [1, 10, 1000]
    plots.lines(x, TWO, title="T", xlabel="posts", ylabel="share", logarithmic=True)
    axes = shown.axes
    assert axes.get_xscale() == "log" and [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "10", "1,000"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(TWO)
    for name, line in zip(TWO, axes.lines, strict=True):
        assert line.get_label() == name and list(line.get_xdata()) == x and list(line.get_ydata()) == TWO[name]


def as_series(values):
    """The same values under names that are no positions."""
    return pd.Series(values, index=range(len(values) - 1, -1, -1))


OTHER_TYPES = {  # a call of CASES with another type of the same values
    "lines, Series": ("lines", lambda: plots.lines(
        as_series([10, 20, 30]), {name: as_series(values) for name, values in TWO.items()}, title="T", xlabel="limit",
        ylabel="share", line=(20, "here"), percent=True)),
    "lines, DataFrame": ("lines", lambda: plots.lines(
        pd.Index([10, 20, 30]), pd.DataFrame(TWO, index=[2, 1, 0]), title="T", xlabel="limit", ylabel="share", line=(20, "here"), percent=True)),
    "lines, array": ("lines", lambda: plots.lines(
        np.array([10, 20, 30]), {name: tuple(values) for name, values in TWO.items()}, title="T", xlabel="limit", ylabel="share",
        line=(20, "here"), percent=True)),
    "curves, DataFrame": ("curves", lambda: plots.curves(pd.DataFrame(HISTORY, index=[1, 2, 3]), 3, title="T")),
    "curves, arrays": ("curves", lambda: plots.curves({name: np.array(values) for name, values in HISTORY.items()}, 3, title="T")),
    "confusion, list": ("confusion", lambda: plots.confusion(CONFUSED.tolist(), tuple(NAMES), title="T")),
    "confusion, DataFrame": ("confusion", lambda: plots.confusion(pd.DataFrame(CONFUSED, NAMES, NAMES), as_series(NAMES), title="T")),
    "scatter, list": ("scatter", lambda: plots.scatter(POINTS.tolist(), as_series(["a", "b", "c"]), as_series(["x", "x", "y"]), title="T")),
    "scatter, DataFrame": ("scatter", lambda: plots.scatter(pd.DataFrame(POINTS), ["a", "b", "c"], ["x", "x", "y"], title="T")),
    "heat strip, Series": ("heat strip", lambda: plots.heat_strip(
        as_series(["my", "printer", "jams"]), as_series([.25, .5, 0]), title="T")),
}


@pytest.mark.parametrize(("same", "draw"), OTHER_TYPES.values(), ids=OTHER_TYPES)
def test_the_type_of_the_values_does_not_matter(shown, same, draw):
    CASES[same][0]()
    draw()
    assert shown.text == CASES[same][1] and shown[0] == shown[1]


def test_no_series_and_no_group_is_dropped(shown):
    many = {f"series {number}": [number, number] for number in range(9)}
    plots.lines([1, 2], many, title="T", xlabel="x", ylabel="y")
    assert [line.get_label() for line in shown.axes.lines] == list(many)
    assert len({(line.get_color(), line.get_marker()) for line in shown.axes.lines}) == 9
    plots.scatter(np.arange(18).reshape(9, 2), list("abcdefghi"), list("ABCDEFGHI"), title="T")
    assert [group.get_label() for group in shown.axes.collections] == list("ABCDEFGHI")


@pytest.mark.parametrize(("best_epoch", "marked"), [(None, 2), (3, 3)])
def test_the_training_curves_show_loss_and_accuracy(shown, best_epoch, marked):
    plots.curves(HISTORY, best_epoch, title="T")
    for axes, name in zip(shown.figure.axes, ("loss", "accuracy"), strict=True):
        training, validation, mark = axes.lines
        assert axes.get_ylabel() == name and axes.get_xlabel() == "epoch"
        for line, label, key in ((training, "training", name), (validation, "validation", f"val_{name}")):
            assert line.get_label() == label
            assert list(line.get_xdata()) == [1, 2, 3] and list(line.get_ydata()) == HISTORY[key]
        assert mark.get_xdata() == [marked, marked] and mark.get_label() == f"best epoch: {marked}"
    (legend,) = shown.figure.legends
    assert all(legend.get_window_extent().y1 < axes.get_window_extent().y0 for axes in shown.figure.axes), "it covers no point"


@pytest.mark.parametrize(("losses", "lowest"), [
    ([.9, np.nan, np.nan], 1), ([np.nan, .8, .9], 2), ([np.nan, np.nan, .5], 3), ([.9, np.inf, .7], 3)])
def test_a_loss_that_is_nan_is_not_the_lowest(shown, losses, lowest):
    plots.curves({**HISTORY, "val_loss": losses}, title="T")
    assert f"epoch {lowest} is marked" in shown.text
    assert f"lowest at epoch {lowest} ({losses[lowest - 1]:.2f})" in shown.text


def test_curves_without_validation_or_with_nan_alone_get_a_sentence(shown):
    for name in HISTORY:
        with pytest.raises(ValueError, match=f"The history holds no {name}. Compile the model"):
            plots.curves({other: values for other, values in HISTORY.items() if other != name}, title="T")
    with pytest.raises(ValueError, match="holds no val_accuracy, val_loss.*fit it with validation_data"):
        plots.curves({"loss": [1.0], "accuracy": [.5]}, title="T")
    with pytest.raises(ValueError, match="Each validation loss is NaN"):
        plots.curves({**HISTORY, "val_loss": [np.nan] * 3}, title="T")
    for epoch in (0, 4):
        with pytest.raises(ValueError, match=f"There is no epoch {epoch}: give one from 1 to 3"):
            plots.curves(HISTORY, epoch, title="T")
    assert not shown


@pytest.mark.parametrize("names", [NAMES[:2], [*NAMES, "delta"], [], "abcd"])
def test_a_confusion_matrix_needs_a_name_per_row(shown, names):
    """With four names for three rows the mistakes would be those of other groups."""
    with pytest.raises(ValueError, match=rf"here are {len(names)} names for a matrix of the shape \(3, 3\)"):
        plots.confusion(CONFUSED, names, title="T")
    with pytest.raises(ValueError, match=r"the shape \(2, 3\)"):
        plots.confusion(CONFUSED[:2], NAMES, title="T")


def test_a_confusion_matrix_has_true_groups_as_rows(shown):
    plots.confusion(CONFUSED, NAMES, title="T")
    axes = shown.axes
    (image,) = axes.images
    assert image.get_array().tolist() == [[.8, .2, 0], [0, .5, .5], [.1, 0, .9]]
    assert image.origin == "upper" and axes.get_ylim()[0] > axes.get_ylim()[1], "the first group is on top"
    assert "true" in axes.get_ylabel() and "predicted" in axes.get_xlabel()
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "2", "3"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["alpha 1", "beta 2", "gamma 3"]
    darkness = [sum(image.cmap(image.norm(share))[:3]) for share in (0, .02, .2, .9)]
    assert darkness == sorted(darkness, reverse=True) and len(set(darkness)) == 4, "a rare mistake can be seen"


def test_an_empty_row_of_a_confusion_matrix(shown):
    plots.confusion(np.array([[0, 0], [1, 3]]), ["a", "b"], title="T")
    assert "Best found: b (75%); least: b (75%)." in shown.text, "no post of a could be found"
    plots.confusion(np.zeros((2, 2), dtype=int), ["a", "b"], title="T")
    assert "Best found: a (0%)" in shown.text
    plots.confusion(np.eye(2, dtype=int), ["a", "b"], title="T")
    assert shown.text.endswith("Most frequent mistakes: none.")


def test_words_of_a_scatter_plot_lie_at_their_points(shown):
    plots.scatter(POINTS, ["a", "b", "c"], ["x", "y", "x"], title="T")
    assert {word.get_text(): tuple(word.xy) for word in shown.axes.texts} == {"a": (0, 0), "b": (2, 4), "c": (-1, 1)}
    assert {group.get_label(): group.get_offsets().tolist() for group in shown.axes.collections} == {
        "x": [[0, 0], [-1, 1]], "y": [[2, 4]]}


def test_words_of_a_scatter_plot_do_not_cover_each_other(shown):
    crowd = np.array([[0, 0], [0.02, 0.03], [0.05, -0.02], [0.3, 0], [3, 3], [-3, -3]])
    plots.scatter(crowd, ["season", "team", "league", "coach", "a", "b"], ["x"] * 6, title="T")
    boxes = [word.get_window_extent() for word in shown.axes.texts]
    assert len(boxes) == 6
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_a_heat_strip_shades_words_by_their_weight_in_their_order(shown):
    words = ["it", "costs", "$5", "or", "$9"] * 12
    weights = np.arange(60) / 100
    plots.heat_strip(words, weights, title="T")
    drawn = shown.axes.texts
    assert [word.get_text() for word in drawn] == words
    alphas = [word.get_bbox_patch().get_facecolor()[3] for word in drawn]
    assert alphas == pytest.approx(.75 * weights / .59)
    boxes = [word.get_window_extent() for word in drawn]
    assert boxes[-1].y1 < boxes[0].y0, "it is more than one row"
    for one, other in itertools.pairwise(boxes):
        assert one.x1 < other.x0 or other.y1 < one.y0, "words are read from left to right and do not touch"
    assert all(box.x0 >= 0 and box.x1 <= shown.figure.bbox.x1 for box in boxes)


def test_a_heat_strip_with_dollar_signs(shown):
    """Matplotlib would read `$...$` as a formula, and stop at a wrong one."""
    plots.heat_strip(["$_$", "$\\x$"], [.5, .5], title="T")
    assert len(shown) == 1


def test_a_heat_strip_without_any_weight(shown):
    plots.heat_strip(["a", "b"], [0, 0], title="T")
    assert shown.text.endswith("a 0.00, b 0.00.")


def test_a_reliability_diagram_shows_mean_confidence_and_posts(shown):
    plots.reliability(BINS, title="T")
    top, bottom = shown.figure.axes
    points = [line for line in top.lines if line.get_linestyle() == "None"][0]
    assert list(points.get_xdata()) == [.4, .7, .9] and list(points.get_ydata()) == [.5, .4, .85]
    (gaps,) = top.collections
    assert np.allclose(gaps.get_segments(), [[(.4, .4), (.4, .5)], [(.7, .7), (.7, .4)], [(.9, .9), (.9, .85)]])
    (diagonal,) = [line for line in top.lines if line is not points]
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    for axes, heights in ((top, [.5, .4, .85]), (bottom, [4, 10, 6])):
        assert [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in axes.patches] == [
            (low, .25, height) for low, height in zip((.25, .5, .75), heights, strict=True)]


def test_the_widest_gap_may_be_one_of_too_little_confidence(shown):
    plots.reliability(BINS.assign(accuracy=[np.nan, .9, .6, .85]), title="T")
    assert shown.text.endswith("Widest gap: confidence 0.40, accuracy 0.90, 4 posts.")


# --- colors

def linear(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.array([part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts])


def contrast_on_white(color):
    """WCAG 2's ratio."""
    return 1.05 / (linear(color) @ [0.2126, 0.7152, 0.0722] + 0.05)


def test_colors_stand_out_from_white():
    """3:1 for graphics (WCAG 2, 1.4.11), but for the last two, as a comment beside them says."""
    assert len(set(plots.PALETTE)) == 7 and plots.PALETTE[-2:] == (plots.ORANGE, plots.SKY)
    assert all(contrast_on_white(color) >= 3 for color in plots.PALETTE[:-2])


# Machado, Oliveira and Fernandes 2009, severity 1: from linear RGB to linear RGB
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb):
    x, y, z = np.cbrt(TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS)
def test_colors_stay_apart_for_everybody(sight):
    """A difference of 2.3 in CIELAB is just noticeable; ten is plain."""
    for one, other in itertools.combinations(plots.PALETTE, 2):
        assert np.linalg.norm(lab(sight @ linear(one)) - lab(sight @ linear(other))) > 10


def test_each_color_has_its_own_marker():
    assert len(set(plots.MARKERS)) == len(plots.MARKERS) == len(plots.PALETTE)
