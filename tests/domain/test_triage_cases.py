"""Labelled accounts of every kind, by the rules alone: what is right today stays right."""

from __future__ import annotations

import pytest

from casework.triage.decide import label
from casework.triage.learnt import Signs
from tests.domain.triage_gold import cases

FILES = sorted({gold.file for gold in cases()})


@pytest.mark.parametrize("file", FILES)
def test_accounts_are_labelled_as_the_guide_says(file: str) -> None:
    found = [
        f"{gold.text}: {', '.join(sorted(wrong))}"
        for gold in cases()
        if gold.file == file and (wrong := gold.wrong(label(gold.text, (), Signs())) - gold.missed)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("file", FILES)
def test_most_of_each_file_is_right(file: str) -> None:
    parts = [len(gold.missed) for gold in cases() if gold.file == file]
    assert sum(map(bool, parts)) <= len(parts) / 2
