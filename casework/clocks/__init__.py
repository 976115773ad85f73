"""Time that is promised: what now is, what a working day is, which clocks a case has, and when one is met."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from casework.clocks.keeping import ClockError, LateWithoutReason, clocks_of, explain, meet_clock

if TYPE_CHECKING:
    from casework.settings import Settings

__all__ = ["ClockError", "LateWithoutReason", "clocks_of", "explain", "meet_clock", "now"]


def now(settings: Settings) -> datetime:
    """The one clock of all processes: UTC, moved by ``REPORTING_CLOCK_OFFSET`` seconds where
    ``REPORTING_ENV=test``."""
    moment = datetime.now(UTC)
    if settings.env == "test" and settings.clock_offset:
        moment += timedelta(seconds=settings.clock_offset)
    return moment
