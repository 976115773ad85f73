"""Danger, and the same words where there is none: pairs of accounts, by the rules alone."""

from __future__ import annotations

import pytest

from casework.triage import screen
from casework.triage.decide import label
from casework.triage.learnt import Signs
from tests.domain.triage_gold import Gold, cases

PAIRS = [gold for gold in cases() if gold.file.startswith("danger_")]


@pytest.mark.parametrize("gold", PAIRS, ids=lambda gold: gold.text[:60])
def test_danger_is_told_from_what_looks_like_it(gold: Gold) -> None:
    labels = label(gold.text, (), Signs())
    assert gold.open_urgency or labels.urgency == gold.urgency
    assert gold.flags.must <= set(labels.risk_flags) <= gold.flags.must | gold.flags.may
    if not gold.open_urgency:
        assert screen(gold.text).emergency == (gold.urgency == "emergency")


@pytest.mark.parametrize(
    "text",
    [
        "he went out now hes back kicking the door in", "hes gone to get a knife he says he will stab me",
        "police took one of them, the other is outside my door with a bat",
        "the fire is out in the kitchen but smoke is coming from the bedroom",
        "smell of petrol through my letterbox, hes on his moped outside",
        "hes going to kill me tonight he is on his way", "he says hes fine but theres blood pouring from his head",
        "they were watching a film, he has got a knife to her throat",
        "he says it was only a game, hes strangling her now",
        "im at my mums now hes outside trying to get in", "there is no fire alarm and the flat is on fire",
    ],
)  # fmt: skip
def test_danger_beside_words_that_calm_is_still_danger(text: str) -> None:
    assert screen(text).emergency and label(text, (), Signs()).urgency == "emergency"


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("he is a landscape gardener and he came at me with a machete", "weapon"),
        ("they had plastic bags and a knife and robbed my son", "weapon"),
        ("my husband punched me, he only watches tv", "violence"),
        ("he spat by me then he spat in my face", "violence"),
        ("they threw pennies then bottles at us", "violence"),
        ("he has taken over my cousin's flat, I saw your poster on cuckooing", "exploitation"),
        ("she dont want to live here anymore she wants to be dead", "suicide_self_harm"),
        ("ten years ago he stabbed my dad, he is out of prison and back on the estate", "violence"),
        ("two years ago he burned our shed, he's moved out but he comes to threaten us", "arson_fire"),
    ],
)
def test_harm_beside_words_that_calm_is_urgent(text: str, flag: str) -> None:
    labels = label(text, (), Signs())
    assert flag in labels.risk_flags and labels.urgency != "standard"
