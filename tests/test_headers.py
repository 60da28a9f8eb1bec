"""The rules of lesson 02: header, body, quotes, signature, on the hard cases of the field."""

import math
import time

import pytest
from sklearn.datasets import _twenty_newsgroups as sklearn_rules

from helpers import headers

POST = ("From: ann@host.example (Ann)\n"
        "Subject: Re: the harbour\n"
        "References: <1@a.example>\n"
        "\t<2@b.example>\n"
        "    <3@c.example>\n"
        "X-Empty:\n"
        "\n"
        "First line.\n"
        "\n"
        "Second line.\n")


# --- header and body

def test_a_post_is_cut_at_the_first_blank_line():
    header, body = headers.split_post(POST)
    assert header.endswith("X-Empty:\n") and header + "\n" + body == POST
    assert body == "First line.\n\nSecond line.\n"


def test_crlf_line_ends():
    header, body = headers.split_post(POST.replace("\n", "\r\n"))
    assert body == "First line.\r\n\r\nSecond line.\r\n"
    assert headers.parse_header(header) == headers.parse_header(headers.split_post(POST)[0])


@pytest.mark.parametrize(("text", "expected"), [
    ("", ("", "")),
    ("\n", ("", "\n")),
    ("no header at all\n\nsecond paragraph\n", ("", "no header at all\n\nsecond paragraph\n")),
    ("\nSubject: not a header: a blank line stands above\n", ("", "\nSubject: not a header: a blank line stands above\n")),
    ("one line", ("", "one line")),
    ("Subject: one line", ("Subject: one line", "")),
    ("Subject: no body\nLines: 0\n", ("Subject: no body\nLines: 0\n", "")),
    ("Subject: an empty body\n\n", ("Subject: an empty body\n", "")),
    ("Subject: no newline at the end\n\nbody", ("Subject: no newline at the end\n", "body")),
    ("Subject: two blank lines\n\n\nbody\n", ("Subject: two blank lines\n", "\nbody\n")),
])
def test_posts_without_one_part(text, expected):
    assert headers.split_post(text) == expected


def test_a_line_of_blanks_goes_on_with_the_field():
    """RFC 5322: white space at the start of a line folds it; only an empty line ends the header."""
    assert headers.split_post("Subject: a\n  \t\nLines: 1\n\nbody") == ("Subject: a\n  \t\nLines: 1\n", "body")


def test_bytes_that_no_text_should_hold():
    text = "Subject: nul \0 and caf\xe9\x85more\nLines: 1\n\nb\0dy \xff\n"
    header, body = headers.split_post(text)
    assert body == "b\0dy \xff\n"
    # 0x85 ends a line for str.splitlines, but not in a latin-1 header
    assert headers.parse_header(header) == [("Subject", "nul \0 and caf\xe9\x85more"), ("Lines", "1")]
    for rule in ("full", "reference", "body", "strict"):
        assert isinstance(headers.clean_text(text, rule), str)


def test_folded_fields_are_joined():
    fields = dict(headers.parse_header(headers.split_post(POST)[0]))
    assert fields["References"] == "<1@a.example> <2@b.example> <3@c.example>"
    assert fields["X-Empty"] == ""


def test_a_line_without_a_name():
    header = "Subject: a\nthis is no field\nNo Field: a name has no blank\n: nor is it empty\nLines: 2\n"
    assert headers.parse_header(header) == [
        ("Subject", "a"), ("", "this is no field"), ("", "No Field: a name has no blank"),
        ("", ": nor is it empty"), ("Lines", "2")]


def test_a_continuation_before_any_field():
    assert headers.parse_header("  lost\nSubject: a\n") == [("", "lost"), ("Subject", "a")]


def test_header_field_ignores_case_and_takes_the_first():
    text = "subject: one\nSubject: two\n\nSUBJECT: three\n"
    assert headers.header_field(text, "SUBJECT") == "one"
    assert headers.header_field(text, "lines") == ""
    assert headers.header_field("no header", "subject") == ""


def test_drop_lines_is_what_the_reference_does():
    text = "\n".join(str(n) for n in range(14)) + "\n"
    assert headers.drop_lines(text) == "10\n11\n12\n13\n"
    assert headers.drop_lines("a\nb") == ""
    assert headers.drop_lines(text, 0) == text


# --- quotes

@pytest.mark.parametrize("quote", ["> said", ">said", ">> twice", "  > indented", "| barred", ": colons", "JD> initials",
                                   "jd>said", "ABCD> four letters"])
def test_quoted_lines_go(quote):
    assert headers.drop_quotes(f"before\n{quote}\nafter\n") == "before\nafter\n"


@pytest.mark.parametrize("line", ["a > b", "ABCDE> too long to be initials", "x2> no letters", "- listed", "-> arrow",
                                  "Somebody wrote: a novel", "She said nothing."])
def test_other_lines_stay(line):
    assert headers.drop_quotes(f"{line}\n> quote\n") == f"{line}\n"


@pytest.mark.parametrize("attribution", [
    "ann@host.example (Ann) writes:",
    "Ann wrote:",
    "Ann WROTE",
    "Ann says :  ",
    "In article <1@a.example>, ann@host.example writes:",
    "In article <1@a.example> ann@host.example (Ann) writes:\n",
    "In article <1@a.example>, ann@host.example\n(Ann of the Harbour) writes:",
    "In <1@a.example> ann@host.example\n\n(Ann) wrote:\n",
])
def test_attributions_before_a_quote_go(attribution):
    text = f"Hello.\n{attribution}\n> quote\nMine.\n"
    assert [line for line in headers.drop_quotes(text).split("\n") if line] == ["Hello.", "Mine."]


def test_an_attribution_without_a_quote_stays():
    assert headers.drop_quotes("Ann wrote:\nI know.\n") == "Ann wrote:\nI know.\n"
    assert headers.drop_quotes("Ann wrote:\n") == "Ann wrote:\n"
    assert headers.drop_quotes("Ann wrote:\nI know.\n> quote\n") == "Ann wrote:\nI know.\n"


def test_quotes_with_crlf():
    assert headers.drop_quotes("Ann writes:\r\n> quote\r\nMine.\r\n") == "Mine.\r\n"


def test_drop_quotes_of_nothing():
    assert headers.drop_quotes("") == "" and headers.drop_quotes("> all\n> quotes") == ""


# --- signatures

@pytest.mark.parametrize("delimiter", ["--", "-- ", "--\t ", "--\r", "-- \r"])
def test_signatures_go(delimiter):
    assert headers.drop_signature(f"text\n{delimiter}\nAnn\nHarbour Street\n") == "text"


@pytest.mark.parametrize("line", ["---", "-----", "--Ann", "- -", " --", "-", "--  Ann", "> --"])
def test_other_dashes_stay(line):
    text = f"text\n{line}\nmore\n"
    assert headers.drop_signature(text) == text


def test_the_last_delimiter_counts():
    assert headers.drop_signature("a\n--\nb\n-- \nc") == "a\n--\nb"


def test_a_delimiter_in_the_first_line_is_kept():
    assert headers.drop_signature("--\nAnn\n") == "--\nAnn\n"
    assert headers.drop_signature("") == ""


# --- rules, and time

def test_the_rules_are_one_inside_the_other():
    text = "Subject: a\nLines: 9\n\nAnn wrote:\n> quote\nMine.\n-- \nMe\n"
    assert headers.clean_text(text, "full") == text
    assert headers.clean_text(text, "reference") == headers.drop_lines(text, 10) == ""
    assert headers.clean_text(text, "body") == "Ann wrote:\n> quote\nMine.\n-- \nMe\n"
    assert headers.clean_text(text, "strict") == headers.strict_body(text) == "Mine."


LONG = {
    "one word": lambda n: "x" * n,
    "a field of blanks": lambda n: "Subject:" + " " * n + "x\n\nbody",
    "a long nameless line": lambda n: "Subject: a\n" + "y" * n + "\n\nbody",
    "many fields": lambda n: "Subject: a\n" * (n // 11) + "\nbody",
    "blanks": lambda n: "Subject: a\n\n" + " " * n + "x\n> quote",
    "blanks after writes": lambda n: "Subject: a\n\nAnn writes" + " " * n + "x\n> quote",
    "many writes": lambda n: "Subject: a\n\n" + "Ann writes " * (n // 11) + "x\n> quote",
    "many attributions": lambda n: "Subject: a\n\n" + "Ann writes:\n\n" * (n // 13) + "> quote",
    "an open bracket": lambda n: "Subject: a\n\nIn article <" + "y" * n + "\n> quote",
    "blanks after dashes": lambda n: "Subject: a\n\n--" + " " * n + "x\n",
    "many dashes": lambda n: "Subject: a\n\n" + "--\n" * (n // 3),
    "long initials": lambda n: "Subject: a\n\n" + "a" * n + ">\n",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_million_characters_take_linear_time(text):
    """A rule that looks back at every character fails at the first length; at the second it would need hours.

    Here and below the processor's time is read, not the clock: other tests run beside.
    """
    for length in (20_000, 1_000_000):
        post = text(length)
        start = time.process_time()
        for rule in ("full", "reference", "body", "strict"):
            headers.clean_text(post, rule)
        headers.header_field(post, "lines")
        assert time.process_time() - start < 0.3 + 5 * length / 1_000_000


# --- each rule alone

def taken(rule, text):
    """The lines that one rule takes."""
    lines = text.split("\n")
    return [line for line, hit in zip(lines, headers.BODY_RULES[rule](lines), strict=True) if hit]


@pytest.mark.parametrize("line", [":-)", ":)", ":-( sorry", ":P", ":-D really", "MAX>'AX>'AX>'AX>'AX>'AX", "a>b>"])
def test_smileys_and_data_are_no_quotes(line):
    assert taken("quote", line) == ([] if line != "a>b>" else [line])


@pytest.mark.parametrize("line", [":-thing", ": -) said", ":> twice", ":(the rest", "::", ":", "JM>", "x>1"])
def test_quote_marks_that_look_like_something_else(line):
    assert taken("quote", line) == [line]


@pytest.mark.parametrize("line", ["ann@host.example (Ann) writes ...", "From article <1@a.example>, by Ann (Ann):",
                                  "  In article <1@a.example> Ann writes:", "[Ann writes:]", "Ann quoth:"])
def test_rarer_attributions(line):
    assert taken("attribution", f"{line}\n> quote") == [line] and taken("attribution", f"{line}\nmine") == []


def test_an_attribution_rule_takes_no_quotes():
    assert taken("attribution", "Ann writes:\n\n> one\n> two\nmine") == ["Ann writes:"]


SIGNED = "Mine.\n\n____________\nAnn of the Harbour\nann@host.example\n"


@pytest.mark.parametrize("ruled", ["_____", "=" * 70, "-----", "~*~*~*~*~", "+-------+", "- - - - -", " ______"])
def test_signatures_below_a_ruled_line(ruled):
    text = SIGNED.replace("____________", ruled)
    assert headers.drop_signature(text) == "Mine.\n"
    assert headers.strict_body("Subject: a\n\n" + text) == "Mine.\n"


@pytest.mark.parametrize("text", [
    "Team   won\n-----------\nHarbour  3\nAlps     1\n",  # an underlined table
    "Mine.\n\n____\nAnn\n",  # too short
    "Mine.\n\n          ______\nAnn\n",  # a break in the middle of the page
    "_____\nAnn\n",  # nothing would be left
    "Mine.\n\n-----\nFirst paragraph of more.\n\nSecond paragraph of more.\n",
    "Mine.\n\n_____\n" + "More of it.\n" * headers.OLD_SIGNATURE_LINES,
    "Mine.\n\n> _____\n> Ann\n",
], ids=["table", "short", "centred", "first", "paragraphs", "long", "quoted"])
def test_ruled_lines_that_begin_no_signature(text):
    assert taken("old signature", text) == []


def test_two_paragraphs_with_an_address_are_a_signature():
    text = "Mine.\n\n" + "=" * 30 + "\nAnn of the Harbour\n\nann@host.example\n"
    assert headers.drop_signature(text) == "Mine.\n"


def test_the_delimiter_of_the_standard_goes_before_a_ruled_line():
    text = "Mine.\n\n_____\nA table.\n-- \nAnn\n"
    assert headers.drop_signature(text) == "Mine.\n\n_____\nA table."


def test_a_long_text_below_two_dashes_is_no_signature():
    for n_lines, kept in ((headers.SIGNATURE_LINES, False), (headers.SIGNATURE_LINES + 1, True)):
        text = "Mine.\n--\n" + "More.\n" * n_lines
        assert headers.drop_signature(text) == (text if kept else "Mine.")


FORWARDED = "See:\n\nFrom: bo@host.example\nSubject: the lock\n  and the key\nDate: today\n\nText of Bo.\n"


def test_forwarded_headers_go():
    assert headers.drop_forwarded(FORWARDED) == "See:\n\n\nText of Bo.\n"
    assert headers.drop_forwarded(FORWARDED.replace("\n", "\r\n")) == "See:\r\n\r\n\r\nText of Bo.\r\n"
    assert headers.drop_forwarded("FROM: a\nnewsGroups: b\n") == ""


@pytest.mark.parametrize("text", [
    "Subject: alone", "From: a\n\nTo: b", "From: a\nmine\nTo: b", "Price: 3\nColour: red", "From:a\nTo:b",
    "> From: a\n> To: b"], ids=["one", "apart", "words between", "own names", "no blank", "quoted"])
def test_what_looks_like_a_forwarded_header_stays(text):
    assert headers.drop_forwarded(text) == text


def test_the_text_below_a_forwarded_header_stays():
    assert headers.drop_forwarded("From: a\nTo: b\n  indented words of mine\n") == "  indented words of mine\n"


# --- nothing is lost silently

def test_every_line_has_a_kind():
    text = ("Subject: a\nLines:\n 9\n\nFrom: b\nTo: c\n\nAnn wrote:\n> quote\n: quote\nMine.\n-- \nMe\n")
    assert headers.line_kinds(text) == [
        "header", "header", "header", "blank", "forwarded header", "forwarded header", "blank", "attribution",
        "quote", "quote", "own", "signature", "signature", "blank"]
    shares = headers.removed_shares([text])
    assert list(shares) == ["header", *headers.BODY_RULES, "own"] and sum(shares.values()) == pytest.approx(1)
    assert shares["quote"] == 2 / 11 and shares["own"] == 1 / 11 and shares["old signature"] == 0


def test_shares_of_nothing():
    assert set(headers.removed_shares([]).values()) == {0.0} == set(headers.removed_shares(["", "\n\n"]).values())


def test_the_kinds_agree_with_the_strict_text(sample_corpus):
    for text in sample_corpus.texts:
        own = [line for line, kind in zip(text.split("\n"), headers.line_kinds(text), strict=True) if kind == "own"]
        assert own == [line for line in headers.strict_body(text).split("\n") if line.strip()]


# --- scikit-learn's rules beside ours

def test_where_scikit_learn_cuts_the_same_header(sample_corpus):
    for text in sample_corpus.texts:
        assert headers.split_post(text)[1] == sklearn_rules.strip_newsgroup_header(text)


@pytest.mark.parametrize(("text", "ours", "theirs"), [
    # theirs takes whatever stands before the first blank line for a header, and knows no CRLF
    ("no header\n\nsecond\n", "no header\n\nsecond\n", "second\n"),
    ("Subject: a\r\n\r\nbody\r\n", "body\r\n", ""),
], ids=["no header", "CRLF"])
def test_headers_differ(text, ours, theirs):
    assert headers.split_post(text)[1] == ours and sklearn_rules.strip_newsgroup_header(text) == theirs


@pytest.mark.parametrize(("text", "ours", "theirs"), [
    # theirs knows > and | in the first column only
    (": quote\nJM> quote\n  > quote\nmine", "mine", ": quote\nJM> quote\n  > quote\nmine"),
    # and drops every line with "writes:" or "said:" in it, or with "In article" before it, wherever it stands
    ("She said: stay.\nIn article one of the law", "She said: stay.\nIn article one of the law", ""),
    # an attribution of two lines loses one of them
    ("ann@host.example\nIn <1@a.example>\nAnn writes:\n> quote\nmine", "ann@host.example\nmine",
     "ann@host.example\nIn <1@a.example>\nmine"),
    ("> both\n| agree\nAnn writes:\n> here\nmine", "mine", "mine"),
], ids=["marks", "own words", "two lines", "agree"])
def test_quotes_differ(text, ours, theirs):
    assert headers.drop_quotes(text) == ours and sklearn_rules.strip_newsgroup_quoting(text) == theirs


@pytest.mark.parametrize(("text", "ours", "theirs"), [
    # theirs cuts at the last blank line, too: a last paragraph of one's own is lost
    ("One.\n\nTwo.\n\nThree.", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo."),
    # and of a signature with a blank line in it, it keeps the first half
    ("Mine.\n-- \nAnn\n\nHarbour Street", "Mine.", "Mine.\n-- \nAnn"),
    # and it knows hyphens only
    ("Mine.\n\n________\nann@host.example", "Mine.\n", "Mine."),
    (f"Mine.\nYours.\n{60 * '='}\nann@host.example", "Mine.\nYours.", f"Mine.\nYours.\n{60 * '='}\nann@host.example"),
    ("Mine.\n--\nAnn", "Mine.", "Mine."),
], ids=["own words", "blank line", "ruled", "no blank line", "agree"])
def test_signatures_differ(text, ours, theirs):
    assert headers.drop_signature(text) == ours and sklearn_rules.strip_newsgroup_footer(text) == theirs


def test_scikit_learn_takes_words_that_nobody_quoted_or_signed(sample_corpus):
    """Its footer rule touches far more posts than are signed: the rest of them lose words of the writer."""
    bodies = [headers.split_post(text)[1] for text in sample_corpus.texts]
    unsigned = [body for body in bodies if headers.drop_signature(body) == body]
    cut = [body for body in unsigned if sklearn_rules.strip_newsgroup_footer(body) != body]
    assert len(cut) > len(unsigned) / 2


# --- what a header says

@pytest.mark.parametrize(("subject", "expected"), [
    ("Re: the  Harbour", "the harbour"), ("RE: re: Re:harbour", "harbour"), ("Re[2]: a", "a"), ("Re^3: a", "a"),
    ("regarding: a", "regarding: a"), ("Re:", ""), ("", "")])
def test_subjects_of_a_thread(subject, expected):
    assert headers.thread_subject(f"Subject: {subject}\n\nbody") == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("Ann@Host.EXAMPLE (Ann)", "ann@host.example"), ('"Ann" <ann@host.example>', "ann@host.example"),
    ("(Ann) ann@host.example,", "ann@host.example"), ("host!ann (Ann)", "host!ann (ann"), ("", "")])
def test_authors(value, expected):
    assert headers.author(f"From: {value}\n\nbody") == expected


def test_message_ids():
    assert headers.message_ids(POST.replace("X-Empty:", "Message-ID: <4@d.example>")) == [
        "<4@d.example>", "<1@a.example>", "<2@b.example>", "<3@c.example>"]
    assert headers.message_ids("References: none <a\n <b>\n\nbody") == ["<b>"]


NOON = 734_011_200  # 5 April 1993, 12:00 UTC


@pytest.mark.parametrize("value", [
    "Mon, 5 Apr 1993 12:00:00 GMT", "5 Apr 93 12:00:00 GMT", "Mon,  5 Apr 93 12:00 UT", "05 Apr 1993 08:00:00 -0400",
    "Monday, 5-Apr-93 12:00:00 GMT", "Mon, 5 Apr 93 07:00:00 CDT", "5 Apr 93 12:00:00", "Mon Apr  5 12:00:00 1993",
    "mon, 5 APR 1993 14:00:00 +0200 (MET DST)"])
def test_dates_of_1993(value):
    assert headers.posting_time(f"Date: {value}\n\nbody") == NOON


@pytest.mark.parametrize("value", ["", "yesterday", "99", "32 Foo 1993", ",,,", "5 Apr 99999999999999 12:00:00"])
def test_what_is_no_date(value):
    assert math.isnan(headers.posting_time(f"Date: {value}\n\nbody"))


# --- bad input

@pytest.mark.parametrize("text", [
    "", "\n", "\r\n", "Subject: only a header", "Subject: a\n\n", "only a body", "\n\n> all\n> quotes", "> quotes",
    "Subject: a\n\n> no newline at the end", "Subject: a\r\n\r\nAnn writes:\r\n> b\r\n-- \r\nc", ": nameless\n\nb",
    "--\n--\n--", "\0\x85\xff\x1c", "Subject: \0\n\n\0\n", "-----\n" * 3, "Ann writes:", "From: a\nTo: b"])
def test_every_post_ends_in_a_defined_result(text):
    kinds = headers.line_kinds(text)
    assert len(kinds) == len(text.split("\n"))
    own = [line for line, kind in zip(text.split("\n"), kinds, strict=True) if kind == "own"]
    assert own == [line for line in headers.strict_body(text).split("\n") if line.strip()]
    for function in (headers.thread_subject, headers.author, headers.message_ids, headers.folded_body,
                     headers.posting_time):
        function(text)


@pytest.mark.parametrize("function", [
    headers.split_post, headers.drop_lines, headers.drop_quotes, headers.drop_signature, headers.strict_body,
    headers.line_kinds, headers.author])
@pytest.mark.parametrize("text", [b"Subject: a\n\nbody", None, 3, ["a"]])
def test_what_is_no_text_gets_a_sentence(function, text):
    with pytest.raises(TypeError, match=f"must be a str, but this one is a {type(text).__name__}"):
        function(text)


def test_an_unknown_rule_gets_a_sentence():
    with pytest.raises(ValueError, match="no text rule 'strickt'; the rules are full, reference, body, strict"):
        headers.clean_text("a", "strickt")


HOSTILE = {
    "ruled lines": "Subject: a\n\n" + "-----\n\n" * 715_000,
    "fields": "Subject: a\n\n" + "From: a\n b\n" * 450_000,
    "half a signature": "Subject: a\n\n" + "x" * 2_500_000 + "\n\n" + "=" * 2_500_000 + "\n",
    "digits": "Subject: a\n\nMine.\n\n-----\n" + "123-" * 1_250_000 + "\n\nb",
    "smileys": "Subject: a\n\n" + ":" + "(" * 2_500_000 + "x\n" + "(:" * 1_250_000,
    "dots": "Subject: a\n\n" + "writes" + "." * 2_500_000 + "x\n> q\n" + "writes: ] " * 250_000 + "x\n> q\n",
    "subject": "Subject: " + "Re: " * 1_250_000 + "\nFrom: " + "<" * 1_000_000 + "\n\nbody",
    "references": "References: " + "<a" * 2_500_000 + "\nDate: " + "1 " * 500_000 + "\n\nbody",
    "attributions": "Subject: a\n\n" + "In <" * 1_250_000 + "\n> q",
}


@pytest.mark.parametrize("post", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_post_of_five_megabytes(post):
    """Seconds where every rule is linear; hours where one is not."""
    start = time.process_time()
    headers.line_kinds(post)
    headers.strict_body(post)
    for function in (headers.thread_subject, headers.author, headers.message_ids, headers.folded_body,
                     headers.posting_time):
        function(post)
    headers.own_lines(post.split("\n"))
    assert time.process_time() - start < 30
