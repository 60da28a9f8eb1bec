"""Checks of lesson 02."""

import numpy as np

from helpers.checks._guard import check_function, check_share, guarded, text
from helpers.headers import parse_header, split_post


@guarded
def header_share(answer, corpus):
    """Check the share of all lines that are header lines; the blank line after them is none."""
    def lines(text):
        return len(text.splitlines())

    def share(measure):
        return sum(map(measure, headers)) / sum(map(measure, posts))

    posts = corpus.texts
    headers, bodies = zip(*map(split_post, posts))
    n_all, n_header, n_body = (sum(map(lines, texts)) for texts in (posts, headers, bodies))
    of_posts = [lines(header) / max(lines(post), 1) for header, post in zip(headers, posts)]
    check_share(answer, n_header / n_all, [
        *((f"this is the {mean.__name__} of a share per post; count all lines, then divide once.",
           mean(of_posts)) for mean in (np.mean, np.median)),
        ("the blank line after a header is no header line.", (n_all - n_body) / n_all),
        ("this is divided by the body lines, not by all.", n_header / n_body),
        ("the blank line after a header is missing: divide by all lines of the posts.",
         n_header / (n_header + n_body)),
        ("these are the body lines.", n_body / n_all),
        ("these are the header lines per post; divide by the number of all lines.",
         n_header / len(posts)),
        ("this is upside down: the header lines go above the line.", n_all / n_header),
        ("these are words, not lines.", share(lambda text: len(text.split()))),
        ("these are header fields; a field can go on in a second line.",
         sum(len(parse_header(header)) for header in headers) / n_all),
        ("`split` counts an empty line after the last line end; take `splitlines`.",
         share(lambda text: len(text.split("\n")))),
        ("these are characters, not lines.", share(len)),
    ], "not this share: all header lines of the corpus, divided by all its lines.", n_all=n_all)
    return f"{n_header:,} of {n_all:,} lines are header lines, and not part of a message."


@guarded
def cut_header(answer):
    """Check a function from a post to what follows its first empty line, or ``""`` without one."""
    headers = ["Subject: hi", "From: kim@moon.example\nReferences: <1@a.example>\n\t<2@b.example>",
               "\n".join(f"X-Field-{n}: {n}" for n in range(13))]
    bodies = ["", "Thanks.", "One.\nTwo.", "One.\n\nTwo.\n\nThree.", "\n\nLate.", "\nLate.",
              "  indented\n", "I said:\nSubject: tides", "> quoted\nYes.", "End.\n\n",
              "\tTab.\n \nBlank.", "\n".join(f"Line {n}" for n in range(15))]
    posts = headers + [f"{header}\n\n{body}" for header in headers for body in bodies]
    posts += ["\n\nA body without a header.", "\nSubject: hi\n\nBody.",
              "Subject: hi\n \nFrom: x\n\nBody.\n", "Subject: hi\n\nOne.\r\nTwo."]

    def body(post):
        return post.partition("\n\n")[2]

    absent = 'a post without an empty line has no body: return "" for it.'
    edges = "the body stays as it is; blanks or line ends at its edges are lost."
    check_function(answer, body, [(post,) for post in posts], [
        ("ten lines are not the header: it ends at the first empty line.",
         lambda post: "\n".join(post.split("\n")[10:])),
        ("this is the header; asked for is what follows it.", lambda post: post.split("\n\n")[0]),
        ("`[1]` is only the piece up to the second empty line.",
         lambda post: post.split("\n\n")[1]),
        ("the header ends at the first empty line, not at the last.",
         lambda post: post.split("\n\n")[-1]),
        (absent, lambda post: post.split("\n\n", 1)[1]),
        (absent, lambda post: post.split("\n\n", 1)[-1]),
        (edges, lambda post: body(post).strip()), (edges, lambda post: body(post).strip("\n")),
        (edges, lambda post: body(post).lstrip()), (edges, lambda post: body(post).lstrip("\n")),
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
    def words(announces):
        def function(body):
            lines = body.split("\n")
            return "\n".join(line for n, line in enumerate(lines, start=1)
                             if not _is_quote(line) and not announces(line, lines[n:]))
        return function

    def right(line, below):
        return line.endswith("writes:") and any(map(_is_quote, below[:1]))

    rng, pool = np.random.default_rng(18), [
        "> Is it full?", "| Is it cold?", "Kim writes:", "See, 7 > 5.", " > indented", "",
        "It moves.", "He writes: no.", " a|b ", "Kim wrote:", ">", "> Lee writes:", "KM> initials"]
    bodies = [*pool, "Kim writes:\n> a", "Kim writes:\n| a", "Kim writes:\n\n> a", "Hello,\n> a",
              "> a\nKim writes:", "Hi,\n> a", "Kim writes:\na", "a\n\n\nb", "Kim writes:\n > a",
              "Kim writes: a\n> a", "Kim writes: \n> a", "KIM WRITES:\n> a", "writes:\n> a",
              "Lee writes:\nKim writes:\n> a\n> b", "It moves.\n", "Kim writes\n> a",
              ": a", "-- \nKim", "Kim writes:\na\nKim writes:\n> a",
              "A form feed:\x0c> ends no line."]
    bodies += ["\n".join([*rng.choice(pool, size), "End."]) for size in [1, 2, 3, 4, 5, 6] * 6]
    only = "`... writes:` goes only if the line directly below it is a quote."
    check_function(answer, words(right), [(body,) for body in bodies], [
        ("`... writes:` above a line that begins with `|` goes too.",
         words(lambda line, below: right(line, below) and below[0].startswith(">"))),
        ("the line that announces a quote is still there.", words(lambda line, below: False)),
        (only, words(lambda line, below: line.endswith("writes:"))),
        (only, words(lambda line, below: right(line, [x for x in below if x.strip()]))),
        ("a line goes only if `writes:` is at its very end.",
         words(lambda line, below: "writes:" in line and right("writes:", below))),
        ("every line above a quote is gone, not only `... writes:`.",
         words(lambda line, below: right("writes:", below))),
        ("the last line has none below it: an index goes past the end.",
         words(lambda line, below: line.endswith("writes:") and _is_quote(below[0]))),
    ], read=text)
    return "the name above a quote had to go as well: a name can give a group away."
