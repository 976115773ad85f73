"""Watching when words are read: reading takes long, and SQLite has one writer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casework.store import Store
from casework.triage import decide

# Each text that was read, with whether somebody else could write meanwhile.
Readings = list[tuple[str, bool]]


def watch_reading(monkeypatch: pytest.MonkeyPatch, store: Store) -> Readings:
    """Every text that is labelled from now on."""
    seen: Readings = []
    label = decide.label

    def watch(text: str, *others: object) -> object:
        seen.append((text, _may_write(store)))
        return label(text, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(decide, "label", watch)
    return seen


def while_reading(monkeypatch: pytest.MonkeyPatch, read: str, act: Callable[[], None]) -> None:
    """Do something once, when the text ``read`` is labelled: what another process does between reading and writing."""
    label, waiting = decide.label, [act]

    def between(text: str, *others: object) -> object:
        if waiting and text == read:
            waiting.pop()()
        return label(text, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(decide, "label", between)


def _may_write(store: Store) -> bool:
    free = store._writer.acquire(blocking=False)
    if free:
        store._writer.release()
    return free
