r"""Lesson 02: what is header, body, quote and signature in a post, and how to take them out.

The rules follow RFC 1036 (the standard for Usenet messages, section 2) and RFC 5322
(Internet messages, section 2): a header is a run of ``Name: value`` fields, a field goes on
in the next line if that line starts with white space, and the first blank line ends it.

Every rule reads a post once, in time linear in its length.
"""

import re

REFERENCE_LINES = 10

_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*)")  # RFC 5322 2.2: printable ASCII without the colon
_QUOTED = re.compile(r"[ \t]*(?:[>|:]|[A-Za-z]{1,4}>)")
# "writes:" and its kin at the end of a line, after an address, a name or a Message-ID
_ATTRIBUTION = re.compile(r"\b(?:writes|wrote|says|said)[ \t]*:?[ \t]*$|^In (?:article )?<[^>]*>", re.IGNORECASE)
_SIGNATURE = re.compile(r"--[ \t]*$")


def split_post(text):
    """Cut a post into header and body at the first blank line.

    Parameters
    ----------
    text : str
        A whole post; lines may end in LF or CRLF.

    Returns
    -------
    header : str
        Everything before the first blank line; empty if the post does not start with a field.
    body : str
        Everything after it; empty if there is none.
    """
    first_line, _, _ = text.partition("\n")
    if not _FIELD.match(first_line):
        return "", text
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if text[position:end] in ("", "\r"):  # a line of blanks only goes on with the field above it
            return text[:position], text[end + 1:]
        position = end + 1
    return text, ""


def parse_header(header):
    """Read the fields of a header, with folded lines joined.

    Parameters
    ----------
    header : str
        The first part that `split_post` returns.

    Returns
    -------
    list of (str, str)
        Names and values in the order of the header. A line that is no field and no
        continuation is given the name ``""``.
    """
    fields = []
    for line in header.splitlines():
        match = _FIELD.match(line)
        if line[:1] in (" ", "\t") and fields:
            fields[-1][1].append(line.strip())
        elif match:
            fields.append((match[1], [match[2].strip()]))
        elif line.strip():
            fields.append(("", [line.strip()]))
    return [(name, " ".join(parts)) for name, parts in fields]


def header_field(text, name):
    """Return the value of a post's first header field of that name, or ``""``.

    Parameters
    ----------
    text : str
        A whole post.
    name : str
        The field's name, in any case, such as ``"subject"``.
    """
    fields = parse_header(split_post(text)[0])
    return next((value for field, value in fields if field.lower() == name.lower()), "")


def drop_lines(text, n_lines=REFERENCE_LINES):
    """Drop the first lines of a post: what the reference example takes for the header."""
    return "\n".join(text.split("\n")[n_lines:])


def drop_quotes(body):
    """Drop quoted lines, and the lines that say who is quoted.

    Parameters
    ----------
    body : str
        A post without its header.

    Returns
    -------
    str
        The lines that do not start with ``>``, ``|``, ``:`` or initials and ``>``, and are
        no attribution (``... writes:``) right before such a line.
    """
    lines = body.split("\n")
    quoted = [bool(_QUOTED.match(line)) for line in lines]
    kept = []
    quote_follows = False  # walking backwards: is the next line with text a quote?
    for line, is_quoted in zip(reversed(lines), reversed(quoted), strict=True):
        if is_quoted:
            quote_follows = True
        elif not line.strip():
            kept.append(line)
        elif quote_follows and _ATTRIBUTION.search(line):
            continue  # an attribution may take two lines: the next one up may go too
        else:
            kept.append(line)
            quote_follows = False
    return "\n".join(reversed(kept))


def drop_signature(body):
    """Drop the signature: everything from the last line that holds only ``--``.

    The line is ``"-- "`` by the custom of RFC 3676, section 4.3; many programs of 1993 cut the
    space off. A delimiter in the first line is kept, because nothing would be left.
    """
    lines = body.split("\n")
    for number in range(len(lines) - 1, 0, -1):
        if _SIGNATURE.match(lines[number]):
            return "\n".join(lines[:number])
    return body


def strict_body(text):
    """Return what the writer added: no header, no quotes, no signature."""
    return drop_quotes(drop_signature(split_post(text)[1]))


_RULES = {
    "full": lambda text: text,
    "reference": drop_lines,
    "body": lambda text: split_post(text)[1],
    "strict": strict_body,
}


def clean_text(text, rule):
    """Apply one of the course's text rules to a post.

    Parameters
    ----------
    text : str
        A whole post.
    rule : {"full", "reference", "body", "strict"}
        Everything; without the first ten lines; without the header; without header, quotes
        and signature.

    Returns
    -------
    str
    """
    return _RULES[rule](text)
