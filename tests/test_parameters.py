"""Every bad value of a parameters cell stops with a sentence that names it."""

from pathlib import Path

import numpy as np
import pytest

from helpers._parameters import SHORTEST_SEQUENCE, check_parameters
from helpers.models import build_example_network

GOOD = dict(dataset="sample", data_dir="", seed=1337, text="body", split_by="thread", validation_split=0.2, test_split=0.1, max_tokens=20000,
            sequence_length=200, embedding_dim=100, epochs=20, batch_size=32)


def test_good_values_pass():
    check_parameters(**GOOD)
    check_parameters()
    for name, value in (("dataset", "full"), ("data_dir", Path("folder")), ("data_dir", "~/data"), ("seed", 0), ("epochs", 1),
                        ("seed", 2**31 - 1), ("validation_split", 0.7), ("sequence_length", 149), ("embedding_dim", 300),
                        ("text", "strict"), ("text", "reference"), ("text", "full"), ("split_by", "one date"), ("batch_size", 1), ("max_tokens", 10)):
        check_parameters(**{**GOOD, name: value})


BAD = {
    "dataset": ["Sample", "real", "", "20news", 1, True, None, ["sample"]],
    "data_dir": [None, 0, True, b"folder", ["folder"]],
    "seed": [-1, 2**31, 1337.0, "1337", True, None],
    "text": ["header", "Body", "", None, 0],
    "split_by": ["threads", "Random", "", None, 1],
    "validation_split": [0.0, -0.2, 0.9, 1.5, 1, 0, "0.2", True, None, float("nan"), float("inf"), 0.0001],
    "test_split": [0.0, -0.1, 0.95, 1.5, "false", False, float("nan")],
    "max_tokens": [0, -1, 9, 1_000_001, 20000.0, "20000", True, None],
    "sequence_length": [0, -200, 148, 10_001, 200.0, "200", True, None],
    "embedding_dim": [0, 101, 99, 100.0, "100", True, None],
    "epochs": [0, -1, -20, 1.5, 1_001, "5", "false", True, False, None],
    "batch_size": [0, -32, 0.5, "32", True, 10_001, None],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_gets_a_sentence(name, value):
    with pytest.raises(ValueError) as error:
        check_parameters(**{**GOOD, name: value})
    message = str(error.value)
    assert message.startswith(f"The parameter {name} must be ") and message.endswith(f", not {value!r}.")


def test_the_sentences_say_what_is_allowed():
    for name, value, expected in (
            ("dataset", "real", "The parameter dataset must be one of 'sample', 'full', not 'real'."),
            ("epochs", -1, "The parameter epochs must be a whole number from 1 to 1,000, not -1."),
            ("epochs", "false", "The parameter epochs must be a whole number from 1 to 1,000, not 'false'."),
            ("embedding_dim", 99, "The parameter embedding_dim must be one of 50, 100, 200, 300, not 99."),
            ("sequence_length", 148, "The parameter sequence_length must be a whole number from 149 to 10,000, not 148.")):
        with pytest.raises(ValueError) as error:
            check_parameters(**{name: value})
        assert str(error.value) == expected


def test_two_shares_must_leave_posts_for_training():
    with pytest.raises(ValueError, match=r"validation_split \(0.5\) and test_split \(0.4\) together leave a tenth of the posts or less"):
        check_parameters(validation_split=0.5, test_split=0.4)
    check_parameters(validation_split=0.5, test_split=0.3)
    check_parameters(validation_split=0.85)


def test_the_shortest_sequence_is_what_the_keras_example_needs():
    fits, too_short = (build_example_network(np.zeros((5, 4), np.float32), 2) for _ in range(2))
    assert fits.predict(np.zeros((1, SHORTEST_SEQUENCE), np.int32), verbose=0).shape == (1, 2)
    with pytest.raises(ValueError, match="Negative dimension"):
        too_short.predict(np.zeros((1, SHORTEST_SEQUENCE - 1), np.int32), verbose=0)
