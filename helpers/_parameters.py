"""Refuse a bad notebook parameter with a sentence, before it does harm."""

from pathlib import Path

from helpers.headers import TEXT_RULES
from helpers.splits import SPLITS

DATASETS = ("sample", "full")
EMBEDDING_DIMS = (50, 100, 200, 300)
# 148 tokens or fewer leave the third convolution of the reference network without input
SHORTEST_SEQUENCE = 149


def check_parameters(**values):
    """Check the values of a lesson's parameters cell.

    Parameters
    ----------
    **values
        Each parameter by its name.

    Raises
    ------
    ValueError
        With a sentence that names the parameter, its value and what is allowed.
    """
    for name, value in values.items():
        rule, expected = _RULES[name]
        if not rule(value):
            raise ValueError(f"The parameter {name} must be {expected}, not {value!r}.")
    if values.get("validation_split", 0) + values.get("test_split", 0) >= 0.9:
        raise ValueError(
            f"validation_split ({values['validation_split']}) and test_split ({values['test_split']}) "
            "together leave less than a tenth of the posts for training."
        )


def _whole(low, high):
    return (lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high,
            f"a whole number from {low:,} to {high:,}")


def _share():
    return (lambda v: isinstance(v, float) and 0.01 <= v < 0.9, "a number from 0.01 to below 0.9, such as 0.2")


def _one_of(choices):
    return (lambda v: type(v) is type(next(iter(choices))) and v in choices, "one of " + ", ".join(map(repr, choices)))


_RULES = {
    "dataset": _one_of(DATASETS),
    "data_dir": (lambda v: isinstance(v, (str, Path)), 'the path of a folder as text, or "" for none'),
    "output_dir": (lambda v: isinstance(v, (str, Path)), 'the path of a folder as text, or "" for the course\'s'),
    "seed": _whole(0, 2**32 - 1),
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
