"""Lesson 06: a page where one pastes a post and sees the groups, and the words that carried the answer.

    python -m helpers.demo MODEL

MODEL is what `helpers.export.save` wrote; without it the classifier of lesson 05 is trained, or taken from the
cache. The page needs the package gradio, and no network: nothing that it shows leaves the machine.
"""

import argparse
import math
import os
import re
import string
import sys
import tempfile
import warnings
from html import escape
from pathlib import Path

import numpy as np

from helpers import data, predict
from helpers.baseline import linear_model
from helpers.headers import header_field, split_post
from helpers.splits import split_corpus, take
from helpers.vectorization import tokenize

# the parameters cells of lessons 05 and 06
LESSON = {"text": "body", "split_by": "thread", "seed": 1337, "validation_split": 0.2, "test_split": 0.1,
          "max_tokens": 20_000, "sequence_length": 200, "embedding_dim": 100, "epochs": 20, "batch_size": 32}
READ_CHARS = 10_000  # of a longer text: few posts are
TRIED_WORDS = 200  # distinct words that are left out in turn
SHOWN_GROUPS, SHOWN_WORDS = 5, 8
LEAST_FACTOR = 1.1  # by which the odds fall without a word that is shown
WITHOUT, WITH = "without headers", "with headers, by a second model"

INTRO = """# Which newsgroup?

Paste a post of 1993, or what somebody might have written then. The model names the likeliest of twenty groups, and
the words without which it would be less sure."""
LEAK = " *With headers* asks a second model beside it, which was trained on whole posts: see what that one leans on."
_STYLE = """
.panels { display: flex; flex-wrap: wrap; gap: 2rem; }
.panels section { flex: 1 1 24rem; min-width: 0; max-width: 50rem; }
.panels table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; border: 0; }
.panels caption { text-align: left; font-weight: 600; }
.panels th, .panels td { text-align: left; padding: .15rem .75rem .15rem 0; font-weight: 400; border: 0; }
.panels tr { border: 0; border-bottom: 1px solid #8888; }
.panels th { overflow-wrap: anywhere; }
.panels td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.panels td:last-child { width: 35%; }
.panels meter { width: 100%; min-width: 5rem; height: 1rem; }
.panels pre { max-height: 24rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem;
  border: 1px solid currentColor; }
.panels mark { color: black; background: color-mix(in srgb, #56b4e9 var(--strength), white);
  border-bottom: 2px solid #0072b2; }
"""
_WORD = re.compile(r"\S+", re.ASCII)  # as `tokenize` splits


def app(honest, leaky=None):
    """Build the page; ``app(...).launch()`` serves it, in a notebook inline.

    Parameters
    ----------
    honest : helpers.predict.Predictor
        The model that the page is about; it cuts headers off by its own rule.
    leaky : helpers.predict.Predictor, optional
        A model that reads whole posts, such as `full_text_model` returns; without it there is no switch.

    Returns
    -------
    gradio.Blocks
        Not yet served.

    Raises
    ------
    ModuleNotFoundError
        If gradio is not installed.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # in a notebook it asks for widgets, which nothing here uses
            import gradio as gr
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('The demo needs the package gradio: python -m pip install "gradio>=6,<7"') from error

    def answer(text, reading):
        return panels(text, honest, leaky if reading == WITH else None)

    with gr.Blocks(title="Which newsgroup?", analytics_enabled=False) as page:
        gr.Markdown(INTRO + (LEAK if leaky else ""))
        post = gr.Textbox(label="A post, with its header or without", lines=10, max_lines=16, autoscroll=False)
        labels, texts = map(list, zip(*examples(honest.about)))
        tried = gr.Examples(texts, post, example_labels=labels, label="Invented posts to try")
        reading = gr.Radio([WITHOUT, WITH], value=WITHOUT, label="The post is read", visible=leaky is not None)
        button = gr.Button("Which group?")
        result = gr.HTML(css_template=_STYLE)
        asked = dict(fn=answer, inputs=[post, reading], outputs=result, show_progress="minimal")
        # always_last: else the switch would be ignored while an answer is on its way
        gr.on([button.click, post.submit, reading.input], **asked, trigger_mode="always_last")
        tried.load_input_event.then(**asked)
    return page


def examples(about):
    """Choose posts of the bundled sample that the model did not see in training.

    Parameters
    ----------
    about : dict
        What the model says of itself: if it names its split, the posts are from that split's test part.

    Returns
    -------
    list of (str, str)
        What to call each, and the post. The last one has the header of one group and the body of another.
    """
    corpus = data.read_posts(data.find_posts("sample"))
    first = {}
    for i in _split(corpus, about).test:
        if 200 <= len(split_post(corpus.texts[i])[1]) <= 1_000:
            first.setdefault(corpus.class_names[corpus.labels[i]], corpus.texts[i])
    groups = sorted(first)[::4]
    shown = [(f"{group}: {header_field(first[group], 'subject')}", first[group]) for group in groups]
    header, body = split_post(first[groups[0]])[0], split_post(first[groups[-1]])[1]
    return [*shown, (f"text of {groups[-1]}, header of {groups[0]}", f"{header}\n{body}")]


def full_text_model(corpus, about=LESSON):
    """Train the linear model of lesson 02 on whole posts, headers included: what a leak does.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    about : dict, optional
        What the honest model says of itself: both are trained on the same part.

    Returns
    -------
    helpers.predict.Predictor
    """
    split = _split(corpus, about)
    model = linear_model().fit(take(corpus.texts, split.train), corpus.labels[split.train])
    accuracy = model.score(take(corpus.texts, split.test), corpus.labels[split.test])
    return predict.Predictor({"class_names": list(corpus.class_names), "text": "full", "test_accuracy": accuracy,
                              "test_posts": len(split.test)}, model.predict_proba)


def _split(corpus, about):
    how, *shares = (about.get(name, LESSON[name]) for name in ("split_by", "validation_split", "test_split", "seed"))
    return split_corpus(corpus, how, **dict(zip(("validation_split", "test_split", "seed"), shares)))


def influence(predictor, text, start=0):
    """Leave each word out in turn, wherever it stands, and see what becomes of the likeliest group.

    Parameters
    ----------
    predictor : callable
        From a list of str to groups and probabilities, as `helpers.predict.Predictor`; asked once.
    text : str
    start : int, optional
        Where to begin: words before it stay, so that a header remains one.

    Returns
    -------
    probabilities : numpy.ndarray of float, shape (n_classes,)
        Of the whole text.
    odds : float
        Of the likeliest group, its probability against all others' together. Where the model is almost certain, they
        still tell one word from another, and probabilities do not.
    without : dict of bytes to float
        For each of the first `TRIED_WORDS` distinct tokens, the same group's odds without it.
    places : dict of bytes to list of (int, int)
        Where in the text each of them stands.
    """
    places = {}
    for word in _WORD.finditer(text, start):
        for token in tokenize(word[0]):  # none if it is all punctuation
            if token in places or len(places) < TRIED_WORDS:
                places.setdefault(token, []).append(word.span())
    _, probabilities = predictor([text, *(_left_out(text, spans) for spans in places.values())])
    best = probabilities[0].argmax()
    others = np.delete(probabilities, best, axis=1).sum(axis=1)  # more exact than one minus a number near one
    likeliest, others = np.maximum((probabilities[:, best], others), np.finfo(np.float32).tiny)
    odds = (likeliest / others).tolist()
    return probabilities[0], odds[0], dict(zip(places, odds[1:])), places


def _left_out(text, spans):
    ends = [0, *(end for _, end in spans)]
    return "".join(text[end:start] for end, (start, _) in zip(ends, [*spans, (len(text), 0)]))


def panels(text, honest, leaky=None):
    """Answer for one text, as HTML: a panel a model, or a sentence if there is nothing to read.

    Parameters
    ----------
    text : str
    honest, leaky : helpers.predict.Predictor
        As `app` takes them.

    Returns
    -------
    str
    """
    # a half of a surrogate pair, which a browser may send, has no UTF-8 form
    text = (text or "").encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        return _status("There is nothing to read yet: paste a post, or choose one above.")
    said = ""
    if len(text) > READ_CHARS:
        said = _status(f"The text has {len(text):,} characters; the first {READ_CHARS:,} were read.")
        text = text[:READ_CHARS]
    below = len(text) - len(split_post(text)[1])  # where the body starts
    shown = [_panel("Without headers", honest, text, 0 if honest.about.get("text") == "full" else below)]
    if leaky:
        shown.append(_panel("With headers", leaky, text, 0))
    return f'{said}<div class="panels">{"".join(shown)}</div>'


def _panel(title, predictor, text, start):
    """Return one model's answer."""
    if not text[start:].strip():
        return f"<section><h2>{title}</h2><p>Below the header there is no text: nothing is left to read.</p></section>"
    probabilities, odds, without, places = influence(predictor, text, start)
    order = probabilities.argsort(kind="stable")[::-1][:SHOWN_GROUPS]
    names = predictor.class_names
    best = escape(names[order[0]])
    factors = {token: odds / left for token, left in without.items() if odds >= LEAST_FACTOR * left}
    carried = sorted(factors, key=factors.get, reverse=True)[:SHOWN_WORDS]
    groups = "".join(
        f'<tr><th scope="row">{escape(names[i])}</th><td class="number">{probabilities[i]:.1%}</td>'
        f'<td><meter min="0" max="1" value="{probabilities[i]:.3f}" aria-label="{escape(names[i])}"></meter></td></tr>'
        for i in order)
    if carried:
        words = f"<table><caption>What is left of {best} without this word</caption>" + "".join(
            f'<tr><th scope="row">{escape(_bare(text, places[token]))}</th>'
            f'<td class="number">{without[token] / (1 + without[token]):.1%}</td>'
            f'<td class="number">odds {_times(factors[token])} times lower</td></tr>' for token in carried) + "</table>"
    else:
        words = "<p>No single word carried it: whichever is left out, the answer stays about as sure as it is.</p>"
    accuracy = predictor.about.get("test_accuracy")
    right = "" if accuracy is None else (
        f"<p>Right on {accuracy:.1%} of the {predictor.about['test_posts']:,} posts it was tested with.</p>")
    header = "" if start == 0 else ("<details><summary>The header, which was not read</summary>"
                                    f"<pre>{escape(text[:start].strip())}</pre></details>")
    return (f"<section><h2>{title}: {best}</h2>{right}<table><caption>The likeliest groups</caption>{groups}</table>"
            f'{words}{header}<pre tabindex="0" role="region" aria-label="{title}: the text that was read">'
            f"{_marked(text, start, {token: math.log(factors[token]) for token in carried}, places)}</pre></section>")


def _times(factor):
    return f"{factor:.1f}" if factor < 10 else f"{factor:,.0f}" if factor < 1e6 else "over 1,000,000"


def _bare(text, spans):
    """Return a word as it first stands in the text, without punctuation around it."""
    return text[slice(*spans[0])].strip(string.punctuation)


def _marked(text, start, drops, places):
    """Return the text as HTML, with the words that carried the answer marked, the stronger the darker."""
    strongest = max(drops.values(), default=1)
    marks = {span: drops[token] / strongest for token in drops for span in places[token]}
    parts = []
    for (begin, end), strength in sorted(marks.items()):
        parts.append(f'{escape(text[start:begin])}<mark style="--strength: {20 + 60 * strength:.0f}%">'
                     f"{escape(text[begin:end])}</mark>")
        start = end
    return "".join(parts) + escape(text[start:])


def _status(sentence):
    return f'<p role="status">{sentence}</p>'


def lesson_model(corpus, dataset="sample", data_dir=""):
    """Return the classifier of lesson 05, exported and loaded again.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    dataset, data_dir
        Where it came from, as for `helpers.data.load_corpus`.

    Returns
    -------
    helpers.predict.Predictor
    """
    from helpers import export, model  # here: a page for a model that is there needs no Keras of its own

    trained = model.trained_classifier(corpus, dataset=dataset, data_dir=data_dir, **LESSON)
    length = LESSON["sequence_length"]
    about = export.describe(trained, sequence_length=length, text=LESSON["text"],
                            about={**LESSON, "dataset": dataset, "fingerprint": corpus.fingerprint})
    whole = export.end_to_end(trained.model, trained.vocabulary, trained.class_names, length)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.keras"
        export.save_keras(whole, path, about)
        return predict.load(path)


def main(arguments=None):
    """Serve the page until Ctrl+C; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m helpers.demo", description="Paste a post, see its group.")
    parser.add_argument("model", nargs="?", help="what helpers.export.save wrote; without it, lesson 05's is used")
    parser.add_argument("--dataset", choices=("sample", "full"), default="sample")
    parser.add_argument("--data-dir", default="", help="folder with the real posts and vectors, for full")
    given = parser.parse_args(arguments)
    for name, value in (("TF_CPP_MIN_LOG_LEVEL", "2"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
        os.environ.setdefault(name, value)  # as in the lessons; no start-up notes
    try:
        corpus = data.load_corpus(given.dataset, given.data_dir)
        honest = predict.load(given.model) if given.model else lesson_model(corpus, given.dataset, given.data_dir)
        page = app(honest, full_text_model(corpus, honest.about))
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, footer_links=[])
    except (OSError, ValueError, RuntimeError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The page is at {url} ; Ctrl+C ends it.", flush=True)
    page.block_thread()
    return 0


if __name__ == "__main__":
    sys.exit(main())
