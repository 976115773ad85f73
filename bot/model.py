"""Where the trained model lies and what it was made from. Imports nothing of Rasa, so it answers at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
NAME = "reporting"
ARCHIVE = MODELS / f"{NAME}.tar.gz"
CARD = MODELS / f"{NAME}.json"
INPUTS = ("config.yml", "domain.yml", "domain", "data", "requirements/bot.txt", "bot/train.py")


def inputs_hash(root: Path = ROOT) -> str:
    """One hash of everything that the model is made from."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = root / name
        files = sorted(path.rglob("*.yml")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(f"{file.relative_to(root)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def archive_hash(archive: Path = ARCHIVE) -> str:
    """Hash of the model file."""
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def read_card() -> dict[str, Any]:
    """What was noted when the model was made; empty when there is none."""
    try:
        card = json.loads(CARD.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def is_current() -> bool:
    """Whether the model was made from the inputs as they are now, and is the file that was made then."""
    card = read_card()
    return ARCHIVE.is_file() and card.get("inputs") == inputs_hash() and card.get("archive") == archive_hash()
