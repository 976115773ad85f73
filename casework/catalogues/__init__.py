"""Every text that a reporter sees, in the language in use: English stands where it is written, other languages in
``locale/``. See docs/decisions/0007-catalogues.md.

``gettext`` and ``ngettext`` give a text in the language of this turn; ``N_`` marks one that is given later.
"""

from casework.catalogues.current import N_, direction, gettext, isolated, language, ngettext, spoken, use
from casework.catalogues.fallen import has_fallen, runs
from casework.catalogues.offered import ENGLISH, best, is_readable, known, name_of

__all__ = [
    "ENGLISH",
    "N_",
    "best",
    "direction",
    "gettext",
    "has_fallen",
    "is_readable",
    "isolated",
    "known",
    "language",
    "name_of",
    "ngettext",
    "runs",
    "spoken",
    "use",
]
