"""Which scores count as signs: the thresholds of the card, and how signs join what the rules found."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache

from casework.triage.labels import EMERGENCY_FLAGS, STRANDS, URGENT_FLAGS, Reason
from casework.triage.languages import foreign
from casework.triage.learnt.encoder import Encoder, NotWhole, Reading

RULE = "learnt"
# A lower threshold on the same score.
_SAME = {"doubt:hate": "category:hate", "doubt:urgent": "urgency:urgent"}
_log = logging.getLogger(__name__)
_in_process: list[Encoder] = []
# A turn reads the same words up to three times: once is enough. No more than these stay in memory.
_LAST = 4


def load() -> bool:
    """Load the encoder into this process, once. False, and said in the log, where the rules must stand alone."""
    if _in_process:
        return True
    try:
        _in_process.append(Encoder())
    except (NotWhole, ImportError, RuntimeError) as error:
        _log.error("triage: rules alone, the learnt signs are not there (%s)", type(error).__name__)
        return False
    return True


def unload() -> None:
    """Leave the rules alone in this process again."""
    _in_process.clear()
    _readings.cache_clear()


def loaded() -> bool:
    """Whether this process has the encoder."""
    return bool(_in_process)


@dataclass(frozen=True, slots=True)
class Signs:
    """What the encoder reads in one account: every label's reading, and the score from which it counts."""

    readings: dict[str, Reading] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether ``label:value`` reaches its threshold."""
        reading = self.readings.get(_SAME.get(name, name))
        return reading is not None and reading.score >= self.limits.get(name, float("inf"))

    def values(self, label: str) -> set[str]:
        """The values of one label that count."""
        start = label + ":"
        return {name[len(start) :] for name in self.readings if name.startswith(start) and self.has(name)}

    def flags(self, ruled: set[str]) -> set[str]:
        """Risk flags to add to those of the rules.

        A flag counts only in an account whose urgency it fits: one score decides the urgency, and an urgency that
        shows without its flag brings the likeliest flag of that urgency.
        """
        found = self.values("flag")
        emergency = self.has("urgency:emergency") or bool(ruled & EMERGENCY_FLAGS)
        urgent = emergency or self.has("urgency:urgent") or bool(ruled & URGENT_FLAGS)
        if not emergency:
            found -= EMERGENCY_FLAGS
        elif not (found | ruled) & EMERGENCY_FLAGS:
            found.add(self._likeliest("flag", EMERGENCY_FLAGS))
        if not urgent:
            found -= URGENT_FLAGS
        elif not emergency and not (found | ruled) & URGENT_FLAGS:
            found.add(self._likeliest("flag", URGENT_FLAGS))
        return found

    def strands(self, told: set[str]) -> set[str]:
        """Strands of hate, where the account shows it by itself or ``told`` already says so; at least one."""
        if not (told or self._hate()):
            return set()
        found = self.values("strand")
        if not found and not told:
            found.add(self._likeliest("strand", frozenset(STRANDS)))
        return found

    def _hate(self) -> bool:
        """Whether the account shows hate by itself: enough of it, and hardly less than of nuisance alone."""
        if not self.has("category:hate"):
            return False
        plain = self.readings.get("category:asb")
        margin = self.limits.get("margin:hate", 0.0)
        return plain is None or self.readings["category:hate"].score + margin >= plain.score

    @property
    def crime(self) -> bool:
        """Whether it reads like one of the policy's hate crimes."""
        return self.has("kind:crime")

    def category(self, ruled: str, why: str) -> tuple[str, str]:
        """The category where neither hate nor danger decides it; a doubt goes to ``asb``."""
        if not self.readings or ruled == "hate":
            return ruled, why
        for value in ("other", "not_asb"):
            if self.has(f"category:{value}") and not (value == "not_asb" and self._doubtful()):
                return (ruled, why) if ruled == value else (value, f"{RULE}.category")
        return (ruled, why) if ruled == "asb" else ("asb", f"{RULE}.category")

    def _doubtful(self) -> bool:
        """Whether it may be hate or risk: such a report is never called everyday living (guide, ``not_asb``)."""
        return self.has("doubt:hate") or self.has("doubt:urgent")

    def reasons(self, label: str, name: str, value: str, clause: str) -> list[Reason]:
        """Why the encoder gave a label: the words its score rests on."""
        reading = self.readings.get(name)
        if reading is None:
            return []
        return [Reason(label, value, f"{RULE}.{name.replace(':', '.')}", "account", reading.span, clause)]

    def _likeliest(self, label: str, values: frozenset[str]) -> str:
        return max(sorted(values), key=lambda value: self.readings[f"{label}:{value}"].score)


def read(text: str) -> Signs:
    """What the encoder reads in a text; nothing where it is not loaded or the text is none that it can read."""
    if not _in_process or _unread(text):
        return Signs()
    return Signs(_readings(text), _in_process[0].card["thresholds"])


@lru_cache(maxsize=_LAST)
def _readings(text: str) -> dict[str, Reading]:
    return _in_process[0].read(text)


def _unread(text: str) -> bool:
    """The encoder learnt English: of another language it would only guess."""
    return not text.strip() or foreign(text) is not None
