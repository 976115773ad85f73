"""Texts that the teacher judges: made of the accounts' own sentences, the same on every machine."""

from __future__ import annotations

import random

from learning.mixing import mixtures, sentences

TOLD = [
    "He shouted at me. I went in! Then it was quiet.",
    "they bang on the wall every night\nwe cannot sleep",
    "Hes back",
]


def test_mixtures_are_sentences_of_the_accounts() -> None:
    known = {one for text in TOLD for one in sentences(text, random.Random(1))}
    made = mixtures(TOLD, 50, seed=7)
    assert len(made) == 50 and all(made)
    for text in made:
        rest = text
        for one in sorted(known, key=len, reverse=True):
            rest = rest.replace(one, "")
        assert not rest.strip()


def test_the_same_seed_gives_the_same_texts() -> None:
    assert mixtures(TOLD, 20, seed=1) == mixtures(TOLD, 20, seed=1) != mixtures(TOLD, 20, seed=2)


def test_a_long_text_without_an_end_is_cut() -> None:
    words = [f"w{number}" for number in range(200)]
    found = sentences(" ".join(words), random.Random(3))
    assert " ".join(found).split() == words and max(len(one.split()) for one in found) <= 30
