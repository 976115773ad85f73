"""What a test of the pages looks at: accessibility, and what the browser keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# All that these tags ask for by default; with fewer a green result would say less than it seems to.
RULES = 64
OUT = "https://www.bbc.co.uk/weather"

Open = Callable[..., Page]


def axe(page: Page) -> dict[str, Any]:
    """What axe-core finds: violations and what it could not decide, and how many rules were run."""
    # Sizes are those of the page with its style.
    page.wait_for_load_state()
    # What lies under the sticky bar cannot be measured.
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
    rules = {each["id"] for kind in ("violations", "incomplete", "passes", "inapplicable") for each in found[kind]}
    named = {
        kind: [(each["id"], [node["html"][:150] for node in each["nodes"]]) for each in found[kind]]
        for kind in ("violations", "incomplete")
    }
    return {**named, "rules": len(rules)}


def assert_accessible(page: Page) -> None:
    """No violation, nothing left undecided, and every rule asked."""
    found = axe(page)
    assert found["violations"] == [] and found["incomplete"] == [], found
    assert found["rules"] == RULES


def stored(page: Page) -> dict[str, Any]:
    """Everything that the browser keeps for this origin, beside cookies."""
    return page.evaluate(
        """async () => ({
            local: localStorage.length, session: sessionStorage.length,
            databases: indexedDB.databases ? (await indexedDB.databases()).length : 0,
            caches: (await caches.keys()).length,
            workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
        })"""
    )


NOTHING = {"local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


def overflow(page: Page) -> int:
    """By how many CSS pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def covered(page: Page, most: int = 80) -> list[str]:
    """What has the focus while something else lies over its middle or it is out of sight, going once through by Tab."""
    found: list[str] = []
    for at in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(_SEEN, at)
        if here == "round":
            return found
        found += [here] if here else []
    raise AssertionError("Tab does not come round")


# Its middle, or the middle of what of it is in the window: a field may be taller than that.
_SEEN = """at => {
    const e = document.activeElement;
    if (!e || e === document.body) return at ? 'round' : '';
    if (e.dataset.tabbed) return 'round';
    e.dataset.tabbed = 'yes';
    const b = (e.closest('label') || e).getBoundingClientRect();
    const top = Math.max(b.top, 0), bottom = Math.min(b.bottom, innerHeight);
    const left = Math.max(b.left, 0), right = Math.min(b.right, innerWidth);
    if (bottom - top < 1 || right - left < 1) return 'out of sight: ' + e.outerHTML.slice(0, 200);
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const seen = over && (e.contains(over) || over.contains(e) || e.closest('label')?.contains(over));
    return seen ? '' : 'covered: ' + e.outerHTML.slice(0, 200);
}"""


def stuck(page: Page) -> list[str]:
    """What stays where it is in the window while the page is scrolled."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body, body *')]
            .filter(e => ['sticky', 'fixed'].includes(getComputedStyle(e).position))
            .map(e => e.outerHTML.slice(0, 100))"""
    )
