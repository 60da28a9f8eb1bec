r"""Lesson 02: what is header, body, quote and signature in a post, and how to remove them.

The rules follow RFC 1036 (the standard for Usenet messages, section 2) and RFC 5322 (Internet
messages, section 2): a header is a run of ``Name: value`` fields, a field goes on in the next line
if that line starts with white space, and an empty line ends the header.

`TEXT_RULES` names the texts of a post that the course trains on, `BODY_RULES` the kinds of lines
that a body holds beside the author's own. Every rule takes time linear in the length of a post.
"""

import math
import re
import reprlib
from email.utils import mktime_tz, parsedate_tz
from functools import lru_cache
from os.path import commonprefix

REFERENCE_LINES = 10  # what the Keras example drops
# A longer text below a "--" is no signature: 17 of 7,004 have more lines.
SIGNATURE_LINES = 20
OLD_SIGNATURE_LINES = 10  # of a signature that no "--" announces, ruled line included

# --- header and body

# the fields of RFC 1036, and those that programs of 1993 and of today add, in lowercase
_KNOWN_FIELDS = frozenset("""
    accept-language apparently-to approved arc-authentication-results arc-message-signature arc-seal
    archived-at article-i.d. attachments authentication-results auto-submitted bcc cancel-key
    cancel-lock cc content-description content-disposition content-id content-language
    content-transfer-encoding content-type control date delivered-to disposition-notification-to
    distribution dkim-filter dkim-signature domainkey-signature envelope-to errors-to expires
    feedback-id followup-to from importance in-reply-to injection-date injection-info keywords lines
    list-archive list-help list-id list-owner list-post list-subscribe list-unsubscribe
    list-unsubscribe-post mail-copies-to mail-followup-to mailing-list message-id mime-version
    newsgroup newsgroups news-software nntp-posting-date nntp-posting-host organisation organization
    originator orginization path precedence received received-spf references reply-to resent-cc
    resent-date resent-from resent-message-id resent-sender resent-to return-path sender sent status
    subject summary supersedes thread-index thread-topic to user-agent x-mailer x-newsreader
    xref""".split())


def _names(names):
    """Return a pattern for names in upper and lower case that needs no flags."""
    cases = ("".join(f"[{char.upper()}{char}]" if char.isalpha() else f"[{char}]" for char in name)
             for name in sorted(names))
    return f"(?:{'|'.join(cases)})"


_LINE = r"[^\n]*(?:\n|$)"  # the rest of a line
_KNOWN = rf"(?:{_names(_KNOWN_FIELDS)}|[Xx]-[!-9;-~]+):{_LINE}"
# with their ends of line: before the last one of a text, Python's $ matches, too
_LONE = rf"{_names(['from', 'newsgroups', 'subject'])}:[^\n]*\n(?:[ \t][^\n]*\n)*"
_OTHER = rf"[!-9;-~]+:(?:[ \t]{_LINE}|\r?(?:\n|$))"  # a field of any name: a colon and a blank
_FOLDED = rf"[ \t]{_LINE}"
_ENVELOPE = r">?From [^\n]*\n"  # what mail programs write above each message of a folder
# a byte-order mark, also one that was read as latin-1, and blank lines
_ABOVE = "(?:\ufeff|\xef\xbb\xbf)?" r"(?:[ \t\r\n]*\n)?"
# A header at the beginning of a text, and the empty line below it. The pattern means the same in
# Python, in JavaScript (without flags) and in RE2, the regular expressions of TensorFlow: replace
# the first match by nothing to get the body. RE2 matches no line with bytes that are not UTF-8:
# apply tf.strings.unicode_transcode(text, "UTF-8", "UTF-8") before.
HEADER_PATTERN = (
    rf"^({_ABOVE}(?:{_ENVELOPE})?{_KNOWN}(?:{_FOLDED})*{_KNOWN}(?:{_KNOWN}|{_OTHER}|{_FOLDED})*)(?:\r?\n)?"
    rf"|^({_ABOVE}{_LONE})\r?\n")
_HEADER = re.compile(HEADER_PATTERN)
_FIELD = re.compile(r"([!-9;-~]+):(.*)")  # RFC 5322 2.2: printable ASCII without the colon


def refuse_one_text(texts):
    """Refuse one text where a list of texts is needed: a loop would take its characters."""
    if isinstance(texts, (str, bytes)):
        shown = reprlib.repr(texts)
        raise TypeError(f"A list of texts is needed, not one text: write [{shown}], not {shown}.")


def refuse_no_text(text):
    """Refuse what is not a str, such as bytes or a missing value in a table."""
    if not isinstance(text, str):
        raise TypeError(f"A post must be a str, but this one is a {type(text).__name__}. "
                        "Decode bytes as latin-1; leave out missing values.")


def split_post(text):
    """Split a post into header and body.

    A header begins with two known fields, or is one From, Newsgroups or Subject field with an empty
    line below it. It goes on for as long as lines are fields or continue a field. `HEADER_PATTERN`
    is the same rule as a regular expression. Blank lines, a byte-order mark and the "From " line of
    a mail folder above the first field belong to the header. Only English names of fields are
    known: not "Von" and "Gesendet".

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
    refuse_no_text(text)
    match = _HEADER.match(text)
    return (match[1] or match[2], text[match.end():]) if match else ("", text)


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
    # not splitlines: it also splits at bytes such as 0x85
    for line in header.lstrip("\ufeff\xef\xbb\xbf").split("\n"):
        match = _FIELD.match(line)
        if match:
            fields.append((match[1], [match[2].strip()]))
        elif line.strip() and fields:
            fields[-1][1].append(line.strip())
    return [(name, " ".join(parts)) for name, parts in fields]


def header_field(text, name):
    """Return the value of a post's first header field of that name.

    Parameters
    ----------
    text : str
        A whole post.
    name : str
        The field's name, in any case, such as ``"subject"``.

    Returns
    -------
    str
        ``""`` if there is no such field.
    """
    for field, value in parse_header(split_post(text)[0]):
        if field.lower() == name.lower():
            return value
    return ""


# --- rules for the lines of a body: each takes all lines and returns the numbers of its own

_UUENCODED = re.compile(r"X?M[ -`]{60}[ -`]?")  # a full line
_BASE64_OR_BINHEX = re.compile(
    r"[A-Za-z0-9+/]{60,76}|:?[!-,\-0-689@A-NP-V[X-Z`a-fh-mp-r]{63,64}")
_FILE_BEGINS = re.compile(r"begin [0-7]{3,4} \S+")
_FILE_ENDS = re.compile(r"end|`|={4}|[A-Za-z0-9+/]{8,75}={0,2}|=[A-Za-z0-9+/]{4}|\S{0,64}:")


def _encoded_file(lines):
    """Two or more full lines of one length, their "begin" line and the short lines at the end."""
    lines = [line.removesuffix("\r") for line in lines]
    taken, full_above = set(), False
    for number, line in enumerate(lines):
        full = _is_full_line(line)
        if full and full_above and len(line) == len(lines[number - 1]):
            taken.update((number - 1, number))
            if number > 1 and _FILE_BEGINS.fullmatch(lines[number - 2]):
                taken.add(number - 2)
        elif number - 1 in taken and _is_last_line(line):
            taken.add(number)
        full_above = full
    return taken


def _is_full_line(line):
    if _UUENCODED.fullmatch(line):
        return True
    # a ruled line has fewer different characters
    return bool(_BASE64_OR_BINHEX.fullmatch(line)) and len(set(line)) >= 8


def _is_last_line(line):
    n_bytes = ord(line[0]) - 32 if line else 0  # in uuencode, the first character gives the length
    # blanks at the end may be lost, a check character may follow
    missing = 4 * math.ceil(n_bytes / 3) + 1 - len(line)
    uuencoded = 0 < n_bytes <= 45 and -1 <= missing <= 4 and line == line.upper()
    return uuencoded or bool(_FILE_ENDS.fullmatch(line))


_SIGNATURE = re.compile(r"--[ \t]*\r?")
_RULED = frozenset("-_=*~#+<\\/%&@! \t")  # old signatures are ruled off with these
_CONTACT = re.compile(r"@|\d{3}[-. ]\d{4}")  # an address or a telephone number


def _signature(lines):
    """Everything from the last line that holds only ``--``.

    The line is ``"-- "`` by RFC 3676, section 4.3, but many programs of 1993 cut the blank off. It
    stays in the first line, because nothing would be left, and above a longer text.
    """
    start = _last_delimiter(lines)
    if start is None or len(_filled(lines[start + 1:])) > SIGNATURE_LINES:
        return set()
    return set(range(start, len(lines)))


def _old_signature(lines):
    """Without a ``--``, the last block below a ruled line such as ``_____``.

    To spare tables and underlined headings, the ruled line has five characters or more, is among
    the last lines, and has a blank line above it or 60 characters. What follows is one
    paragraph, or gives an address or a telephone number.
    """
    if _last_delimiter(lines) is not None:
        return set()
    filled = _filled(lines)
    for number in filled[max(1, len(filled) - OLD_SIGNATURE_LINES):]:
        ruled = lines[number].strip()
        is_ruled = len(ruled) >= 5 and _RULED.issuperset(ruled) and lines[number][:4].strip()
        if is_ruled and (len(ruled) >= 60 or not lines[number - 1].strip()):
            block = lines[number + 1:filled[-1] + 1]
            one_paragraph = len(_filled(block)) == len(block)
            if one_paragraph or any(_CONTACT.search(line) for line in block):
                return set(range(number, len(lines)))
    return set()


def _last_delimiter(lines):
    for number in range(len(lines) - 1, 0, -1):
        if _SIGNATURE.fullmatch(lines[number]):
            return number
    return None


def _filled(lines):
    return [number for number, line in enumerate(lines) if line.strip()]


_FORWARDED = re.compile(r"[ \t]{0,8}([A-Za-z][A-Za-z.-]{0,30}):(?:[ \t\r]|$)")


def _forwarded_header(lines):
    """Two or more known header fields in a row, with the folded lines between them.

    One field alone stays: people write "Subject: ..." in their sentences, too.
    """
    taken, run = set(), []
    for number, line in enumerate([*lines, ""]):
        field = _FORWARDED.match(line)
        if field and field[1].lower() in _KNOWN_FIELDS:
            run.append(number)
        elif not (line[:1] in (" ", "\t") and line.strip()):  # a folded line may go on
            if len(run) > 1:
                taken.update(range(run[0], run[-1] + 1))
            run = []
    return taken


# a quoted line begins with > or |; a colon but no smiley; initials and >; a mark and > or |>
_QUOTED = re.compile(r"""[ \t]*(?:[>|]
    |:(?!['^]?-?[()/DP|]+(?:\s|$))
    |[A-Za-z]{1,4}>(?=[\s\w>"(]|$)
    |[#%&+;@$~!/)\]{}]\|?>|->>)""", re.VERBOSE)
# up to four signs; with the first ones in brackets people begin lines of their own
_MARK = re.compile(r"[ \t]*([^\w\s\"'(][^\w\s]{0,3})")
_INDENTED = re.compile(r"  |\t")
# an attribution ends with "writes:" or the like, or begins with the Message-ID of what is quoted
_WRITES = re.compile(
    r"\b(?:writes|wrote|says|said|quoth)[ \t]*(?:(:|\.{2,})[ \t\]]*)?$", re.IGNORECASE)
_SOURCE = re.compile(r"[ \t]*(?:In|From)[ \t]+(?:article[ \t]+)?<[^>\s]*[>@]", re.IGNORECASE)


@lru_cache(maxsize=1)  # two rules ask for the same post
def _quotes_and_attributions(lines):
    """Lines that are quoted, and lines that say who is quoted.

    A quoted line begins with a quote mark. Any mark that begins both lines below an attribution is
    a quote mark in this post. Two or more indented lines are quoted between a sure attribution and
    a line that is not indented. An attribution is sure if it gives an address, or a Message-ID,
    maybe one line above; any other one has a quote below it.
    """
    filled = _filled(lines)
    texts = [lines[number] for number in filled]
    attributing, sure = [], []
    above = ""
    for line in texts:
        source, writes = _SOURCE.match(line), _WRITES.search(line.rstrip()[-40:])
        address = "@" in line and writes and writes[1]
        attributing.append(bool(source or writes))
        sure.append(bool(writes and (source or _SOURCE.match(above) or address)))
        above = line
    marks = _marks(texts, attributing)
    indented = _indented_quotes(texts, sure)
    quotes, attributions = set(), set()
    quote_below = False  # walking backwards: is the next line a quote or an attribution?
    for place in reversed(range(len(texts))):
        line, number = texts[place], filled[place]
        if _QUOTED.match(line) or _begins_with(line, marks) or place in indented:
            quotes.add(number)
        elif sure[place] or (quote_below and attributing[place]):
            attributions.add(number)
        quote_below = number in quotes or number in attributions
    return quotes, attributions


def _marks(lines, attributing):
    """Return what begins both lines below an attribution; "" if nothing does."""
    marks = set()
    for number in range(len(lines) - 2):
        if attributing[number]:
            first, second = _MARK.match(lines[number + 1]), _MARK.match(lines[number + 2])
            if first and second:
                marks.add(commonprefix([first[1], second[1]]))
    return marks


def _begins_with(line, marks):
    start = line.lstrip()[:4] if marks else ""
    return any(start[:length] in marks for length in range(1, len(start) + 1))


def _indented_quotes(lines, sure):
    inside, start = set(), None
    for number, line in enumerate(lines):
        if sure[number]:
            start = number + 1
        elif start is not None and not _INDENTED.match(line):
            if number - start > 1:
                inside.update(range(start, number))
            start = None
    return inside


# Each rule sees the whole body; a line that several rules take is of the first one's kind.
BODY_RULES = {
    "encoded file": _encoded_file,
    "old signature": _old_signature,
    "signature": _signature,
    "forwarded header": _forwarded_header,
    "attribution": lambda lines: _quotes_and_attributions(tuple(lines))[1],
    "quote": lambda lines: _quotes_and_attributions(tuple(lines))[0],
}


def line_kinds(text):
    r"""Name the kind of each line: "header", a key of `BODY_RULES`, "blank" or "own"."""
    body = split_post(text)[1]
    lines, body_lines = text.split("\n"), body.split("\n")
    start = len(lines) - len(body_lines) if body else len(lines)
    kinds = ["header"] * start + ["own"] * (len(lines) - start)
    for kind, rule in BODY_RULES.items():
        for number in rule(body_lines):
            if kinds[start + number] == "own":
                kinds[start + number] = kind
    return [kind if line.strip() else "blank" for kind, line in zip(kinds, lines)]


# --- texts

def _drop(body, *rules):
    """Drop the lines that any of the named rules takes."""
    lines, taken = body.split("\n"), set()
    for rule in rules:
        taken |= BODY_RULES[rule](lines)
    return "\n".join(line for number, line in enumerate(lines) if number not in taken)


def _body(text):
    return split_post(text)[1]


TEXT_RULES = {
    "full": lambda text: text,
    "reference": lambda text: "\n".join(text.split("\n")[REFERENCE_LINES:]),
    "body": _body,
    "unquoted": lambda text: _drop(_body(text), "forwarded header", "attribution", "quote"),
    "strict": lambda text: _drop(_body(text), *BODY_RULES),
}


def clean_text(text, rule):
    """Apply one of the course's text rules to a post.

    Parameters
    ----------
    text : str
        A whole post.
    rule : {"full", "reference", "body", "unquoted", "strict"}
        "full" is the whole post, "reference" drops ten lines, "body" the header. "unquoted" is
        the body without quotes, their attributions and forwarded headers, "strict" also without
        signatures and encoded files.

    Returns
    -------
    str
        What is left.

    Raises
    ------
    ValueError
        If there is no rule of that name.
    TypeError
        If `text` is not a str.
    """
    if rule not in TEXT_RULES:
        raise ValueError(f"There is no text rule {rule!r}; the rules are {', '.join(TEXT_RULES)}.")
    refuse_no_text(text)
    return TEXT_RULES[rule](text)


# --- what a post says about itself

_REPLY = re.compile(r"(?:re(?:\[\d+\]|\^\d+)?: ?)*")
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_AROUND_ADDRESS = "<>()[]\"',;: "


def thread_subject(text):
    """Return a post's subject in lowercase, with single blanks and no ``Re:`` before it."""
    subject = " ".join(header_field(text, "subject").lower().split())
    return subject[_REPLY.match(subject).end():]


def author(text):
    """Return the address in a post's ``From``, in lowercase; without one, the whole field."""
    value = header_field(text, "from").lower()
    words = [word.strip(_AROUND_ADDRESS) for word in value.split()]
    addresses = [word for word in words if "@" in word[1:-1]]  # in "Ann @ home" there is none
    return addresses[0] if addresses else value.strip(_AROUND_ADDRESS)


def message_ids(text):
    """Return the Message-IDs that a post names: its own first, then those that it answers."""
    fields = [header_field(text, name) for name in ("message-id", "references", "in-reply-to")]
    return [found for field in fields for found in _MESSAGE_ID.findall(field)]


def folded_body(text):
    """Return a post's body with single blanks between words: duplicates become equal."""
    return " ".join(split_post(text)[1].split())


def posting_time(text):
    """Return a post's ``Date`` in seconds since 1970, UTC; ``nan`` if it cannot be read.

    Zones that the standard library does not know count as UTC.
    """
    try:
        return float(mktime_tz(parsedate_tz(header_field(text, "date"))))
    except (TypeError, ValueError, IndexError, OverflowError):  # parsedate_tz may return None
        return math.nan


def own_lines(lines, min_chars=30):
    """Return lines as they can be recognized in another post: single blanks, no quote marks.

    Shorter lines than `min_chars` are left out, and so are those without a letter.
    """
    bare = (" ".join(line.lstrip(" \t>|:").split()) for line in lines)
    return {line for line in bare if len(line) >= min_chars and any(map(str.isalpha, line))}
