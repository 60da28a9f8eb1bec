"""Checks of lesson 03."""

import string
from collections import Counter

import numpy as np

from helpers.checks._guard import array, check_function, check_share, guarded, hint_if, names
from helpers.splits import Split
from helpers.vectorization import count_tokens, learn_vocabulary, texts_to_sequences, tokenize


@guarded
def integers(answer, vocabulary, text, length):
    """Check the integers of `text`, worked out by hand and padded to `length`."""
    truth = texts_to_sequences([text], vocabulary, length)[0].tolist()
    words, lower = tokenize(text), text.lower()
    n_words = len(words)
    delete = str.maketrans("", "", string.punctuation)

    def row(words, unknown=1):
        index = {word: n for n, word in enumerate(vocabulary)}
        return [*(index.get(word, unknown) for word in words), *[0] * length][:length]

    if isinstance(answer, (list, tuple, np.ndarray)) and np.shape(answer)[:-1] == (1,):
        answer = answer[0]  # as the layer returns it
    got = array(answer).tolist()
    hint_if(len(got) != length,
            f"the row has {length} numbers, not {len(got)}: pad or truncate it.")
    for hint, wrong in [
        ("padding comes after the words, not before them.", truth[n_words:] + truth[:n_words]),
        ("0 is padding; an unknown word is [UNK].", row(words, unknown=0)),
        ("padding and [UNK] come first: the first word is number 2.",
         [max(n - 2, 0) for n in truth]),
        ("the first entry, padding, is number 0.",
         [n + (place < n_words) for place, n in enumerate(truth)]),
        ("punctuation is deleted, inside a word too.", row(lower.split())),
        ("the text is lowercased before the look-up.", row(text.translate(delete).split())),
        ("a hyphen is deleted, not made a blank: two words become one.",
         row(tokenize(text.replace("-", " ")))),
    ]:
        hint_if(got == wrong != truth, hint)
    for n, right in enumerate(truth):
        stands_for = f"the word is `{words[n]}`" if n < n_words else "no word is left for it"
        hint_if(got[n] != right, f"number {n + 1} of {length} is wrong: {stands_for}.")
    return f"{truth.count(1)} of the {n_words} words is [UNK], like any other unknown word."


@guarded
def coverage(answer, vocabulary, texts, train_texts):
    """Check the share of the tokens of `texts` that a vocabulary knows."""
    counts, train, words = count_tokens(texts), count_tokens(train_texts), vocabulary[2:]
    whole = learn_vocabulary(train_texts)[2:]
    n_all, n_unique = counts.total(), sum(word in counts for word in words)

    def known(words, counts=counts):
        return sum(counts[word] for word in words)

    def of_post(text):
        own = count_tokens([text])
        return known(words, own) / own.total()

    in_vocabulary = set(words)
    vocabulary_share = "this is a share of the vocabulary, not of the tokens."
    check_share(answer, known(words) / n_all, [
        ("each unique word counts once here; a token counts as often as it occurs.",
         n_unique / len(counts)),
        ("this is measured on training posts; asked for are the held-out ones.",
         known(words, train) / train.total()),
        ("this is the mean of a share per post; count all tokens, then divide once.",
         np.mean([of_post(text) for text in texts if tokenize(text)])),
        (vocabulary_share, n_unique / len(words)), (vocabulary_share, n_unique / len(vocabulary)),
        ("this is the share of the unique words that are unknown.", 1 - n_unique / len(counts)),
        ("the training posts count here as well; asked for are the held-out ones.",
         known(words, counts + train) / (counts + train).total()),
        ("this is divided by the tokens that the whole vocabulary knows, not by all.",
         known(words) / max(1, known(whole))),
        ("divide by the number of all tokens, not of the unique words.",
         known(words) / len(counts)),
        ("these are the most frequent words of the held-out posts; take those of `vocabulary`.",
         sum(count for _, count in counts.most_common(len(words))) / n_all),
        ("this is the whole vocabulary; take its first entries.", known(whole) / n_all),
        ("these are no tokens: use `held_out_counts`.",
         np.mean([word in in_vocabulary for text in texts for word in text.split()])),
        *((f"padding and [UNK] are two of the entries: {len(words)} words, not {n}.",
           known(whole[:n]) / n_all) for n in (len(vocabulary), len(words) - 2)),
    ], "not this share: the known tokens of the held-out posts, divided by all.", n_all=n_all)
    return f"these are only {n_unique / len(counts):.1%} of the unique words in the held-out posts."


@guarded
def learn_words(answer, texts, split):
    """Check a function from all texts, their split and `n_words` to a list of str.

    After ``""`` and ``"[UNK]"`` come the `n_words` most frequent words of the training texts, most
    frequent first, equal counts in any order; fewer, if there are fewer.
    """
    def learn(texts, split, n_words, words=tokenize):
        counts = Counter(word for n in split.train for word in words(texts[n]))
        return ["", "[UNK]", *(word for word, _ in counts.most_common(n_words))]

    def ranks(case, got):
        counts = count_tokens([case[0][n] for n in case[1].train])
        return len(set(got)) == len(got) and got[:2] + [counts[word] for word in got[2:]]

    def judge(case, got, truth):
        return None if ranks(case, got) == ranks(case, truth) else f"{truth[:8]} (or other ties)"

    rng = np.random.default_rng(18)
    pool = ["moon", "Moon,", "tide", "puck!", "don't", "e-mail", "ice", "\u00e9t\u00e9", "far"]
    cases = [(["Ice", small, "tide"], Split(*map(np.array, ([1], [0], [2]))), n)
             for n in (1, 5)
             for small in ("the moon", "far moon moon", "don't \u00e9t\u00e9", "mp3 3 3 3 mp3")]
    for size in range(4, 12):
        drawn = [" ".join([*rng.choice(pool, size), *["only" + "xyz"[n % 3]] * (n + 3)])
                 for n in range(size)]
        parts = Split(*map(np.sort, np.split(rng.permutation(size), [size // 2, size // 2 + 1])))
        cases += [(drawn, parts, 2), (drawn, parts, 30)]
    seen = "it also counts {} posts; only training posts count."
    check_function(answer, learn, cases + [(list(texts), split, 50)], [
        (seen.format("validation"), lambda texts, split, n_words: learn(
            texts, Split([*split.train, *split.validation], [], []), n_words)),
        (seen.format("all"), lambda texts, split, n_words: learn(
            texts, Split(range(len(texts)), [], []), n_words)),
        (seen.format("all"), lambda texts, split, n_words: learn_vocabulary(texts, n_words + 2)),
        ("count each occurrence, not the posts.",
         lambda *given: learn(*given, words=lambda text: dict.fromkeys(tokenize(text)))),
        ("these are no tokens: use `vectorization.count_tokens`.",
         lambda *given: learn(*given, words=str.split)),
        ("the two special entries come on top of `n_words` words.",
         lambda texts, split, n_words: learn(texts, split, n_words - 2)),
        ('"" and "[UNK]" come first.', lambda *given: learn(*given)[2:]),
    ], read=names, judge=judge)
    more = len(count_tokens(texts)) - len(count_tokens([texts[n] for n in split.train]))
    return f"all posts together have {more:,} words more, none of them in a training post."
