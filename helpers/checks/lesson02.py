"""Checks of lesson 02."""

import numpy as np

from helpers.checks._guard import check_function, check_value, guarded, text
from helpers.headers import parse_header, split_post


@guarded
def header_share(answer, corpus):
    """Check the share of all lines of the corpus that are header lines.

    Lines are counted with ``splitlines``; the blank line after a header is no header line.
    """
    parts = [(post, *split_post(post)) for post in corpus.texts]
    n_lines, n_header, n_body = np.array([[len(x.splitlines()) for x in part] for part in parts]).T
    n_all = int(n_lines.sum())
    check_value(answer, n_header.sum() / n_all, [
        *((f"this is the {mean.__name__} of a share per post; count all lines, then divide once.",
           mean(n_header / np.maximum(n_lines, 1))) for mean in (np.mean, np.median)),
        ("the blank line after a header is no header line.", (n_all - n_body.sum()) / n_all),
        ("this is divided by the body lines, not by all.", n_header.sum() / n_body.sum()),
        ("the blank line after a header is missing: divide by all lines of the posts.",
         n_header.sum() / (n_header.sum() + n_body.sum())),
        ("these are the body lines.", n_body.sum() / n_all),
        ("these are the header lines per post; divide by the number of all lines.",
         n_header.sum() / len(parts)),
        ("this is upside down: the header lines go above the line.", n_all / n_header.sum()),
        ("these are words, not lines.", sum(len(header.split()) for _, header, _ in parts) / sum(
            len(post.split()) for post, _, _ in parts)),
        ("these are header fields; a field can go on in a second line.",
         sum(len(parse_header(header)) for _, header, _ in parts) / n_all),
        ("`split` counts an empty line after the last line end; take `splitlines`.",
         sum(header.count("\n") + 1 for _, header, _ in parts) / sum(
             post.count("\n") + 1 for post, _, _ in parts)),
        ("these are characters, not lines.",
         sum(len(header) for _, header, _ in parts) / sum(len(post) for post, _, _ in parts)),
    ], "not this share: all header lines of the corpus, divided by all its lines.", n_all=n_all)
    return f"{n_header.sum():,} of {n_all:,} lines are header lines, and not part of a message."


@guarded
def cut_header(answer):
    """Check a function from a post to its body: what follows the first empty line, unchanged.

    Further blank lines belong to the body. A post without an empty line has the body ``""``.
    """
    headers = ["Subject: hi", "From: kim@moon.example\nReferences: <1@a.example>\n\t<2@b.example>",
               "\n".join(f"X-Field-{n}: {n}" for n in range(13))]
    bodies = ["", "Thanks.", "One.\nTwo.", "One.\n\nTwo.", "One.\n\nTwo.\n\nThree.", "\n\nLate.",
              "\nLate.", "  indented\n", "I said:\nSubject: tides", "> quoted\nYes.", "End.\n\n",
              "\tTab.\n \nBlank.", "\n".join(f"Line {n}" for n in range(15))]
    posts = headers + [f"{header}\n\n{body}" for header in headers for body in bodies]
    posts += ["\n\nA body without a header.", "\nSubject: hi\n\nBody.",
              "Subject: hi\n \nFrom: x\n\nBody.\n", "Subject: hi\n\nOne.\r\nTwo."]

    def body(post):
        return post.partition("\n\n")[2]

    absent = 'a post without an empty line has no body: return "" for it.'
    last = "the header ends at the first empty line, not at the last."
    check_function(answer, body, [(post,) for post in posts], [
        ("ten lines are not the header: it ends at the first empty line.",
         lambda post: "\n".join(post.split("\n")[10:])),
        ("this is the header; asked for is what follows it.", lambda post: post.split("\n\n")[0]),
        ("`[1]` is only the piece up to the second empty line.",
         lambda post: post.split("\n\n")[1]),
        (last, lambda post: post.split("\n\n")[-1]),
        (last, lambda post: post.rpartition("\n\n")[2]),
        *((absent, lambda post, n=n: post.split("\n\n", 1)[n]) for n in (1, -1)),
        *(("the body stays as it is; blanks or line ends at its edges are lost.",
           lambda post, cut=cut, marks=marks: cut(body(post), marks))
          for cut in (str.strip, str.lstrip, str.rstrip) for marks in (None, "\n")),
        *(("blank lines within the body are lost; only the first one ends the header.",
           lambda post, mark=mark: mark.join(post.split("\n\n")[1:])) for mark in ("", " ", "\n")),
    ], read=text)
    return "short and long headers, also with continued lines, and not one line of a body lost."


def _is_quote(line):
    return line.startswith((">", "|"))


@guarded
def own_words(answer):
    """Check a function from a body to the body without quotes.

    Lines that begin with ``>`` or ``|`` go, and a line that ends in ``writes:`` goes if the line
    directly below it is such a line. All others stay as they are, in order.
    """
    def words(quoted=_is_quote, end=lambda line: line.endswith("writes:"), announced=_is_quote,
              below=lambda lines, n: lines[n + 1:n + 2], keep=str):
        def function(body):
            lines = body.split("\n")
            return "\n".join(keep(line) for n, line in enumerate(lines) if not (
                quoted(line) or end(line) and any(map(announced, below(lines, n)))))
        return function

    rng, pool = np.random.default_rng(18), [
        "> Is it full?", "| Is it cold?", "Kim writes:", "See, 7 > 5.", " > indented", "",
        "It moves.", "He writes: no.", " a|b ", "Kim wrote:", ">", "> Lee writes:", "KM> initials"]
    bodies = [*pool, "Kim writes:\n> a", "Kim writes:\n| a", "Kim writes:\n\n> a", "Hello,\n> a",
              "> a\nKim writes:", "Hi,\n> a", "Kim writes:\na", "a\n\n\nb", "Kim writes:\n > a",
              "Kim writes: a\n> a", "Kim writes: \n> a", "KIM WRITES:\n> a", "writes:\n> a",
              "Lee writes:\nKim writes:\n> a\n> b", "It moves.\n", "Kim writes\n> a",
              ": a", "-- \nKim", "Kim writes:\na\nKim writes:\n> a",
              "A form feed:\x0c> ends no line."]
    bodies += ["\n".join([*(pool[n] for n in rng.integers(0, 13, size)), "End."])
               for size in range(1, 7) for _ in range(6)]
    def indented(line):
        return _is_quote(line.lstrip())

    only = "`... writes:` goes only if the line directly below it is a quote."
    check_function(answer, words(), [(body,) for body in bodies], [
        ("a line that begins with `|` is a quote too.",
         words(lambda line: line.startswith(">"), announced=lambda line: line.startswith(">"))),
        ("`... writes:` above a line that begins with `|` goes too.",
         words(announced=lambda line: line.startswith(">"))),
        ("an indented `>` is no quote here: look at the very first character.",
         words(indented, announced=indented)),
        ("the line that announces a quote is still there.", words(end=lambda line: False)),
        (only, words(announced=lambda line: True, below=lambda lines, n: [""])),
        (only, words(below=lambda lines, n: [line for line in lines[n + 1:] if line.strip()][:1])),
        ("a line goes only if `writes:` is at its very end.",
         words(end=lambda line: "writes:" in line)),
        ("every line above a quote is gone, not only `... writes:`.", words(end=lambda line: True)),
        ("the last line has none below it: an index goes past the end.",
         words(below=lambda lines, n: [lines[n + 1]])),
        ("the quote marks are gone, but the quoted words are still there.",
         words(lambda line: False, lambda line: False, keep=lambda line: line.lstrip(">| "))),
    ], read=text)
    return "the name above a quote had to go as well: a name can give a group away."
