"""What the chat page shows, worked out from the turns. Plain data, so that templates stay plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casework.catalogues import gettext
from casework.questions.plan import plan
from casework.questions.wording import card, say
from web.chat import page_words as words
from web.chat.page_forms import Form, mark_of, next_id
from web.chat.page_progress import progress

Turn = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One entry of the conversation: a turn, and what the person said to get it (None for the first). `erases`: words
    that the browser shows are gone since."""

    turn: Turn
    said: str | None = None
    erases: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the history: who speaks, and what, part by part."""

    sender: str
    parts: tuple[tuple[str, str], ...]
    anchor: str = ""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Question:
    """The open question as a form."""

    name: str
    kind: str
    text: str
    hint: str
    why: str
    options: tuple[Option, ...]
    words_label: str
    rows: int
    field: str
    autocomplete: str
    controls: tuple[tuple[str, str], ...]
    more_controls: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chat:
    """Everything of the chat page that changes."""

    lines: tuple[Line, ...]
    opening: tuple[Line, ...]
    emergency: tuple[str, ...]
    trouble: tuple[str, ...]
    question: Question | None
    summary: tuple[dict[str, str], ...]
    receipt: Mapping[str, Any] | None
    form_id: str
    after: str
    typed: str = ""
    # What the words that stand in the field from the beginning are known by.
    given: str = ""
    day: tuple[str, str, str] = ("", "", "")
    progress: str = ""
    erased: bool = False

    @property
    def reply(self) -> str:
        """The anchor of the latest reply, which the open question belongs to; empty where there is none."""
        return self.lines[-1].anchor if self.lines and self.lines[-1].sender == "us" else ""

    @property
    def open_end(self) -> bool:
        """Nothing is asked any more, but more words are welcome."""
        return self.question is None


def chat_view(
    entries: Sequence[Said],
    *,
    after: str = "",
    form: Form | None = None,
    urgent: Sequence[str] = (),
    trouble: str = "",
) -> Chat:
    """The page for a conversation.

    `after` leaves out the entries up to the turn of that id (the browser has them). `form` is what the
    person had filled in when something went wrong: it is put back. Its id depends on the last turn alone,
    so a second try of the same message is known as such. `urgent` is an emergency card that came with it,
    `trouble` what is wrong on our side (what is wrong with the answer is said beside its field).
    """
    last = entries[-1].turn
    question = _question(last, form)
    given = str((last.get("question") or {}).get("given", ""))
    shown = list(entries)
    if after:
        ids = [entry.turn["id"] for entry in entries]
        if after in ids:
            shown = shown[ids.index(after) + 1 :]
    first = entries[0] if shown and shown[0] is entries[0] else None
    lines: list[Line] = []
    opening: tuple[Line, ...] = ()
    if after and len(shown) < len(entries) and shown:
        lines += _kept_apart(entries[len(entries) - len(shown) - 1].turn)
    for entry in shown:
        made = _lines(entry, latest=entry is entries[-1])
        if entry is first and entry.said is None:
            # The first page has said all this already: it is folded away, and the first question is on top.
            opening, made = _folded(entry.turn, latest=entry is entries[-1])
        lines += made
    kinds = [(m.get("kind", "say"), m.get("text", "")) for m in last["messages"]]
    return Chat(
        lines=tuple(lines),
        opening=opening,
        emergency=tuple(urgent) or tuple(text for kind, text in kinds if kind == "emergency"),
        trouble=(trouble,) if trouble else tuple(text for kind, text in kinds if kind == "error"),
        question=question,
        summary=tuple(last.get("summary") or ()),
        receipt=last.get("receipt") or _sent(entries),
        form_id=next_id(last["id"]),
        after=last["id"],
        typed=form.text if form else given,
        given=mark_of(given) if given else "",
        day=form.day if form else ("", "", ""),
        progress=progress((entry.turn.get("question") or {}).get("name") for entry in entries),
        erased=any(entry.erases for entry in shown),
    )


def _sent(entries: Sequence[Said]) -> Mapping[str, Any] | None:
    """The receipt of a sent report: it stays in sight whatever is written afterwards."""
    found = [entry.turn.get("receipt") for entry in entries]
    return next((receipt for receipt in reversed(found) if receipt and receipt.get("reference")), None)


def _folded(turn: Turn, *, latest: bool) -> tuple[tuple[Line, ...], list[Line]]:
    """The welcome, and what is left of the first turn without it."""
    welcome = tuple((m.get("kind", "say"), m["text"]) for m in turn["messages"])
    asked = [] if latest or not _asked(turn) else [Line("us", (("say", _asked(turn)),))]
    return (Line("us", welcome),) if welcome else (), asked


def _lines(entry: Said, *, latest: bool) -> list[Line]:
    turn = entry.turn
    lines = [Line("you", (("say", _in_words(entry.said)),))] if entry.said else []
    parts = [(m.get("kind", "say"), m.get("text", "")) for m in turn["messages"] if m.get("text")]
    parts = [(kind, text) for kind, text in parts if not _on_receipt(text, turn.get("receipt"))]
    asked = _asked(turn)
    if asked:
        # A bare "Thank you." before each next question is noise.
        parts = [(kind, text) for kind, text in parts if text not in say("noted")]
    if latest:
        # The card, the trouble and the question have places of their own on the page.
        parts = [(k, t) for k, t in parts if k not in ("emergency", "error") and t != asked]
    if asked and not latest and all(text != asked for _, text in parts):
        parts.append(("question", asked))
    if parts:
        lines.append(Line("us", _joined(parts)))
    if lines and latest:
        lines[-1] = replace(lines[-1], anchor="reply")
        lines[0] = replace(lines[0], anchor="new")
    return lines


def _kept_apart(turn: Turn) -> list[Line]:
    """What of a turn stood outside the history while it was the latest: card, trouble, question."""
    parts = [(m["kind"], m["text"]) for m in turn["messages"] if m.get("kind") in ("emergency", "error")]
    if asked := _asked(turn):
        parts.append(("question", asked))
    return [Line("us", _joined(parts))] if parts else []


def _asked(turn: Turn) -> str:
    return str((turn.get("question") or {}).get("text", ""))


def _in_words(said: str) -> str:
    """What the person said; a button of ours by the words that stand on it."""
    if said.startswith("change:"):
        return gettext(words.CHANGED)
    return gettext(words.CONTROL_LABELS[said]) if said in words.CONTROL_LABELS else said


def _on_receipt(text: str, receipt: Mapping[str, Any] | None) -> bool:
    """Whether the receipt, which has a place of its own, says this already."""
    if receipt is None:
        return False
    return any(receipt.get(key) and receipt[key] in text for key in ("reference", "code", "advisor"))


def _joined(parts: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Neighbours that look the same as one part: what is said and what is asked, or two pieces of help."""
    out: list[tuple[str, str]] = []
    for kind, text in parts:
        shown = "say" if kind == "question" else kind
        if out and out[-1][0] == shown:
            out[-1] = (shown, f"{out[-1][1]}\n\n{text}")
        else:
            out.append((shown, text))
    return tuple(out)


def _question(turn: Turn, form: Form | None) -> Question | None:
    asked = turn.get("question")
    if asked is None:
        return None
    name, kind = asked["name"], asked["kind"]
    chosen = set(form.chosen) if form and form.question == name else set()
    options = tuple(Option(o["value"], o["label"], o["value"] in chosen) for o in asked.get("options") or ())
    plain = words.NOTE_LABELS.get(name) or (words.DATE_WORDS_LABEL if kind == "date" else words.WORDS_LABEL)
    own = None if name in words.NOTE_LABELS else asked.get("note")
    controls = ("keep", "back") if asked.get("kept") else ("skip", "back") if asked.get("optional") else ("back",)
    autocomplete = _autocomplete(name, asked["text"])
    return Question(
        name=name,
        kind=kind,
        text=asked["text"],
        hint=asked.get("hint") or gettext(words.HINTS.get(kind, "")),
        why=asked.get("why") or "",
        options=options,
        words_label=own or gettext(plain),
        rows=3 if autocomplete == "street-address" else _rows(name, kind),
        field=autocomplete if autocomplete in ("tel", "email") else "text",
        autocomplete=autocomplete,
        controls=_labelled(controls),
        more_controls=_labelled(("pause", "person", "language", "leave")),
    )


def _labelled(controls: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((control, gettext(words.CONTROL_LABELS[control])) for control in controls)


def _rows(name: str, kind: str) -> int:
    if name in words.SHORT or kind == "date":
        return 1
    return {"choice": 2, "choices": 2}.get(kind, 8 if name == "account" else 4)


def _autocomplete(name: str, text: str) -> str:
    if name == "contact_value":
        # The question reads differently for each way of contact, whatever the language.
        texts = plan()[name].texts
        return next((words.CONTACT[way] for way in words.CONTACT if gettext(texts.get(way, "")) == text), "off")
    return words.AUTOCOMPLETE.get(name, "off")


def split_card(message: str) -> tuple[tuple[str, ...], str]:
    """The lines of the emergency card at the start of an error's words, and the rest of them."""
    first = card().splitlines()[0]
    if not message.startswith(first):
        return (), message
    urgent, _, rest = message.partition("\n\n")
    return tuple(urgent.splitlines()), rest
