"""The ``reporting`` command. Tables for people, ``--json`` for programs; exit status 0, 1 (something
failed) or 2 (it was called or configured wrongly)."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Entry point. Whatever happens, a person reads a sentence, not a traceback."""
    from casework.cli.app import app

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
