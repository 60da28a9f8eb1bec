"""Turn the notebooks, as executed, into slides that need no network.

    python tools/make_slides.py [--output build/slides] [--reveal FOLDER]

The first run downloads reveal.js with pip, checks it and keeps it in build/. What becomes a slide is
derived from the cells by the rules in `slide_cells`; nothing about slides is stored in the notebooks.
"""

import argparse
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat.v4 import new_code_cell, new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent
# reveal.js 5.2.0, unchanged, lies in the wheel of this Sphinx theme: so pip is enough, and no Node is needed
WHEEL = "sphinx-revealjs==3.2.1 --hash=sha256:805bed3ca459346e0f01967d5ed1c40d6b7b917de1541e1e4566c8341fe7017b"
INSIDE = "sphinx_revealjs/_static/revealjs/"
NEEDED = ("LICENSE", "dist/reveal.css", "dist/reveal.js", "dist/theme/white.css",
          "dist/theme/fonts/source-sans-pro/", "plugin/notes/notes.js", "plugin/notes/speaker-view.html")

SHOWN_CHARACTERS = 520  # of prose under a heading; the rest becomes the speaker's notes
LINES = 22  # of code and output together on one slide
SMALL_LINES = 28  # of output in small type; of what is longer, the middle is left out
SHORT_SENTENCE = 40  # characters
BESIDE_PICTURE = 4  # lines of output on a picture's slide
COLUMNS = 100  # that fit beside each other

SOLUTION = re.compile(r"<details><summary>Solution</summary>.*?</details>\s*", re.DOTALL)
LEFT_OUT = re.compile(r"\[!\[|\*\*(Read more|Previous|Next):\*\*")  # badges, links away
GUESS = re.compile(r"(?m)^(?:guess_\w+ = \.\.\.|checks\.compare_guess\().*\n?")
QUESTION = re.compile(r"\*\*(A question first|Guess)\b")


def slide_cells(notebook):
    """Derive the cells of the slides from a lesson's.

    A heading opens a slide, code a sub-slide; output that does not fit beside its code, or is a picture,
    gets a sub-slide of its own. A question before a surprise and each quiz question stand alone. Of prose
    that reads an output back the first sentence is shown, the rest becomes notes, and so does prose beyond
    `SHOWN_CHARACTERS`. Parameters, imports, places for guesses, checks and solutions are left out.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As executed; it is not changed.

    Returns
    -------
    list of nbformat.NotebookNode
        Cells with a `slideshow.slide_type` each.
    """
    cells, section = [], ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cells += _code(cell, section)
            continue
        for heading, paragraphs in _blocks(SOLUTION.sub("", cell.source)):
            if heading:
                section = heading.lstrip("# ")
            cells += _prose(heading, paragraphs, section, after_output=bool(cells) and "output" in _tags(cells[-1]))
    return cells


def _blocks(source):
    """Split Markdown into pairs of a heading (or "") and the paragraphs under it."""
    blocks = [("", [])]
    for paragraph in re.split(r"\n\n+", source.strip()):
        if re.match(r"#+ ", paragraph):
            blocks.append((paragraph, []))
        elif paragraph.strip() and not LEFT_OUT.match(paragraph):
            blocks[-1][1].append(paragraph)
    return [block for block in blocks if any(block)]


def _prose(heading, paragraphs, section, after_output):
    cells, notes, room = [], [], SHOWN_CHARACTERS
    if heading:
        cells.append(_markdown(heading, "subslide" if heading.startswith("###") else "slide"))
    if not heading and after_output and not _alone(paragraphs[0]):
        said, rest = _first_sentence(paragraphs.pop(0))
        cells.append(_markdown(f'<p class="said">{_inline(said)}</p>', "fragment"))
        notes += [rest] if rest else []
    for paragraph in paragraphs:
        if QUESTION.search(paragraph):
            cells += [_running(section), _markdown(f'<p class="question">{_inline(paragraph)}</p>', "-")]
        elif re.match(r"\*\*\d+\.\*\*", paragraph):  # a question of the quiz, and its answers with it
            cells += [_running(section), _markdown(paragraph, "-")]
        elif paragraph.startswith("* "):
            cells += [_markdown(paragraph, "-")] if heading else [_running(section), _markdown(paragraph, "-")]
            room = 0 if heading.startswith("# ") else room  # after the aims: what one needs, for the speaker
        elif heading and len(paragraph) <= room:
            room -= len(paragraph)
            cells.append(_markdown(paragraph, "-"))
        else:
            notes.append(paragraph)
    return cells + [_markdown(text, "notes") for text in notes]


def _alone(paragraph):
    return bool(QUESTION.search(paragraph) or re.match(r"\*\*\d+\.\*\*|\* ", paragraph))


def _first_sentence(paragraph):
    """Split off the first sentence, with the second if the first is a question or says little."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z`*\"(])", paragraph)
    n_said = 2 if sentences[0].endswith("?") or len(sentences[0]) < SHORT_SENTENCE else 1
    return " ".join(sentences[:n_said]), " ".join(sentences[n_said:])


def _inline(text):
    """Return Markdown's inline marks as HTML, for text inside an HTML element."""
    text = html.escape(text, quote=False)
    for mark, tag in ((r"`([^`]+)`", "code"), (r"\*\*([^*]+)\*\*", "b"), (r"\*([^*]+)\*", "em")):
        text = re.sub(mark, rf"<{tag}>\1</{tag}>", text)
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)


def _code(cell, section):
    """Return the slides of a code cell: its source, its output, or both on one."""
    tags, source = _tags(cell), cell.source
    source = GUESS.sub("", source).strip()
    if ({"bootstrap", "parameters"} & set(tags) or "check_parameters(" in source
            or not source or re.match(r"checks\.\w+\(", source)):
        return []
    shown = new_code_cell(source, execution_count=cell.execution_count)
    if "exercise" in tags:
        return [_typed(shown, "-")]
    outputs, described = _without_descriptions(cell.outputs, "metrics" in tags)
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    text = "\n".join(filter(None, map(_text, outputs)))
    n_lines = _n_lines(text)
    parts = [_output(outputs)] if outputs else []
    if len(pictures) > 1 or pictures and n_lines > BESIDE_PICTURE:  # a slide each
        texts = [output for output in outputs if output not in pictures]
        parts = [_output(part) for part in (texts, *([picture] for picture in pictures)) if part]
    cells = [] if "metrics" in tags else [_running(section), _typed(shown, "-")]
    for number, part in enumerate(parts):
        if number == 0 and "metrics" not in tags and not pictures and _n_lines(source) + n_lines <= LINES:
            cells.append(_typed(part, "fragment"))
        else:
            cells += [_running(section), _typed(part, "-")]
    notes = [_markdown(text, "notes") for text in described]
    return cells[:-1] + notes + cells[-1:] if parts else cells  # the output last: what reads it back follows


def _without_descriptions(outputs, is_metrics):
    """Take out the texts that repeat a picture in words: on a slide they are notes."""
    described = [output.metadata.get("image/png", {}).get("alt") for output in outputs if output.get("metadata")]
    described = [text for text in described if text]
    kept = [output for output in outputs if _text(output) not in described or "image/png" in output.get("data", {})]
    if is_metrics and len(kept) > 1:
        kept = [output for output in kept if output.output_type != "execute_result"]
    return [_shortened(output) for output in kept], described


def _shortened(output):
    """Leave out the middle of a long text, and say so."""
    lines = output.get("text", "").splitlines()
    if len(lines) <= SMALL_LINES:
        return output
    part = SMALL_LINES // 3
    said = f"\n[{len(lines) - 2 * part} lines are left out here; the notebook has them]\n"
    return nbformat.from_dict({**output, "text": "\n".join([*lines[:part], said, *lines[-part:]]) + "\n"})


def _text(output):
    if "image/png" in output.get("data", {}):
        return ""
    return (output.get("text") or output.get("data", {}).get("text/plain", "")).rstrip("\n")


def _n_lines(text):
    return sum(max(1, len(textwrap.wrap(line, COLUMNS))) for line in text.splitlines())


def _output(outputs):
    n_lines = sum(_n_lines(_text(output)) for output in outputs)
    wide = any(len(line) > COLUMNS for output in outputs for line in _text(output).splitlines())
    tags = ["output", "alone" if n_lines == 0 else "small" if n_lines > LINES or wide else "normal"]
    cell = new_code_cell("", outputs=outputs)
    cell.metadata = nbformat.from_dict({"tags": tags, "transient": {"remove_source": True}})
    return cell


def _markdown(source, kind):
    source = re.sub(r"\[([^]]+)\]\(\.\./teaching/[^)]+\)", r"\1", source)  # no glossary at the talk
    return _typed(new_markdown_cell(re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.html)", source)), kind)


def _running(section):
    return _markdown(f'<p class="running">{html.escape(section)}</p>', "subslide")


def _typed(cell, kind):
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def _tags(cell):
    return cell.metadata.get("tags", [])


def reveal_files(folder):
    """Fetch reveal.js with pip, unless it is there, and return its folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is kept.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    RuntimeError
        If pip cannot get it, or what came has another checksum.
    """
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        wanted = Path(temporary, "requirements.txt")
        wanted.write_text(WHEEL + "\n", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-r", wanted,
             "-d", temporary],
            capture_output=True, text=True, encoding="utf-8", errors="replace")
        if done.returncode:
            raise RuntimeError(f"pip could not download reveal.js, in {WHEEL.split()[0]}. It is needed once; "
                               f"--reveal names a copy that you have.\n{done.stderr}")
        with zipfile.ZipFile(next(Path(temporary).glob("*.whl"))) as wheel:
            for name in wheel.namelist():
                inside = name.removeprefix(INSIDE)
                if name.startswith(INSIDE) and inside.startswith(NEEDED) and not name.endswith("/"):
                    target = Path(temporary, "reveal.js", inside)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(wheel.read(name))
        os.replace(Path(temporary, "reveal.js"), folder)  # whole, or not at all
    return folder


def write_slides(notebooks, folder, reveal):
    """Write one page of slides a notebook, an index, and reveal.js beside them.

    Parameters
    ----------
    notebooks : list of pathlib.Path
        As executed.
    folder : pathlib.Path
        Where to write; existing pages are written anew.
    reveal : pathlib.Path
        A copy of reveal.js: `dist/` and `plugin/`.

    Returns
    -------
    list of pathlib.Path
        The pages.
    """
    shutil.copytree(reveal, folder / "reveal", dirs_exist_ok=True)
    pages, rows = [], []
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        notebook.cells = slide_cells(notebook)
        exporter = SlidesExporter(
            template_name="slides", extra_template_basedirs=[str(ROOT / "tools")],
            reveal_url_prefix="reveal", reveal_theme="white",
            exclude_input_prompt=True, exclude_output_prompt=True)
        page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
        pages.append(folder / f"{path.stem}.html")
        pages[-1].write_text(page, encoding="utf-8")
        rows.append(f'<li><a href="{path.stem}.html">{html.escape(title.partition(". ")[2])}</a></li>')
    (folder / "index.html").write_text(f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Slides: pre-trained word embeddings</title>
<style>body {{ font: 1.5rem/1.6 system-ui, sans-serif; max-width: 50rem; margin: 3rem auto; padding: 0 1rem }}</style>
</head><body><h1>Slides</h1><ol>{"".join(rows)}</ol>
<p>Right and down arrows or the space bar: onward. <kbd>S</kbd>: the speaker's notes. <kbd>O</kbd>: all slides.</p>
</body></html>
""", encoding="utf-8")
    return pages


def main(arguments=None):
    """Write the slides; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "slides")
    parser.add_argument("--reveal", type=Path, help="a copy of reveal.js, if pip has no network")
    options = parser.parse_args(arguments)
    try:
        reveal = options.reveal or reveal_files(ROOT / "build" / "reveal.js")
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    pages = write_slides(sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")), options.output, reveal)
    print(f"{len(pages)} pages of slides; open {options.output / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
