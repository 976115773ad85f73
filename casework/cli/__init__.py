"""The ``reporting`` command. Tables for people, ``--json`` for programs; exit status 0, 1 (something
failed) or 2 (it was called or configured wrongly)."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Entry point. Whatever happens, a person reads a sentence, not a traceback."""
    from casework.cli.app import app

    if any(not _is_text(word) for word in sys.argv):
        print("Error: a word of this command is no text in UTF-8.", file=sys.stderr)
        raise SystemExit(2)
    try:
        app()
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(1) from None
    except Exception as error:
        raise SystemExit(_explain(error)) from None


def _is_text(word: str) -> bool:
    """Whether it came as UTF-8; what did not can be neither looked for nor kept."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _explain(error: Exception) -> int:
    from casework.privacy import KeysError, SealError
    from casework.settings import SettingsError
    from casework.store import StoreUnavailable

    if isinstance(error, SettingsError | KeysError):
        print(f"Error: {error}", file=sys.stderr)
        return 2
    if isinstance(error, StoreUnavailable):
        print(f"Error: {error}. Is it set up? `make run` does it; `reporting doctor` looks.", file=sys.stderr)
    elif isinstance(error, SealError):
        print(f"Error: {error}. Were the keys changed?", file=sys.stderr)
    else:
        # The message of an unforeseen error may hold words of a report; its type does not.
        print(f"Error: this did not work ({type(error).__name__}).", file=sys.stderr)
    return 1
