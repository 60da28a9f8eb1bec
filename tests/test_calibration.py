"""Calibration: made-up classifiers whose error and temperature are known."""

import numpy as np
import pytest

from helpers import calibration

RNG = np.random.RandomState(5)
TRUE = RNG.dirichlet(np.full(4, 0.5), 20_000)  # what a well calibrated classifier says
LABELS = (RNG.random_sample((len(TRUE), 1)) > TRUE.cumsum(axis=1)).sum(axis=1)


def test_always_sure_and_right_in_one_of_two():
    accuracies, error = calibration.reliability(np.eye(2), np.array([0, 0]))
    assert error == 0.5 and accuracies[-1] == 0.5 and np.isnan(accuracies[:-1]).all()


def test_two_bins_by_hand():
    probabilities = np.array([[0.7, 0.3], [0.7, 0.3], [0.1, 0.9], [0.1, 0.9]])
    accuracies, error = calibration.reliability(probabilities, np.array([0, 1, 1, 1]), n_bins=5)
    assert accuracies[3:] == [0.5, 1.0] and error == pytest.approx(0.5 * 0.2 + 0.5 * 0.1)


def test_who_says_the_truth_has_no_error():
    assert calibration.reliability(TRUE, LABELS)[1] < 0.02 < calibration.reliability(calibration.cool(TRUE, 0.5), LABELS)[1]


def test_cooling_changes_how_sure_and_no_answer():
    cooled = calibration.cool(TRUE, 2.0)
    assert np.allclose(cooled.sum(axis=1), 1) and cooled.max(axis=1).mean() < TRUE.max(axis=1).mean()
    assert np.array_equal(cooled.argmax(axis=1), TRUE.argmax(axis=1)) and np.allclose(calibration.cool(TRUE, 1), TRUE)
    scores = np.array([[1.0, 2.0, 4.0]])
    softmax = np.exp(scores) / np.exp(scores).sum()
    assert np.allclose(calibration.cool(softmax, 2), np.exp(scores / 2) / np.exp(scores / 2).sum())


@pytest.mark.parametrize("temperature", [0.8, 2.0])
def test_the_temperature_is_found(temperature):
    said = calibration.cool(TRUE, 1 / temperature)  # too sure where the temperature is above 1
    assert calibration.best_temperature(said, LABELS) == pytest.approx(temperature, abs=0.1)
