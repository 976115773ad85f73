"""``reporting triage``: labels for accounts, one JSON line in, one out, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from casework.cli.output import progress

MOTIVES = frozenset({
    "race_ethnicity", "religion_belief", "disability", "sexual_orientation", "gender_identity", "sex", "age",
    "other", "none", "not_sure", "prefer_not",
})  # fmt: skip
FIELDS = ("category", "hate_kind", "strands", "asb_types", "risk_flags", "urgency", "reasons")


class BadLine(ValueError):
    """A line that cannot be labelled. ``id`` is what it said it was, if that much could be read."""

    def __init__(self, problem: str, key: Any = None) -> None:
        super().__init__(problem)
        self.key = key


def run() -> int:
    """Label standard input. Exit status 1 where any line was bad; the rest is done all the same."""
    bad = 0
    with progress("Labelling") as step:
        for done, result in enumerate(label_lines(sys.stdin.buffer), 1):
            bad += "error" in result
            sys.stdout.write(json.dumps(result) + "\n")
            step(done, None)
    sys.stdout.flush()
    return 1 if bad else 0


def label_lines(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The result of each line that is not empty."""
    from casework.triage import learnt, triage

    learnt.load()

    for line in lines:
        if not line.strip():
            continue
        try:
            key, text, motive = _read(line)
        except BadLine as problem:
            yield {"id": problem.key, "error": str(problem)}
            continue
        try:
            labels = triage(text, motive).to_json()
        except Exception as error:
            # One account must not cost the others their labels; its words are not repeated.
            yield {"id": key, "error": f"could not be labelled ({type(error).__name__})"}
            continue
        yield {"id": key, **{name: labels[name] for name in FIELDS}}


def _read(line: bytes) -> tuple[Any, str, tuple[str, ...]]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine("not a line of JSON") from None
    if not isinstance(value, dict):
        raise BadLine("not a JSON object")
    key = value.get("id")
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise BadLine("id is missing, or neither text nor a whole number")
    text, motive = value.get("text"), value.get("motive")
    if not isinstance(text, str):
        raise BadLine("text is missing or no text", key)
    if motive is None:
        motive = []
    if not isinstance(motive, list) or not all(isinstance(one, str) for one in motive):
        raise BadLine("motive is not a list of texts", key)
    if unknown := [one for one in motive if one not in MOTIVES]:
        raise BadLine(f"motive has {len(unknown)} value(s) that are no option of the question", key)
    return key, text, tuple(motive)
