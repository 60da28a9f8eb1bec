"""Service room: every figure of the course, each with a description computed from its data.

A figure is shown with its description as alternative text, and the description stands
under it: it reads well without the picture, and a test can compare it.
"""

import io

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from PIL import Image

# Okabe and Ito's colours, which stay apart under the common kinds of colour blindness
# (https://jfly.uni-koeln.de/color/); the yellow is left out: too pale on white
BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
# the last two stand out from white by less than 3:1 (WCAG 2, 1.4.11): no chart of the course needs them
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, BLACK, ORANGE, SKY)
MARKERS = "os^DvPX"


def show(figure, description):
    """Display a figure with its description as alternative text, and the description below it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    description : str
    """
    buffer, small = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, format="png", dpi=90, bbox_inches="tight")
    plt.close(figure)
    # 32 colours are enough for a chart and keep the notebook's file, and its diffs, small
    Image.open(buffer).convert("RGB").quantize(32).save(small, format="png", optimize=True)
    display({"image/png": small.getvalue(), "text/plain": description},
            metadata={"image/png": {"alt": description}}, raw=True)
    # displayed, not printed: printed text may be joined with earlier text and land above the picture
    display({"text/plain": description}, raw=True)


def bars(labels, values, *, title, xlabel, spread=None, decimals=0, mark=()):
    """Draw horizontal bars, one a label, from top to bottom.

    Parameters
    ----------
    labels : sequence of str
    values : sequence of float
    title, xlabel : str
        `xlabel` names the quantity and its unit.
    spread : sequence of (float, float), optional
        The lowest and highest value behind each bar.
    decimals : int
        Of the numbers beside the bars and in the description.
    mark : collection of str
        Labels to draw in another colour.
    """
    labels, values = list(labels), np.array(list(values), dtype=float)
    figure, axes = plt.subplots(figsize=(8, 0.8 + 0.3 * len(labels)))
    colors = [VERMILLION if label in mark else BLUE for label in labels]
    errors = None
    if spread is not None:
        low, high = np.asarray(spread, dtype=float).T
        errors = np.vstack([values - low, high - values])
    axes.barh(labels, values, color=colors, xerr=errors, capsize=3)
    ends = values if spread is None else high  # beside the bar: inside a short one there is no room
    for y, (end, value) in enumerate(zip(ends, values, strict=True)):
        axes.annotate(f"{value:,.{decimals}f}", (end, y), xytext=(4, 0), textcoords="offset points",
                      va="center", fontsize=9)
    axes.margins(x=0.1)
    axes.invert_yaxis()
    axes.set(title=title, xlabel=xlabel)
    axes.spines[["top", "right"]].set_visible(False)
    top, bottom = int(np.argmax(values)), int(np.argmin(values))
    show(figure, f"Bar chart. {title}. {len(labels)} bars; x axis: {xlabel}. "
                 f"Longest: {labels[top]} ({values[top]:,.{decimals}f}); "
                 f"shortest: {labels[bottom]} ({values[bottom]:,.{decimals}f}).")


def histogram(values, *, title, xlabel, ylabel, limit, line=None, bins=40):
    """Draw how often values occur, with the long tail gathered in the last bar.

    Parameters
    ----------
    values : array-like of float
    title, xlabel, ylabel : str
    limit : float
        Larger values are counted in the last bar.
    line : (float, str), optional
        A value to mark and its name.
    bins : int
    """
    values = np.asarray(values)
    figure, axes = plt.subplots(figsize=(8, 3.2))
    axes.hist(np.minimum(values, limit), bins=np.linspace(0, limit, bins + 1), color=BLUE)
    marked = ""
    if line is not None:
        axes.axvline(line[0], color=VERMILLION, linewidth=2)
        axes.annotate(line[1], (line[0], 0.92), xycoords=("data", "axes fraction"), xytext=(6, 0),
                      textcoords="offset points", color=VERMILLION)
        marked = f" Marked: {line[1]}; {np.mean(values > line[0]):.1%} of the values lie above it."
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    low, median, high = np.percentile(values, (10, 50, 90))
    show(figure, f"Histogram. {title}. x axis: {xlabel}, up to {limit:,.0f}; y axis: {ylabel}. Median {median:,.0f}, "
                 f"10th percentile {low:,.0f}, 90th {high:,.0f}, largest {values.max():,.0f}.{marked}")


def lines(x, series, *, title, xlabel, ylabel, line=None, percent=False, spread=None, logarithmic=False):
    """Draw one curve a series over common x values.

    Parameters
    ----------
    x : sequence of float
    series : dict of str to sequence of float
    title, xlabel, ylabel : str
    line : (float, str), optional
        A position on the x axis to mark and its name.
    percent : bool
        Write the values in the description as per cent.
    spread : dict of str to (sequence of float, sequence of float), optional
        The lowest and highest values behind a series, drawn as its shadow.
    logarithmic : bool
        Whether the x axis is.
    """
    figure, axes = plt.subplots(figsize=(8, 3.6))
    form = (lambda v: f"{v:.0%}") if percent else (lambda v: f"{v:.2f}")
    trends = []
    for (name, values), color, marker in zip(series.items(), PALETTE, MARKERS, strict=False):
        axes.plot(x, values, color=color, marker=marker, markersize=4, label=name)
        trends.append(f"{name} goes from {form(values[0])} to {form(values[-1])} "
                      f"(lowest {form(np.nanmin(values))}, highest {form(np.nanmax(values))})")
        if spread is not None:
            axes.fill_between(x, *spread[name], color=color, alpha=0.2, linewidth=0)
            widest = max(high - low for low, high in zip(*spread[name], strict=True))
            trends[-1] += f", its shadow at most {form(widest)} wide"
    marked = ""
    if line is not None:
        axes.axvline(line[0], color=BLACK, linestyle=":", label=line[1])
        marked = f" Marked: {line[1]}."
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    axes.xaxis.get_major_locator().set_params(integer=float(x[0]).is_integer())  # no half epochs
    if logarithmic:
        axes.set_xscale("log")
        axes.set_xticks(x, [f"{value:,}" for value in x])
        axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    scale = ", logarithmic" if logarithmic else ""
    show(figure, f"Line chart. {title}. x axis: {xlabel}, {x[0]:g} to {x[-1]:g}{scale}; y axis: {ylabel}. "
                 + "; ".join(trends) + "." + marked)


def bands(band, *, title):
    """Draw the training and the validation loss of several seeds: their mean, and a shadow from lowest to highest.

    Parameters
    ----------
    band : dict of str to dict
        One network's entry of what `helpers.comparison.bands` returns.
    title : str
    """
    losses = {"training": band["loss"], "validation": band["val_loss"]}
    means = {part: values["mean"] for part, values in losses.items()}
    lines(range(1, len(means["training"]) + 1), means, title=title, xlabel="epoch", ylabel="cross-entropy (nats)",
          spread={part: (values["low"], values["high"]) for part, values in losses.items()})


def curves(history, best_epoch):
    """Draw the training curves: loss and accuracy, training and validation, by epoch.

    Parameters
    ----------
    history : dict of str to list of float
        What Keras keeps in ``History.history``.
    best_epoch : int
        Counted from 1; marked in both panels.
    """
    epochs = np.arange(1, len(history["loss"]) + 1)
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for axes, name in zip(panels, ("loss", "accuracy"), strict=True):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.plot(epochs, history[name], color=BLUE, marker="o", markersize=4, label="training")
        axes.plot(epochs, history[f"val_{name}"], color=VERMILLION, marker="s", markersize=4, label="validation")
        axes.axvline(best_epoch, color=BLACK, linestyle=":", label=f"best epoch: {best_epoch}")
        axes.set(title=name.capitalize(), xlabel="epoch",
                 ylabel="cross-entropy (nats)" if name == "loss" else "accuracy (share of posts)")
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    final = {name: values[-1] for name, values in history.items()}
    best = history["val_loss"][best_epoch - 1]
    show(figure, f"Two line charts over {len(epochs)} epochs. Loss: training goes from {history['loss'][0]:.2f} to "
                 f"{final['loss']:.2f}; validation is lowest at epoch {best_epoch} ({best:.2f}) and ends at "
                 f"{final['val_loss']:.2f}. Accuracy: training ends at {final['accuracy']:.2f}, validation at "
                 f"{final['val_accuracy']:.2f}.")


def confusion(matrix, class_names, *, title):
    """Draw a confusion matrix: true groups as rows, predicted ones as columns, each column named by its row's number.

    Parameters
    ----------
    matrix : numpy.ndarray of int, shape (n_classes, n_classes)
    class_names : sequence of str
    title : str
    """
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(7.2, 5.2))
    image = axes.imshow(share, cmap=plt.get_cmap("cividis", 20), vmin=0, vmax=1)
    figure.colorbar(image, label="share of the true group's posts", shrink=0.8)
    ticks = np.arange(len(class_names))
    # numbers: twenty names on end cannot be read without tilting one's head
    axes.set_xticks(ticks, ticks + 1)
    axes.set_yticks(ticks, [f"{name} {number}" for number, name in enumerate(class_names, 1)])
    axes.set(title=title, xlabel="predicted group, by its number", ylabel="true group")
    wrong = matrix - np.diag(np.diag(matrix))
    most = [np.unravel_index(place, wrong.shape) for place in np.argsort(-wrong, axis=None, kind="stable")[:3]]
    mistakes = [f"{class_names[true]} taken for {class_names[predicted]} ({wrong[true, predicted]})"
                for true, predicted in most if wrong[true, predicted]]
    diagonal = np.diag(share)
    show(figure, f"Confusion matrix, {len(class_names)} groups, rows are true, columns predicted. {title}. Best found: "
                 f"{class_names[np.argmax(diagonal)]} ({diagonal.max():.0%}); least: "
                 f"{class_names[np.argmin(diagonal)]} ({diagonal.min():.0%}). Most frequent "
                 f"mistakes: {'; '.join(mistakes) or 'none'}.")


def scatter(points, words, groups, *, title):
    """Draw words as points in two dimensions, one colour and marker a group.

    Parameters
    ----------
    points : numpy.ndarray, shape (n_words, 2)
    words : sequence of str
    groups : sequence of str
        The group of each word.
    title : str
    """
    figure, axes = plt.subplots(figsize=(8.5, 6))
    groups = np.asarray(groups)
    names = sorted(set(groups.tolist()))
    for name, color, marker in zip(names, PALETTE, MARKERS, strict=False):
        own = groups == name
        axes.scatter(*points[own].T, color=color, marker=marker, s=28, label=name)
    for (x, y), word in zip(points, words, strict=True):
        axes.annotate(word, (x, y), xytext=(3, 3), textcoords="offset points", fontsize=7)
    axes.set(title=title, xlabel="first principal component", ylabel="second principal component")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    centres = "; ".join(
        f"{name} around ({x:.1f}, {y:.1f})" for name in names for x, y in [points[groups == name].mean(axis=0)])
    show(figure, f"Scatter plot of {len(words)} words of {len(names)} groups in two dimensions. {title}. {centres}.")
