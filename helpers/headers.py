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
from functools import lru_cache
from os.path import commonprefix

REFERENCE_LINES = 10
SIGNATURE_LINES = 20  # with more lines after it, a "--" is taken for a part of the text: of 7,004 signatures, 17 have
OLD_SIGNATURE_LINES = 10  # of a signature that no "--" announces, ruled line included

_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*)")  # RFC 5322 2.2: printable ASCII without the colon
# what begins a quoted line: > or |; a colon that begins no smiley; initials and >; a mark and > or |>
_QUOTED = re.compile(r"""[ \t]*(?:[>|]
    |:(?!['^]?-?[()/DP|]+(?:\s|$))
    |[A-Za-z]{1,4}>(?=[\s\w>"(]|$)
    |[#%&+;@$~!/)\]{}]\|?>|->>)""", re.VERBOSE)
_MARK = re.compile(r"[ \t]*([^\w\s\"'(][^\w\s]{0,3})")  # up to four signs; people begin lines of their own with "'(
_INDENTED = re.compile(r"  |\t")
# an attribution ends with "writes:" or its kin, or begins with the Message-ID of the post that is quoted
_VERBS = ("writes", "wrote", "says", "said", "quoth")
_WRITES = re.compile(rf"\b(?:{'|'.join(_VERBS)})[ \t]*(?:(:|\.{{2,}})[ \t\]]*)?$", re.IGNORECASE)
_SOURCE = re.compile(r"[ \t]*(?:In|From)[ \t]+(?:article[ \t]+)?<[^>\s]*[>@]", re.IGNORECASE)
# full lines of encoded files: uuencode; base64 or BinHex
_UUENCODED = re.compile(r"X?M[ -`]{60}[ -`]?")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{60,76}|:?[!-,\-0-689@A-NP-V[X-Z`a-fh-mp-r]{63,64}")
_FILE_BEGINS = re.compile(r"begin [0-7]{3,4} \S+")
_FILE_ENDS = re.compile(r"end|`|={4}|[A-Za-z0-9+/]{8,75}={0,2}|=[A-Za-z0-9+/]{4}|\S{0,64}:")
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


def encoded_lines(lines):
    """Take the lines of encoded files: uuencode, base64 (keys and signatures of PGP, too) and BinHex.

    Two or more successive full lines of one length are such a file, with the "begin" line above and the shorter
    last lines below them.

    Parameters
    ----------
    lines : list of str
        The lines of a body.

    Returns
    -------
    list of bool
        For each line, whether the rule takes it.
    """
    lines = [line.removesuffix("\r") for line in lines]
    taken, full_above = [False] * len(lines), False
    for number, line in enumerate(lines):
        full = _is_full_line(line)
        if full and full_above and len(line) == len(lines[number - 1]):
            taken[number - 1] = taken[number] = True
            if number > 1 and _FILE_BEGINS.fullmatch(lines[number - 2]):
                taken[number - 2] = True
        elif number and taken[number - 1]:
            taken[number] = _is_last_line(line)
        full_above = full
    return taken


def _is_full_line(line):
    if _UUENCODED.fullmatch(line):
        return True
    return bool(_BASE64.fullmatch(line)) and len(set(line)) >= 8  # a ruled line has fewer different signs


def _is_last_line(line):
    """Tell whether a line below full ones belongs to the same file; in uuencode its first sign gives its length."""
    n_bytes = ord(line[0]) - 32 if line else 0
    missing = 4 * math.ceil(n_bytes / 3) + 1 - len(line)  # blanks at the end may be lost, a check sign may follow
    uuencoded = 0 < n_bytes <= 45 and -1 <= missing <= 4 and line == line.upper()
    return uuencoded or bool(_FILE_ENDS.fullmatch(line))


def quote_lines(lines):
    """Take quoted lines.

    A quoted line begins with ``>``, ``|``, ``:``, initials and ``>``, or another mark and ``>``. Any other mark counts
    where it begins the two lines below an attribution: then each line of the post that begins with it is quoted.
    Indented lines are quoted if they are two or more, between an attribution with an address and a line
    that is not indented. Takes and returns what `encoded_lines` does.
    """
    return list(_quotes_and_attributions(tuple(lines))[0])


def attribution_lines(lines):
    """Take the lines that say who is quoted.

    Such a line ends with "writes:" or its kin, or begins with "In article <...>". It is taken if a quote or another
    such line follows, or if it names an address or a Message-ID itself. Takes and returns what `encoded_lines` does.
    """
    return list(_quotes_and_attributions(tuple(lines))[1])


@lru_cache(maxsize=1)  # two rules ask for the same post
def _quotes_and_attributions(lines):
    filled = [number for number, line in enumerate(lines) if line.strip()]
    texts = [lines[number] for number in filled]
    writes = [_writes(line) for line in texts]
    attributing = [bool(verb or _SOURCE.match(line)) for line, verb in zip(texts, writes)]
    sure = [_names_source(line, above, verb) for line, above, verb in zip(texts, ["", *texts], writes)]
    marks = _marks(texts, attributing)
    indented = _indented_blocks(texts, sure)
    quoted = [bool(_QUOTED.match(line)) or _begins_with(line, marks) or inside for line, inside in zip(texts, indented)]
    attribution = [False] * len(texts)
    quote_follows = False  # walking backwards: is the next line a quote or an attribution?
    for number in reversed(range(len(texts))):
        if not quoted[number]:
            attribution[number] = sure[number] or (quote_follows and attributing[number])
        quote_follows = quoted[number] or attribution[number]
    taken = [False] * len(lines), [False] * len(lines)
    for number, *hits in zip(filled, quoted, attribution):
        taken[0][number], taken[1][number] = hits
    return taken


def _writes(line):
    """Match "writes:" or its kin at the end of a line."""
    tail = line.rstrip()[-40:]
    if tail.rstrip(" \t:.]")[-6:].lower().endswith(_VERBS):  # few lines do, and the pattern takes time
        return _WRITES.search(tail)
    return None


def _names_source(line, above, writes):
    """Tell whether a line attributes for sure: it gives an address, or a Message-ID, maybe one line above."""
    return bool(writes and (_SOURCE.match(line) or _SOURCE.match(above) or ("@" in line and writes[1])))


def _marks(lines, attributing):
    """Return the marks that begin both of the first two lines below an attribution."""
    marks = set()
    for number in range(len(lines) - 2):
        first, second = (_MARK.match(line) for line in lines[number + 1:number + 3]) if attributing[number] else (0, 0)
        if first and second and first[1][0] == second[1][0]:
            marks.add(commonprefix([first[1], second[1]]))
    return marks


def _begins_with(line, marks):
    start = line.lstrip()[:4] if marks else ""
    return any(start[:length] in marks for length in range(1, len(start) + 1))


def _indented_blocks(lines, sure):
    """Tell which lines are indented between an attribution and a line that is not: two or more of them."""
    inside, start = [False] * len(lines), None
    for number, line in enumerate(lines):
        if sure[number]:
            start = number + 1
        elif start is not None and not _INDENTED.match(line):
            if number - start > 1:
                inside[start:number] = [True] * (number - start)
            start = None
    return inside


def signature_lines(lines):
    """Rule "signature": everything from the last line that holds only ``--``.

    The line is ``"-- "`` by the custom of RFC 3676, section 4.3; many programs of 1993 cut the
    space off. A delimiter in the first line is kept, because nothing would be left, and so is one
    that more than `SIGNATURE_LINES` lines of text follow. Takes and returns what `encoded_lines` does.
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
    address or a telephone number. Takes and returns what `encoded_lines` does.
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
    "Subject: ..." in a sentence of their own. Takes and returns what `encoded_lines` does.
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


# each rule sees the whole body; a line that several rules take is of the first one's kind
BODY_RULES = {
    "encoded file": encoded_lines,
    "old signature": old_signature_lines,
    "signature": signature_lines,
    "forwarded header": forwarded_lines,
    "attribution": attribution_lines,
    "quote": quote_lines,
}


def drop_by(body, *rules):
    """Drop the lines that any of the named rules takes.

    Parameters
    ----------
    body : str
        A post without its header.
    *rules : str
        Keys of `BODY_RULES`.

    Returns
    -------
    str
        The other lines.
    """
    _check_text(body)
    lines = body.split("\n")
    taken = [BODY_RULES[rule](lines) for rule in rules]
    return "\n".join(line for line, *hits in zip(lines, *taken, strict=True) if not any(hits))


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
    taken = {kind: rule(body.split("\n")) for kind, rule in BODY_RULES.items()}
    start = len(lines) - len(body.split("\n"))
    for number, kind in enumerate(kinds[start:]):
        if kind == "own":
            kinds[start + number] = next((name for name, hits in taken.items() if hits[number]), "own")
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


def _last_delimiter(lines):
    return next((number for number in range(len(lines) - 1, 0, -1) if _SIGNATURE.match(lines[number])), None)
