"""What a test of the pages looks at: accessibility, and what the browser keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# With fewer rules than this a green result would say nothing.
RULES = 60
OUT = "https://www.bbc.co.uk/weather"

Open = Callable[..., Page]


def axe(page: Page) -> dict[str, Any]:
    """What axe-core finds: violations and what it could not decide, and how many rules were run."""
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
    """No violation, nothing left undecided, and enough rules to mean something."""
    found = axe(page)
    assert found["violations"] == [] and found["incomplete"] == []
    assert found["rules"] >= RULES


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
