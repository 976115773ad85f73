"""Logging of the Rasa process: where and what kind, never what was said."""

from __future__ import annotations

import logging
import sys
import warnings


class PlainFormatter(logging.Formatter):
    """Our own modules' messages as written; of other people's code only the place and the kind of error.

    Rasa puts texts and whole requests into messages and tracebacks.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        ours = record.name.partition(".")[0] == "bot"
        what = record.getMessage() if ours else f"line {record.lineno}"
        kind = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        return f"{self.formatTime(record)} {record.levelname} {record.name}: {what}{kind}"


def set_up() -> None:
    """Quiet standard error; structlog, which Rasa uses for whole messages, is switched off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(logging.INFO)
    logging.getLogger("sanic.access").disabled = True
    # Some of the old packages set the filters back when they are imported.
    warnings.showwarning = lambda *_, **__: None
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        processors=[structlog.processors.JSONRenderer()],
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=True,
    )
