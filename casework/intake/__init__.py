"""Taking in danger: a case at once, and with the database down a sealed file that becomes one later."""

from casework.intake.alarm import Alarm, Raised, raise_alarm
from casework.intake.spool import spooled, take_in_spool

__all__ = ["Alarm", "Raised", "raise_alarm", "spooled", "take_in_spool"]
