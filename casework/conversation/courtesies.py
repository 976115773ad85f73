"""Greetings, thanks and hesitations around what is meant."""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"^(?:(?:please|sorry|ok|okay|hi|hello|hiya|hey|um|umm|er|erm|ah|hmm|well|actually|hang on|wait|oh|"
    r"so|right|excuse me|look|listen|love|mate|dear|and|but|thanks|thank you|yeah|just|honestly|"
    r"im sorry|i am sorry|im afraid|to be honest) )+(?=\S)"
)
_AFTER = re.compile(
    r"(?: (?:please|thanks|thank you|love|mate|dear|sorry|lol|x|xx|xxx|if thats ok|if thats okay|"
    r"if thats alright|if possible|full stop|if you would|if you could|if you would be so kind|"
    r"if you please|if it is possible|if its possible|if i can|if i may|if you dont mind|to be honest|"
    r"really|honestly|though|im afraid|i am afraid|cheers|kindly|instead|babe|hun|lad|la|pal|sir|madam|"
    r"a sec|a second|for me))+$"
)


def without_thanks(tidy: str) -> str:
    """Words without the thanks and politeness after them."""
    return _AFTER.sub("", tidy)


def without_courtesies(tidy: str) -> str:
    """Words without the greetings, thanks and hesitations around them."""
    return _AFTER.sub("", _BEFORE.sub("", tidy))
