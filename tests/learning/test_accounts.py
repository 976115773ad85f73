"""The labelled accounts keep what their card promises."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from casework.triage.labels import EMERGENCY_FLAGS, URGENT_FLAGS
from learning.accounts import GROUPS, PARTS, accounts

EVERY = [(part, account) for part in PARTS for account in accounts(part)]


def grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[place : place + 4]) for place in range(len(words) - 3)}


def test_there_are_enough_and_each_part_has_every_kind_of_voice() -> None:
    assert len(EVERY) >= 3000
    assert all(account.readers == 2 for _, account in EVERY)
    for part in PARTS:
        assert {account.group for account in accounts(part)} >= set(GROUPS.values())


def test_a_voice_and_a_minimal_pair_stand_in_one_part_only() -> None:
    voices, pairs = defaultdict(set), defaultdict(set)
    for part, account in EVERY:
        voices[account.voice].add(part)
        if account.pair:
            pairs[account.pair].add(part)
    assert all(len(parts) == 1 for parts in (*voices.values(), *pairs.values()))
    assert len(pairs) >= 100


def test_ids_are_unique_and_no_two_accounts_share_half_their_four_word_runs() -> None:
    assert max(Counter(account.id for _, account in EVERY).values()) == 1
    known: dict[tuple[str, ...], set[int]] = defaultdict(set)
    sizes: list[int] = []
    for number, (_, account) in enumerate(EVERY):
        here = grams(account.text)
        sizes.append(len(here))
        shared = Counter(other for gram in here for other in known[gram])
        for other, count in shared.items():
            assert count * 2 < min(len(here), sizes[other]), (account.id, EVERY[other][1].id)
        for gram in here:
            known[gram].add(number)


def test_urgency_follows_from_the_flags() -> None:
    for _, account in EVERY:
        assert (account.urgency == "emergency") == bool(account.risk_flags & EMERGENCY_FLAGS), account.id
        if account.urgency == "urgent":
            assert account.risk_flags & URGENT_FLAGS, account.id


def test_hate_names_its_strand_and_its_kind() -> None:
    for _, account in EVERY:
        assert bool(account.strands) == (account.category == "hate") == (account.hate_kind is not None), account.id


@pytest.mark.parametrize("pattern", [r"\b[\w.]+@[\w.]+\.\w+\b", r"\b(?!07700 ?900)0\d{3,4}[ -]?\d{3}[ -]?\d{3,4}\b"])
def test_nothing_that_could_reach_a_real_person(pattern: str) -> None:
    found = [account.id for _, account in EVERY if re.search(pattern, account.text)]
    assert not found
