"""Plumbing: refuse a bad notebook parameter before it does harm, and say what is allowed."""

from pathlib import Path

from helpers.headers import TEXT_RULES
from helpers.splits import SPLITS

DATASETS = ("sample", "full")
EMBEDDING_DIMS = (50, 100, 200, 300)
# 148 tokens or fewer leave the third convolution of the Keras example without input
SHORTEST_SEQUENCE = 149


def check_parameters(**values):
    """Check the values of a lesson's parameters cell, each by its name.

    Raises ValueError; the message names the parameter, its value and what is allowed.
    """
    for name, value in values.items():
        rule, expected = _RULES[name]
        if not rule(value):
            raise ValueError(f"The parameter {name} must be {expected}, not {value!r}.")
    validation, test = values.get("validation_split", 0), values.get("test_split", 0)
    if validation + test >= 0.9:
        raise ValueError(f"validation_split ({validation}) and test_split ({test}) together leave "
                         "a tenth of the posts or less for training; make one of them smaller.")


def _whole(low, high):
    def rule(value):
        return type(value) is int and low <= value <= high

    return rule, f"a whole number from {low:,} to {high:,}"


def _share():
    def rule(value):
        return isinstance(value, float) and 0.01 <= value < 0.9

    return rule, "a number from 0.01 to below 0.9, such as 0.2"


def _one_of(choices):
    def rule(value):
        return any(type(value) is type(choice) and value == choice for choice in choices)

    return rule, "one of " + ", ".join(map(repr, choices))


def _folder(default):
    def rule(value):
        return isinstance(value, (str, Path))

    return rule, f'the path of a folder as text, or "" for {default}'


_RULES = {
    "dataset": _one_of(DATASETS),
    "data_dir": _folder("none"),
    "output_dir": _folder("the course's"),
    "seed": _whole(0, 2**31 - 1),  # lessons use the next seeds, too; the most are 2**32 - 1
    "text": _one_of(TEXT_RULES),
    "split_by": _one_of(SPLITS),
    "validation_split": _share(),
    "test_split": _share(),
    "max_tokens": _whole(10, 1_000_000),
    "sequence_length": _whole(SHORTEST_SEQUENCE, 10_000),
    "embedding_dim": _one_of(EMBEDDING_DIMS),
    "epochs": _whole(1, 1_000),
    "batch_size": _whole(1, 10_000),
}
