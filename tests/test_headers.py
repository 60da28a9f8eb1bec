"""The rules of lesson 02: header, body, encoded files, quotes, signatures, on the hard cases of the field."""

import base64
import binascii
import json
import math
import shutil
import subprocess
import time
from random import Random

import pytest
from experiments import ablation
from sklearn.datasets import _twenty_newsgroups as sklearn_rules

from helpers import headers

POST = ("From: ann@host.example (Ann)\n"
        "Subject: Re: the harbor\n"
        "References: <1@a.example>\n"
        "\t<2@b.example>\n"
        "    <3@c.example>\n"
        "X-Empty:\n"
        "\n"
        "First line.\n"
        "\n"
        "Second line.\n")


# --- header and body

def test_a_post_is_split_at_the_first_empty_line():
    header, body = headers.split_post(POST)
    assert header.endswith("X-Empty:\n") and header + "\n" + body == POST
    assert body == "First line.\n\nSecond line.\n"
    assert headers.parse_header(header) == [
        ("From", "ann@host.example (Ann)"), ("Subject", "Re: the harbor"),
        ("References", "<1@a.example> <2@b.example> <3@c.example>"), ("X-Empty", "")]


def test_windows_line_ends_change_nothing():
    header, body = headers.split_post(POST.replace("\n", "\r\n"))
    assert body == "First line.\r\n\r\nSecond line.\r\n"
    assert headers.parse_header(header) == headers.parse_header(headers.split_post(POST)[0])


# what people bring, and what its body is
HEADERS = {
    "whole post": (POST, "First line.\n\nSecond line.\n"),
    "one blank line above": ("\n" + POST, "First line.\n\nSecond line.\n"),
    "several lines of blanks above": (" \n\t\n\r\n" + POST, "First line.\n\nSecond line.\n"),
    "byte-order mark": ("\ufeff" + POST, "First line.\n\nSecond line.\n"),
    "byte-order mark read as latin-1": ("\xef\xbb\xbf" + POST, "First line.\n\nSecond line.\n"),
    "byte-order mark and blank line": ("\ufeff\r\n" + POST, "First line.\n\nSecond line.\n"),
    "line of a mail folder": ("From ann@a.example Mon Apr  5 12:00:00 1993\n" + POST, "First line.\n\nSecond line.\n"),
    "quoted line of a mail folder": (">From ann Mon Apr  5 1993\r\n" + POST, "First line.\n\nSecond line.\n"),
    "lowercase names": ("from: a\nSUBJECT: b\n\nc", "c"),
    "known first, others below": ("From: a\nTo: b\nAcme-Scan: clean\nHope:\n\nc", "c"),
    "no blank after the colon": ("Newsgroups:sci.med\nFrom:a\n\nc", "c"),
    "X- fields": ("X-Face: a\nX-Spam: b\n\nc", "c"),
    "a line of blanks folds": ("From: a\n \t\nTo: b\n\nc", "c"),
    "two empty lines": ("From: a\nTo: b\n\n\nc", "\nc"),
    "no empty line": ("From: a\nTo: b\nI write at once.\n\nc", "I write at once.\n\nc"),
    "an address of the web is no field": ("From: a\nTo: b\nhttp://host.example is nice", "http://host.example is nice"),
    "only a header": ("From: a\nTo: b\n", ""),
    "only a header, cut off": ("From: a\nTo: b", ""),
    "Outlook": ("From: a\nSent: Monday\nTo: b\nSubject: c\nAttachments: d.pdf\n\nc", "c"),
    "Outlook, sent first": ("\ufeffSent: Monday\r\nImportance: High\r\n\r\nc", "c"),
    "seals first": ("ARC-Seal: i=1;\n a=rsa\nARC-Message-Signature: i=1\nARC-Authentication-Results: i=1\n\nc", "c"),
    "signed first": ("DKIM-Signature: v=1\nAuthentication-Results: host\nReceived-SPF: pass\n\nc", "c"),
    "list first": ("Delivered-To: a\nX-Mozilla-Status2: 0\nList-Id: b\n\nc", "c"),
    "sent again": ("Envelope-To: a\nResent-From: b\n\nc", "c"),
    "one subject": ("Subject: a\n\nc", "c"),
    "one folded group": ("Newsgroups: a,\n b\n\nc", "c"),
    "one subject, no body": ("Subject: a\n\n", ""),
    "latin-1 and NUL": ("From: caf\xe9\x85\nTo: \0\n\nb\0dy \xff\n", "b\0dy \xff\n"),
}
NO_HEADERS = {
    "question": "Question: which SCSI card fits a Mac?\nI have none.\n\nThanks",
    "two words with colons": "Question: which card?\nMac: a Quadra\n\nThanks",
    "one known word": "Summary: SCSI is fast.\n\nThe rest",
    "one known word and a word": "Date: tomorrow\nPlace: the harbor\n\nThe rest",
    "subject without an empty line": "Subject: cards\nWhich one fits?\n\nThanks",
    "only a subject": "Subject: which card fits a Mac?",
    "only a subject and its end of line": "Subject: which card fits a Mac?\n",
    "only a folded sender": "From: a\r\n b\r\n",
    "one known word of Outlook": "Sent: the card.\nReturned: it.\n\nThe rest",
    "a paragraph above": "Hello,\nFrom: a\nTo: b\n\nc",
    "a sentence above": "From what I know\nthis is so.\nFrom: a\nTo: b\n\nc",
    "a sentence above a field": "From what I know\nSubject: a\n\nc",
    "indented": "  From: a\n  To: b\n\nc",
    "empty": "", "blank lines": "\n\n \n", "blank lines, text": "\n\nHello", "mark": "\ufeffHello", "colon": ": a\nTo: b",
    "quoted": "> From: a\n> To: b\n\nc",
    "other letters": "\u017fubject: a\nFrom: b\n\nc",  # a long s is no S
}


@pytest.mark.parametrize("case", HEADERS)
def test_what_looks_like_a_header_is_removed(case):
    text, expected = HEADERS[case]
    header, body = headers.split_post(text)
    assert body == expected and header and text.startswith(header)
    assert "newsgroups" not in body.lower()


@pytest.mark.parametrize("text", NO_HEADERS.values(), ids=NO_HEADERS)
def test_a_text_that_is_no_post_stays_whole(text):
    assert headers.split_post(text) == ("", text) == (headers.split_post(text)[0], headers.clean_text(text, "body"))


def test_the_pattern_means_the_same_to_tensorflow_and_a_browser(sample_corpus):
    """The exported model and the page cut a header off by `HEADER_PATTERN` itself."""
    import tensorflow as tf

    pieces = ["From: a", "subject:", "Sent:b", "X-A: 1", "Hope:", "Hope: c", ">From d", "e", " f", "\t", "\ufeff", "\r", "\n", "\n", "\r\n"]
    random = Random(1)
    odd = ["".join(random.choices(pieces, k=random.randrange(9))) for _ in range(5000)]
    texts = [*(text for text, _ in HEADERS.values()), *NO_HEADERS.values(), *odd, *sample_corpus.texts]
    bodies = [headers.split_post(text)[1] for text in texts]
    cut = tf.strings.regex_replace(tf.constant(texts), headers.HEADER_PATTERN, "", replace_global=False).numpy()
    assert [body.decode("utf-8") for body in cut] == bodies
    latin_1 = tf.strings.unicode_transcode(b"From: \xe9\nTo: b\n\nbody", "UTF-8", "UTF-8")
    assert tf.strings.regex_replace(latin_1, headers.HEADER_PATTERN, "", replace_global=False).numpy() == b"body"
    if shutil.which("node"):
        program = ("const [p, texts, bodies] = JSON.parse(require('fs').readFileSync(0)); const header = new RegExp(p);"
                   "console.log(texts.filter((text, i) => text.replace(header, '') !== bodies[i]).length)")
        done = subprocess.run(["node", "-e", program], input=json.dumps([headers.HEADER_PATTERN, texts, bodies]),
                              capture_output=True, text=True, check=True, encoding="utf-8")
        assert done.stdout == "0\n"


def test_scikit_learn_finds_the_same_bodies(sample_corpus):
    for text in sample_corpus.texts:
        assert headers.split_post(text)[1] == sklearn_rules.strip_newsgroup_header(text)


def test_a_field_is_found_in_any_case_and_the_first_counts():
    text = "subject: one\nSubject: two\n\nSUBJECT: three\n"
    assert headers.header_field(text, "SUBJECT") == "one"
    assert headers.header_field(text, "lines") == "" == headers.header_field("no header", "subject")


# --- the kinds of lines

def taken(rule, text):
    """The lines that one rule takes."""
    lines = text.split("\n")
    return [lines[number] for number in sorted(headers.BODY_RULES[rule](lines))]


def without_quotes(text):
    return headers._drop(text, "attribution", "quote")


def without_signature(text):
    return headers._drop(text, "old signature", "signature")


@pytest.mark.parametrize("line", [
    "> said", ">said", ">> twice", "  > indented", "| barred", ": colons", "JD> initials", "jd>said", "ABCD> four", "a>b>",
    ":-thing", ": -) said", ":> twice", ":(the rest", "::", ":", "JM>", "x>1", "#> crossed", "}|> both", "->> arrow"])
def test_quoted_lines_go(line):
    assert taken("quote", f"before\n{line}\nafter") == [line]
    assert without_quotes(f"before\r\n{line}\r\nafter") == "before\r\nafter"


@pytest.mark.parametrize("line", [
    "a > b", "ABCDE> too long to be initials", "x2> no letters", "- listed", "-> arrow", "=> so", "# one", "=====", "<tag>",
    "Somebody wrote: a novel", "She said nothing.", ":-)", ":)", ":-( sorry", ":P", ":-D really", "MAX>'AX>'AX>'AX>"])
def test_own_lines_stay(line):
    assert without_quotes(f"{line}\n> quote\n") == f"{line}\n"


MARKS = ["#", "=", "<", ")", "->>", "%", "*", "-", "+", "}", "]", ";", "&", "$", "@", "~", "!", "/", "^", "\\", "[", ".", ","]


@pytest.mark.parametrize("mark", MARKS)
def test_any_mark_below_an_attribution_is_a_quote_mark(mark):
    """Alone, before >, and again further down; the same lines without an attribution stay."""
    text = f"Ann writes:\n{mark} one\n{mark}two\nMine.\n\n{mark}> three\nAlso {mark} mine."
    assert without_quotes(text) == "Mine.\n\nAlso " + f"{mark} mine."
    alone = f"I write.\n{mark} one\n{mark}two\nMine."
    assert mark == "->>" or without_quotes(alone) == alone


@pytest.mark.parametrize("text", [
    "Ann writes:\n# one\nMine.\n# two",  # a mark begins two lines or more
    "Ann writes:\n# one\n= two\n+ three",
    'The book says:\n"Stay."\n"Go."',  # somebody speaks
    "Ann wrote:\n(one)\n(two)",
    "Ann wrote:\none\none more",
])
def test_what_is_no_mark(text):
    assert taken("quote", text) == []


def test_indented_lines_below_an_address_are_quoted():
    quoted = "   The harbor is closed,\n   they say.\n"
    text = f"ann@host.example (Ann) writes:\n\n{quoted}\nI know.\n   This is mine.\n   And this.\n"
    assert without_quotes(text) == "\n\nI know.\n   This is mine.\n   And this.\n"
    for own in (f"Ann writes:\n{quoted}I know.",  # no address
                f"ann@host.example (Ann) writes:\n{quoted}",  # nothing else in the post
                "ann@host.example writes:\n   Well, I begin\nmy paragraphs like this."):
        assert taken("quote", own) == []


@pytest.mark.parametrize("attribution", [
    "ann@host.example (Ann) writes:", "Ann wrote:", "Ann WROTE", "Ann says :  ", "Ann quoth:", "[Ann writes:]",
    "ann@host.example (Ann) writes ...", "In article <1@a.example>, ann@host.example writes:",
    "From article <1@a.example>, by Ann (Ann):", "In article <1@a.example>, ann@host.example\n(Ann) writes:",
    "In <1@a.example> ann@host.example\n\n(Ann) wrote:\n"])
def test_an_attribution_above_a_quote_goes(attribution):
    text = f"Hello.\n{attribution}\n> quote\nMine.\n"
    assert [line for line in without_quotes(text).split("\n") if line] == ["Hello.", "Mine."]
    assert taken("attribution", text) == [line for line in attribution.split("\n") if line]


@pytest.mark.parametrize(("text", "lines"), [
    ("ann@host.example (Ann) writes:\n[deleted]\nI know.", 1),  # a program wrote it: no quote is needed
    ("In article <1@a.example> Ann wrote\nI know.", 1),
    ("In article <1@a.example>,\nAnn wrote:\nI know.", 2),
    ("Ann wrote:\nI know.", 0), ("Ann wrote:", 0), ("Ann wrote:\nI know.\n> quote", 0),
    ("I asked ann@host.example, and she said\nthat I know.", 0), ("In article <1@a.example> I asked.\nWhy?", 0),
])
def test_an_attribution_without_a_quote_goes_if_it_is_sure(text, lines):
    assert taken("attribution", text) == text.split("\n")[:lines]


def encoded(kind, data):
    """Lines as the programs of the time wrote them."""
    if kind == "uuencode":
        lines = [binascii.b2a_uu(data[start:start + 45]).decode()[:-1] for start in range(0, len(data), 45)]
        return ["begin 644 tide.bmp", *lines, "`", "end"]
    if kind == "base64":
        return base64.encodebytes(data).decode().split()
    alphabet = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
    text = ":" + "".join(alphabet[byte % 64] for byte in data) + ":"
    return [text[start:start + 64] for start in range(0, len(text), 64)]


NOISE = bytes((7 * n * n + 13 * n) % 251 for n in range(500))


@pytest.mark.parametrize("data", [NOISE, NOISE[:130], NOISE[:270] + bytes(200)], ids=["long", "short", "zeros"])
@pytest.mark.parametrize("kind", ["uuencode", "base64", "BinHex"])
def test_encoded_files_go_and_words_stay(kind, data):
    lines = encoded(kind, data)
    text = "\n".join(["The picture:", "", *lines, "", "I like it.", "END"])
    left = headers._drop(text, "encoded file").split("\n")
    assert left[:2] == ["The picture:", ""] and left[-2:] == ["I like it.", "END"]
    # zeros are one letter after another in base64, as in a ruled line: those lines stay
    assert (kind != "uuencode" and b"\0" * 50 in data) or left == ["The picture:", "", "", "I like it.", "END"]
    assert taken("encoded file", text.replace("\n", "\r\n")) == [f"{line}\r" for line in text.split("\n") if line not in left]


def test_blanks_lost_at_the_end_of_encoded_lines():
    lines = encoded("uuencode", bytes(range(45)) * 2 + bytes(range(43)) + b"\0\0" + bytes(range(45)))
    lines = [line.replace("`", " ").rstrip() for line in lines[:-2]] + ["end"]
    assert taken("encoded file", "\n".join(lines)) == lines


@pytest.mark.parametrize("text", [
    "M" + "AX>'" * 15 + "\nNothing else.",  # one line is no file
    "=" * 64 + "\n" + "=" * 64, "/" * 64 + "\n" + "/" * 64, "x" * 64 + "\n" + "x" * 64,
    "MY SYSTEM DOES NOT BOOT UP; IT STOPS BELOW THE CHECK OF THE D\nMOTHERBOARD AND MAIN MEMORY.",
    "begin 644 tide.bmp\nend", "A" * 30 + "b1" * 10 + "\n" + "A" * 30 + "b1" * 10])
def test_what_is_no_encoded_file(text):
    assert taken("encoded file", text) == []


@pytest.mark.parametrize("delimiter", ["--", "-- ", "--\t ", "--\r", "-- \r"])
def test_signatures_go(delimiter):
    assert without_signature(f"text\n{delimiter}\nAnn\nHarbor Street\n") == "text"


@pytest.mark.parametrize("line", ["---", "-----", "--Ann", "- -", " --", "-", "--  Ann", "> --"])
def test_other_dashes_stay(line):
    assert without_signature(f"text\n{line}\nmore\n") == f"text\n{line}\nmore\n"


def test_the_last_delimiter_counts_but_not_in_the_first_line():
    assert without_signature("a\n--\nb\n-- \nc") == "a\n--\nb"
    assert without_signature("--\nAnn\n") == "--\nAnn\n" and without_signature("") == ""


def test_a_long_text_below_two_dashes_is_no_signature():
    for n_lines, kept in ((headers.SIGNATURE_LINES, False), (headers.SIGNATURE_LINES + 1, True)):
        text = "Mine.\n--\n" + "More.\n\n" * n_lines
        assert without_signature(text) == (text if kept else "Mine.")


SIGNED = "Mine.\n\n____________\nAnn of the Harbor\nann@host.example\n"


@pytest.mark.parametrize("ruled", ["_____", "=" * 70, "-----", "~*~*~*~*~", "+-------+", "- - - - -", " ______"])
def test_signatures_below_a_ruled_line(ruled):
    text = SIGNED.replace("____________", ruled)
    assert without_signature(text) == "Mine.\n"
    # two paragraphs, too, if they give an address; but "--" goes before a ruled line
    assert without_signature(text.replace("\nann@", "\n\nann@")) == "Mine.\n"
    assert without_signature(text + "-- \nAnn\n") == text.rstrip("\n")


@pytest.mark.parametrize("text", [
    "Team   won\n-----------\nHarbor   3\nAlps     1\n",  # an underlined table
    "Mine.\n\n____\nAnn\n",  # too short
    "Mine.\n\n          ______\nAnn\n",  # a break in the middle of the page
    "_____\nAnn\n",  # nothing would be left
    "Mine.\n\n-----\nFirst paragraph of more.\n\nSecond paragraph of more.\n",
    "Mine.\n\n_____\n" + "More of it.\n" * headers.OLD_SIGNATURE_LINES,
    "Mine.\n\n> _____\n> Ann\n",
], ids=["table", "short", "centered", "first", "paragraphs", "long", "quoted"])
def test_ruled_lines_that_begin_no_signature(text):
    assert taken("old signature", text) == []


FORWARDED = "See:\n\nFrom: bo@host.example\nSubject: the lock\n  and the key\nDate: today\n\nText of Bo.\n"


def test_forwarded_headers_go():
    assert headers._drop(FORWARDED, "forwarded header") == "See:\n\n\nText of Bo.\n"
    crlf = FORWARDED.replace("\n", "\r\n")
    assert headers._drop(crlf, "forwarded header") == "See:\r\n\r\n\r\nText of Bo.\r\n"
    assert taken("forwarded header", "FROM: a\nnewsGroups: b\n  indented words of mine") == ["FROM: a", "newsGroups: b"]
    outlook = "From: a\nSent: Monday\nTo: b"
    assert headers._drop(f"{outlook}\n\nMine.", "forwarded header") == "\nMine."


@pytest.mark.parametrize("text", [
    "Subject: alone", "From: a\n\nTo: b", "From: a\nmine\nTo: b", "Price: 3\nColor: red", "From:a\nTo:b",
    "> From: a\n> To: b"], ids=["one", "apart", "words between", "own names", "no blank", "quoted"])
def test_what_looks_like_a_forwarded_header_stays(text):
    assert headers._drop(text, "forwarded header") == text


@pytest.mark.parametrize(("rules", "text", "ours", "theirs"), [
    # scikit-learn's rules know > and | in the first column only, and drop every line with "writes:" or "said:" in it
    ("quotes", ": quote\nJM> quote\n  > quote\nmine", "mine", ": quote\nJM> quote\n  > quote\nmine"),
    ("quotes", "She said: stay.\nIn article one of the law", "She said: stay.\nIn article one of the law", ""),
    ("quotes", "> both\n| agree\nAnn writes:\n> here\nmine", "mine", "mine"),
    # they take the last paragraph for a signature, and know rules of hyphens only
    ("signature", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo."),
    ("signature", "Mine.\n-- \nAnn\n\nHarbor Street", "Mine.", "Mine.\n-- \nAnn"),
    ("signature", "Mine.\n--\nAnn", "Mine.", "Mine."),
], ids=["marks", "own words", "agree", "last paragraph", "blank line", "agree too"])
def test_where_scikit_learn_differs(rules, text, ours, theirs):
    our_rule, their_rule = {"quotes": (without_quotes, sklearn_rules.strip_newsgroup_quoting),
                            "signature": (without_signature, sklearn_rules.strip_newsgroup_footer)}[rules]
    assert our_rule(text) == ours and their_rule(text) == theirs


# --- nothing is lost silently

KINDS = ("Subject: a\nLines:\n 9\n\nFrom: b\nTo: c\n\nAnn wrote:\n> quote\n: quote\n" + "\n".join(encoded("base64", NOISE)[:2])
         + "\nMine.\n-- \nMe\n")


def test_every_line_has_a_kind():
    assert headers.line_kinds(KINDS) == [
        "header", "header", "header", "blank", "forwarded header", "forwarded header", "blank", "attribution",
        "quote", "quote", "encoded file", "encoded file", "own", "signature", "signature", "blank"]
    shares = ablation.share_of_lines([KINDS])
    assert list(shares) == ["header", *headers.BODY_RULES, "own"] and sum(shares.values()) == pytest.approx(1, abs=0.001)
    assert shares["quote"] == 0.1538 and shares["own"] == 0.0769 and shares["old signature"] == 0
    assert ablation.share_of_lines([KINDS, "Subject: a\n\nMine.\n\n"])["own"] == 0.1333, "all posts' lines count together"


def test_the_texts_hold_what_their_kinds_say(sample_corpus):
    kept = {"body": {"header"}, "unquoted": {"header", "forwarded header", "attribution", "quote"},
            "strict": {"header", *headers.BODY_RULES}}
    odd = [KINDS, "\n" + KINDS, KINDS.replace("\n", "\r\n"), "", "\n", "\r\n", "From: a\nTo: b", "-- \n\n--\nx", "Subject: a\n\n-- \nb"]
    for text in [*sample_corpus.texts, *odd]:
        kinds = headers.line_kinds(text)
        for rule, removed in kept.items():
            lines = [line for line, kind in zip(text.split("\n"), kinds, strict=True) if kind not in {"blank", *removed}]
            assert lines == [line for line in headers.clean_text(text, rule).split("\n") if line.strip()], rule


def test_the_rules_are_one_inside_the_other():
    assert headers.clean_text(KINDS, "full") == KINDS
    text = "\n".join(str(n) for n in range(14)) + "\n"
    assert headers.clean_text(text, "reference") == "10\n11\n12\n13\n" and headers.clean_text("a\nb", "reference") == ""
    assert headers.clean_text(KINDS, "body") == KINDS.split("\n\n", 1)[1]
    assert headers.clean_text(KINDS, "unquoted").startswith("\n" + encoded("base64", NOISE)[0])
    assert headers.clean_text(KINDS, "strict") == "\nMine."


# --- what a post says about itself

@pytest.mark.parametrize(("subject", "expected"), [
    ("Re: the  Harbor", "the harbor"), ("RE: re: Re:harbor", "harbor"), ("Re[2]: a", "a"), ("Re^3: a", "a"),
    ("regarding: a", "regarding: a"), ("Re:", ""), ("", "")])
def test_subjects_of_a_thread(subject, expected):
    assert headers.thread_subject(f"Subject: {subject}\n\nbody") == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("Ann@Host.EXAMPLE (Ann)", "ann@host.example"), ('"Ann" <ann@host.example>', "ann@host.example"),
    ("(Ann) ann@host.example,", "ann@host.example"), ("a@b.example c@d.example", "a@b.example"),
    ('"Ann @ home" <ann@host.example>', "ann@host.example"), ("Ann (@work) <ann@host.example>", "ann@host.example"),
    ('"ann@" <ann@host.example>', "ann@host.example"), ("Ann @ home", "ann @ home"), ("<@>", "@"),
    ("host!ann (Ann)", "host!ann (ann"), ("", "")])
def test_authors(value, expected):
    assert headers.author(f"From: {value}\n\nbody") == expected


def test_message_ids_of_a_post_and_of_what_it_answers():
    text = POST.replace("X-Empty:", "Message-ID: <4@d.example>\nIn-Reply-To: Ann's <5@e.example>")
    assert headers.message_ids(text) == ["<4@d.example>", "<1@a.example>", "<2@b.example>", "<3@c.example>", "<5@e.example>"]
    assert headers.message_ids("From: a\nReferences: none <a\n <b>\n\nbody") == ["<b>"]


NOON = 734_011_200  # 5 April 1993, 12:00 UTC


@pytest.mark.parametrize("value", [
    "Mon, 5 Apr 1993 12:00:00 GMT", "5 Apr 93 12:00:00 GMT", "Mon,  5 Apr 93 12:00 UT", "05 Apr 1993 08:00:00 -0400",
    "Monday, 5-Apr-93 12:00:00 GMT", "Mon, 5 Apr 93 07:00:00 CDT", "5 Apr 93 12:00:00", "Mon Apr  5 12:00:00 1993",
    "mon, 5 APR 1993 14:00:00 +0200 (MET DST)"])
def test_dates_of_1993(value):
    assert headers.posting_time(f"From: a\nDate: {value}\n\nbody") == NOON


@pytest.mark.parametrize("value", ["", "yesterday", "99", "32 Foo 1993", ",,,", "5 Apr 99999999999999 12:00:00"])
def test_what_is_no_date(value):
    assert math.isnan(headers.posting_time(f"From: a\nDate: {value}\n\nbody"))


def test_lines_that_another_post_may_share():
    lines = ["> " + "a" * 30, "| :> " + "b" * 29, "c" * 15 + "  \t " + "c" * 14, "-" * 40, "1" * 40]
    assert headers.own_lines(lines) == {"a" * 30, "c" * 15 + " " + "c" * 14}, "30 characters suffice, a letter is needed"
    assert headers.own_lines(["Ann B.", "Ann"], min_chars=4) == {"Ann B."}


# --- bad input

@pytest.mark.parametrize("function", [
    headers.split_post, headers.line_kinds, headers.author,
    *(lambda text, rule=rule: headers.clean_text(text, rule) for rule in headers.TEXT_RULES)])
@pytest.mark.parametrize("text", [b"Subject: a\n\nbody", None, 3, ["a"]])
def test_what_is_no_text_gets_a_sentence(function, text):
    with pytest.raises(TypeError, match=f"must be a str, but this one is a {type(text).__name__}"):
        function(text)


def test_an_unknown_rule_gets_a_sentence():
    with pytest.raises(ValueError, match="no text rule 'strickt'; the rules are full, reference, body, unquoted, strict"):
        headers.clean_text("a", "strickt")


LONG = 1_000_000
HOSTILE = {
    "one word": "x" * LONG,
    "blank lines": "\n" * LONG,
    "blanks": "Subject:" + " " * LONG + "x",
    "fields": "Subject: a\n" * (LONG // 11) + "no field",
    "folded lines": "Subject: a\n" + " b\n" * (LONG // 3) + "c",
    "subject": "From: " + "<" * (LONG // 2) + "\nSubject: " + "Re: " * (LONG // 8) + "\n\nbody",
    "references": "From: a\nReferences: " + "<a" * (LONG // 2) + "\nDate: " + "1 " * 500_000 + "\n\nbody",
    "ruled lines": "Subject: a\n\n" + "-----\n\n" * (LONG // 7),
    "half a signature": "Subject: a\n\n" + "x" * (LONG // 2) + "\n\n" + "=" * (LONG // 2) + "\n",
    "digits": "Subject: a\n\nMine.\n\n-----\n" + "123-" * (LONG // 4) + "\n\nb",
    "forwarded": "Subject: a\n\n" + "From: a\n b\n" * (LONG // 11),
    "smileys": "Subject: a\n\n:" + "(" * (LONG // 2) + "x\n" + "(:" * (LONG // 4),
    "initials": "Subject: a\n\n" + "a" * LONG + ">\n",
    "blanks after writes": "Subject: a\n\nAnn writes" + " " * LONG + "x\n> quote",
    "dots": "Subject: a\n\nwrites" + "." * (LONG // 2) + "x\n> q\n" + "writes: ] " * (LONG // 20) + "x\n> q\n",
    "attributions": "Subject: a\n\n" + "In <" * (LONG // 8) + "\n> q\n" + "Ann writes:\n\n" * (LONG // 26),
    "marks": "Subject: a\n\n" + "".join(f"a@b writes:\n{chr(33 + n % 14)}{chr(91 + n // 14 % 6)}\n" * 2 for n in range(LONG // 30)),
    "indented": "Subject: a\n\n" + ("a@b writes:\n" + "  c@d writes:\n" * 9) * (LONG // 138),
    "files": "Subject: a\n\n" + (("M" + "A" * 60 + "\n") * 2 + "#AAAA\n") * (LONG // 130),
}


@pytest.mark.parametrize("post", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_post_of_a_megabyte(post):
    """Seconds where every rule is linear; hours where one is not. The processor's time is read, not the clock."""
    start = time.process_time()
    headers.line_kinds(post)
    headers.clean_text(post, "strict")
    for function in (headers.thread_subject, headers.author, headers.message_ids, headers.folded_body, headers.posting_time):
        function(post)
    headers.own_lines(post.split("\n"))
    assert time.process_time() - start < 20
