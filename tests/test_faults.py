"""The planted faults fit the code: each place occurs once, each named test exists."""

import re

import plant_faults
import pytest
from lessons import ROOT

FAULTS = plant_faults.read_faults()


def test_there_are_many_over_all_areas():
    assert len(FAULTS) >= 120
    assert sum(bool(fault.get("quick")) for fault in FAULTS) >= 12
    assert all(fault["harm"] for fault in FAULTS)


@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_a_fault_fits_and_changes_the_file(number):
    fault = FAULTS[number]
    text = (ROOT / fault["file"]).read_text(encoding="utf-8")
    assert plant_faults.plant(text, fault) != text
    file, _, name = fault["test"].partition("::")
    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"def {re.escape(name.split('[')[0])}\b", source) or not name, fault["test"]
