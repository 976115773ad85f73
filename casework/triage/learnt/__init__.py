"""Signs that a small sentence encoder adds where the rules end. It may only add: no flag of the rules is removed.

The encoder reads an account once and gives a score for each label of the guide, and the words that each score rests
on. It is loaded by `load`, in the processes that label accounts; where it is not loaded, or its files are not whole,
the rules stand alone. The danger screen never asks it.
"""

from casework.triage.learnt.model import RULE, Signs, load, loaded, read, unload

__all__ = ["RULE", "Signs", "load", "loaded", "read", "unload"]
