"""The figures of all lessons: `diagram` shows a drawing of the course, the others draw charts.

Each figure is one output: a picture for doubled screens with its description as alternative text.
A chart's description is computed from the chart's own data.
"""

import io
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from IPython.display import display
from matplotlib import colormaps
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

# Okabe and Ito's colors, which stay apart under the common kinds of color blindness
# (https://jfly.uni-koeln.de/color/); the yellow is left out: too pale on white
BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
# the last two stand out from white by less than 3:1 (WCAG 2, 1.4.11): no chart of the course needs
# them
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, BLACK, ORANGE, SKY)
MARKERS = "os^DvPX"
WIDTH = 700  # pixels of every figure on the page; the picture itself has twice as many
FIGURES = Path(__file__).resolve().parent / "figures"


def diagram(name):
    """Show a diagram of the course.

    Parameters
    ----------
    name : str
        The name of its file in ``helpers/figures``, such as ``"post"``.

    Raises
    ------
    ValueError
        There is no such diagram.
    """
    names = sorted(path.stem for path in FIGURES.glob("*.png"))
    if name not in names:
        raise ValueError(f"There is no diagram {name!r}. Choose one of: {', '.join(names)}.")
    drawing = ElementTree.parse(FIGURES / f"{name}.svg")
    title = drawing.findtext("{*}title")
    alt = f"{title}. {drawing.findtext('{*}desc')}"
    _display((FIGURES / f"{name}.png").read_bytes(), alt, f"Diagram: {title}")


def _show(figure, description):
    """Display a chart with its description as alternative text."""
    large, small = io.BytesIO(), io.BytesIO()
    figure.savefig(large, format="png", dpi="figure", facecolor="white")
    # 64 colors are enough for a chart and keep the notebook's file small
    Image.open(large).convert("RGB").quantize(64).save(small, format="png", optimize=True)
    _display(small.getvalue(), description, description)


def _display(picture, alt, text):
    # the text is shown only where a picture cannot be
    display({"image/png": picture, "text/plain": text},
            metadata={"image/png": {"width": WIDTH, "alt": alt}}, raw=True)


def _chart(height, title, **grid):
    """Return a figure, `height` inches high and seven wide, and its axes."""
    figure = Figure(figsize=(7, height), dpi=2 * WIDTH / 7, layout="constrained")
    figure.suptitle(textwrap.fill(title, 70), x=0.01, horizontalalignment="left")
    axes = figure.subplots(**grid)
    for one in np.ravel(axes):
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _look(number):
    """Return color and marker of the series of that number: the first 49 pairs all differ."""
    n = len(PALETTE)
    return {"color": PALETTE[number % n], "marker": MARKERS[(number + number // n) % n]}


def lines(x, series, *, title, xlabel, ylabel, line=None, percent=False, logarithmic=False):
    """Draw one line per series over common x values.

    Parameters
    ----------
    x : sequence of float
        Common to all series.
    series : dict of str to sequence of float
        The values by the name of their series.
    title, xlabel, ylabel : str
        Texts of the figure.
    line : (float, str), optional
        A position on the x axis to mark, and its name.
    percent : bool
        Whether to write the values as percentages.
    logarithmic : bool
        Whether the x axis is logarithmic.
    """
    x = list(x)  # a position in a Series may be another one's name
    series = {name: list(values) for name, values in series.items()}
    figure, axes = _chart(3.4, title)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    form = "{:.0%}" if percent else "{:.2f}"
    told = []
    for number, (name, values) in enumerate(series.items()):
        axes.plot(x, values, markersize=4, label=name, **_look(number))
        told.append(f"{name} from {form.format(values[0])} to {form.format(values[-1])}")
    marked = ""
    if line is not None:
        axes.axvline(line[0], color=BLACK, linestyle=":", label=line[1])
        marked = f" Marked: {line[1]}."
    if logarithmic:
        axes.set_xscale("log")
        axes.set_xticks(x, [f"{value:,}" for value in x])
        axes.minorticks_off()
    elif all(float(value).is_integer() for value in x):
        axes.xaxis.get_major_locator().set_params(integer=True)  # no half epochs
    if percent:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.legend(frameon=False)
    _show(figure, f"Line chart: {title}. {ylabel} over {xlabel}, {x[0]:,g} to {x[-1]:,g}: "
                  f"{'; '.join(told)}.{marked}")


def curves(history, best_epoch=None, *, title):
    """Draw the training curves: loss and accuracy, training and validation, by epoch.

    Parameters
    ----------
    history : dict of str to list of float
        What Keras keeps in ``History.history``.
    best_epoch : int, optional
        The epoch to mark, counted from 1; without it, the one with the lowest validation loss.
    title : str
        Text above both charts.

    Raises
    ------
    ValueError
        If one of the four curves or the epoch is missing, or each validation loss is NaN.
    """
    history = {name: list(values) for name, values in history.items()}
    missing = {"loss", "accuracy", "val_loss", "val_accuracy"} - set(history)
    if missing:
        raise ValueError(f"The history holds no {', '.join(sorted(missing))}. Compile the model "
                         'with metrics=["accuracy"], and fit it with validation_data.')
    if np.isnan(history["val_loss"]).all():
        raise ValueError("Each validation loss is NaN, so no epoch is the best. Train again with "
                         "a smaller learning rate, and look for NaN in the inputs.")
    lowest = int(np.nanargmin(history["val_loss"])) + 1
    best_epoch = lowest if best_epoch is None else best_epoch
    epochs = np.arange(1, len(history["loss"]) + 1)
    if best_epoch not in epochs:
        raise ValueError(f"There is no epoch {best_epoch}: give one from 1 to {len(epochs)}.")
    figure, panels = _chart(3.4, title, ncols=2)
    for axes, name in zip(panels, ("loss", "accuracy"), strict=True):
        for number, part in enumerate(("training", "validation")):
            values = history[name if part == "training" else f"val_{name}"]
            axes.plot(epochs, values, markersize=4, label=part, **_look(number))
        axes.axvline(best_epoch, color=BLACK, linestyle=":", label=f"best epoch: {best_epoch}")
        axes.xaxis.get_major_locator().set_params(integer=True, nbins=10)
        axes.set(xlabel="epoch", ylabel=name)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3,
                  frameon=False)
    ends = {name: f"from {values[0]:.2f} to {values[-1]:.2f}" for name, values in history.items()}
    _show(figure, f"Two line charts: {title}. {len(epochs)} epochs, epoch {best_epoch} is marked. "
                  f"Loss: training {ends['loss']}, validation {ends['val_loss']}, lowest at epoch "
                  f"{lowest} ({history['val_loss'][lowest - 1]:.2f}). Accuracy: training "
                  f"{ends['accuracy']}, validation {ends['val_accuracy']}, "
                  f"{history['val_accuracy'][best_epoch - 1]:.2f} at the marked epoch.")


def confusion(matrix, class_names, *, title):
    """Draw a confusion matrix: true groups as rows, predicted groups as columns.

    Parameters
    ----------
    matrix : numpy.ndarray of int, shape (n_classes, n_classes)
        Numbers of posts.
    class_names : sequence of str
        Names of the rows; a column has the number of its row.
    title : str
        Text above the figure.

    Raises
    ------
    ValueError
        If there is not one name per row and column.
    """
    matrix, class_names = np.asarray(matrix), list(class_names)
    if matrix.shape != (len(class_names), len(class_names)):
        raise ValueError(f"A confusion matrix has a row and a column per class, but here are "
                         f"{len(class_names)} names for a matrix of the shape {matrix.shape}.")
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure, axes = _chart(5, title)
    axes.set(xlabel="predicted group, by its number", ylabel="true group")
    # the power makes rare mistakes visible
    image = axes.imshow(share, cmap=colormaps["Blues"].resampled(24), aspect="auto",
                        norm=PowerNorm(0.5, vmin=0, vmax=1))
    figure.colorbar(image, label="share of the true group's posts")
    ticks = np.arange(len(class_names))
    # numbers: names on end cannot be read without tilting one's head
    axes.set_xticks(ticks, ticks + 1, fontsize=8)
    axes.set_yticks(ticks, [f"{name} {number}" for number, name in enumerate(class_names, 1)])
    wrong = matrix - np.diag(np.diag(matrix))
    places = [divmod(place, len(class_names)) for place in np.argsort(-wrong, axis=None)[:3]]
    mistakes = [f"{class_names[true]} taken for {class_names[predicted]} {wrong[true, predicted]}"
                for true, predicted in places if wrong[true, predicted]]
    has_posts = matrix.any(axis=1) | (not matrix.any())
    found = np.where(has_posts, np.diag(share), np.nan)
    best, worst = np.nanargmax(found), np.nanargmin(found)
    _show(figure, f"Confusion matrix: {title}. {len(class_names)} groups; rows are true, columns "
                  f"predicted. Best found: {class_names[best]} ({found[best]:.0%}); least: "
                  f"{class_names[worst]} ({found[worst]:.0%}). Most frequent mistakes: "
                  f"{'; '.join(mistakes) or 'none'}.")


def scatter(points, words, groups, *, title):
    """Draw words as points in two dimensions, one color and marker per group.

    Parameters
    ----------
    points : numpy.ndarray, shape (n_words, 2)
        Coordinates of the words.
    words : sequence of str
        Names of the points.
    groups : sequence of str
        The group of each word.
    title : str
        Text above the figure.
    """
    figure, axes = _chart(5, title)
    axes.set(xlabel="first principal component", ylabel="second principal component")
    axes.margins(0.1)
    points, groups, centers = np.asarray(points), np.asarray(groups), []
    for number, name in enumerate(dict.fromkeys(groups.tolist())):
        own = points[groups == name]
        axes.scatter(own[:, 0], own[:, 1], s=28, label=name, **_look(number))
        centers.append("{} around ({:.1f}, {:.1f})".format(name, *own.mean(axis=0)))
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    figure.draw_without_rendering()  # from here on the places on the picture are known
    marks = [Bbox([place - 8, place + 8]) for place in axes.transData.transform(points)]
    taken = []
    for point, word in zip(points, words, strict=True):
        labels = [axes.annotate(word, point, xytext=(x, y), textcoords="offset points", fontsize=9,
                                ha="left" if x > 0 else "right", va="center", parse_math=False)
                  for y in (4, -4, 13, -13) for x in (5, -5)]
        boxes = {label: label.get_window_extent() for label in labels}
        best = min(labels, key=lambda label: 9 * boxes[label].count_overlaps(taken)
                   + boxes[label].count_overlaps(marks))
        taken.append(boxes[best])
        for label in labels:
            if label is not best:
                label.remove()
    _show(figure, f"Scatter plot: {title}. {len(words)} words of {len(centers)} groups: "
                  f"{'; '.join(centers)}.")


def heat_strip(words, weights, *, title):
    """Draw the words of a post on a background that is darker where their weight is higher.

    Parameters
    ----------
    words : sequence of str
        The post's words in their order.
    weights : sequence of float
        A weight of at least 0 per word, such as an attention weight.
    title : str
        Text above the figure.
    """
    words, weights = list(words), np.asarray(weights, dtype=float)
    starts, row, column, columns = [], 0, 0, 82
    for word in words:
        if column + len(word) > columns:
            row, column = row + 1, 0
        starts.append((column, row))
        column += len(word) + 1
    figure, axes = _chart(0.45 + 0.24 * (row + 1), title)
    axes.set(xlim=(-0.6, columns), ylim=(row + 0.6, -0.6))
    axes.axis("off")
    darkness = weights / weights.max() if weights.any() else weights
    for word, (column, row), dark in zip(words, starts, darkness, strict=True):
        axes.text(column, row, word, family="monospace", fontsize=9.5, va="center",
                  parse_math=False,
                  bbox={"boxstyle": "square,pad=0.12", "color": VERMILLION, "alpha": 0.75 * dark,
                        "linewidth": 0})
    highest = [f"{words[place]} {weights[place]:.2f}"
               for place in np.argsort(-weights, kind="stable")[:5]]
    _show(figure, f"Text with shaded words: {title}. {len(words)} words; the highest weights: "
                  f"{', '.join(highest)}.")


def reliability(bins, *, title):
    """Draw a reliability diagram: accuracy against mean confidence, and the posts of each bin.

    Parameters
    ----------
    bins : pandas.DataFrame
        A row per bin with the columns ``low`` and ``high`` (the bin's limits), ``posts``,
        ``confidence`` and ``accuracy``, as `helpers.evaluation.calibration_bins` returns it.
    title : str
        Text above the figure.
    """
    filled = bins[bins["posts"] > 0]
    figure, (top, bottom) = _chart(4.6, title, nrows=2, sharex=True, height_ratios=(3, 1))
    place = {"x": filled["low"], "width": filled["high"] - filled["low"], "align": "edge",
             "color": BLUE, "edgecolor": "white"}
    top.bar(height=filled["accuracy"], label="accuracy of the bin", alpha=0.4, **place)
    top.plot([0, 1], [0, 1], color=BLACK, linestyle=":", label="confidence = accuracy")
    top.plot(filled["confidence"], filled["accuracy"], label="at the bin's mean confidence",
             linestyle="none", clip_on=False, **_look(1))
    top.vlines(filled["confidence"], filled["confidence"], filled["accuracy"], label="gap",
               color=_look(1)["color"], linewidth=2.5)
    bottom.bar_label(bottom.bar(height=filled["posts"], **place))
    bottom.margins(y=0.3)  # room for the numbers
    top.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1.02))
    bottom.set(xlabel="confidence", ylabel="posts")
    top.legend(frameon=False)
    gaps = (filled["confidence"] - filled["accuracy"]).to_numpy()
    widest = filled.iloc[np.abs(gaps).argmax()]
    _show(figure, f"Reliability diagram: {title}. {len(filled)} bins with "
                  f"{filled['posts'].sum():,} posts; in {np.sum(gaps > 0)} of them confidence is "
                  f"above accuracy. Widest gap: confidence {widest['confidence']:.2f}, accuracy "
                  f"{widest['accuracy']:.2f}, {widest['posts']:,.0f} posts.")
