"""An export as text that a person can read without knowing what our codes mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from casework.clocks.working import LONDON
from casework.questions.plan import plan

_LABELS = {
    "reporter_name": "Your name", "contact_value": "Your contact", "contact_safety": "What you said about contact",
    "affected_name": "Your name",
}  # fmt: skip
_OF_RESPONDENT = {
    "name": "Your name", "contact": "Your contact", "account": "What you told us", "needs": "What you need",
    "support": "Support that was offered to you", "outcome": "How it came out",
}  # fmt: skip
_FACTS = (
    ("status", "Where it stands"), ("category", "Kind"), ("hate_kind", "Crime or incident"), ("strands", "About"),
    ("asb_types", "Types"), ("risk_flags", "Risks that were seen"), ("priority", "Priority"),
)  # fmt: skip


def as_text(document: Mapping[str, Any]) -> str:
    """The whole export, in lines."""
    return "\n".join(_lines(document)).rstrip() + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    yield "What we hold about you"
    yield f"Made on {_when(document['made_at'])}"
    yield "Other people's names, numbers and addresses are left out: [name], [number], [email], [address]."
    for case in document["cases"]:
        if document["person"] == "respondent":
            yield from _respondent(case)
            continue
        yield from ("", f"Report {case['reference']}", f"Received: {_when(case['received_at'])}")
        for name, label in _FACTS:
            if case[name]:
                yield f"{label}: {_words(case[name])}"
        for report in case["reports"]:
            yield from _report(report)
        if case.get("messages"):
            yield from ("", "Messages")
            yield from (f"{_when(one['at'])}, {_from(one['from'])}: {one['text']}" for one in case["messages"])
        if case["corrections"]:
            yield from ("", "Corrections")
            for one in case["corrections"]:
                before, now = one["from"] or "nothing", one["to"] or "nothing"
                yield f"{_when(one['at'])}, {_label(one['name'])}: {before} became {now}"
        yield from ("", "What was done")
        yield from (f"{_when(one['at'])}: {_words(one['event'])}" for one in case["done"])


def _respondent(case: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"Case {case['reference']}", f"Recorded: {_when(case['recorded_at'])}")
    for name, value in {**case["who_you_are"], **case["what_was_recorded"]}.items():
        yield f"{_OF_RESPONDENT[name]}: {value}"
    for name, before in case["before"].items():
        yield from (f"{_OF_RESPONDENT[name]}, until {_when(one['at'])}: {one['was']}" for one in before)


def _report(report: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    for name, value in report["who_you_are"].items():
        yield f"{_label(name)}: {value}"
    for name, value in report["answers"].items():
        yield f"{_label(name)}: {_answer(name, value)}"
    for name, value in report.get("notes", {}).items():
        yield f"{_label(name)}, in your words: {value}"
    for one in report.get("also_said", ()):
        yield f"You also said: {one.get('text', '')}"


def _label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    question = next((one for one in plan().questions if one.name == name), None)
    return (question.review or question.text) if question else _words(name).capitalize()


def _answer(name: str, value: Any) -> str:
    question = next((one for one in plan().questions if one.name == name), None)
    labels = {option.value: option.in_words for option in question.options} if question else {}
    return ", ".join(labels.get(one, str(one)) for one in (value if isinstance(value, list) else [value]))


def _words(value: Any) -> str:
    return ", ".join(str(one) for one in (value if isinstance(value, list) else [value])).replace("_", " ")


def _from(author: str) -> str:
    return "you" if author == "reporter" else "your advisor"


def _when(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(LONDON):%d %B %Y, %H:%M}"
