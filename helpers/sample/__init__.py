"""The bundled sample: 1,997 invented posts in the layout of 20 Newsgroups.

The words were written for this course and lie beside this file, one text file per group.
`write_archive` composes them into posts: headers, threads, quotes, signatures, authors,
cross-posts and duplicates, in the shares that were measured on the real collection, so that
every surprise of the lessons shows on the sample too. All names, addresses and events
are invented; hosts lie under the reserved top-level domain ``.example`` (RFC 2606).
"""

import binascii
import hashlib
import io
import re
import tarfile
import textwrap
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from helpers.sample import cast

SEED = 1993
FOLDER = Path(__file__).resolve().parent
VECTORS = FOLDER / "glove.6B.zip"
POSTS_PER_GROUP = 100
SHORT_GROUP = "soc.religion.christian"  # three posts short, as in the real collection
# one message that lies in one group twice
FILED_TWICE = ("rec.sport.hockey/13515", "rec.sport.hockey/13551")
ENCODED_GROUP = "comp.os.ms-windows.misc"  # two of its posts are mostly a uuencoded file

# groups that share readers: cross-posts and visiting authors move inside a family
FAMILIES = (
    ("comp.graphics", "comp.os.ms-windows.misc", "comp.windows.x"),
    ("comp.sys.ibm.pc.hardware", "comp.sys.mac.hardware", "misc.forsale", "sci.electronics"),
    ("rec.autos", "rec.motorcycles"),
    ("rec.sport.baseball", "rec.sport.hockey"),
    ("sci.crypt", "talk.politics.guns", "talk.politics.misc", "talk.politics.mideast"),
    ("sci.med", "sci.space"),
    ("alt.atheism", "soc.religion.christian", "talk.religion.misc"),
)


@dataclass(frozen=True)
class Author:
    """One invented writer: who they are and how they quote and sign."""

    name: str
    address: str
    organization: str
    host: str
    quote_prefix: str
    signature: str


@dataclass
class Post:
    """One post while it is composed."""

    groups: list
    subject: str
    author: Author
    message_id: str
    minute: int  # minutes since the first post's date
    own: list  # the writer's paragraphs, unwrapped
    greeting: str = ""
    closing: str = ""
    parent: "Post | None" = None
    quoted: list = field(default_factory=list)  # lines taken from the parent
    own_lines: list = field(default_factory=list)
    signed: bool = False
    header: list = field(default_factory=list)

    @property
    def attribution(self):
        """The line that says who is quoted, in one of the habits of 1993."""
        if self.parent is None:
            return "Somebody wrote:"
        who, mid = self.parent.author, self.parent.message_id
        return (
            f"In article {mid} {who.address} ({who.name}) writes:",
            f"In article {mid}, {who.address} writes:",
            f"{who.address} ({who.name}) writes:",
            f"{who.name} wrote:",
            f"In {mid} {who.address} ({who.name}) writes:",
        )[len(self.author.name) % 5]

    @property
    def body_lines(self):
        """The lines below the header."""
        lines = []
        if self.quoted:
            lines += [self.attribution, *self.quoted, ""]
        lines += self.own_lines
        if self.signed and self.author.signature:
            lines += ["", "-- ", *self.author.signature.split("\n")]
        return lines


def _read_paragraphs(group):
    """Return, for each subtopic of a group, its four subject lines and its paragraphs.

    These are four openers, seven replies, and ten that may continue any post.
    """
    text = (FOLDER / "paragraphs" / f"{group}.txt").read_text(encoding="utf-8")
    subtopics = []
    for part in re.split(r"(?m)^## ", text)[1:]:
        subjects, _, body = part.partition("\n")
        paragraphs = [p for p in body.strip().split("\n\n") if p.strip()]
        subtopics.append(([s.strip() for s in subjects.split("|")], paragraphs))
    return subtopics


def _group_names():
    return sorted(path.stem for path in (FOLDER / "paragraphs").glob("*.txt"))


def fingerprint():
    """Return a short hash of everything that the composed sample depends on."""
    digest = hashlib.sha256()
    for path in sorted([*FOLDER.glob("*.py"), *(FOLDER / "paragraphs").glob("*.txt")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_archive(path):
    """Compose the sample and write it as a ``tar.gz`` in the layout of the real file."""
    with tarfile.open(path, "w:gz", compresslevel=6) as tar:
        for name, text in compose().items():
            data = text.encode("latin-1")
            member = tarfile.TarInfo(f"20_newsgroup/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def compose():
    """Compose all posts.

    Returns
    -------
    dict of str to str
        From ``"<group>/<number>"`` to the post's whole text, sorted by name.
    """
    rng = np.random.RandomState(SEED)  # its streams are frozen: the same in every NumPy
    groups = _group_names()
    writers = {group: _writers(group, rng) for group in groups}
    copies = _cross_post_plan(rng)
    arriving = {g: sum(target == g for _, target in copies) for g in groups}
    posts = {}
    for group in groups:
        size = POSTS_PER_GROUP - (3 if group == SHORT_GROUP else 0)
        reposts = int(rng.randint(0, 2))
        wanted = size - arriving[group] - reposts
        posts[group] = _threads(group, wanted, writers, rng)
        for _ in range(reposts):  # the same words sent again under a new Message-ID
            old = posts[group][rng.randint(len(posts[group]) // 2)]
            new_id = _message_id(old.author, rng)
            posts[group].append(replace(old, message_id=new_id, minute=old.minute + 900))
    _empty_some(posts, rng)
    _add_long_post(posts["sci.space"])
    _encode_files(posts[ENCODED_GROUP])
    _add_accents(posts, rng)
    for group in groups:
        for post in posts[group]:
            _wrap(post, rng)
    for source, target in copies:
        # only a group's own posts are lent, each to one other group
        lent = next(p for p in posts[source][5:] if len(p.groups) == 1 and p.groups[0] == source)
        lent.groups.append(target)
        posts[target].append(lent)
    named = {}
    for group in groups:
        number = int(rng.randint(8, 180)) * 1000 + int(rng.randint(1000))
        for post in sorted(posts[group], key=lambda p: (p.minute, p.message_id)):
            if not post.header:
                post.header = _header(post, rng)
            number += int(rng.randint(1, 9))
            named[f"{group}/{number}"] = "\n".join([*post.header, "", *post.body_lines, ""])
    named[FILED_TWICE[1]] = named[FILED_TWICE[0]]
    return dict(sorted(named.items()))


def _pick(rng, items):
    return items[rng.randint(len(items))]


def _relay(rng):
    return f"{_pick(rng, cast.MACHINES)}.{_pick(rng, cast.ORGANIZATIONS)[1]}"


def _message_id(author, rng):
    stamp = "".join(_pick(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl") for _ in range(5))
    return f"<1993Apr{rng.randint(1, 30)}.{rng.randint(10**5, 10**6)}.{stamp}@{author.host}>"


def _writers(group, rng):
    """Invent a group's writers; the first of them will be the busy ones."""
    writers = []
    for _ in range(90):
        first, last = _pick(rng, cast.FIRST_NAMES), _pick(rng, cast.LAST_NAMES)
        organization, domain = _pick(rng, cast.ORGANIZATIONS)
        host = f"{_pick(rng, cast.MACHINES)}.{domain}"
        user = _pick(rng, (first.lower(), first[0].lower() + last.lower(), last.lower()[:6],
                           f"{first[0].lower()}{last[0].lower()}{rng.randint(10, 99)}"))
        prefix = _pick(rng, ("> ", "> ", "> ", "> ", ">", ">", "|", ": ", f"{first[0]}{last[0]}> "))
        lines = [f"{first} {last}" + " " * rng.randint(3, 12) + f"{user}@{host}"]
        if rng.rand() < 0.6:
            lines.append(organization)
        if rng.rand() < 0.5:
            lines.append(f"\"{_pick(rng, cast.MOTTOES)}\"")
        signature = "\n".join(lines) if rng.rand() < 0.55 else ""
        writers.append(Author(f"{first} {last}", f"{user}@{host}", organization, host,
                              prefix, signature))
    return writers


def _choose_writer(group, writers, rng):
    """Mostly a regular of the group (the busy ones more often), now and then a visitor."""
    if rng.rand() < 0.12:
        family = next(f for f in FAMILIES if group in f)
        return _pick(rng, writers[_pick(rng, family)])
    weights = 1 / np.arange(3, len(writers[group]) + 3)
    return writers[group][rng.choice(len(weights), p=weights / weights.sum())]


def _cross_post_plan(rng):
    plan = []
    for _ in range(26):
        family = _pick(rng, FAMILIES)
        source, target = rng.permutation(len(family))[:2]
        plan.append((family[source], family[target]))
    return plan


def _threads(group, wanted, writers, rng):
    """Turn a group's paragraphs into `wanted` posts: starters, replies, short answers."""
    posts = []
    for subjects, paragraphs in _read_paragraphs(group):
        openers, replies = paragraphs[:4], list(paragraphs[4:])
        starters = []
        day = int(rng.randint(0, 24)) * 1440
        for subject, paragraph in zip(subjects, openers, strict=True):
            author = _choose_writer(group, writers, rng)
            starters.append(Post([group], subject, author, _message_id(author, rng),
                                 day + int(rng.randint(0, 4000)), [paragraph]))
        thread = [starters[0]]
        pair = [starters[1]]
        posts_here = list(starters)
        n_short = int(rng.rand() < 0.4)
        for number in range(6):
            chain = pair if number == 5 else thread  # one long thread, one short, two singles
            parent = _pick(rng, chain[-3:])
            author = _choose_writer(group, writers, rng)
            own = [_pick(rng, cast.SHORT_ANSWERS)] if number < n_short else [replies.pop(0)]
            subject = "Re: " + parent.subject.removeprefix("Re: ")
            reply = Post([group], subject, author, _message_id(author, rng),
                         parent.minute + int(rng.randint(60, 2500)), own, parent=parent)
            chain.append(reply)
            posts_here.append(reply)
        order = rng.permutation(len(posts_here))[:5]  # two or three more paragraphs for some
        for number, paragraph in enumerate(replies):
            posts_here[order[number % len(order)]].own.append(paragraph)
        for post in posts_here:
            if rng.rand() < 0.25:
                post.greeting = _pick(rng, cast.GREETINGS)
            if rng.rand() < 0.35:
                post.closing = _pick(rng, cast.CLOSINGS)
            post.signed = rng.rand() < 0.85
        posts += posts_here
    # the group is filled by whole posts; the latest replies fall out first
    replies_last = sorted(posts, key=lambda p: (p.parent is not None, p.minute, p.message_id))
    kept = replies_last[:wanted]
    spare = [paragraph for p in replies_last[wanted:] for paragraph in p.own if len(paragraph) > 80]
    for paragraph in spare:
        _pick(rng, kept).own.append(paragraph)
    return kept


def _empty_some(posts, rng):
    for group in ("comp.windows.x", "rec.motorcycles", "sci.electronics", "talk.politics.misc"):
        victim = posts[group][3 + rng.randint(5)]
        victim.own, victim.greeting, victim.closing, victim.signed = [], "", "", False


def _add_long_post(posts):
    """One post longer than 100,000 characters, as the real collection has one of 161,040."""
    # small numbers only: a table of ever new numbers would flood the vocabulary
    rows = [f"Revolution {1 + n % 90:3d}  altitude {300 + 5 * (n % 60):4d} km  inclination "
            f"{28 + n % 30:3d} degrees  period {90 + n % 12:3d} minutes  pass {1 + n % 15:3d}"
            for n in range(1400)]
    posts[0].own = [*posts[0].own, "\n".join(rows)]


def _encode_files(posts):
    """Make two posts mostly a uuencoded file, as 20 real posts of this group are."""
    answered = [post.parent for post in posts]
    alone = [post for post in posts if post.parent is None and post not in answered]
    for post, (subject, words, file) in zip(alone[10:], cast.ENCODED_FILES):
        # an invented picture of two colors: 110 rows of 45 bytes, each row a line of uuencode
        rows = [bytes([0x8F] * 45 if row % 10 else [0x8F, 0x86, 0x86] * 15) for row in range(110)]
        encoded = "".join(binascii.b2a_uu(row, backtick=True).decode("ascii") for row in rows)
        post.subject, post.greeting, post.closing = subject, "", ""
        post.own = [words, f"begin 644 {file}\n{encoded}`\nend"]


def _add_accents(posts, rng):
    """Add a few bytes above 127, which are latin-1 and not UTF-8, as in 73 real posts."""
    for number, group in enumerate(sorted(posts)[::3] + ["misc.forsale"]):
        post = posts[group][6 + rng.randint(20)]
        post.own.append(cast.ACCENTED[number % len(cast.ACCENTED)])


def _wrap(post, rng):
    width = int(rng.randint(64, 76))
    lines = []
    for paragraph in filter(None, (post.greeting, *post.own, post.closing)):
        if lines:
            lines.append("")
        # a table keeps its lines, prose is wrapped
        lines += paragraph.split("\n") if "\n" in paragraph else textwrap.wrap(paragraph, width)
    post.own_lines = lines
    parent = post.parent
    if parent is None or rng.rand() < 0.03:
        # a follow-up to something that is no longer on the server
        if parent is None and post.own and rng.rand() < 0.12:
            post.quoted = [f"> {line}" for line in textwrap.wrap(_pick(rng, cast.LOST_QUOTES), 66)]
        return
    prefix = post.author.quote_prefix
    whole = [line for line in parent.own_lines if line][:40]
    if not whole:
        return
    count = int(rng.randint(2, 7))
    start = int(rng.randint(max(1, len(whole) - count + 1)))
    lines = [f"{prefix}{line}" for line in whole[start:start + count]]
    if parent.quoted and rng.rand() < 0.4:
        lines = [f"{prefix}{line}" for line in parent.quoted[:3]] + lines
    post.quoted = lines


def _date(minute, style):
    when = datetime(1993, 4, 5) + timedelta(minutes=minute)
    # not strftime: its names of days and months follow the machine's language
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()]
    day, month = when.day, {4: "Apr", 5: "May", 6: "Jun"}[when.month]
    clock = f"{when:%H:%M}:{minute * 7 % 60:02d}"
    return (
        f"{weekday}, {day} {month} 1993 {clock} GMT",
        f"{day} {month} 93 {clock} GMT",
        f"{weekday}, {day} {month} 93 {clock} EDT",
        f"{day} {month} 1993 {clock} -0500",
    )[style]


def _header(post, rng):
    """Seven fields that every post has, more until the drawn length is reached, noisy order."""
    author = post.author
    groups = list(post.groups)
    if len(groups) == 1 and rng.rand() < 0.08:
        groups.append(_pick(rng, ("alt.test.example", "misc.test.example")))
    relays = [_relay(rng) for _ in range(rng.randint(2, 5))]
    fields = [
        (0, f"Path: {'!'.join(relays)}!{author.address.split('@')[0]}"),
        (1, f"From: {author.address} ({author.name})"),
        (2, f"Newsgroups: {','.join(groups)}"),
        (3, f"Subject: {post.subject}"),
        (4, f"Message-ID: {post.message_id}"),
        (5, f"Date: {_date(post.minute, rng.randint(4))}"),
        (8, f"Lines: {len(post.body_lines)}"),
    ]
    length = rng.choice((7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 23),
                        p=(.01, .04, .13, .275, .24, .145, .08, .04, .02, .01, .005, .005))
    wanted = []
    if post.parent is not None:
        trail, node = [], post.parent
        while node is not None:
            trail.append(node.message_id)
            node = node.parent
        trail = trail[::-1]
        lines = [f"References: {' '.join(trail[:2])}"]
        # a long field goes on in the next line, which then starts with white space
        lines += [f"\t{' '.join(trail[n:n + 2])}" for n in range(2, len(trail), 2)]
        wanted.append((6, "\n".join(lines)))
    if post.groups[0] == SHORT_GROUP:
        wanted.append((7, "Approved: moderator@churchnews.example"))
    spare = [
        (7, f"Organization: {author.organization}"),
        (9, f"NNTP-Posting-Host: {author.host}"),
        (7, f"Distribution: {_pick(rng, ('world', 'usa', 'na', 'inet'))}"),
        (6, f"Sender: news@{author.host.split('.', 1)[1]} (Usenet News)"),
        (6, f"Reply-To: {author.address}"),
        (8, f"X-Newsreader: {_pick(rng, cast.NEWSREADERS)}"),
        (5, f"Keywords: {', '.join(w.lower().strip('?!,.') for w in post.subject.split()[-3:])}"),
        (5, f"Summary: {_pick(rng, cast.SUMMARIES)}"),
        (7, f"Followup-To: {post.groups[0]}"),
        (7, f"Article-I.D.: {author.host.split('.')[0]}.{post.message_id[1:20]}"),
    ]
    likely = spare[:2] if rng.rand() < 0.75 else spare[:1]
    rest = [spare[n] for n in rng.permutation(len(spare)) if spare[n] not in likely]
    wanted += [likely[n] for n in rng.permutation(len(likely))] + rest
    for entry in wanted:
        here = sum(f[1].count("\n") + 1 for f in fields)
        if here >= length:
            break
        fields.append(entry)
    missing = int(length) - sum(f[1].count("\n") + 1 for f in fields)
    if missing > 0:  # the longest headers repeat where the post has been
        trace = [f"\t{_relay(rng)}!{rng.randint(100, 999)}" for _ in range(missing - 1)]
        here = f"Xref: news.{relays[0]} {post.groups[0]}:{rng.randint(10**4, 10**5)}"
        fields.append((6, "\n".join([here, *trace])))
    order = sorted(range(len(fields)), key=lambda n: fields[n][0] + 1.6 * rng.rand())
    return "\n".join(fields[n][1] for n in order).split("\n")
