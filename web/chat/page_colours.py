"""The landlord's colour on the pages: a small style file made from one setting, in light and in dark."""

from __future__ import annotations

from casework.colours import contrast, mixed

OURS = "#1b5e5a"
# The papers of `page.css` that the colour has to be seen on in the dark.
DARK_PAPER, DARK_WORDS = "#1c2326", "#0c1416"
_ENOUGH = 7.0


def colours(main: str) -> bytes:
    """The style that puts `main` in the place of the pages' own colour."""
    light = _rules(main, over=mixed(main, "#000000", 0.3), on="#ffffff", tint=mixed(main, "#ffffff", 0.9))
    bright = _bright(main)
    dark = _rules(bright, over=mixed(bright, "#ffffff", 0.4), on=DARK_WORDS, tint=mixed(DARK_PAPER, bright, 0.12))
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n".encode()


def _bright(main: str) -> str:
    """The colour made lighter until it can be read on dark paper."""
    return next(
        found for step in range(51) if contrast(found := mixed(main, "#ffffff", step / 50), DARK_PAPER) >= _ENOUGH
    )


def _rules(main: str, *, over: str, on: str, tint: str) -> str:
    return f":root {{ --main: {main}; --main-over: {over}; --on-main: {on}; --tint: {tint}; }}"
