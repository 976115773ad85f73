"""The encoder adds signs and removes none; without it, or with a file changed, the rules stand alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.triage import learnt, triage
from casework.triage.decide import label
from casework.triage.labels import CATEGORIES, URGENCIES
from casework.triage.learnt import Signs, model
from casework.triage.learnt.encoder import FOLDER, Encoder, NotWhole
from learning.accounts import Account, accounts
from learning.evaluate import broken, figures, judge

TOLD = accounts("development")[::9]
ODD = [
    "", " ", "\n\n", "?", "🔪", "a", "x" * 10_000, "no " * 3000, "مرحبا كيف حالك", "\u202e\u200b", "0" * 4000,
    "\ud800 he hit me \udfff",
]  # fmt: skip


@pytest.fixture
def with_encoder() -> Iterator[None]:
    assert learnt.load()
    yield
    learnt.unload()


def test_the_files_are_those_of_the_card_and_small_enough_for_git() -> None:
    Encoder(FOLDER)
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) <= 30_000_000


def test_a_changed_file_is_refused_and_the_rules_stand_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "learnt"
    shutil.copytree(FOLDER, folder)
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(NotWhole):
        Encoder(folder)
    learnt.unload()
    monkeypatch.setattr(model, "Encoder", lambda: Encoder(folder))
    assert not learnt.load() and not learnt.loaded()
    assert triage("he has a knife and he is outside my door").urgency == "emergency"


def test_no_flag_no_strand_no_kind_and_no_urgency_of_a_rule_is_lost(with_encoder: None) -> None:
    for one in TOLD:
        rules, both = label(one.text, (), Signs()), triage(one.text)
        assert set(rules.risk_flags) <= set(both.risk_flags), one.id
        assert set(rules.strands) <= set(both.strands), one.id
        assert set(rules.asb_types) - {"harassment_intimidation"} <= set(both.asb_types), one.id
        assert URGENCIES.index(both.urgency) <= URGENCIES.index(rules.urgency), one.id
        assert rules.category != "hate" or both.category == "hate", one.id


@pytest.mark.parametrize("account", TOLD, ids=lambda one: one.id)
def test_the_same_words_give_the_same_labels_with_a_reason_for_each(account: Account, with_encoder: None) -> None:
    labels = triage(account.text)
    assert labels == triage(account.text)
    given = {("category", labels.category)}
    given |= {("strands", value) for value in labels.strands}
    given |= {("asb_types", value) for value in labels.asb_types}
    given |= {("risk_flags", value) for value in labels.risk_flags}
    reasons = {(one.label, one.value) for one in labels.reasons}
    assert given <= reasons | {("risk_flags", "child_at_risk")}, given - reasons
    for one in labels.reasons:
        assert one.rule and one.policy
        if one.span is not None:
            start, end = one.span
            assert 0 <= start < end <= len(account.text), one


@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:12]))
def test_any_text_gets_labels(text: str, with_encoder: None) -> None:
    labels = triage(text)
    assert labels.category in CATEGORIES and labels.urgency in URGENCIES


def test_the_floors_hold_on_the_frozen_part(with_encoder: None) -> None:
    assert not broken(figures(judge("test")), "test")
