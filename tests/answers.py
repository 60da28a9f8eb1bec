"""What learners write for each exercise, right and wrong, and words of the hint that a wrong answer gets.

Each answer is the source of an expression, or of a function `f`. `MISTAKES` holds one wrong answer per
exercise that can be pasted into the lesson; test_checks.py tries all of `RIGHT` and `WRONG`.
"""

RIGHT, WRONG, MISTAKES = {}, {}, {}


MISTAKES["read_bytes"] = (
    "lambda raw: raw.decode('utf-8')",
    "this fails at some bytes; which encoding has a character for")
RIGHT["read_bytes"] = [
    'lambda raw: raw.decode("latin-1")',
    'lambda raw: "".join(chr(b) for b in raw)',
    'lambda raw: raw.decode("utf-8", errors="surrogateescape")',
    'lambda raw: str(raw, "iso-8859-1")',
    'lambda raw: raw.decode("cp437")',
    'lambda raw: "".join(map(chr, raw))',
]
WRONG["read_bytes"] = [
    ('lambda raw: raw.decode("utf-8")', "this fails at some bytes; which encoding has a character for"),
    ('lambda raw: raw.decode()', "this fails at some bytes; which encoding has a character for"),
    ('lambda raw: raw.decode("utf-8", errors="replace")', "all unknown bytes become the same sign; nobody can tell whic"),
    ('lambda raw: raw.decode("utf-8", "ignore")', "bytes that do not fit vanish; nothing may be left out."),
    ('lambda raw: raw.decode("ascii", "ignore")', "bytes that do not fit vanish; nothing may be left out."),
    ('lambda raw: raw.decode("ascii", "backslashreplace")', "expected a text that b'\\\\x80' does not give too."),
    ('lambda raw: str(raw)', "these are the bytes as Python writes them; decode them."),
    ('lambda raw: raw', "expected text (str), not b''."),
    ('lambda raw: raw.decode("latin-1").strip()', "(b' ') gives '', expected ' '."),
    ('lambda raw: raw.decode("cp1252")', "this fails at some bytes; which encoding has a character for"),
    ('lambda raw: raw.decode("latin-1").replace("\\r\\n", "\\n")', "expected '\\r\\n'."),
    ('def f(raw):\n    try:\n        return raw.decode("utf-8")\n    except UnicodeDecodeError:\n        return raw.decode("latin-1")', "expected a text that b'\\xe9' does not give too."),
    ('def f(raw):\n    try:\n        return raw.decode("utf-8")\n    except UnicodeDecodeError:\n        return ""', "(b'\\x80') gives '', expected a text that b'' does not give too."),
    ('lambda raw: "".join(chr(b) for b in raw if b < 128)', "bytes that do not fit vanish; nothing may be left out."),
    ('lambda raw: raw.hex()', "expected ' '."),
    ('lambda raw: raw.decode("utf-8", "backslashreplace")', "expected a text that b'\\\\x80' does not give too."),
    ('lambda raw: str(raw)[2:-1]', "expected '\\t'."),
    ('lambda raw: "\\n".join(raw.decode("latin-1").splitlines())', "(b'\\n') gives '', expected '\\n'."),
    ('lambda raw: raw.decode("latin-1").replace("\\0", "")', "(b'\\x00') gives '', expected '\\x00'."),
]

MISTAKES["cross_posts"] = (
    "lambda ids, labels: np.mean([mid != '' and ids.count(mid) > 1 for mid in ids])",
    "asked for is *another* label; here duplicates within one lab")
RIGHT["cross_posts"] = [
    'def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return np.mean([mid != "" and len(seen[mid]) > 1 for mid in ids])',
    'def f(ids, labels):\n    n = 0\n    for i in range(len(ids)):\n        for j in range(len(ids)):\n            if ids[i] and ids[i] == ids[j] and labels[i] != labels[j]:\n                n += 1\n                break\n    return n / len(ids)',
    'def f(ids, labels):\n    frame = pd.DataFrame({"id": ids, "label": labels})\n    n = frame.groupby("id")["label"].transform("nunique")\n    return ((n > 1) & (frame["id"] != "")).mean()',
    'def f(ids, labels):\n    pairs = set(zip(ids, labels))\n    n = Counter(mid for mid, _ in pairs)\n    return Fraction(sum(1 for mid in ids if mid and n[mid] > 1), len(ids))',
    'def f(ids, labels):\n    ids = np.array(ids)\n    hit = [bool(mid) and len(np.unique(labels[ids == mid])) > 1 for mid in ids]\n    return np.float32(np.mean(hit))',
    'def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return round(sum(mid != "" and len(seen[mid]) > 1 for mid in ids) / len(ids), 3)',
]
WRONG["cross_posts"] = [
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return sum(len(s) > 1 for m, s in seen.items() if m) / len(ids)', "you counted Message-IDs; each of them belongs to two posts o"),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return np.mean([len(s) > 1 for m, s in seen.items() if m])', "expected an ordinary number, not nan; was somethin"),
    ('lambda ids, labels: np.mean([ids.count(mid) > 1 for mid in ids])', "asked for is *another* label; here duplicates within one lab"),
    ('lambda ids, labels: np.mean([ids.count(mid) > 1 for mid in ids if mid])', "expected an ordinary number, not nan; was somethin"),
    ('lambda ids, labels: np.mean([mid != "" and ids.count(mid) > 1 for mid in ids])', "asked for is *another* label; here duplicates within one lab"),
    ('lambda ids, labels: 1 - len(set(ids)) / len(ids)', "expected 0.0."),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return np.mean([len(seen[mid]) > 1 for mid in ids])', 'a post without a Message-ID ("") shares it with nobody.'),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return 100 * np.mean([mid != "" and len(seen[mid]) > 1 for mid in ids])', "this is per cent; a share lies between 0 and 1."),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return sum(mid != "" and len(seen[mid]) > 1 for mid in ids)', "expected 1.0."),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return [mid for mid in ids if mid and len(seen[mid]) > 1]', "expected one number, not"),
    ('def f(ids, labels):\n    first = {}\n    n = 0\n    for mid, label in zip(ids, labels):\n        if mid in first and first[mid] != label:\n            n += 1\n        first.setdefault(mid, label)\n    return n / len(ids)', "expected 0.0."),
    ('lambda ids, labels: np.mean([mid != "" and ids.count(mid) == 2 for mid in ids])', "expected 0.0."),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return round(np.mean([mid != "" and len(seen[mid]) > 1 for mid in ids]), 1)', "this is rounded; return all digits."),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid.lower(), set()).add(label)\n    return np.mean([mid != "" and len(seen[mid.lower()]) > 1 for mid in ids])', "(['<a>', '<A>'], [0, 1]) gives 1.0, expected 0.0."),
    ('def f(ids, labels):\n    seen = {}\n    for mid, label in zip(ids, labels):\n        seen.setdefault(mid, set()).add(label)\n    return sum(mid != "" and len(seen[mid]) > 1 for mid in ids) / len([mid for mid in ids if mid])', 'a post without a Message-ID is a post too: divide by the num'),
]
BP = 'def f(texts, labels):\n    own = {}\n    for text, label in zip(texts, labels):\n        own.setdefault(%s, []).append(label)\n    return %s'

MISTAKES["best_possible"] = (
    "lambda texts, labels: len(set(texts)) / len(texts)",
    "expected 0.66667.")
RIGHT["best_possible"] = [
    BP % ("text", "sum(max(Counter(x).values()) for x in own.values()) / len(texts)"),
    BP % ("text", "sum(Counter(x).most_common(1)[0][1] for x in own.values()) / len(texts)"),
    'lambda texts, labels: pd.crosstab(pd.Series(texts), pd.Series(labels)).max(axis=1).sum() / len(texts)',
    'def f(texts, labels):\n    n = Counter(zip(texts, labels.tolist()))\n    best = {}\n    for (text, _), count in n.items():\n        best[text] = max(best.get(text, 0), count)\n    return Fraction(sum(best.values()), len(texts))',
    'def f(texts, labels):\n    texts = np.array(texts)\n    return sum(np.bincount(labels[texts == t]).max() for t in set(texts.tolist())) / len(texts)',
    'lambda texts, labels: np.mean([l == mode for t, l in zip(texts, labels) for mode in [max(sorted(set(m for u, m in zip(texts, labels) if u == t)), key=[m for u, m in zip(texts, labels) if u == t].count)]])',
]
WRONG["best_possible"] = [
    (BP % ("text.lower()", "sum(max(Counter(x).values()) for x in own.values()) / len(texts)"), "leave the texts as they are; here upper and lower case becom"),
    (BP % ("text.strip()", "sum(max(Counter(x).values()) for x in own.values()) / len(texts)"), "leave the texts as they are; here blanks at the edges are lo"),
    (BP % ("text", "sum(len(x) for x in own.values() if len(set(x)) == 1) / len(texts)"), "a text under two labels is not lost whole: its most frequent"),
    (BP % ("text", "len(own) / len(texts)"), "expected 0.66667."),
    (BP % ("text", "1 - sum(len(set(x)) > 1 for x in own.values()) / len(texts)"), "all posts but those of a text's most frequent label are lost"),
    (BP % ("text", "1 - sum(len(set(x)) - 1 for x in own.values()) / len(texts)"), "all posts but those of a text's most frequent label are lost"),
    (BP % ("text", "sum(max(Counter(x).values()) for t, x in own.items() if t) / len(texts)"), '"" is a text like any other; here it is skipped.'),
    (BP % ("text", "100 * sum(max(Counter(x).values()) for x in own.values()) / len(texts)"), "this is per cent; a share lies between 0 and 1."),
    (BP % ("text", "np.mean([max(Counter(x).values()) / len(x) for x in own.values()])"), "each text counts once here; a text that three posts have cou"),
    (BP % ("text", "sum(x.count(x[0]) for x in own.values()) / len(texts)"), "answer with a text's most frequent label, not its first."),
    (BP % ("text", "sum(x.count(max(x)) for x in own.values()) / len(texts)"), "expected 0.66667."),
    (BP % ("text", "sum(max(Counter(x).values()) for x in own.values())"), "expected 1.0."),
    (BP % ("text", "{t: max(Counter(x).values()) for t, x in own.items()}"), "expected one number, not"),
    (BP % ("text", "sum(max(Counter(x).values()) for x in own.values()) / len(corpus.texts)"), "expected 1.0 (it reads `corpus` from the notebook;"),
    ('lambda texts, labels: max(Counter(labels.tolist()).values()) / len(texts)', "expected 1.0."),
    ('lambda texts, labels: 1.0', "expected 0.66667."),
    ('def f(texts, labels):\n    labels.sort()\n    own = {}\n    for text, label in zip(texts, labels):\n        own.setdefault(text, []).append(label)\n    return sum(max(Counter(x).values()) for x in own.values()) / len(texts)', "expected 0.66667."),
    ('def f(texts, labels):\n    own = {}\n    for text, label in zip(texts, labels):\n        own.setdefault(text, np.zeros(20))[label] += 1\n    return sum(n.max() for n in own.values()) / len(texts)', "(['b'], [25]) stops with IndexError"),
]
HS = 'sum(len(headers.split_post(t)[0].splitlines()) for t in corpus.texts) / sum(len(t.splitlines()) for t in corpus.texts)'

MISTAKES["header_share"] = (
    "np.mean([len(headers.split_post(text)[0].splitlines()) / len(text.splitlines()) for text in corpus.texts])",
    "this is the mean of a share per post; count all lines, then ")
RIGHT["header_share"] = [
    HS,
    f'np.float32({HS})',
    'Fraction(sum(len(headers.split_post(t)[0].splitlines()) for t in corpus.texts), sum(len(t.splitlines()) for t in corpus.texts))',
    f'round({HS}, 3)',
    'np.sum([len(headers.split_post(t)[0].splitlines()) for t in corpus.texts]) / np.sum([len(t.splitlines()) for t in corpus.texts])',
    f'np.array({HS})',
    f'np.array([{HS}])',
]
WRONG["header_share"] = [
    ('np.mean([len(headers.split_post(t)[0].splitlines()) / len(t.splitlines()) for t in corpus.texts])', "this is the mean of a share per post; count all lines, then "),
    ('100 * ' + HS, "this is per cent; a share lies between 0 and 1."),
    ('1 - ' + HS, "this is the share of all the others; take it from 1."),
    ('sum(len(headers.split_post(t)[0].splitlines()) for t in corpus.texts)', "this is a count; divide it by the number of all."),
    ('sum(len(headers.split_post(t)[0]) for t in corpus.texts) / sum(len(t) for t in corpus.texts)', "these are characters, not lines."),
    ('sum(len(headers.split_post(t)[0].split("\\n")) for t in corpus.texts) / sum(len(t.split("\\n")) for t in corpus.texts)', "`split` counts an empty line after the last line end; take `"),
    ('sum(len(headers.split_post(t)[0].splitlines()) for t in corpus.texts) / sum(len(headers.split_post(t)[1].splitlines()) for t in corpus.texts)', "this is divided by the body lines, not by all."),
    ('sum(len(headers.split_post(t)[0].splitlines()) for t in corpus.texts) / len(corpus.texts)', "these are the header lines per post; divide by the number of"),
    ('10 * len(corpus.texts) / sum(len(t.splitlines()) for t in corpus.texts)', "not this share: all header lines of the corpus, divided by a"),
    ('sum(len(headers.split_post(t)[0].splitlines()) + 1 for t in corpus.texts) / sum(len(t.splitlines()) for t in corpus.texts)', "the blank line after a header is no header line."),
    ('"0.35"', "expected one number, not"),
    ('[0.35]', "expected one number, not"),
    ('sum(len(headers.parse_header(headers.split_post(t)[0])) for t in corpus.texts) / sum(len(t.splitlines()) for t in corpus.texts)', "these are header fields; a field can go on in a second line."),
    ('len(headers.split_post(corpus.texts[0])[0]) / len(corpus.texts[0])', 'not this share'),
    ('np.median([len(headers.split_post(t)[0].splitlines()) / len(t.splitlines()) for t in corpus.texts])', 'this is the median of a share per post; count all lines, the'),
    ('sum(len(headers.split_post(t)[0].splitlines()) for t in corpus.texts) / sum(len(p.splitlines()) for t in corpus.texts for p in headers.split_post(t))', 'the blank line after a header is missing: divide by all line'),
    ('sum(len(headers.split_post(t)[1].splitlines()) for t in corpus.texts) / sum(len(t.splitlines()) for t in corpus.texts)', 'these are the body lines.'),
    ('sum(len(headers.split_post(t)[0].split()) for t in corpus.texts) / sum(len(t.split()) for t in corpus.texts)', 'these are words, not lines.'),
    (f'1 / ({HS})', "this is upside down: the header lines go above the line."),
]

MISTAKES["cut_header"] = (
    "lambda text: '\\n'.join(text.split('\\n')[10:])",
    "ten lines are not the header: it ends at the first empty lin")
RIGHT["cut_header"] = [
    'lambda text: text.partition("\\n\\n")[2]',
    'lambda post: post.split("\\n\\n", 1)[1] if "\\n\\n" in post else ""',
    'def f(text):\n    lines = text.split("\\n")\n    for i in range(1, len(lines) - 1):\n        if lines[i] == "":\n            return "\\n".join(lines[i + 1:])\n    return ""',
    'def f(text):\n    position = text.find("\\n\\n")\n    return "" if position == -1 else text[position + 2:]',
    'lambda text: "\\n\\n".join(text.split("\\n\\n")[1:])',
    'lambda text: re.split(r"\\n\\n", text, maxsplit=1)[1] if re.search(r"\\n\\n", text) else ""',
    'def f(text):\n    try:\n        return text[text.index("\\n\\n") + 2:]\n    except ValueError:\n        return ""',
]
WRONG["cut_header"] = [
    ('lambda text: text.partition("\\n\\n")[2].strip()', "the body stays as it is; blanks or line ends at its edges ar"),
    ('lambda text: text.partition("\\n\\n")[2].lstrip("\\n")', "the body stays as it is; blanks or line ends at its edges ar"),
    ('lambda text: text.split("\\n\\n")[1]', "`[1]` is only the piece up to the second empty line."),
    ('lambda text: text.split("\\n\\n")[-1]', "the header ends at the first empty line, not at the last."),
    ('lambda text: text.split("\\n\\n", 1)[-1]', 'a post without an empty line has no body: return "" for it.'),
    ('lambda text: text.partition("\\n\\n")[0]', "this is the header; asked for is what follows it."),
    ('lambda text: "\\n".join(text.split("\\n")[10:])', "ten lines are not the header: it ends at the first empty lin"),
    ('lambda text: text[text.find("\\n\\n") + 2:]', "expected ''."),
    ('lambda text: text[text.find("\\n\\n"):]', "expected ''."),
    ('lambda text: text.split("\\n\\n", 1)[1]', 'a post without an empty line has no body: return "" for it.'),
    ('lambda text: "\\n".join(l for l in text.partition("\\n\\n")[2].split("\\n") if not l.startswith(">"))', "expected '> quoted\\nYes.'."),
    ('lambda text: text.split("\\n\\n", 1)', "expected text (str), not ['Subject: hi']."),
    ('lambda text: "".join(text.split("\\n\\n")[1:])', "blank lines within the body are lost; only the first one end"),
    ('lambda text: "\\n".join(l for l in text.split("\\n") if ":" not in l)', "expected ''."),
    ('def f(text):\n    lines = text.split("\\n")\n    for i, line in enumerate(lines):\n        if not line.strip():\n            return "\\n".join(lines[i:])\n    return ""', "expected ''."),
    ('def f(text):\n    lines = text.split("\\n")\n    for i, line in enumerate(lines):\n        if line == "":\n            return " ".join(lines[i + 1:])\n    return ""', "expected '\\nLate.'."),
    ('lambda text: "\\n".join(text.partition("\\n\\n")[2].split())', "expected '\\nLate.'."),
    ('lambda text: re.split(r"\\n\\n+", text, maxsplit=1)[1] if "\\n\\n" in text else ""', "the body stays as it is; blanks or line ends at its edges ar"),
    ('lambda text: (re.split(r"\\n[ \\t]*\\n", text, maxsplit=1) + [""])[1]', "expected 'Body.\\n'."),
    ('def f(text):\n    lines = text.split("\\n")\n    for i in range(1, len(lines) - 1):\n        if not lines[i].strip():\n            return "\\n".join(lines[i + 1:])\n    return ""', "expected 'Body.\\n'."),
    ('lambda text: text[text.find("\\n\\n") + 2:] if text.find("\\n\\n") > 0 else ""', "gives '', expected 'A body without a header.'."),
    ('def f(text):\n    lines = text.split("\\n")\n    return "\\n".join(lines[lines.index("") + 1:]) if "" in lines else ""', "gives 'Subject: hi\\n\\nBody.', expected 'Body.'."),
    ('lambda text: text.replace("\\r\\n", "\\n").partition("\\n\\n")[2]', "expected 'One.\\r\\nTwo.'."),
]
OW = 'def f(body):\n    lines = body.split("\\n")\n    kept = []\n    for i, line in enumerate(lines):\n        if %s:\n            continue\n        if %s:\n            continue\n        kept.append(line)\n    return "\\n".join(kept)'
Q, Wr = 'line.startswith((">", "|"))', 'line.endswith("writes:") and i + 1 < len(lines) and lines[i + 1].startswith((">", "|"))'

MISTAKES["own_words"] = (
    "lambda body: '\\n'.join(line for line in body.split('\\n') if line[:1] not in ('>', '|'))",
    "the line that announces a quote is still there.")
RIGHT["own_words"] = [
    OW % (Q, Wr),
    OW % ('line[:1] in (">", "|")', Wr),
    'def f(body):\n    lines = body.split("\\n")\n    quoted = [re.match(r"[>|]", line) is not None for line in lines]\n    return "\\n".join(l for l, q, n in zip(lines, quoted, quoted[1:] + [False]) if not q and not (n and l.endswith("writes:")))',
    'def f(body):\n    kept = []\n    below = ""\n    for line in reversed(body.split("\\n")):\n        quote = line[:1] == ">" or line[:1] == "|"\n        if not quote and not (line[-7:] == "writes:" and below[:1] in ("|", ">")):\n            kept.insert(0, line)\n        below = line\n    return "\\n".join(kept)',
    'lambda body: "\\n".join(re.findall(r"(?m)^(?![>|])(?!.*writes:\\n[>|]).*$", body))',
    OW % (Q, 'line.endswith("writes:") and lines[i + 1:i + 2] and lines[i + 1].startswith((">", "|"))'),
]
WRONG["own_words"] = [
    (OW % ('line.startswith(">")', Wr), "expected ''."),
    (OW % (Q, 'line.endswith("writes:")'), "`... writes:` goes only if the line directly below it is a q"),
    (OW % (Q, 'False'), "the line that announces a quote is still there."),
    (OW % ('line.strip().startswith((">", "|"))', Wr), "expected ' > indented'."),
    (OW % ('">" in line', Wr), "expected 'See, 7 > 5.'."),
    (OW % (Q, 'line.endswith("writes:") and lines[i + 1].startswith((">", "|"))'), "the last line has none below it: an index goes past the end."),
    (OW % (Q, 'line.endswith("writes:") and i + 1 < len(lines) and lines[i + 1].startswith(">")'), "`... writes:` above a line that begins with `|` goes too."),
    (OW % (Q, '"writes:" in line and i + 1 < len(lines) and lines[i + 1].startswith((">", "|"))'), "a line goes only if `writes:` is at its very end."),
    (OW % (Q, 'i + 1 < len(lines) and lines[i + 1].startswith((">", "|"))'), "every line above a quote is gone, not only `... writes:`."),
    (OW % (Q, Wr + ' or not line.strip()'), "expected 'a\\n\\n\\nb'."),
    (OW % (Q, 'line.endswith("writes:") and i > 0 and lines[i - 1].startswith((">", "|"))'), "expected ''."),
    ('lambda body: body.replace(">", "").replace("|", "")', "expected ' a|b '."),
    (OW.replace('kept.append(line)', 'kept.append(line.strip())') % (Q, Wr), "expected ' a|b '."),
    (OW.replace('"\\n".join(kept)', 'kept') % (Q, Wr), "expected text (str), not ['']."),
    (OW.replace('"\\n".join(kept)', '" ".join(kept)') % (Q, Wr), "expected 'a\\n\\n\\nb'."),
    (OW % (Q, 'line.endswith("writes:") and [l for l in lines[i + 1:] if l.strip()][:1] and [l for l in lines[i + 1:] if l.strip()][0].startswith((">", "|"))'), "`... writes:` goes only if the line directly below it is a q"),
    (OW % ('line.startswith("KM>")', 'False'), "expected ''."),
    (OW % (Q + ' or line.startswith("KM>")', Wr), "expected 'KM> initials'."),
    (OW % (Q, 'line.endswith("writes:") and lines[(i + 1) % len(lines)].startswith((">", "|"))'), "expected 'Kim writes:'."),
    (OW % (Q, 'line.endswith("writes") and i + 1 < len(lines) and lines[i + 1].startswith((">", "|"))'), "('writes:\\n> a') gives 'writes:', expected ''."),
    ('lambda body: re.sub(r"(>|\\|)*.*writes:(.*\\n)*", "", body)', "expected ''."),
    ('def f(body):\n    lines = body.splitlines()\n    return "\\n".join(a for a, b in zip(lines, lines[1:] + [""]) if not a.startswith((">", "|")) and not (a.endswith("writes:") and b.startswith((">", "|"))))', "('It moves.\\n') gives 'It moves.', expected 'It moves.\\n'."),
    ('def f(body):\n    lines = body.splitlines()\n    return "\\n".join(a for a, b in zip(lines, lines[1:] + [""]) if not a.startswith((">", "|")) and not (a.endswith("writes:") and b.startswith((">", "|")))) + "\\n" * body.endswith("\\n")', "gives 'A form feed:', expected 'A form feed:\\x0c> ends no line.'."),
    (OW % (Q, 'line.endswith(("writes:", "writes")) and i + 1 < len(lines) and lines[i + 1].startswith((">", "|"))'), "('Kim writes\\n> a') gives '', expected 'Kim writes'."),
    (OW % ('line.startswith((">", "|", ":"))', Wr), "(': a') gives '', expected ': a'."),
    (OW % (Q + ' or "-- " in lines[:i + 1]', Wr), "('-- \\nKim') gives '', expected '-- \\nKim'."),
    (OW % (Q, Wr.replace("i + 1", "lines.index(line) + 1")), "expected 'Kim writes:\\na'."),
]

MISTAKES["integers"] = (
    "[5, 4, 2, 1, 4, 3]",
    "the row has 10 numbers, not 6: pad or truncate it.")
RIGHT["integers"] = [
    "[5, 4, 2, 1, 4, 3, 0, 0, 0, 0]",
    "(5, 4, 2, 1, 4, 3, 0, 0, 0, 0)",
    "np.array([5, 4, 2, 1, 4, 3, 0, 0, 0, 0])",
    "pd.Series([5, 4, 2, 1, 4, 3, 0, 0, 0, 0])",
    "[5.0, 4, 2, 1, 4, 3, 0, 0, 0, 0]",
    "[np.int64(n) for n in (5, 4, 2, 1, 4, 3, 0, 0, 0, 0)]",
    'np.array([[5, 4, 2, 1, 4, 3, 0, 0, 0, 0]])',
    '[[5, 4, 2, 1, 4, 3, 0, 0, 0, 0]]',
    '((5, 4, 2, 1, 4, 3, 0, 0, 0, 0),)',
    '[np.array([5, 4, 2, 1, 4, 3, 0, 0, 0, 0])]',
]
WRONG["integers"] = [
    ("[5, 4, 2, 1, 4, 3]", "the row has 10 numbers, not 6: pad or truncate it."),
    ("[0, 0, 0, 0, 5, 4, 2, 1, 4, 3]", "padding comes after the words, not before them."),
    ("[5, 4, 2, 0, 4, 3, 0, 0, 0, 0]", "0 is padding; an unknown word is [UNK]."),
    ("[3, 2, 0, 0, 2, 1, 0, 0, 0, 0]", "padding and [UNK] come first: the first word is number 2."),
    ("[1, 4, 2, 1, 4, 1, 0, 0, 0, 0]", "punctuation is deleted, inside a word too."),
    ("[1, 1, 2, 1, 4, 3, 0, 0, 0, 0]", "the text is lowercased before the look-up."),
    ("[5, 4, 2, 1, 4, 4, 3, 0, 0, 0]", "a hyphen is deleted, not made a blank: two words become one."),
    ("[5, 4, 2, 1, 4, 3, 1, 1, 1, 1]", "number 7 of 10 is wrong: no word is left for it."),
    ('["5", "4", "2", "1", "4", "3", "0", "0", "0", "0"]', "expected a list or array of numbers, not ['5', '4'"),
    ('"5 4 2 1 4 3 0 0 0 0"', "expected a list or array of numbers, not '5 4 2 1 "),
    ("[[5, 4, 2, 1, 4, 3]]", "the row has 10 numbers, not 6"),
    ("[5]", "the row has 10 numbers, not 1: pad"),
    ("[[5, 4, 2, 1, 4, 3, 0, 0, 0, 0]] * 2", "expected a list or array of numbers, not [["),
    ("{5, 4, 2}", "expected a list or array of numbers, not {2, 4, 5}"),
    ("[5, 4, 2, 4, 3, 0, 0, 0, 0, 0]", "number 4 of 10 is wrong: the word is `email`."),
    ('[6, 5, 3, 2, 5, 4, 0, 0, 0, 0]', 'the first entry, padding, is number 0.'),
    ('[5, 4, 2, 1, 4, 3, 0, 0, 0, 0, 0, 0]', 'the row has 10 numbers, not 12: pad or truncate it.'),
]
CV = 'sum(counts[w] for w in vocabulary[2:1000]) / counts.total()'

MISTAKES["coverage"] = (
    "1.5",
    "a share lies between 0 and 1; is this per cent, or a count?")
RIGHT["coverage"] = [
    CV,
    f'round({CV}, 3)',
    'Fraction(sum(counts[w] for w in vocabulary[2:1000]), counts.total())',
    f'np.float32({CV})',
    'np.mean([t in set(vocabulary[:1000]) for text in held_out for t in vectorization.tokenize(text)])',
    f'np.array({CV})',
]
WRONG["coverage"] = [
    ('sum(w in counts for w in vocabulary[2:1000]) / len(counts)', "each unique word counts once here; a token counts as often a"),
    ('100 * ' + CV, "this is per cent; a share lies between 0 and 1."),
    ('sum(counts[w] for w in vocabulary[2:1002]) / counts.total()', "padding and [UNK] are two of the entries: 998 words, not 100"),
    ('sum(counts[w] for w in vocabulary[2:1000])', "this is a count; divide it by the number of all."),
    ('1 - ' + CV, "this is the share of all the others; take it from 1."),
    ('sum(w in counts for w in vocabulary[2:1000]) / 998', "this is a share of the vocabulary, not of the tokens."),
    ('sum(train_counts[w] for w in vocabulary[2:1000]) / train_counts.total()', "this is measured on training posts; asked for are the held-o"),
    (f'round({CV}, 2)', "this is rounded; return all digits."),
    ('998 / len(counts)', "not this share: the known tokens of the held-out posts, divi"),
    ('sum(counts[w] for w in vocabulary) / counts.total()', "this is the whole vocabulary; take its first entries."),
    (f'str({CV})', "expected one number, not"),
    (f'[{CV}]', "expected one number, not"),
    ('0.5', "not this share: the known tokens of the held-out posts, divi"),
    ('np.mean([np.mean([t in set(vocabulary[2:1000]) for t in vectorization.tokenize(text)]) for text in held_out])', 'this is the mean of a share per post; count all tokens, then'),
    ('sum(w in counts for w in vocabulary[:1000]) / 1000', 'this is a share of the vocabulary, not of the tokens.'),
    ('1 - sum(w in counts for w in vocabulary[:1000]) / len(counts)', 'this is the share of the unique words that are unknown.'),
    ('sum(counts[w] + train_counts[w] for w in vocabulary[:1000]) / (counts + train_counts).total()', 'the training posts count here as well; asked for are the hel'),
    ('sum(counts[w] for w in vocabulary[:1000]) / sum(counts[w] for w in vocabulary)', 'this is divided by the tokens that the whole vocabulary know'),
    ('np.mean([w in vocabulary[2:1000] for post in held_out for w in post.split()])', 'these are no tokens: use `held_out_counts`.'),
    ('sum(counts[w] for w in vocabulary[:1000]) / len(counts)', 'divide by the number of all tokens, not of the unique words.'),
    ('sum(n for _, n in counts.most_common(998)) / counts.total()', 'these are the most frequent words of the held-out posts; tak'),
]
LW = 'def f(texts, split, n_words):\n    counts = vectorization.count_tokens(%s)\n    return %s'
TR = '[texts[i] for i in split.train]'

MISTAKES["learn_words"] = (
    "lambda texts, split, n_words: vectorization.learn_vocabulary(texts, n_words + 2)",
    "it also counts all posts; only training posts count.")
RIGHT["learn_words"] = [
    LW % (TR, '["", "[UNK]"] + [w for w, _ in counts.most_common(n_words)]'),
    LW % (TR, '["", "[UNK]"] + sorted(counts, key=lambda w: (-counts[w], w))[:n_words]'),
    LW % (TR, '("", "[UNK]", *sorted(counts, key=counts.get, reverse=True)[:n_words])'),
    LW % (TR, 'np.array(["", "[UNK]"] + [w for w, _ in counts.most_common(n_words)])'),
    'lambda texts, split, n: vectorization.learn_vocabulary([texts[i] for i in split.train], n + 2)',
    'lambda texts, split, n: vectorization.learn_vocabulary(take(texts, split.train), max_tokens=n + 2)',
]
WRONG["learn_words"] = [
    (LW % ('texts', '["", "[UNK]"] + [w for w, _ in counts.most_common(n_words)]'), "it also counts all posts; only training posts count."),
    (LW % ('[texts[i] for i in [*split.train, *split.validation]]', '["", "[UNK]"] + [w for w, _ in counts.most_common(n_words)]'), "it also counts validation posts; only training posts count."),
    (LW % (TR, '["", "[UNK]"] + [w for w, _ in counts.most_common(n_words - 2)]'), "the two special entries come on top of `n_words` words."),
    (LW % (TR, '[w for w, _ in counts.most_common(n_words)]'), '"" and "[UNK]" come first.'),
    (LW % (TR, '["", "[UNK]"] + sorted(counts)[:n_words]'), "expected ['', '[UNK]', 'moon'] (or other ties)."),
    (LW % (TR, '["", "[UNK]"] + counts.most_common(n_words)'), "expected a list of names (str), not ['', '[UNK]', "),
    (LW % (TR, '["", "[UNK]"] + list(counts)[:n_words]'), "expected ['', '[UNK]', 'moon'] (or other ties)."),
    (LW % (TR, '["", "[UNK]"] + sorted(counts, key=counts.get)[:n_words]'), "expected ['', '[UNK]', 'moon'] (or other ties)."),
    ('lambda texts, split, n: vectorization.learn_vocabulary(take(texts, split.train), n)', "stops with ValueError: max_tokens must be 2 or mor"),
    (LW % (TR, '["", "[UNK]"] + [w for _, w in sorted({c: w for w, c in counts.items()}.items(), reverse=True)][:n_words]'), "expected ['', '[UNK]', 'the', 'moon'] (or other ti"),
    ('def f(texts, split, n):\n    counts = Counter(" ".join(texts[i] for i in split.train).split())\n    return ["", "[UNK]"] + [w for w, _ in counts.most_common(n)]', "these are no tokens: use `vectorization.count_tokens`."),
    ('def f(texts, split, n):\n    counts = Counter(" ".join(texts[i] for i in split.train).lower().split())\n    return ["", "[UNK]"] + [w for w, _ in counts.most_common(n)]', "expected ['', '[UNK]', 'dont'] (or other ties)."),
    ('def f(texts, split, n):\n    counts = Counter(re.findall(r"[a-z0-9]+", " ".join(texts[i] for i in split.train).lower()))\n    return ["", "[UNK]"] + [w for w, _ in counts.most_common(n)]', "expected ['', '[UNK]', 'dont'] (or other ties)."),
    ('def f(texts, split, n):\n    counts = Counter(w for i in split.train for w in dict.fromkeys(vectorization.tokenize(texts[i])))\n    return ["", "[UNK]"] + [w for w, _ in counts.most_common(n)]', "count each occurrence, not the posts."),
    (LW % (TR, '["[UNK]", ""] + [w for w, _ in counts.most_common(n_words)]'), "expected ['', '[UNK]', 'the'] (or other ties)."),
    (LW % (TR, '[b""] + [w.encode() for w, _ in counts.most_common(n_words)]'), "expected a list of names (str), not [b'', b'the']."),
    (LW % ('texts[:len(split.train)]', '["", "[UNK]"] + [w for w, _ in counts.most_common(n_words)]'), "expected ['', '[UNK]', 'the'] (or other ties)."),
    (LW % ('take(texts, split.test)', '["", "[UNK]"] + [w for w, _ in counts.most_common(n_words)]'), "expected ['', '[UNK]', 'the'] (or other ties)."),
    (LW % (TR, '["", "[UNK]"] + [w for w, n in counts.most_common() if w.isalpha()][:n_words]'), "expected ['', '[UNK]', '3'] (or other ties)."),
    (LW % (TR, '["", "[UNK]"] + [w for w, n in counts.most_common() if len(w) > 1][:n_words]'), "expected ['', '[UNK]', '3'] (or other ties)."),
]

MISTAKES["cosine"] = (
    "lambda a, b: a @ b",
    "this is the dot product; divide it by both lengths.")
RIGHT["cosine"] = [
    'lambda a, b: 0.0 if not (a.any() and b.any()) else a @ b / (np.linalg.norm(a) * np.linalg.norm(b))',
    'lambda a, b: 0 if not any(a) or not any(b) else sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(y * y for y in b))',
    'def f(a, b):\n    n = np.linalg.norm(a) * np.linalg.norm(b)\n    if n == 0:\n        return 0.0\n    return np.dot(a, b) / n',
    'lambda a, b: np.nan_to_num(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))',
    'lambda a, b: np.float32(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12))',
    'def f(a, b):\n    try:\n        return float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))\n    except ZeroDivisionError:\n        return 0',
]
WRONG["cosine"] = [
    ('lambda a, b: a @ b', "this is the dot product; divide it by both lengths."),
    ('lambda a, b: a @ b / (np.linalg.norm(a) * np.linalg.norm(b))', "all zeros give NaN; return 0.0 then."),
    ('lambda a, b: a @ b / np.linalg.norm(a) * np.linalg.norm(b)', "this multiplies by a length: put brackets around the product"),
    ('lambda a, b: 0.0 if not a.any() else a @ b / (np.linalg.norm(a) * np.linalg.norm(b))', "only `a` is tested for zeros; the other may be all zeros too"),
    ('lambda a, b: 0.0 if not b.any() else a @ b / (np.linalg.norm(a) * np.linalg.norm(b))', "only `b` is tested for zeros; the other may be all zeros too"),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else max(0, a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))', "for opposite directions the cosine is negative; here it is c"),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))', "expected 1.0."),
    ('lambda a, b: np.linalg.norm(a - b)', "expected 1.0."),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else (a[0] * b[0] + a[1] * b[1]) / (np.linalg.norm(a) * np.linalg.norm(b))', "stops with IndexError: index 1 is out of bounds fo"),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else np.arccos(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))', "expected 1.0."),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else a * b / (np.linalg.norm(a) * np.linalg.norm(b))', "expected one number, not"),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else np.cos(a @ b)', "expected 1.0."),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else a @ b / (a @ a * (b @ b))', "expected 1.0."),
    ('lambda a, b: 0.0 if not (a.any() and b.any()) else round(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))', "expected 0.96."),
    ('lambda a, b: 0.0 if a @ b == 0 else abs(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))', "expected -0.13724."),
    ('lambda a, b: a @ b / np.linalg.norm(a)', "expected 1.0."),
    ('lambda a, b: None if not (a.any() and b.any()) else a @ b / (np.linalg.norm(a) * np.linalg.norm(b))', "returns None."),
    ('lambda a, b: 0.0 if a[0] == 0 or b[0] == 0 else a @ b / np.linalg.norm(a) / np.linalg.norm(b)', '([0.0, 2.0], [3.0, 4.0]) gives 0.0, expected 0.8.'),
    ('lambda a, b: 0.0 if min(np.linalg.norm(a), np.linalg.norm(b)) < 0.1 else a @ b / np.linalg.norm(a) / np.linalg.norm(b)', '([0.01, 0.02], [0.02, 0.01]) gives 0.0, expected 0.8.'),
]
BM = 'def f(vocabulary, vectors, dim):\n    mean = %s\n    matrix = np.zeros((len(vocabulary), dim)%s)\n    for i, word in enumerate(vocabulary):\n        if %s:\n            matrix[i] = vectors[word]\n        elif %s:\n            matrix[i] = mean\n    return matrix'
M = 'np.mean([vectors[w] for w in vocabulary if w in vectors], axis=0)'

MISTAKES["build_matrix"] = (
    "lambda vocabulary, vectors, dim: np.array([vectors.get(word, np.zeros(dim)) for word in vocabulary])",
    "words without a vector get the mean of the vectors of the vo")
RIGHT["build_matrix"] = [
    BM % (M, '', 'word in vectors', 'i > 0'),
    BM % (M, ', dtype="float32"', 'word in vectors', 'word != ""'),
    'def f(v, vectors, dim):\n    found = [vectors[w] for w in v if w in vectors]\n    mean = sum(found) / len(found)\n    return [[0] * dim] + [list(vectors.get(w, mean)) for w in v[1:]]',
    'def f(v, vectors, dim):\n    frame = pd.DataFrame({w: vectors[w] for w in v if w in vectors}).T\n    frame = frame.reindex(v).fillna(frame.mean())\n    frame.iloc[0] = 0\n    return frame',
    'lambda v, vectors, dim: np.vstack([np.zeros(dim)] + [vectors[w] if w in vectors else np.stack([vectors[x] for x in v if x in vectors]).mean(0) for w in v[1:]])',
    BM.replace('return matrix', 'return np.asfortranarray(matrix)') % (M, '', 'word in vectors', 'i'),
]
WRONG["build_matrix"] = [
    ('def f(v, vectors, dim):\n    m = np.zeros((len(v), dim))\n    for i, w in enumerate(v):\n        if w in vectors:\n            m[i] = vectors[w]\n'
     '    mean = np.mean([vectors[w] for w in v if w in vectors], axis=0)\n    for i in range(1, len(v)):\n        if not m[i].all():\n            m[i] = mean\n    return m',
     "expected [[0.0, 0.0], [0.5, 2.0], [0.0, 5.0], [1.0, -1.0], [0.5, 2.0]]."),
    (BM % (M, '', 'word in vectors', 'True'), "row 0 is not zero: padding is no word, not even an average o"),
    (BM % (M, '', 'word in vectors', 'i > 1'), "words without a vector get the mean of the vectors of the vo"),
    (BM % (M, '', 'word in vectors', 'False'), "words without a vector get the mean of the vectors of the vo"),
    (BM % ('np.mean(list(vectors.values()), axis=0)', '', 'word in vectors', 'i > 0'), "words without a vector get the mean of the vectors of the vo"),
    (BM % (M, ', dtype=int', 'word in vectors', 'i > 0'), "the numbers are cut to whole ones: no `dtype=int`."),
    (BM.replace('return matrix', 'return matrix.T') % (M, '', 'word in vectors', 'i > 0'), "the matrix is transposed: one row per entry."),
    (BM.replace('return matrix', 'return matrix[2:]') % (M, '', 'word in vectors', 'i > 0'), "expected [[0.0], [-2.15], [-2.15], [-2.15]]."),
    (BM.replace('len(vocabulary), dim', 'len(vocabulary) + 2, dim') % (M, '', 'word in vectors', 'i > 0'), "two rows too many: padding and [UNK] are in the vocabulary a"),
    (BM % (M.replace(', axis=0', ''), '', 'word in vectors', 'i > 0'), "expected [[0.0, 0.0], [0.45, -0.05], [0.45, -0.05]"),
    (BM % ('sum(vectors[w] for w in vocabulary if w in vectors)', '', 'word in vectors', 'i > 0'), "expected [[0.0, 0.0], [0.5, 2.0], [0.0, 5.0], [1.0, -1.0], [0.5, 2.0]]."),
    (BM % ('np.mean([vectors.get(w, np.zeros(dim)) for w in vocabulary], axis=0)', '', 'word in vectors', 'i > 0'), "words without a vector get the mean of the vectors of the vo"),
    (BM % (M, '', 'word in vectors', 'word == "[UNK]"'), "expected [[0.0], [-2.15], [-2.15], [-2.15]]."),
    ('lambda v, vectors, dim: np.random.rand(len(v), dim)', "expected [[0.0], [-2.15], [-2.15], [-2.15]]."),
    (BM % ('np.median([vectors[w] for w in vocabulary if w in vectors], axis=0)', '', 'word in vectors', 'i > 0'), "expected [[0.0], [1.125], [1.125], [-1.05], [1.05]"),
    (BM.replace('return matrix', 'print(matrix)') % (M, '', 'word in vectors', 'i > 0'), "returns None; replace the `...`, and end with `ret"),
    (BM % ('np.mean([vectors.get(w, np.zeros(dim)) for w in vocabulary[1:]], axis=0)', '', 'word in vectors', 'i > 0'), "words without a vector get the mean of the vectors of the vo"),
    ('def f(v, vectors, dim):\n    m = np.zeros((len(v), dim))\n    for i, w in enumerate(v):\n        m[i] = vectors[w]\n    return m', "stops with KeyError: ''."),
    ('lambda v, vectors, dim: np.array(list(vectors.values()))', "expected [[0.0], [-2.15], [-2.15], [-2.15]]."),
    (BM % (M, '', 'word in vectors', 'i > 0 and not vectors.pop("moon", None) is None'), "expected [[0.0], [-2.15], [-2.15], [-2.15]]."),
    ('def f(vocabulary, vectors, dim):\n    own = [vectors.get(w.lower()) for w in vocabulary]\n    mean = np.mean([v for v in own if v is not None], axis=0)\n    return np.array([np.zeros(dim)] + [mean if v is None else v for v in own[1:]])', "(['', '[UNK]', 'Oil', 'ice'], "),
    ('def f(vocabulary, vectors, dim):\n    mean = sum(vectors[w] for w in vocabulary if w in vectors) / len(vectors)\n    return np.array([np.zeros(dim)] + [vectors.get(w, mean) for w in vocabulary[1:]])', 'here the sum is divided by the number of all vectors.'),
]
AN = 'def f(a, b, c, words, matrix):\n    row = {w: matrix[i] for i, w in enumerate(words)}\n    target = %s\n    best, top = None, -np.inf\n    for w in words:\n        if %s:\n            continue\n        score = %s\n        if score > top:\n            best, top = w, score\n    return best'
CO = 'row[w] @ target / (np.linalg.norm(row[w]) * np.linalg.norm(target))'
T = 'row[b] - row[a] + row[c]'

MISTAKES["analogy"] = (
    "lambda a, b, c, words, matrix: b",
    "expected 'ice'.")
RIGHT["analogy"] = [
    AN % (T, 'w in (a, b, c) or not row[w].any()', CO),
    AN % (T, 'w in [a, b, c] or np.linalg.norm(row[w]) == 0', 'row[w] @ target / np.linalg.norm(row[w])'),
    'def f(a, b, c, words, matrix):\n    i = [words.index(x) for x in (a, b, c)]\n    t = matrix[i[1]] - matrix[i[0]] + matrix[i[2]]\n    n = np.linalg.norm(matrix, axis=1)\n    s = np.where(n > 0, matrix @ t / np.where(n > 0, n, 1), -np.inf)\n    s[i] = -np.inf\n    return words[int(np.argmax(s))]',
    AN.replace('return best', 'return np.str_(best)') % (T, 'w in (a, b, c) or not row[w].any()', CO),
    'def f(a, b, c, words, matrix):\n    row = dict(zip(words, matrix))\n    target = row[b] - row[a] + row[c]\n    rest = [w for w in words if w not in {a, b, c} and any(row[w])]\n    return max(rest, key=lambda w: np.dot(row[w], target) / np.sqrt(np.dot(row[w], row[w])))',
    'def f(a, b, c, words, matrix):\n    return glove.nearest_words(matrix, words, matrix[words.index(b)] - matrix[words.index(a)] + matrix[words.index(c)], k=1, without=(a, b, c))[0][0]',
]
WRONG["analogy"] = [
    (AN % (T, 'not row[w].any()', CO), "leave out a, b and c; here none of them is."),
    (AN % (T, 'w in (a, b, c)', 'row[w] @ target / max(np.linalg.norm(row[w]) * np.linalg.norm(target), 1e-9)'), "a row of zeros is a word without a vector and never the answ"),
    (AN % (T, 'w == c or not row[w].any()', CO), "leave out a, b and c; here only c is."),
    (AN % (T, 'w in (a, b, c) or not row[w].any()', 'row[w] @ target'), "a long vector won: divide by the lengths, as the cosine does"),
    (AN % (T, 'w in (a, b, c) or not row[w].any()', '-np.linalg.norm(row[w] - target)'), "the smallest distance is not the highest cosine."),
    (AN % ('row[a] - row[b] + row[c]', 'w in (a, b, c) or not row[w].any()', CO), "the step goes the wrong way: it leads from a to b."),
    (AN % ('row[b] + row[c]', 'w in (a, b, c) or not row[w].any()', CO), "a was not taken away: the step from a to b is a difference."),
    (AN.replace('return best', 'return words.index(best)') % (T, 'w in (a, b, c) or not row[w].any()', CO), "expected text (str), not 2."),
    (AN.replace('score > top', '-score > top').replace('best, top = w, score', 'best, top = w, -score') % (T, 'w in (a, b, c) or not row[w].any()', CO), "expected 'duke'."),
    ('def f(a, b, c, words, matrix):\n    t = matrix[words.index(b)] - matrix[words.index(a)] + matrix[words.index(c)]\n    s = matrix @ t / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(t))\n    for x in (a, b, c):\n        s[words.index(x)] = -1\n    return words[np.argmax(s)]', "a row of zeros is a word without a vector and never the answ"),
    ('lambda a, b, c, words, matrix: "queen"', "expected 'ice'."),
    (AN % ('row[c]', 'w in (a, b, c) or not row[w].any()', CO), "expected 'ice'."),
    (AN % (T, 'w in (a, b) or not row[w].any()', CO), "expected 'ice'."),
    (AN % (T, 'w in (a, b, c) or not row[w].any()', 'abs(' + CO + ')'), "expected 'oil'."),
    ('def f(a, b, c, words, matrix):\n    return glove.nearest_words(matrix, words, matrix[words.index(b)] - matrix[words.index(a)] + matrix[words.index(c)], k=1)[0]', "expected text (str), not ('man', 0.99073)."),
    (AN.replace('return best', 'return [best]') % (T, 'w in (a, b, c) or not row[w].any()', CO), "expected text (str), not ['ice']."),
    ('def f(a, b, c, words, matrix):\n    row = known\n    target = row[b] - row[a] + row[c]\n    return max((w for w in row if w not in (a, b, c)), key=lambda w: row[w] @ target)', "it reads `known` from the notebook"),
]
SE = 'def f(losses, patience):\n    best, wait = %s, 0\n    for epoch, loss in enumerate(losses, start=%s):\n        if %s:\n            best, wait = loss, 0\n        else:\n            wait += 1\n        if wait %s patience:\n            return epoch\n    return len(losses)'

MISTAKES["stopped_epoch"] = (
    "lambda val_losses, patience: val_losses.index(min(val_losses)) + 1",
    "this is the epoch with the lowest loss of all, wherever trai")
RIGHT["stopped_epoch"] = [
    SE % ('float("inf")', 1, 'loss < best', '=='),
    SE % ('losses[0] + 1', 1, 'loss < best', '>='),
    'def f(v, p):\n    best = 0\n    for i in range(len(v)):\n        if v[i] < v[best]:\n            best = i\n        if i - best >= p:\n            return i + 1\n    return len(v)',
    'def f(v, p):\n    for n in range(1, len(v) + 1):\n        if v[:n].index(min(v[:n])) + p < n:\n            return n\n    return np.int64(len(v))',
    'def f(v, p):\n    low = np.minimum.accumulate(v)\n    for n in range(p, len(v)):\n        if low[n] == low[n - p]:\n            return float(n + 1)\n    return len(v)',
    'def f(losses, patience):\n    epochs = wait = 0\n    lowest = math.inf\n    while epochs < len(losses) and wait < patience:\n        wait = 0 if losses[epochs] < lowest else wait + 1\n        lowest = min(lowest, losses[epochs])\n        epochs += 1\n    return epochs',
    'def f(losses, patience):\n    for n in range(patience, len(losses)):\n        if min(losses[n - patience + 1:n + 1]) >= losses[n - patience]:\n            return n + 1\n    return len(losses)',
]
WRONG["stopped_epoch"] = [
    ('lambda v, p: v.index(min(v)) + 1', "this is the epoch with the lowest loss of all, wherever trai"),
    ('lambda v, p: v.index(min(v))', "expected 1.0."),
    ('lambda v, p: len(v)', "patience never ends the training here."),
    ('lambda v, p: min(v.index(min(v)) + 1 + p, len(v))', "expected 3.0."),
    (SE % ('float("inf")', 0, 'loss < best', '=='), "expected 2.0."),
    (SE % ('float("inf")', 1, 'loss <= best', '=='), "an equal loss is not lower."),
    (SE % ('float("inf")', 1, 'loss < best', '>'), "expected 2.0."),
    ('def f(v, p):\n    wait = 0\n    for i in range(1, len(v)):\n        wait = 0 if v[i] < v[i - 1] else wait + 1\n        if wait == p:\n            return i + 1\n    return len(v)', "compare with the lowest loss so far, not with the epoch befo"),
    ('def f(v, p):\n    best, wait = float("inf"), 0\n    for i, x in enumerate(v, 1):\n        if x < best:\n            best = x\n        else:\n            wait += 1\n        if wait == p:\n            return i\n    return len(v)', "a new lowest loss starts the count of epochs again."),
    ('def f(v, p):\n    best, wait, at = float("inf"), 0, 0\n    for i, x in enumerate(v, 1):\n        if x < best:\n            best, wait, at = x, 0, i\n        else:\n            wait += 1\n        if wait == p:\n            return at\n    return at', "this is the best epoch; training goes on for `patience` epoc"),
    ('lambda v, p: p', "expected 2.0."),
    ('def f(v, p):\n    best, wait = float("inf"), 0\n    for i, x in enumerate(v, 1):\n        if x < best:\n            best, wait = x, 0\n        else:\n            wait += 1\n        if wait == p:\n            return i', "returns None."),
    ('def f(v, p):\n    for i in range(1, len(v)):\n        if v[i] > v[i - 1]:\n            return i + p\n    return len(v)', "expected 2.0."),
    ('def f(v, p):\n    best, wait = v[0], 0\n    for i, x in enumerate(v, 1):\n        if x < best:\n            best, wait = x, 0\n        else:\n            wait += 1\n        if wait == p:\n            return i\n    return len(v)', "expected 2.0."),
    ('lambda v, p: min(v)', "expected 2.0."),
    (SE.replace('patience:\n', '2:\n') % ('float("inf")', 1, 'loss < best', '=='), "expected 2.0."),
    (SE % ('3', 1, 'loss < best', '=='), "([3000.0, 2000.0, 2500.0], 1) gives 1.0, expected 3.0."),
    (SE % ('10', 1, 'loss < best', '=='), "([3000.0, 2000.0, 2500.0], 1) gives 1.0, expected 3.0."),
    (SE % ('100', 1, 'loss < best', '=='), "([3000.0, 2000.0, 2500.0], 1) gives 1.0, expected 3.0."),
    (SE % ('np.inf', 1, 'loss < best - 0.01', '=='), "([1.004, 1.003, 1.002], 1) gives 2.0, expected 3.0."),
]

MISTAKES["conv_parameters"] = (
    "1",
    "count one filter (words in its window, numbers per word, one")
RIGHT["conv_parameters"] = [
    "(3 * embedding_dim + 1) * 64",
    "3 * embedding_dim * 64 + 64",
    "np.int64(64 * (1 + 3 * embedding_dim))",
    "float((3 * embedding_dim + 1) * 64)",
    "19264",
    "Fraction(19264)",
]
WRONG["conv_parameters"] = [
    ("3 * embedding_dim * 64", "each filter has a bias as well."),
    ("3 * 64", "count one filter (words in its window, numbers per word, one"),
    ("3 * 64 + 64", "a filter sees whole vectors; how many numbers has one?"),
    ("3 * embedding_dim + 1", "this is one filter; the layer has more."),
    ("3 * embedding_dim", "this is one filter; the layer has more."),
    ("(3 * embedding_dim + 1) * 64 * 200", "the same filters slide along the post: its length does not c"),
    ("(embedding_dim + 1) * 64", "a filter sees several words at a time."),
    ("3 * embedding_dim * 64 + 1", "one bias in all is too few: each filter has its own."),
    ("3 * embedding_dim * 64 * 198", "count one filter (words in its window, numbers per word, one"),
    ("(3 * embedding_dim + 1) * 64 + 1", "count one filter (words in its window, numbers per word, one"),
    ('"19264"', "expected one number, not"),
    ("(3, 100, 64)", "expected one number, not"),
    ("3 * (embedding_dim + 1) * 64", "a filter has one bias, not one per word."),
    ('64 * 3 * embedding_dim + 3', 'the weights are right; each filter has exactly one bias.'),
    ('64 * 3 * embedding_dim + embedding_dim', 'the weights are right; each filter has exactly one bias.'),
    ('64 * 3 * 200 + 64', 'a filter sees whole vectors; how many numbers has one?'),
    ('3 * embedding_dim + 64', 'this is one filter; the layer has more.'),
    ('64 * 3 * (embedding_dim + 64)', 'the biases come in the product here; add them once, at the en'),
    ('(64 * 3 * embedding_dim + 64) * 198', 'the same filters slide along the post: its length does not c'),
    ('198 * 64', 'these are the numbers that the layer gives for a post.'),
    ('64 * (3 + embedding_dim) + 64', 'a filter has a weight for each number of each word: multiply'),
    ('64 * 3 * 3 * embedding_dim + 64', 'the window counts only once.'),
    ('128 * 5 * embedding_dim + 128', 'this is another layer: this one has 64 filters, and windows'),
    ('19.264', 'write the number without a point or comma.'),
    ('64 * 3 * embedding_dim * 64', 'the biases come in the product here; add them once, at the en'),
]
CH = 'def f(validation, test):\n    best = max(validation, key=lambda n: %s)\n    return %s'

MISTAKES["choose"] = (
    "lambda validation, test: max((test(name), name) for name in validation)[::-1]",
    "`test` was called twice; call it once.")
RIGHT["choose"] = [
    CH % ('np.mean(validation[n])', 'best, test(best)'),
    CH % ('sum(validation[n]) / len(validation[n])', '[best, test(best)]'),
    'def f(validation, test):\n    means = {n: np.mean(a) for n, a in validation.items()}\n    for n in means:\n        if means[n] == max(means.values()):\n            return n, test(n)',
    'def f(validation, test):\n    means = pd.Series({n: np.mean(a) for n, a in validation.items()})\n    name = means.idxmax()\n    return name, np.float64(test(name))',
    'def f(validation, test):\n    name = sorted(validation, key=lambda n: -np.mean(validation[n]))[0]\n    accuracy = test(name)\n    return name, accuracy',
    CH % ('statistics.mean(validation[n])', 'best, Fraction(test(best))'),
]
WRONG["choose"] = [
    (CH % ('validation[n][0]', 'best, test(best)'), "the first seed decides; compare the means over the seeds."),
    (CH % ('max(validation[n])', 'best, test(best)'), "the best seed decides; compare the means over the seeds."),
    (CH % ('sum(validation[n])', 'best, test(best)'), "the sum (more seeds, more sum) decides; compare the means ov"),
    (CH % ('np.mean(validation[n])', 'best, np.mean(validation[best])'), "this is its validation accuracy; it was chosen by that, so i"),
    (CH % ('np.mean(validation[n])', 'best, max(validation[best])'), "expected ('small', 0.59)."),
    (CH % ('test(n)', 'best, test(best)'), "`test` was called twice; call it once."),
    (CH % ('np.mean(validation[n])', 'test(best)'), "expected a name and an accuracy, not 0.59."),
    (CH % ('np.mean(validation[n])', 'best'), "expected a name and an accuracy, not 'small'."),
    (CH % ('np.mean(validation[n])', 'test(best), best'), "expected a name and an accuracy, not (0.59, 'small"),
    (CH % ('validation[n]', 'best, test(best)'), "the first seed decides; compare the means over the seeds."),
    (CH % ('np.mean(validation[n])', 'best, 100 * test(best)'), "this is per cent."),
    (CH % ('-np.mean(validation[n])', 'best, test(best)'), "expected ('small', 0.59)."),
    (CH % ('np.median(validation[n])', 'best, test(best)'), "the median decides; compare the means over the seeds."),
    (CH % ('np.mean(validation[n])', 'best, (test(best) + test(best)) / 2'), "`test` was called twice; call it once."),
    (CH % ('np.mean(validation[n])', 'best, test'), "expected one number, not"),
    (CH % ('n', 'best, test(best)'), "expected ('small', 0.59)."),
    ('def f(validation, test):\n    means = np.mean(list(validation.values()), axis=0)\n    return list(validation)[int(np.argmax(means))], test(list(validation)[int(np.argmax(means))])', "stops with ValueError: setting an array element wi"),
    ('def f(validation, test):\n    results = {n: test(n) for n in validation}\n    best = max(validation, key=lambda n: np.mean(validation[n]))\n    return best, results[best]', "`test` was called twice; call it once."),
    (CH % ('round(np.mean(validation[n]), 2)', 'best, test(best)'), "gives ('small', 0.046), expected ('wide', 0.039)."),
    (CH % ('validation[n][-1]', 'best, test(best)'), "the last seed decides; compare the means over the seeds."),
    (CH % ('len(validation[n])', 'best, test(best)'), "the number of seeds decides; compare the means over the seed"),
    ('def f(validation, test):\n    best, top = None, 0.5\n    for n, x in validation.items():\n        if np.mean(x) > top:\n            best, top = n, np.mean(x)\n    return best, test(best)', 'stops with KeyError'),
]

MISTAKES["top_three"] = (
    "lambda probabilities, names: [names[n] for n in np.argsort(probabilities)[:3]]",
    "these are the three least likely ones.")
RIGHT["top_three"] = [
    'lambda p, names: [names[i] for i in np.argsort(p)[::-1][:3]]',
    'lambda p, names: [names[i] for i in np.argsort(-p)[:3]]',
    'lambda p, names: [n for _, n in sorted(zip(p, names), reverse=True)[:3]]',
    'lambda p, names: tuple(np.array(names)[np.argsort(p)[:-4:-1]])',
    'lambda p, names: pd.Series(p, index=names).nlargest(3).index',
    'def f(p, names):\n    p = list(p)\n    out = []\n    for _ in range(3):\n        i = p.index(max(p))\n        out.append(names[i])\n        p[i] = -1\n    return out',
]
WRONG["top_three"] = [
    ('lambda p, names: [names[i] for i in np.argsort(p)[:3]]', "these are the three least likely ones."),
    ('lambda p, names: [names[i] for i in np.argsort(p)[-3:]]', "the right three, but the most likely one comes first."),
    ('lambda p, names: names[:3]', "expected ["),
    ('lambda p, names: sorted(names)[:3]', "expected ["),
    ('lambda p, names: [names[np.argmax(p)]]', "expected ["),
    ('lambda p, names: list(np.argsort(p)[::-1][:3])', "expected a list of names (str)"),
    ('lambda p, names: sorted(p)[::-1][:3]', "expected a list of names (str)"),
    ('lambda p, names: [names[i] for i in np.argsort(p)[::-1]]', "expected ["),
    ('lambda p, names: sorted(names[i] for i in np.argsort(p)[::-1][:3])', "expected ["),
    ('def f(p, names):\n    d = dict(zip(p, names))\n    return [d[x] for x in sorted(d)[::-1][:3]]', "two groups may have the same probability; here one is lost."),
    ('lambda p, names: [names[list(p).index(x)] for x in sorted(p)[::-1][:3]]', "two groups may have the same probability; here one comes twi"),
    ('lambda p, names: [names[i] for i in np.argsort(p)[::-1][1:4]]', "expected ["),
    ('lambda p, names: " ".join(names[i] for i in np.argsort(p)[::-1][:3])', "expected a list of names (str)"),
    ('lambda p, names: np.argsort(p)[::-1][:3]', "expected a list of names (str)"),
    ('lambda p, names: [sorted(names)[i] for i in np.argsort(p)[::-1][:3]]', "expected ["),
    ('lambda p, names: {names[i]: p[i] for i in np.argsort(p)[::-1][:3]}', "expected a list of names (str)"),
    ('def f(p, names):\n    p.sort()\n    return [names[i] for i in np.argsort(p)[::-1][:3]]', "expected ["),
    ('lambda p, names: [names[i] for i in np.argsort(p)[:-3:-1]]', "gives ['autos', 'med'], expected ['autos', 'med', 'space']."),
    ('lambda p, names: [names[list(p).index(x)] for x in sorted(p)[:-4:-1]][:3 - (len(set(p)) < len(p))]', '(or other ties).'),
    ('def f(p, names):\n    p = p.copy()\n    out = []\n    for _ in range(3):\n        out.append(names[p.argmax()])\n        p[p.argmax()] = 0\n    return out', "gives ['autos', 'space', 'space'], expected"),
    ('def f(p, names):\n    p = list(p)\n    out = []\n    for _ in range(3):\n        out.append(names.pop(p.index(max(p))))\n        p.remove(max(p))\n    return out', "right, but your function changes what it is given; work on a"),
]

MISTAKES["same_answers"] = (
    "lambda a, b: a.shape == b.shape and bool((a.argmax(axis=1) == b.argmax(axis=1)).all())",
    "the likeliest groups agree, but the probabilities may not.")
RIGHT["same_answers"] = [
    'lambda a, b: a.shape == b.shape and bool((np.abs(a - b) <= 1e-5).all())',
    'lambda a, b: a.shape == b.shape and np.allclose(a, b, rtol=0, atol=1e-5)',
    'lambda a, b: np.shape(a) == np.shape(b) and np.max(np.abs(a - b)) <= 0.00001',
    'lambda a, b: a.shape == b.shape and np.isclose(a, b, atol=1e-5, rtol=0).all()',
    'def f(a, b):\n    if a.shape != b.shape:\n        return False\n    for x, y in zip(a, b):\n        for p, q in zip(x, y):\n            if not abs(p - q) <= 0.00001:\n                return False\n    return True',
    'def f(a, b):\n    if a.shape != b.shape or np.isnan(a).any() or np.isnan(b).any():\n        return False\n    return not (abs(a - b) > 1e-5).any()',
]
WRONG["same_answers"] = [
    ('lambda a, b: (a == b).all()', "expected False."),
    ('lambda a, b: np.allclose(a, b)', "expected False."),
    ('lambda a, b: a.shape == b.shape and np.allclose(a, b, atol=1e-5)', "a relative tolerance grows with the values; `allclose` and"),
    ('lambda a, b: a.shape == b.shape and np.allclose(a, b, rtol=0, atol=1e-5, equal_nan=True)', "NaN is never the same, not even as NaN."),
    ('lambda a, b: a.shape == b.shape and bool((a - b).max() <= 1e-5)', "a negative difference is a difference too: `abs` is missing."),
    ('lambda a, b: bool((abs(a - b) <= 1e-5).all())', "a single row is stretched; compare the shapes first."),
    ('lambda a, b: a.shape == b.shape and bool((a.argmax(1) == b.argmax(1)).all())', "the likeliest groups agree, but the probabilities may not."),
    ('lambda a, b: a.shape == b.shape and bool(abs(a - b).sum() <= 1e-5)', "many small differences add up; compare the largest one."),
    ('lambda a, b: a.shape == b.shape and bool(abs(a - b).mean() <= 1e-5)', "a mean hides one post in a thousand."),
    ('lambda a, b: a.shape == b.shape and not (abs(a - b) > 1e-5).any()', "a comparison with NaN is always False: ask if all are near, "),
    ('lambda a, b: a.shape == b.shape and abs(a - b) <= 1e-5', "expected True or False, not [[False], [False]]."),
    ('lambda a, b: a.shape == b.shape and bool(abs(a.sum() - b.sum()) <= 1e-5)', "a sum hides differences: two columns may be swapped."),
    ('lambda a, b: a.shape == b.shape and bool((abs(a - b) <= 1e-4).all())', "the largest difference allowed is 0.00001, or 1e-5."),
    ('lambda a, b: "True"', "expected True or False, not 'True'."),
    ('lambda a, b: True', "expected False."),
    ('lambda a, b: np.array_equal(a, b)', "equal to the last bit is too strict: machines add in other o"),
    ('lambda a, b: len(a) == len(b) and bool((abs(a - b) <= 1e-5).all())', "expected False."),
    ('lambda a, b: a.shape == b.shape and bool((abs(a - b) <= 1e-5).any())', "expected False."),
    ('lambda a, b: a.shape == b.shape and bool((a.round(5) == b.round(5)).all())', "expected True."),
    ('lambda a, b: a.shape == b.shape and bool(max(abs(a - b).ravel().tolist()) <= 1e-5)', '[[0.7, 0.2], [0.6, nan]]) gives True, expected False.'),
    ('lambda a, b: a.shape == b.shape and bool((abs(a[0] - b[0]) <= 1e-5).all())', '[[0.7, 0.2], [0.7, 0.5]]) gives True, expected False.'),
    ('lambda a, b: a.shape == b.shape and bool((abs(a - b) <= 1e-6).all())', 'the largest difference allowed is 0.00001, or 1e-5.'),
    ('lambda a, b: a.shape == b.shape and bool((abs(a - b) <= 5e-5).all())', '0.60002, 0.39998]]) gives True, expected False.'),
    ('lambda a, b: a.shape == b.shape and bool((np.linalg.norm(a - b, axis=1) <= 1e-5).all())', 'many small differences add up; compare the largest one.'),
]
AA = 'def f(texts, probabilities, class_names, threshold):\n    out = []\n    for text, row in zip(texts, probabilities):\n        if %s:\n            out.append("?")\n        else:\n            out.append(%s)\n    return out'

MISTAKES["answer_or_abstain"] = (
    "lambda texts, probabilities, names, threshold: [names[n] for n in probabilities.argmax(axis=1)]",
    "expected ['?'].")
RIGHT["answer_or_abstain"] = [
    AA % ('not text.strip() or row.max() < threshold', 'class_names[row.argmax()]'),
    AA % ('text.isspace() or text == "" or max(row) < threshold', 'class_names[list(row).index(max(row))]'),
    'lambda texts, p, names, t: ["?" if x.strip() == "" or max(r) < t else names[int(np.argmax(r))] for x, r in zip(texts, p)]',
    'def f(texts, p, names, t):\n    answers = np.array(names, dtype=object)[p.argmax(axis=1)] if len(p) else np.array([], dtype=object)\n    answers[(p.max(axis=1) < t) | np.array([not x.strip() for x in texts], dtype=bool)] = "?"\n    return answers',
    'def f(texts, p, names, t):\n    return tuple("?" if len(x.split()) == 0 or r.max() < t else names[r.argmax()] for x, r in zip(texts, p))',
    'def f(texts, p, names, t):\n    return pd.Series(["?" if not x.strip() or r.max() < t else names[r.argmax()] for x, r in zip(texts, p)], dtype=object)',
    'def f(texts, probabilities, names, threshold):\n    empty = np.array([not t or t.isspace() for t in texts])\n    return np.where(empty | (probabilities.max(axis=1) < threshold), "?", np.array(names)[probabilities.argmax(axis=1)]).tolist()',
    'lambda texts, p, names, t: [names[np.argsort(r, kind="stable")[-1]] if s.strip() and r.max() >= t else "?" for s, r in zip(texts, p)]',
    'def f(texts, p, names, t):\n    sure = (p.max(axis=1) >= t) & (np.char.strip(texts) != "")\n    return [names[i] if ok else "?" for i, ok in zip(p.argmax(axis=1), sure)]',
]
WRONG["answer_or_abstain"] = [
    (AA % ('not text.strip() or row.max().round(2) < threshold', 'class_names[row.argmax()]'), "expected ['?']."),
    (AA % ('not text or row.max() < threshold', 'class_names[row.argmax()]'), "white space gets an answer; it is as empty as an empty text."),
    (AA % ('not text.strip() or row.max() <= threshold', 'class_names[row.argmax()]'), "exactly at the threshold is sure enough."),
    (AA % ('not text.strip() or row.max() < 0.5', 'class_names[row.argmax()]'), "the threshold is an argument, not always 0.5."),
    (AA % ('row.max() < threshold', 'class_names[row.argmax()]'), "an empty text gets an answer; the model may be sure even the"),
    (AA % ('not text.strip()', 'class_names[row.argmax()]'), "the threshold is not used."),
    (AA.replace('"?"', '""') % ('not text.strip() or row.max() < threshold', 'class_names[row.argmax()]'), 'the answer is "?" where it abstains, not \'\'.'),
    (AA.replace('"?"', 'None') % ('not text.strip() or row.max() < threshold', 'class_names[row.argmax()]'), "expected a list of names (str), not [None]."),
    (AA % ('not text.strip(" ") or row.max() < threshold', 'class_names[row.argmax()]'), "tabs or line ends get an answer; `strip()` takes all white s"),
    (AA % ('not text.replace(" ", "") or row.max() < threshold', 'class_names[row.argmax()]'), "tabs or line ends get an answer; `strip()` takes all white s"),
    (AA % ('not text.strip() or row.max() < threshold', 'row.argmax()'), "expected a list of names (str), not [0]."),
    (AA % ('not text.strip() or row.max() < threshold', 'class_names[row.argmin()]'), "expected ['sci.space']."),
    (AA % ('not text.strip() or row.max() > threshold', 'class_names[row.argmax()]'), "expected ['sci.space']."),
    (AA % ('not text.strip() and row.max() < threshold', 'class_names[row.argmax()]'), "expected ['?']."),
    (AA % ('not text.strip() or row[0] < threshold', 'class_names[row.argmax()]'), "expected ['rec.autos']."),
    ('lambda texts, p, names, t: [names[i] for i in p.argmax(axis=1)]', "expected ['?']."),
    ('lambda texts, p, names, t: [names[r.argmax()] for x, r in zip(texts, p) if x.strip() and r.max() >= t]', 'one answer per text: where it abstains, "?" is missing.'),
    ('lambda texts, p, names, t: names[p.argmax()]', "expected a list of names (str), not 'sci.space'."),
    (AA % ('not text.strip() or row.max() < threshold', 'class_names[probabilities.argmax()]'), "stops with IndexError: tuple index out of range."),
    (AA % ('text == "" or text == " " or row.max() < threshold', 'class_names[row.argmax()]'), "tabs or line ends get an answer; `strip()` takes all white s"),
    ('lambda texts, p, names, t: [next((n for n, x in zip(names, r) if s.strip() and x >= t), "?") for s, r in zip(texts, p)]', "gives ['sci.space'], expected ['rec.autos']."),
    ('lambda texts, p, names, t: [names[r.argmax()] if s.strip() and round(float(r.max()), 1) >= t else "?" for s, r in zip(texts, p)]', "[[0.24, 0.56, 0.2]]"),
    ('def f(texts, p, names, t):\n    for text, row in zip(texts, p):\n        return [names[row.argmax()] if text.strip() and row.max() >= t else "?"]', "(['a pill', "),
]
SM = 'def f(vectors, scores):\n    weights = np.exp(scores - scores.max())\n    weights = weights / weights.sum()\n    return %s'

MISTAKES["weighted_mean"] = (
    "lambda vectors, scores: vectors.mean(axis=0)",
    "this is the plain mean; the scores are not used.")
RIGHT["weighted_mean"] = [
    SM % 'weights @ vectors',
    SM % '(weights[:, None] * vectors).sum(axis=0)',
    SM % 'np.average(vectors, axis=0, weights=weights)',
    SM % 'list(vectors.T @ weights)',
    'def f(v, s):\n    e = [math.exp(x) for x in s]\n    return [sum(e[i] * v[i][d] for i in range(len(e))) / sum(e) for d in range(len(v[0]))]',
    'lambda v, s: np.einsum("t,td->d", scipy.special.softmax(s), v)',
    'lambda v, s: pd.Series(np.average(v, axis=0, weights=np.exp(s)))',
]
WRONG["weighted_mean"] = [
    ('lambda v, s: v.mean(axis=0)', "this is the plain mean; the scores are not used."),
    ('lambda v, s: s @ v', "the scores are no weights yet: softmax takes exponentials an"),
    ('lambda v, s: (s / s.sum()) @ v', "the scores are no weights yet: softmax takes exponentials an"),
    ('lambda v, s: np.exp(s) @ v', "the weights do not sum to 1: divide by the sum of the expone"),
    (SM % '(weights[:, None] * vectors).mean(axis=0)', "the weights sum to 1 already; sum the weighted vectors, do n"),
    (SM % '(weights[:, None] * vectors).sum(axis=1)', "sum over the tokens (axis 0)."),
    (SM % '(weights[:, None] * vectors).sum()', "expected a list or array of numbers, not 6.0."),
    (SM % 'weights', "expected [2.0, 4.0]."),
    (SM % 'weights[:, None] * vectors', "expected a list or array of numbers, not [[2.0, 4."),
    ('lambda v, s: v[s.argmax()]', "only the highest score counts here."),
    (SM % 'weights * vectors', "expected a list or array of numbers, not [[2.0, 4."),
    ('lambda v, s: (1 / (1 + np.exp(-s))) @ v / len(s)', "expected [2.0, 4.0]."),
    ('lambda v, s: np.exp(-s) / np.exp(-s).sum() @ v', "expected [0.26894, 0.73106]."),
    (SM % 'np.array([weights @ vectors])', "expected a list or array of numbers, not [[2.0, 4."),
    (SM.replace('scores - scores.max()', 'np.where(vectors.any(axis=1), scores, -np.inf)') % 'weights @ vectors', "gives [2.0, 4.0], expected [1.4621, 2.9242]."),
    (SM % '(weights @ vectors).round(1)', "expected [0.26894, 0.73106]."),
]

MISTAKES["masked_softmax"] = (
    "lambda scores, is_token: np.exp(scores) * is_token / (np.exp(scores) * is_token).sum()",
    "large scores overflow: subtract the maximum first.")
RIGHT["masked_softmax"] = [
    'def f(s, m):\n    e = np.exp(s - s[m].max()) * m\n    e = np.where(m, np.exp(np.where(m, s - s[m].max(), 0)), 0)\n    return e / e.sum()',
    'def f(s, m):\n    s = np.where(m, s, -np.inf)\n    e = np.exp(s - s.max())\n    return e / e.sum()',
    'def f(s, m):\n    out = np.zeros(len(s))\n    e = np.exp(s[m] - s[m].max())\n    out[m] = e / e.sum()\n    return out',
    'def f(s, m):\n    top = max(x for x, t in zip(s, m) if t)\n    e = [math.exp(x - top) if t else 0 for x, t in zip(s, m)]\n    return [x / sum(e) for x in e]',
    'lambda s, m: scipy.special.softmax(np.where(m, s, -np.inf))',
    'def f(s, m):\n    s = np.where(m, s, -1e9)\n    e = np.exp(s - np.max(s))\n    return tuple(e / np.sum(e))',
]
WRONG["masked_softmax"] = [
    ('lambda s, m: np.exp(s) / np.exp(s).sum()', "expected [1.0, 0.0]."),
    ('def f(s, m):\n    e = np.exp(s - s.max())\n    return e / e.sum()', "padding gets a weight; the mask is not used."),
    ('def f(s, m):\n    e = np.exp(s - s.max())\n    return e / e.sum() * m', "padding is set to 0 after the softmax, so the weights no lon"),
    ('def f(s, m):\n    s = s * m\n    e = np.exp(s - s.max())\n    return e / e.sum()', "a score of 0 is no score of padding (exp(0) is 1): use a ver"),
    ('def f(s, m):\n    e = np.exp(s) * m\n    return e / e.sum()', "large scores overflow: subtract the maximum first."),
    ('def f(s, m):\n    e = np.exp(s - s.max()) * m\n    return e / e.sum()', "subtract the maximum of the tokens, not of padding: else all"),
    ('def f(s, m):\n    s = np.where(m, -np.inf, s)\n    e = np.exp(s - s.max())\n    return e / e.sum()', "True is a token, not padding."),
    ('def f(s, m):\n    e = np.exp(s[m] - s[m].max())\n    return e / e.sum()', "as many weights as positions: padding keeps its place."),
    ('lambda s, m: np.where(m, s, 0) / np.where(m, s, 0).sum()', "expected [0.26894, 0.0, 0.73106]."),
    ('def f(s, m):\n    s = np.where(m, -1e9, s)\n    e = np.exp(s - s.max())\n    return e / e.sum()', "True is a token, not padding."),
    ('def f(s, m):\n    e = np.exp(s - s[m].max()) * m\n    return e / e.sum()', "infinite * 0 is NaN: mask it before `exp`"),
    ('def f(s, m):\n    top = max(x for x, t in zip(s, m) if t)\n    e = np.exp(s - top)\n    return e * m / (e * m).sum()', "infinite * 0 is NaN"),
    ('def f(s, m):\n    e = np.exp(s - max(s)) * m\n    return e / sum(e)', "subtract the maximum of the tokens, not of padding"),
    ('lambda s, m: m / m.sum()', "expected [0.26894, 0.0, 0.73106]."),
    ('def f(s, m):\n    s[~m] = -np.inf\n    e = np.exp(s - s.max())\n    return e / e.sum()', "right, but your function changes what it is given; work on a"),
    ('def f(s, m):\n    e = np.exp(s - s[m].max())\n    return e / e[m].sum()', "expected [1.0, 0.0]."),
    ('def f(s, m):\n    e = np.exp(s - s[m].max()) * m\n    return e', "expected [0.26894, 0.0, 0.73106]."),
    ('def f(s, m):\n    s = np.where(m, s, -np.inf)\n    return np.exp(s) / np.exp(s).sum()', "large scores overflow: subtract the maximum first."),
    ('def f(s, m):\n    e = np.exp(s - s.mean()) * m\n    return e / e.sum()', "f([1000.0, -1000.0, 0.0], [True, True, False]) does not fit:"),
]

MISTAKES["attention_parameters"] = (
    "1",
    "count the trainable embedding and the queries (each as long ")
RIGHT["attention_parameters"] = [
    "n_words * 16 + (embedding_dim + 16) * 32",
    "16 * n_words + 32 * 116",
    "np.int64(n_words * 16 + (embedding_dim + 16) * 32)",
    "float(n_words * 16 + 116 * 32)",
    "Fraction(n_words * 16 + 116 * 32)",
]
WRONG["attention_parameters"] = [
    ("n_words * 16", "the queries are missing."),
    ("(embedding_dim + 16) * 32", "the trainable embedding is missing."),
    ("n_words * 16 + embedding_dim * 32", "a query also has a number per trainable dimension."),
    ("n_words * 16 + 16 * 32", "a query also has a number per frozen dimension."),
    ("n_words * 116 + 116 * 32", "the frozen rows are not trained."),
    ("n_words * 16 + (embedding_dim + 17) * 32", "the queries have no bias."),
    ("n_words * 16 + 116", "this is one query; there are more."),
    ("n_words * 16 + 117 * 32", "the queries have no bias."),
    ("n_words * embedding_dim + 116 * 32", "count the trainable embedding and the queries (each as long "),
    ("n_words * 16 * 116 * 32", "count the trainable embedding and the queries (each as long "),
    ("200 * 16 + 116 * 32", "count the trainable embedding and the queries (each as long "),
    ('"19712"', "expected one number, not"),
    ("(n_words * 16, 116 * 32)", "expected one number, not"),
    ("n_words * 16 + 116 * 8", "here are 32 queries, not 8 as in the lesson."),
    ("(n_words - 2) * 16 + 116 * 32", "the embedding has `len(vocabulary)` rows, those of padding an"),
    ("20000 * 16 + 116 * 32", "the embedding has `len(vocabulary)` rows, those of padding an"),
    ("n_words * 32 + 132 * 16", "the numbers of queries and of trainable dimensions are exchan"),
    ("n_words * 16 + embedding_dim + 16 * 32", "multiply all the numbers of a query by the number of queries:"),
    ("(n_words * 16 + 116) * 32", "all queries share one embedding; multiply the queries alone."),
    ("n_words * 16 + 32", "count the trainable embedding and the queries (each as long "),
]

MISTAKES["paired_mean"] = (
    "lambda a, b: np.mean([*a.values()]) - np.mean([*b.values()])",
    "these are two means over different splits; take differences ")
RIGHT["paired_mean"] = [
    'lambda a, b: np.mean([a[k] - b[k] for k in a if k in b])',
    'lambda a, b: sum(a[k] - b[k] for k in set(a) & set(b)) / len(set(a) & set(b))',
    'lambda a, b: (pd.Series(a) - pd.Series(b)).mean()',
    'def f(a, b):\n    total = n = 0\n    for seed in b:\n        if seed in a:\n            total += a[seed] - b[seed]\n            n += 1\n    return total / n',
    'lambda a, b: np.mean([a[k] for k in a.keys() & b.keys()]) - np.mean([b[k] for k in a.keys() & b.keys()])',
    'lambda a, b: np.float32(statistics.mean(a[k] - b[k] for k in a if k in b))',
]
WRONG["paired_mean"] = [
    ('lambda a, b: np.mean(list(a.values())) - np.mean(list(b.values()))', "these are two means over different splits; take differences "),
    ('lambda a, b: np.mean([x - y for x, y in zip(a.values(), b.values())])', "the values are paired by their place; pair them by seed."),
    ('lambda a, b: np.mean([a[k] - b[k] for k in a])', "take the seeds that both have."),
    ('lambda a, b: np.mean([b[k] - a[k] for k in a if k in b])', "the sign is turned: asked for is a minus b."),
    ('lambda a, b: np.mean([abs(a[k] - b[k]) for k in a if k in b])', "the sign counts; leave `abs` out."),
    ('lambda a, b: sum(a[k] - b[k] for k in a if k in b)', "expected 0.16667."),
    ('lambda a, b: np.median([a[k] - b[k] for k in a if k in b])', "expected 0.16667."),
    ("lambda a, b: np.mean([*{a[k] - b[k] for k in a if k in b}])", "gives 0.125, expected 0.16667."),
    ('lambda a, b: np.mean([a.get(k, 0) - b.get(k, 0) for k in {**a, **b}])', "a missing seed is no accuracy of 0; leave it out."),
    ('lambda a, b: [a[k] - b[k] for k in a if k in b]', "expected one number, not"),
    ('lambda a, b: sum(a[k] - b[k] for k in a if k in b) / len(a)', "expected 1.0."),
    ('lambda a, b: 100 * np.mean([a[k] - b[k] for k in a if k in b])', "this is per cent; keep accuracies between 0 and 1."),
    ('lambda a, b: np.mean([a[k] > b[k] for k in a if k in b])', "expected 0.25."),
    ('lambda a, b: np.mean(np.array(list(a.values())) - np.array(list(b.values())))', "these are two means over different splits; take differences "),
    ('lambda a, b: np.std([a[k] - b[k] for k in a if k in b])', "expected 0.25."),
    ('lambda a, b: np.mean([a[k] - b.get(k, 0) for k in a])', "a missing seed is no accuracy of 0; leave it out."),
    ('lambda a, b: np.mean([x - y for x, y in zip(sorted(a.values()), sorted(b.values()))])', "expected 1.0."),
]

MISTAKES["resample_threads"] = (
    "lambda threads, chosen: np.flatnonzero(np.isin(threads, chosen))",
    "a thread drawn twice brings its posts twice; `in` and `isin`")
RIGHT["resample_threads"] = [
    'lambda threads, chosen: [i for c in chosen for i, t in enumerate(threads) if t == c]',
    'lambda threads, chosen: np.concatenate([np.where(threads == c)[0] for c in chosen]) if chosen else []',
    'def f(threads, chosen):\n    n = Counter(chosen)\n    return [i for i, t in enumerate(threads) for _ in range(n[t])]',
    'def f(threads, chosen):\n    out = []\n    for c in chosen:\n        out.extend(np.flatnonzero(threads == c))\n    return tuple(out)',
    'def f(threads, chosen):\n    n = Counter(chosen)\n    return np.repeat(np.arange(len(threads)), [n[int(t)] for t in threads])',
    'def f(threads, chosen):\n    posts = {}\n    for i, t in enumerate(threads.tolist()):\n        posts.setdefault(t, []).append(i)\n    return pd.Series(sum((posts[c] for c in chosen), []), dtype=int)',
]
WRONG["resample_threads"] = [
    ('lambda threads, chosen: [i for i, t in enumerate(threads) if t in chosen]', "a thread drawn twice brings its posts twice; `in` and `isin`"),
    ('lambda threads, chosen: np.flatnonzero(np.isin(threads, chosen))', "a thread drawn twice brings its posts twice; `in` and `isin`"),
    ('lambda threads, chosen: np.isin(threads, chosen)', "your function([7], [7]) does not fit: these are True and Fal"),
    ('lambda threads, chosen: [list(threads).index(c) for c in chosen]', "a drawn thread brings all its posts, not only the first."),
    ('lambda threads, chosen: chosen', "expected [0]."),
    ('lambda threads, chosen: threads[chosen]', "stops with IndexError: index 7 is out of bounds fo"),
    ('lambda threads, chosen: [i for c in set(chosen) for i, t in enumerate(threads) if t == c]', "a thread drawn twice brings its posts twice; `in` and `isin`"),
    ('lambda threads, chosen: [[i for i, t in enumerate(threads) if t == c] for c in chosen]', "expected a list or array of numbers, not [[0]]."),
    ('lambda threads, chosen: [t for c in chosen for t in threads if t == c]', "these are thread numbers; asked for are the numbers of their"),
    ('lambda threads, chosen: [i + 1 for c in chosen for i, t in enumerate(threads) if t == c]', "expected [0]."),
    ('lambda threads, chosen: np.random.choice(len(threads), len(threads))', "expected [1]."),
    ('lambda threads, chosen: {i for c in chosen for i, t in enumerate(threads) if t == c}', "expected a list or array of numbers, not {0}."),
    ('lambda threads, chosen: [i for i, t in enumerate(threads) if t not in chosen]', "these are the posts of threads that were not drawn."),
    ('lambda threads, chosen: np.concatenate([np.where(threads == c)[0] for c in chosen])', "stops with ValueError: need at least one array to "),
    ('lambda threads, chosen: list(range(len(threads)))', "expected [1]."),
]
CM = 'def f(labels, predictions, n):\n    m = np.zeros((n, n)%s)\n    for a, b in zip(labels, predictions):\n        %s\n    return %s'

MISTAKES["confusion"] = (
    "lambda labels, predictions, n: np.array([[((labels == i) & (predictions == j)).sum() for i in range(n)] for j in range(n)])",
    "the table is transposed: a row per true class, a column per")
RIGHT["confusion"] = [
    CM % ('', 'm[a, b] += 1', 'm'),
    CM % (', dtype=int', 'm[a, b] += 1', 'm.tolist()'),
    'lambda labels, predictions, n: sklearn.metrics.confusion_matrix(labels, predictions, labels=range(n))',
    'lambda labels, predictions, n: [[int(((labels == i) & (predictions == j)).sum()) for j in range(n)] for i in range(n)]',
    'lambda labels, predictions, n: np.bincount(labels * n + predictions, minlength=n * n).reshape(n, n)',
    'lambda labels, predictions, n: pd.crosstab(labels, predictions).reindex(index=range(n), columns=range(n), fill_value=0)',
    'lambda labels, predictions, n: np.eye(n)[labels].T @ np.eye(n)[predictions]',
]
WRONG["confusion"] = [
    (CM % ('', 'm[b, a] += 1', 'm'), "the table is transposed: a row per true class, a column per"),
    ('def f(labels, predictions, n):\n    m = np.zeros((n, n))\n    m[labels, predictions] += 1\n    return m', "a pair that comes twice counts only once, as with `matrix["),
    (CM % ('', 'm[a, b] = 1', 'm'), "a pair that comes twice counts only once, as with `matrix["),
    (CM % ('', 'm[a, b] += 1', 'm / m.sum()'), "these are shares; asked for are counts."),
    (CM % ('', 'm[a, b] += 1', 'm / np.maximum(m.sum(axis=1, keepdims=True), 1)'), "these are shares; asked for are counts."),
    (CM % (', dtype=np.uint8', 'm[a, b] += 1', 'm'), "a small type (`uint8`) counts to 255 only, then from 0 again"),
    (CM % ('', 'm[a, b] += 1', 'm / m.sum(axis=1, keepdims=True)'), "these are shares; asked for are counts."),
    ('lambda labels, predictions, n: pd.crosstab(labels, predictions)', "expected [[0.0, 1.0], [0.0, 0.0]]."),
    ('lambda labels, predictions, n: sklearn.metrics.confusion_matrix(labels, predictions)', "classes that do not occur have a row and a column too: n of "),
    (CM % ('', 'm[a, b] += a == b', 'm'), "only right answers are counted."),
    (CM % ('', 'm[a, b] += a != b', 'm'), "expected [[0.0, 0.0], [0.0, 2.0]]."),
    (CM % ('', 'm[a, b] += 1', 'm.diagonal()'), "expected a table of numbers, not [0.0, 0.0]."),
    (CM % ('', 'm[a - 1, b - 1] += 1', 'm'), "expected [[0.0, 1.0], [0.0, 0.0]]."),
    (CM % ('', 'm[a, b] += 1', 'm.sum()'), "expected a table of numbers, not 1.0."),
    ('lambda labels, predictions, n: np.bincount(labels * n + predictions, minlength=n * n)', "expected a table of numbers, not [0, 1, 0, 0]."),
    (CM.replace('np.zeros((n, n)', 'np.zeros((max(labels) + 1, max(labels) + 1)') % ('', 'm[a, b] += 1', 'm'), "stops with IndexError: index 1 is out of bounds fo"),
    (CM % (', dtype=bool', 'm[a, b] += 1', 'm'), "a pair that comes twice counts only once, as with `matrix["),
    ('lambda labels, predictions, n: Counter(zip(labels, predictions))', "expected a table of numbers,"),
    (CM % ('', 'm[a, b] += 1\n        m[b, a] += 1', 'm'), "expected [[0.0, 1.0], [0.0, 0.0]]."),
]

MISTAKES["bin_counts"] = (
    "lambda confidence, n_bins: np.histogram(confidence, n_bins)[0]",
    "the bins go from 0 to 1, not from the lowest to the highest ")
RIGHT["bin_counts"] = [
    'lambda c, n: np.histogram(c, bins=n, range=(0, 1))[0]',
    'lambda c, n: np.bincount(np.minimum((c * n).astype(int), n - 1), minlength=n).tolist()',
    'def f(c, n):\n    out = [0] * n\n    for x in c:\n        out[min(int(x * n), n - 1)] += 1\n    return out',
    'def f(c, n):\n    edges = np.linspace(0, 1, n + 1)\n    return [int(((c >= lo) & ((c < hi) | (hi == 1) & (c == 1))).sum()) for lo, hi in zip(edges, edges[1:])]',
    'lambda c, n: pd.Series(np.minimum(c * n // 1, n - 1)).value_counts().reindex(range(n), fill_value=0)',
    'lambda c, n: tuple(np.histogram(c, np.arange(n + 1) / n)[0].astype(float))',
]
WRONG["bin_counts"] = [
    ('lambda c, n: np.histogram(c, bins=n)[0]', "the bins go from 0 to 1, not from the lowest to the highest "),
    ('lambda c, n: np.histogram(c, bins=n, range=(0, 1))', "expected a list or array of numbers, not ([1], "),
    ('lambda c, n: np.bincount((c * n).astype(int), minlength=n)', "1.0 belongs to the last bin; here there is one bin more."),
    ('def f(c, n):\n    out = [0] * n\n    for x in c:\n        out[int(x * n)] += 1\n    return out', "stops with IndexError: list index out of range."),
    ('lambda c, n: [int(((c >= k / n) & (c < (k + 1) / n)).sum()) for k in range(n)]', "1.0 belongs to the last bin; here to none."),
    ('lambda c, n: [int(((c > k / n) & (c <= (k + 1) / n)).sum()) for k in range(n)]', "expected [1.0, 0.0]."),
    ('lambda c, n: np.histogram(c, bins=10, range=(0, 1))[0]', "`n_bins` is an argument; here it is always ten."),
    ('lambda c, n: np.histogram(c, bins=n, range=(0, 1))[0] / len(c)', "these are shares; asked for are counts."),
    ('lambda c, n: np.bincount(np.minimum((c * n).astype(int), n - 1))', "gives [1.0], expected [1.0, 0.0]."),
    ('lambda c, n: np.minimum((c * n).astype(int), n - 1)', "this is the bin of each post; count how many are in each."),
    ('lambda c, n: [int(((c >= k / n) & (c <= (k + 1) / n)).sum()) for k in range(n)]', "expected [0.0, 1.0]."),
    ('lambda c, n: np.histogram(c, bins=n, range=(0, 1))[1]', "gives [0.0, 1.0], expected [1.0]."),
    ('lambda c, n: np.histogram(c, bins=n, range=(0, 1))[0][::-1]', "expected [0.0, 1.0]."),
    ('lambda c, n: np.histogram(c, bins=n, range=(0, 1))[0].cumsum()', "expected [1.0, 0.0]."),
    ('def f(c, n):\n    out = [0] * (n + 1)\n    for x in c:\n        out[int(x * n)] += 1\n    return out', "1.0 belongs to the last bin; here there is one bin more."),
    ('lambda c, n: len(c)', "expected a list or array of numbers, not 1."),
    ('lambda c, n: np.histogram(c, bins=n, range=(0.5, 1))[0]', "expected [1.0]."),
    ('lambda c, n: [int(round(x * n)) for x in c]', "gives [0.0], expected [1.0]."),
    ('lambda c, n: Counter(np.minimum((c * n).astype(int), n - 1))', "expected a list or array of "),
]

MISTAKES["coverage_accuracy"] = (
    "lambda confidence, right, threshold: ((confidence >= threshold).mean(), right.mean())",
    "accuracy is that of the answered posts; this is that of all.")
RIGHT["coverage_accuracy"] = [
    'def f(c, r, t):\n    sure = c >= t\n    return sure.mean(), r[sure].mean() if sure.any() else float("nan")',
    'def f(c, r, t):\n    sure = c >= t\n    return sure.mean(), r[sure].mean()',
    'def f(c, r, t):\n    answered = [y for x, y in zip(c, r) if x >= t]\n    return [len(answered) / len(c), sum(answered) / len(answered) if answered else None]',
    'def f(c, r, t):\n    n = sum(x >= t for x in c)\n    return Fraction(int(n), len(c)), (np.nan if n == 0 else sum(bool(y) for x, y in zip(c, r) if x >= t) / n)',
    'lambda c, r, t: np.array([np.mean(c >= t), np.mean(r[c >= t])])',
    'lambda c, r, t: (np.count_nonzero(c >= t) / c.size, pd.Series(r)[c >= t].mean())',
    'lambda c, r, t: pd.Series([np.mean(c >= t), np.mean(r[c >= t])])',
    'lambda c, r, t: pd.Series({"coverage": np.mean(c >= t), "accuracy": np.mean(r[c >= t])})',
    'lambda c, r, t: pd.Series([np.mean(c >= t), np.mean(r[c >= t]) if (c >= t).any() else None], dtype=object, index=[1, 0])',
    'lambda c, r, t: pd.Index([np.mean(c >= t), np.mean(r[c >= t])])',
]
WRONG["coverage_accuracy"] = [
    ('lambda c, r, t: ((c > t).mean(), r[c > t].mean())', "exactly at the threshold is sure enough: `>=`."),
    ('lambda c, r, t: ((c >= t).mean(), r.mean())', "accuracy is that of the answered posts; this is that of all."),
    ('lambda c, r, t: ((c >= t).mean(), (r & (c >= t)).mean())', "divide the right ones by the number of answered posts, not o"),
    ('lambda c, r, t: (r[c >= t].mean(), (c >= t).mean())', "coverage comes first, then accuracy."),
    ('lambda c, r, t: ((c >= t).sum(), r[c >= t].mean())', "coverage is a share; divide by the number of posts."),
    ('lambda c, r, t: ((c >= t).mean(), r[c >= t].mean() if (c >= t).any() else 0.0)', "with no answer there is no accuracy: NaN, not 0."),
    ('lambda c, r, t: ((c >= t).mean(), r[c >= t].sum() / len(r))', "divide the right ones by the number of answered posts, not o"),
    ('lambda c, r, t: (100 * (c >= t).mean(), 100 * r[c >= t].mean())', "this is per cent; shares lie between 0 and 1."),
    ('lambda c, r, t: ((c < t).mean(), r[c < t].mean())', "expected [1.0, 1.0]."),
    ('lambda c, r, t: r[c >= t].mean()', "expected two numbers, coverage and accuracy, not 1"),
    ('lambda c, r, t: ((c >= 0.5).mean(), r[c >= 0.5].mean())', "the threshold is an argument, not always 0.5."),
    ('def f(c, r, t):\n    a = [y for x, y in zip(c, r) if x >= t]\n    return len(a) / len(c), sum(a) / len(a)', "stops with ZeroDivisionError: division by zero."),
    ('lambda c, r, t: pd.Series([(c >= t).mean()])', "expected two numbers, coverage and accuracy, not"),
    ('lambda c, r, t: pd.DataFrame({"c": [(c >= t).mean()], "a": [r[c >= t].mean()]})', "expected two numbers, coverage and accuracy, not"),
    ('lambda c, r, t: {"coverage": (c >= t).mean(), "accuracy": r[c >= t].mean()}', "expected two numbers, coverage and accuracy, not {"),
    ('lambda c, r, t: ((c >= t).mean(), r.mean() if (c >= t).any() else np.nan)', "accuracy is that of the answered posts; this is that of all."),
    ('lambda c, r, t: ((c >= t).mean(), (r & (c >= t)).mean() if (c >= t).any() else np.nan)', "divide the right ones by the number of answered posts, not o"),
    ('lambda c, r, t: ((c >= t).mean(), r[c >= t].mean()) if (c >= t).any() else (np.nan, np.nan)', "coverage is NaN; if no post is answered it is 0, only accura"),
    ('lambda c, r, t: (c.mean(), r.mean())', "expected [1.0, 1.0]."),
    ('lambda c, r, t: ((c >= t).mean(), c[c >= t].mean())', "expected [1.0, 1.0]."),
    ('lambda c, r, t: (1 - (c >= t).mean(), r[c >= t].mean())', "expected [1.0, 1.0]."),
    ('lambda c, r, t: ((c >= t).mean(), r[c >= t].mean() if (c >= t).any() else 1.0)', "expected [0.0, nan]."),
]

MISTAKES["apply_temperature"] = (
    "lambda probabilities, temperature: probabilities / temperature",
    "raise to the power 1 / temperature; do not divide by the tem")
RIGHT["apply_temperature"] = [
    'lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(axis=1, keepdims=True)',
    'lambda p, t: scipy.special.softmax(np.log(p) / t, axis=1)',
    'def f(p, t):\n    s = np.log(p) / t\n    e = np.exp(s - s.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1)[:, None]',
    'def f(p, t):\n    out = []\n    for row in p:\n        q = [x ** (1 / t) for x in row]\n        out.append([x / sum(q) for x in q])\n    return out',
    'lambda p, t: pd.DataFrame(p ** (1 / t)).pipe(lambda q: q.div(q.sum(axis=1), axis=0))',
    'def f(p, t):\n    s = np.log(np.clip(p, 1e-12, 1)) / t\n    e = np.exp(s)\n    return (e / e.sum(axis=1, keepdims=True)).astype("float32")',
]
WRONG["apply_temperature"] = [
    ('lambda p, t: p / t', "raise to the power 1 / temperature; do not divide by the tem"),
    ('lambda p, t: p / t / (p / t).sum(axis=1, keepdims=True)', "raise to the power 1 / temperature; do not divide by the tem"),
    ('lambda p, t: np.exp(p / t) / np.exp(p / t).sum(axis=1, keepdims=True)', "no exponential is needed: raise each probability to the powe"),
    ('lambda p, t: p ** (1 / t)', "the rows no longer sum to 1: divide the powers of a row by"),
    ('lambda p, t: p ** t / (p ** t).sum(axis=1, keepdims=True)', "the power is 1 / temperature, not the temperature."),
    ('lambda p, t: np.log(p) / t', "expected [[0.66667, 0.33333]]."),
    ('lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(axis=0)', "each row sums to 1, not each column."),
    ('lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum()', "each row sums to 1, not the whole table."),
    ('lambda p, t: scipy.special.softmax(np.log(p) * t, axis=1)', "the power is 1 / temperature, not the temperature."),
    ('lambda p, t: scipy.special.softmax(np.log(p) / t, axis=0)', "each row sums to 1, not each column."),
    ('lambda p, t: scipy.special.softmax(np.log(p) / t)', "each row sums to 1, not the whole table."),
    ('lambda p, t: np.exp(np.log(p) / t)', "the rows no longer sum to 1: divide the powers of a row by"),
    ('lambda p, t: (p ** (1 / t) / (p ** (1 / t)).sum(axis=1, keepdims=True)).round(1)', "expected [[0.66667, 0.33333]]."),
    ('lambda p, t: p', "raise to the power 1 / temperature; do not divide by the tem"),
    ('lambda p, t: (p ** (1 / t)).T', "expected [[0.66667, 0.33333]]."),
    ('lambda p, t: scipy.special.softmax(np.log(p + 0.01) / t, axis=1)', "expected [[0.66667, 0.33333]]."),
    ('lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(axis=1)', "stops with ValueError: operands could not be broad"),
    ('lambda p, t: (p ** (1 / t) / (p ** (1 / t)).sum(axis=1, keepdims=True)).argmax(axis=1)', "expected a table of numbers, not [0]."),
]
