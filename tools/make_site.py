"""Turn the notebooks, as executed, and the teacher's pages into a small site that needs no network.

    python tools/make_site.py [--output build/site]

`make run` writes the same site from the notebooks that it executed itself.
"""

import argparse
import html
import re
import sys
from collections import Counter
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent
TITLE = "Pre-trained word embeddings"
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
BADGE = re.compile(r"\[!\[([^\]]*)\]\([^)]*\)\]")  # a picture from elsewhere, as a link's text
TURN = re.compile(r"(?m)^\*\*(?:Previous|Next):\*\* .*$")  # the page has its own
TO_FILE = re.compile(r"\]\((?!\w+:)([^)#]*)\.(?:ipynb|md)(?=[)#])")
IN_TEACHING = ("glossary", "troubleshooting", "autograding")


def write_site(folder, notebooks, table):
    """Write the lessons, the teacher's pages and an index as HTML.

    Parameters
    ----------
    folder : pathlib.Path
        Where to write; existing pages are written anew.
    notebooks : dict of str to nbformat.NotebookNode
        The lessons as executed, by the name of their file without its ending, in their order; not changed.
    table : str
        What the index says, in Markdown.

    Returns
    -------
    list of pathlib.Path
        The pages, the index first.
    """
    exporter = HTMLExporter(
        template_name="page", extra_template_basedirs=[str(ROOT / "tools")], exclude_anchor_links=True,
        exclude_input_prompt=True, exclude_output_prompt=True)
    exporter.register_filter("anchored", anchored)
    teaching = [ROOT / "teaching" / f"{stem}.md" for stem in ("README", *notebooks, *IN_TEACHING)]
    lessons = {"index.html": _markdown(f"# {TITLE}\n\n{table}")}
    lessons |= {f"{stem}.html": notebook for stem, notebook in notebooks.items()}
    for_teachers = {f"teaching/{path.stem}.html": _markdown(path.read_text(encoding="utf-8")) for path in teaching}
    for chain in (lessons, for_teachers):
        names = list(chain)
        for number, (name, notebook) in enumerate(chain.items()):
            turn = [(word, {"href": Path(names[n]).name, "title": title(chain[names[n]])})
                    for word, n in (("Previous", number - 1), ("Next", number + 1)) if 0 <= n < len(names)]
            site = {"home": "../" * name.count("/"), "turn": turn}
            page, _ = exporter.from_notebook_node(
                _for_the_page(notebook), {"metadata": {"name": title(notebook)}, "site": site})
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(page, encoding="utf-8")
    return [folder / name for name in (*lessons, *for_teachers)]


def title(notebook):
    """Return the text of a notebook's first heading."""
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return first.splitlines()[0].lstrip("# ")


def anchored(page):
    """Give headings the anchors that they have on GitHub.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    str
        The same with anchors; and longer lines can be scrolled with the keyboard.
    list of (int, str, str)
        Level, anchor and HTML of each heading of level 2 or 3.
    """
    contents, taken = [], Counter()

    def with_anchor(match):
        level, head = int(match[1]), match[2]
        text = html.unescape(re.sub(r"<[^>]+>", "", head))
        anchor = re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-")
        taken[anchor] += 1
        anchor += f"-{taken[anchor] - 1}" * (taken[anchor] > 1)
        if level in (2, 3):
            contents.append((level, anchor, re.sub(r"</?a\b[^>]*>", "", head)))
        return f'<h{level} id="{anchor}">{head}</h{level}>'

    return HEADING.sub(with_anchor, page).replace("<pre>", '<pre tabindex="0">'), contents


def _markdown(text):
    return new_notebook(cells=[new_markdown_cell(text)])


def _for_the_page(notebook):
    """Return a copy whose links lead to pages instead of files, and whose badges are words."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            source = BADGE.sub(r"[\1]", TURN.sub("", cell.source))
            source = TO_FILE.sub(r"](\1.html", source)
            cell.source = source.replace("](../teaching/", "](teaching/").replace("](../notebooks/", "](../")
    return copy


def main(arguments=None):
    """Write the site; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    options = parser.parse_args(arguments)
    notebooks = {path.stem: nbformat.read(path, as_version=4)
                 for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
    index = ["Six lessons, executed on the bundled sample."]
    for stem, notebook in notebooks.items():
        sentence = notebook.cells[0].source.split("\n\n")[1]  # says what the lesson is about
        index.append(f"**[{title(notebook)}]({stem}.ipynb)**  \n{sentence}")
    pages = write_site(options.output, notebooks, "\n\n".join(index))
    print(f"{len(pages)} pages; open {pages[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
