"""The figures of all lessons: `diagram` shows a drawing of the course, the others draw charts.

Each figure is one output: a picture for doubled screens with its description as alternative text.
A chart's description is computed from the chart's own data.
"""

import io
import textwrap
from importlib import resources
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
FIGURES = resources.files("helpers") / "figures"


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
    names = sorted(file.name[:-4] for file in FIGURES.iterdir() if file.name.endswith(".png"))
    if name not in names:
        raise ValueError(f"There is no diagram {name!r}. Choose one of: {', '.join(names)}.")
    title, alt = alternative(name)
    _display((FIGURES / f"{name}.png").read_bytes(), alt, f"Diagram: {title}")


def alternative(name):
    """Return the title of a diagram and its alternative text, which begins with the title."""
    drawing = ElementTree.fromstring((FIGURES / f"{name}.svg").read_text(encoding="utf-8"))
    title, description = (drawing.findtext(f"{{*}}{part}") for part in ("title", "desc"))
    return title, f"{title}. {description}"


def show(figure, description):
    """Display a chart with its description as alternative text.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The chart; on the page it is `WIDTH` pixels wide.
    description : str
        What a reader who does not see the picture needs to know.
    """
    large, small = io.BytesIO(), io.BytesIO()
    figure.savefig(large, format="png", dpi=2 * WIDTH / figure.get_figwidth(), facecolor="white")
    # 64 colors are enough for a chart and keep the notebook's file small
    Image.open(large).convert("RGB").quantize(64).save(small, format="png", optimize=True)
    _display(small.getvalue(), description, description)


def _display(picture, alt, text):
    # the text is shown only where a picture cannot be
    display({"image/png": picture, "text/plain": text},
            metadata={"image/png": {"width": WIDTH, "alt": alt}}, raw=True)


def _chart(height, title, rows=1, columns=1, **options):
    """Return a figure, `height` inches high and seven wide, and its axes."""
    figure = Figure(figsize=(7, height), dpi=2 * WIDTH / 7, layout="constrained")
    figure.suptitle(textwrap.fill(title, 70), x=0.01, horizontalalignment="left")
    axes = figure.subplots(rows, columns, **options)
    for one in np.ravel(axes):
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _look(number):
    """Return color and marker of the series of that number: the first 49 pairs all differ."""
    n = len(PALETTE)
    return {"color": PALETTE[number % n], "marker": MARKERS[(number + number // n) % n]}


def bars(labels, values, *, title, xlabel, spread=None, decimals=0, mark=()):
    """Draw horizontal bars, one per label, from top to bottom.

    Parameters
    ----------
    labels : sequence of str
        Names of the bars.
    values : sequence of float
        Lengths of the bars.
    title, xlabel : str
        `xlabel` names the quantity and its unit.
    spread : sequence of (float, float), optional
        The lowest and the highest value behind each bar.
    decimals : int
        Of the numbers beside the bars and in the description.
    mark : collection of str
        Labels to draw in another color.
    """
    labels, values = list(labels), np.array(list(values), dtype=float)
    figure, axes = _chart(0.9 + 0.29 * len(labels), title)
    axes.set(xlabel=xlabel)
    low, high = (values, values) if spread is None else np.array(list(spread), dtype=float).T
    places = np.arange(len(labels))
    axes.barh(places, values, color=[VERMILLION if label in mark else BLUE for label in labels],
              alpha=1 if spread is None else 0.4)  # a black line is hard to see on a dark bar
    if spread is not None:
        axes.errorbar(values, places, xerr=[values - low, high - values], fmt="none",
                      ecolor=BLACK, capsize=3)
    numbers = [f"{value:,.{decimals}f}" for value in values]
    for place, number, end in zip(places, numbers, np.maximum(high, 0), strict=True):
        # beside the bar: inside a short one there is no room
        axes.annotate(number, (end, place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.set_yticks(places, labels, parse_math=False)  # a dollar sign is a dollar sign
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.margins(x=0.12)
    if spread is not None:
        numbers = [f"{number} ({one:,.{decimals}f} to {other:,.{decimals}f})"
                   for number, one, other in zip(numbers, low, high, strict=True)]
    named = [f"{label} {number}" for label, number in zip(labels, numbers, strict=True)]
    if len(named) > 8:
        named = [f"longest {named[values.argmax()]}", f"shortest {named[values.argmin()]}"]
    show(figure, f"Bar chart: {title}. {len(labels)} bars, {xlabel}: {'; '.join(named)}.")


def lines(x, series, *, title, xlabel, ylabel, spread=None, line=None, percent=False,
          logarithmic=False):
    """Draw one line per series over common x values.

    Parameters
    ----------
    x : sequence of float
        Common to all series.
    series : dict of str to sequence of float
        The values by the name of their series.
    title, xlabel, ylabel : str
        Texts of the figure.
    spread : dict of str to (sequence of float, sequence of float), optional
        The lowest and the highest values behind a series, drawn as a band.
    line : (float, str), optional
        A position on the x axis to mark, and its name.
    percent : bool
        Whether to write the values as percentages.
    logarithmic : bool
        Whether the x axis is logarithmic.
    """
    figure, axes = _chart(3.4, title)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    form = "{:.0%}" if percent else "{:.2f}"
    told = []
    for number, (name, values) in enumerate(series.items()):
        axes.plot(x, values, markersize=4, label=name, **_look(number))
        told.append(f"{name} from {form.format(values[0])} to {form.format(values[-1])}")
        if spread is not None and name in spread:
            low, high = np.asarray(spread[name], dtype=float)
            axes.fill_between(x, low, high, color=_look(number)["color"], alpha=0.2, linewidth=0)
            widest = np.nanmax(high - low)
            told[-1] += f" (its band at most {form.format(widest)} wide)"
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
    show(figure, f"Line chart: {title}. {ylabel} over {xlabel}, {x[0]:,g} to {x[-1]:,g}: "
                 f"{'; '.join(told)}.{marked}")


def curves(history, best_epoch=None, *, title="Training curves"):
    """Draw the training curves: loss and accuracy, training and validation, by epoch.

    Parameters
    ----------
    history : dict of str to list of float
        What Keras keeps in ``History.history``.
    best_epoch : int, optional
        The epoch to mark, counted from 1; without it, the one with the lowest validation loss.
    title : str
        Text above both charts.
    """
    lowest = int(np.argmin(history["val_loss"])) + 1
    best_epoch = lowest if best_epoch is None else best_epoch
    epochs = np.arange(1, len(history["loss"]) + 1)
    figure, panels = _chart(3.4, title, columns=2)
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
    show(figure, f"Two line charts: {title}. {len(epochs)} epochs, epoch {best_epoch} is marked. "
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
    """
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
    found = np.diag(share)
    best, worst = found.argmax(), found.argmin()
    show(figure, f"Confusion matrix: {title}. {len(class_names)} groups; rows are true, columns "
                 f"predicted. Best found: {class_names[best]} ({found[best]:.0%}); least: "
                 f"{class_names[worst]} ({found[worst]:.0%}). Most frequent mistakes: "
                 f"{'; '.join(mistakes) or 'none'}.")


def scatter(points, words, groups, *, title, xlabel="first principal component",
            ylabel="second principal component"):
    """Draw words as points in two dimensions, one color and marker per group.

    Parameters
    ----------
    points : numpy.ndarray, shape (n_words, 2)
        Coordinates of the words.
    words : sequence of str
        Names of the points.
    groups : sequence of str
        The group of each word.
    title, xlabel, ylabel : str
        Texts of the figure.
    """
    figure, axes = _chart(5, title)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.margins(0.1)
    groups, centers = np.asarray(groups), []
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
    show(figure, f"Scatter plot: {title}. {len(words)} words of {len(centers)} groups: "
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
    weights = np.asarray(weights, dtype=float)
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
    show(figure, f"Text with shaded words: {title}. {len(words)} words; the highest weights: "
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
    figure, (top, bottom) = _chart(4.6, title, rows=2, sharex=True, height_ratios=(3, 1))
    place = {"x": filled["low"], "width": filled["high"] - filled["low"], "align": "edge",
             "color": BLUE, "edgecolor": "white"}
    top.bar(height=filled["accuracy"], label="accuracy of the bin", alpha=0.4, **place)
    top.plot([0, 1], [0, 1], color=BLACK, linestyle=":", label="confidence = accuracy")
    top.plot(filled["confidence"], filled["accuracy"], label="at the bin's mean confidence",
             linestyle="none", **_look(1))
    top.vlines(filled["confidence"], filled["confidence"], filled["accuracy"], label="gap",
               color=_look(1)["color"], linewidth=2.5)
    bottom.bar(height=filled["posts"], **place)
    top.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1.02))
    bottom.set(xlabel="confidence", ylabel="posts")
    top.legend(frameon=False)
    gaps = (filled["confidence"] - filled["accuracy"]).to_numpy()
    widest = filled.iloc[np.abs(gaps).argmax()]
    show(figure, f"Reliability diagram: {title}. {len(filled)} bins with {filled['posts'].sum():,} "
                 f"posts; in {np.sum(gaps > 0)} of them confidence is above accuracy. Widest gap: "
                 f"confidence {widest['confidence']:.2f}, accuracy {widest['accuracy']:.2f}, "
                 f"{widest['posts']:,.0f} posts.")
