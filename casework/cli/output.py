"""How results are shown: tables for people, JSON for programs, a progress bar on a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.store import Store


_WIDTH_OF_FILES = 200
_LOGIN = Path("/proc/self/loginuid")
_NOBODY_SIGNED_IN = 2**32 - 1


@contextlib.contextmanager
def open_store() -> Iterator[Store]:
    """The store of this installation, closed at the end. Raises ``SettingsError``, ``KeysError``."""
    from casework.privacy import Keys
    from casework.settings import load_settings
    from casework.store import Store

    settings = load_settings()
    store = Store(settings, Keys.load(settings.home))
    try:
        yield store
    finally:
        store.close()


def who() -> str:
    """The person at the keyboard, as logs and the audit name them: by their account on this machine, which they
    cannot choose as they can ``USER``. Who works through ``sudo``, as the account that owns the state, is known by the
    account that they signed in with."""
    if not hasattr(os, "getuid"):
        return "cli"
    signed_in = _signed_in()
    uid = os.getuid() if signed_in is None else signed_in
    try:
        import pwd

        return f"cli:{pwd.getpwuid(uid).pw_name}"
    except (ImportError, KeyError):
        return f"cli:{uid}"


def _signed_in() -> int | None:
    """The account of the session, which Linux keeps through ``sudo`` and lets nobody but root change once it is set;
    None where there is no session, as in a service or a container."""
    try:
        uid = int(_LOGIN.read_text())
    except (OSError, ValueError):
        return None
    return None if uid == _NOBODY_SIGNED_IN else uid


def print_json(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # Half a character that somebody sent is written as JSON writes it.
    print(text.encode("utf-8", "backslashreplace").decode())


def say(text: str) -> None:
    print(text)


def typed(text: str, what: str) -> str:
    """Words from an option, or else from standard input, where no history keeps them; a person is told how."""
    if text:
        return text.strip()
    if sys.stdin is None:
        return ""  # a service has none
    if sys.stdin.isatty():
        print(f"{what}; end it with Ctrl-D on a line of its own.", file=sys.stderr)
    try:
        return sys.stdin.buffer.read().decode().removeprefix("\ufeff").strip()
    except UnicodeDecodeError:
        complain("What came on standard input is no text in UTF-8; nothing was kept.")
        raise SystemExit(2) from None


def complain(text: str) -> None:
    print(f"Error: {text}", file=sys.stderr)


def more_follow(last: object) -> None:
    """A page is full: how to go on, beside what a program reads."""
    print(f"There may be more: --after {last}", file=sys.stderr)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; without rows one line that says so. Cells are plain text, whatever they hold."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        say(f"{title}: none.")
        return
    shown = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        # What a row is found by is never broken.
        shown.add_column(column, overflow="fold", no_wrap=place == 0)
    for row in rows:
        shown.add_row(*(Text(text_of(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDTH_OF_FILES).print(shown)


def here(moment: datetime | str | None) -> str:
    """A moment as a person reads it: London time, as promises are made in. Programs get UTC."""
    if moment is None:
        return text_of(None)
    from casework.clocks.working import LONDON

    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{known.astimezone(LONDON):%Y-%m-%d %H:%M}"


def text_of(value: Any) -> str:
    """A cell as a person reads it; control characters of a terminal are shown, not obeyed."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(text_of(item) for item in value) or "–"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text_of(item)}" for name, item in value.items()) or "–"
    text = str(value)
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Call with what is done and, where it is known, how much there is. Silent unless a person watches."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
