r"""Lesson 02: what is header, body, quote and signature in a post, and how to take them out.

The rules follow RFC 1036 (the standard for Usenet messages, section 2) and RFC 5322
(Internet messages, section 2): a header is a run of ``Name: value`` fields, a field goes on
in the next line if that line starts with white space, and the first blank line ends it.

Each rule of a body is a function from its lines to one bool a line, so that it can be tested and
counted alone; `BODY_RULES` names them all, and `removed_shares` tells what share of the lines each
takes away. Every rule reads a post once, in time linear in its length.
"""

import math
import re
from collections import Counter
from email.utils import mktime_tz, parsedate_tz

REFERENCE_LINES = 10
SIGNATURE_LINES = 20  # with more lines after it, a "--" is taken for a part of the text: of 7,004 signatures, 17 have
OLD_SIGNATURE_LINES = 10  # of a signature that no "--" announces, ruled line included

_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*)")  # RFC 5322 2.2: printable ASCII without the colon
# a quote mark: > or |, a colon that begins no smiley, or initials; "MAX>'" begins a line of uuencoded data
_QUOTED = re.compile(r"[ \t]*(?:[>|]|:(?!['^]?-?[()/DP|]+(?:\s|$))|[A-Za-z]{1,4}>(?=[\s\w>\"(]|$))")
# "writes:" and its kin at the end of a line, after an address, a name or a Message-ID
_ATTRIBUTION = re.compile(
    r"\b(?:writes|wrote|says|said|quoth)[ \t]*(?:(?::|\.{2,})[ \t\]]*)?\r?$"
    r"|^[ \t]*(?:In|From)[ \t]+(?:article[ \t]+)?<[^>]*>", re.IGNORECASE)
_SIGNATURE = re.compile(r"--[ \t]*\r?$")
_RULED = frozenset("-_=*~#+<\\/%&@! \t")  # what old signatures are ruled off with
_CONTACT = re.compile(r"@|\d{3}[-. ]\d{4}")  # an address or a telephone number
_FORWARDED = re.compile(r"[ \t]{0,8}([A-Za-z][A-Za-z.-]{0,30}):(?:[ \t\r]|$)")
# the fields of RFC 1036, and those that programs of 1993 and of today add, in lower case
_KNOWN_FIELDS = frozenset((
    "approved", "article-i.d.", "bcc", "cc", "content-transfer-encoding", "content-type", "control", "date",
    "delivered-to", "distribution", "expires", "followup-to", "from", "in-reply-to", "keywords", "lines", "message-id",
    "mime-version", "newsgroup", "newsgroups", "news-software", "nntp-posting-date", "nntp-posting-host",
    "organisation", "organization", "originator", "orginization", "path", "received", "references", "reply-to",
    "return-path", "sender", "status", "subject", "summary", "supersedes", "to", "user-agent", "x-mailer",
    "x-newsreader", "xref"))


def _any_case(name):
    """Write a name as a pattern for capital and small letters, without flags: "cc" becomes "[Cc][Cc]"."""
    return "".join(f"[{char.upper()}{char}]" if char.isalpha() else f"[{char}]" for char in name)


_LINE = r"[^\n]*(?:\n|$)"
_NAMES = "|".join(map(_any_case, sorted(_KNOWN_FIELDS)))
_KNOWN_LINE = rf"(?:{_NAMES}|[Xx]-[!-9;-~]+):{_LINE}"
_FIELD_LINE = rf"[!-9;-~]+:(?:[ \t]{_LINE}|\r?(?:\n|$))"  # of any name: a colon and a blank
_FOLDED_LINE = rf"[ \t]{_LINE}"
_LONE_LINE = rf"(?:{'|'.join(map(_any_case, ('from', 'newsgroups', 'subject')))}):{_LINE}"
_ABOVE = "(?:\ufeff|\xef\xbb\xbf)?" r"(?:[ \t]*\r?\n)*"  # a byte-order mark, also one read as latin-1, and blank lines
# A header and the empty line below it, at the beginning of a text. The pattern means the same in Python, in JavaScript
# (without flags) and in RE2, the regular expressions of TensorFlow: replace the first match by nothing to get the body.
# RE2 matches no line with bytes that are not UTF-8: apply tf.strings.unicode_transcode(text, "UTF-8", "UTF-8") before.
HEADER_PATTERN = (
    rf"^({_ABOVE}{_KNOWN_LINE}(?:{_FOLDED_LINE})*{_KNOWN_LINE}(?:{_KNOWN_LINE}|{_FIELD_LINE}|{_FOLDED_LINE})*)(?:\r?\n)?"
    rf"|^({_ABOVE}{_LONE_LINE}(?:{_FOLDED_LINE})*)\r?\n")
_HEADER = re.compile(HEADER_PATTERN)
_REPLY = re.compile(r"(?:re(?:\[\d+\]|\^\d+)?: ?)*")
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_QUOTE_MARKS = " \t>|:"


def split_post(text):
    """Split a post into header and body.

    A header begins with two known fields, or is one From, Newsgroups or Subject field with an empty line below it.
    It goes on for as long as lines are fields or continue a field. `HEADER_PATTERN` is the same rule as a regular
    expression. Blank lines and a byte-order mark before the first field belong to the header.

    Parameters
    ----------
    text : str
        A whole post; lines may end in LF or CRLF.

    Returns
    -------
    header : str
        The lines of the header; empty if the text does not begin with one.
    body : str
        The text after it, without the empty line between the two.

    Raises
    ------
    TypeError
        If `text` is not a str.
    """
    _check_text(text)
    match = _HEADER.match(text)
    if not match:
        return "", text
    return match[1] or match[2], text[match.end():]


def parse_header(header):
    """Read the fields of a header, with folded lines joined.

    Parameters
    ----------
    header : str
        The first part that `split_post` returns.

    Returns
    -------
    list of (str, str)
        Names and values in the order of the header.
    """
    fields = []
    for line in header.lstrip("\ufeff\xef\xbb\xbf").split("\n"):  # not splitlines: it also cuts at bytes such as 0x85
        match = _FIELD.match(line)
        if match:
            fields.append((match[1], [match[2].strip()]))
        elif line.strip() and fields:
            fields[-1][1].append(line.strip())
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
    _check_text(text)
    return "\n".join(text.split("\n")[n_lines:])


def quote_lines(lines):
    """Rule "quote": lines that start with ``>``, ``|``, ``:`` or initials and ``>``.

    Parameters
    ----------
    lines : list of str
        The lines of a body.

    Returns
    -------
    list of bool
        For each line, whether the rule takes it.
    """
    return [bool(_QUOTED.match(line)) for line in lines]


def attribution_lines(lines):
    """Rule "attribution": the one or two lines right before a quote that say who is quoted.

    Such a line ends with "writes:" or its kin, or starts with "In article <...>". The same words
    before a line that is no quote stay. Takes and returns what `quote_lines` does.
    """
    taken = quote_lines(lines)  # becomes the answer on the way
    quote_follows = False  # walking backwards: is the next line with text a quote?
    for number in range(len(lines) - 1, -1, -1):
        if taken[number]:
            quote_follows, taken[number] = True, False
        elif lines[number].strip():
            # an attribution may take two lines: the next one up may go too
            taken[number] = quote_follows = bool(quote_follows and _ATTRIBUTION.search(lines[number]))
    return taken


def signature_lines(lines):
    """Rule "signature": everything from the last line that holds only ``--``.

    The line is ``"-- "`` by the custom of RFC 3676, section 4.3; many programs of 1993 cut the
    space off. A delimiter in the first line is kept, because nothing would be left, and so is one
    that more than `SIGNATURE_LINES` lines of text follow. Takes and returns what `quote_lines` does.
    """
    start = _last_delimiter(lines)
    if start is None or sum(bool(line.strip()) for line in lines[start + 1:]) > SIGNATURE_LINES:
        return [False] * len(lines)
    return [number >= start for number in range(len(lines))]


def old_signature_lines(lines):
    """Rule "old signature": a last block below a ruled line, such as ``_____`` or ``=====``.

    It holds for posts without a ``--``. To spare tables and underlined headings, the ruled line
    has five characters or more, stands among the last `OLD_SIGNATURE_LINES` lines of text, has a
    blank line above it or 60 characters, and what follows is one paragraph or gives an
    address or a telephone number. Takes and returns what `quote_lines` does.
    """
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if _last_delimiter(lines) is None:
        for number in filled[max(1, len(filled) - OLD_SIGNATURE_LINES):]:
            ruled = lines[number].strip()
            apart = len(ruled) >= 60 or not lines[number - 1].strip()
            if apart and len(ruled) >= 5 and lines[number][:4].strip() and _RULED.issuperset(ruled):
                block = lines[number + 1:filled[-1] + 1]
                if all(line.strip() for line in block) or any(_CONTACT.search(line) for line in block):
                    return [n >= number for n in range(len(lines))]
    return [False] * len(lines)


def forwarded_lines(lines):
    """Rule "forwarded header": two or more known header fields in a row, in the midst of a body.

    A folded line between two fields goes with them. One field alone stays: people write
    "Subject: ..." in a sentence of their own. Takes and returns what `quote_lines` does.
    """
    taken, run = [False] * len(lines), []
    for number, line in enumerate([*lines, ""]):
        field = _FORWARDED.match(line)
        if field and field[1].lower() in _KNOWN_FIELDS:
            run.append(number)
        elif not (line[:1] in (" ", "\t") and line.strip()):  # a folded line may go on: wait for the next field
            if len(run) > 1:
                taken[run[0]:run[-1] + 1] = [True] * (run[-1] + 1 - run[0])
            run = []
    return taken


# in the order in which `line_kinds` and `strict_body` apply them: each sees what the ones before it left
BODY_RULES = {
    "old signature": old_signature_lines,
    "signature": signature_lines,
    "forwarded header": forwarded_lines,
    "attribution": attribution_lines,
    "quote": quote_lines,
}


def drop_by(body, *rules):
    """Drop the lines that named rules take, one rule after the other.

    Parameters
    ----------
    body : str
        A post without its header.
    *rules : str
        Keys of `BODY_RULES`.

    Returns
    -------
    str
    """
    lines = _lines(body)
    for rule in rules:
        lines = [line for line, taken in zip(lines, BODY_RULES[rule](lines), strict=True) if not taken]
    return "\n".join(lines)


def drop_quotes(body):
    """Drop quoted lines, and the lines that say who is quoted: `quote_lines`, `attribution_lines`."""
    return drop_by(body, "attribution", "quote")


def drop_signature(body):
    """Drop the signature, below ``--`` or a ruled line: `signature_lines`, `old_signature_lines`."""
    return drop_by(body, "old signature", "signature")


def drop_forwarded(body):
    """Drop the headers of forwarded posts inside a body: `forwarded_lines`."""
    return drop_by(body, "forwarded header")


def strict_body(text):
    """Return what the writer added: no header, forwarded or own, no quotes, no signature."""
    return drop_by(split_post(text)[1], *BODY_RULES)


def line_kinds(text):
    """Name each line of a post: what the rules would take it for.

    Parameters
    ----------
    text : str
        A whole post.

    Returns
    -------
    list of str
        For each line of ``text.split("\n")``, "header", a key of `BODY_RULES`, "blank" or "own".
    """
    header, body = split_post(text)
    lines = text.split("\n")
    n_header = header.count("\n") if header.endswith("\n") or not header else len(lines)
    kinds = ["header"] * n_header + ["own"] * (len(lines) - n_header)
    kinds = [kind if line.strip() else "blank" for kind, line in zip(kinds, lines)]
    left = list(range(len(lines) - len(_lines(body)), len(lines))) if body else []
    for kind, rule in BODY_RULES.items():
        taken = rule([lines[number] for number in left])
        for number, hit in zip(left, taken, strict=True):
            kinds[number] = kind if hit and lines[number].strip() else kinds[number]
        left = [number for number, hit in zip(left, taken, strict=True) if not hit]
    return kinds


def removed_shares(texts):
    """Tell what share of the lines each rule takes, so that nothing is lost silently.

    Parameters
    ----------
    texts : sequence of str
        Whole posts.

    Returns
    -------
    dict of str to float
        The shares of "header", of each rule of `BODY_RULES` and of "own" among all lines that
        are not blank; they sum to 1.
    """
    counts = Counter()
    for text in texts:
        counts.update(line_kinds(text))
    del counts["blank"]
    total = sum(counts.values())
    return {kind: counts[kind] / total if total else 0.0 for kind in ("header", *BODY_RULES, "own")}


# --- what a header says

def thread_subject(text):
    """Return a post's subject in lower case, with single blanks and no ``Re:`` before it."""
    subject = " ".join(header_field(text, "subject").lower().split())
    return subject[_REPLY.match(subject).end():]


def author(text):
    """Return the address in a post's ``From``, in lower case; without one, the whole field."""
    value = header_field(text, "from").lower()
    address = next((word for word in value.split() if "@" in word), value)
    return address.strip("<>()[]\"',;: ")


def message_ids(text):
    """Return the Message-IDs that a post names: its own, and those it answers.

    Returns
    -------
    list of str
        From the fields ``Message-ID``, ``References`` and ``In-Reply-To``, in this order.
    """
    return [found for name in ("message-id", "references", "in-reply-to")
            for found in _MESSAGE_ID.findall(header_field(text, name))]


def folded_body(text):
    """Return a post's body with every run of white space as one blank: copies become equal."""
    return " ".join(split_post(text)[1].split())


def posting_time(text):
    """Read a post's ``Date``, in any form of RFC 1036 and its looser kin of 1993.

    Returns
    -------
    float
        Seconds since 1970, UTC; ``nan`` if there is no date that can be read. Zones that the
        standard library does not know count as UTC.
    """
    try:
        return float(mktime_tz(parsedate_tz(header_field(text, "date"))))
    except (TypeError, ValueError, IndexError, OverflowError):  # parsedate_tz returns None for what is no date
        return math.nan


def own_lines(lines, min_chars=30):
    """Return lines as they can be recognised in another post: quote marks off, blanks folded.

    Parameters
    ----------
    lines : iterable of str
    min_chars : int
        Shorter lines are left out, and so are those without a letter.

    Returns
    -------
    set of str
    """
    bare = (" ".join(line.lstrip(_QUOTE_MARKS).split()) for line in lines)
    return {line for line in bare if len(line) >= min_chars and any(map(str.isalpha, line))}


TEXT_RULES = {
    "full": lambda text: text,
    "reference": drop_lines,
    "body": lambda text: split_post(text)[1],
    "unquoted": lambda text: drop_by(split_post(text)[1], "forwarded header", "attribution", "quote"),
    "strict": strict_body,
}


def clean_text(text, rule):
    """Apply one of the course's text rules to a post.

    Parameters
    ----------
    text : str
        A whole post.
    rule : {"full", "reference", "body", "unquoted", "strict"}
        Everything; without the first ten lines; without the header; also without forwarded headers and quotes;
        also without the signature.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no rule of that name.
    TypeError
        If `text` is no str.
    """
    if rule not in TEXT_RULES:
        raise ValueError(f"There is no text rule {rule!r}; the rules are {', '.join(TEXT_RULES)}.")
    _check_text(text)
    return TEXT_RULES[rule](text)


def _check_text(text):
    if not isinstance(text, str):
        raise TypeError(f"A post must be a str, but this one is a {type(text).__name__}; decode bytes as latin-1.")


def _lines(body):
    _check_text(body)
    return body.split("\n")


def _last_delimiter(lines):
    return next((number for number in range(len(lines) - 1, 0, -1) if _SIGNATURE.match(lines[number])), None)
