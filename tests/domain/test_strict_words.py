"""Consent, identity, sending, leaving: set only by words that match one option, whatever the model thinks."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from casework.conversation.understand import understand
from casework.questions import plan

WORDS = yaml.safe_load((Path(__file__).parent / "strict_words.yml").read_text(encoding="utf-8"))
CASES = [
    (question, meant, words) for question, by in WORDS.items() for meant, several in by.items() for words in several
]


@pytest.mark.parametrize(("question", "meant", "words"), CASES)
def test_words_at_a_strict_question(question: str, meant: str, words: str) -> None:
    read = understand(plan()[question], words, [])
    if meant == "unclear":
        assert read.kind != "answer"
    else:
        assert (read.kind, read.values) == ("answer", (meant,)) or (read.kind, read.name, meant) == (
            "control",
            "leave",
            "leave",
        )
