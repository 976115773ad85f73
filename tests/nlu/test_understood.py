"""What is understood of phrasings that other people wrote and that nothing was trained on.

The floors are what must not be lost; the misses are printed, so that ideas for better reading come from them. At the
strict questions a wrong answer (not a question put again) is never accepted.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from casework.conversation.understand import Meaning, understand
from casework.questions import plan

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
STRICT = frozenset({"affected_consent", "identity", "review", "leave_check"})
# Share understood in the whole set: the first set was looked at while the reading was made, the second was not.
FLOORS = {"phrasings": 0.95, "phrasings_second": 0.9}
SAME = [{"answer:done", "control:finished"}, {"answer:leave", "control:leave"}]


def rankings(said: list[str]) -> list[list[tuple[str, float]]]:
    """The served model's rankings of these words."""
    lines = "".join(json.dumps(words) + "\n" for words in said)
    done = subprocess.run(
        [str(BOT_PYTHON), "-m", "bot.rank"], cwd=ROOT, input=lines, capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[[")]
    assert len(found) == len(said)
    return [[(intent, share) for intent, share in ranking] for ranking in found]


def in_short(meaning: Meaning) -> str:
    if meaning.kind == "answer":
        return "answer:" + "+".join(sorted(meaning.values))
    return f"{meaning.kind}:{meaning.name}" if meaning.kind in ("control", "faq") else meaning.kind


def expected(means: str) -> str:
    kind, _, rest = means.partition(":")
    return f"{kind}:{'+'.join(sorted(rest.split('+')))}" if kind == "answer" else means


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_phrasings_of_others_are_understood(name: str) -> None:
    phrasings: list[dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))
    missed, wrong, groups = [], set(), Counter[str]()
    for phrasing, ranking in zip(phrasings, rankings([each["said"] for each in phrasings]), strict=True):
        meant = in_short(understand(plan()[phrasing["at"]], phrasing["said"], ranking))
        wanted = expected(phrasing["means"])
        if meant == wanted or {meant, wanted} in SAME:
            continue
        missed.append(f"{phrasing['at']}: {phrasing['said']!r} is {wanted}, read as {meant}")
        groups["strict" if phrasing["at"] in STRICT else wanted.partition(":")[0]] += 1
        if phrasing["at"] in STRICT and meant.startswith("answer"):
            wrong.add(phrasing["said"])
    share = 1 - len(missed) / len(phrasings)
    print(f"{name}: {share:.3f} of {len(phrasings)} understood; missed {dict(groups)}", *missed, sep="\n  ")
    assert not wrong
    assert share >= FLOORS[name]
