"""The page in a browser: from pressing send until the reply is painted, over the whole short path of a report."""

from __future__ import annotations

import os
import shutil
import statistics
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.measure import percentile
from bench.ours import ANSWERS, Ours

PHONE = {"width": 390, "height": 844}
LONGEST_PATH = 40
# From the press until the frame after the one that holds the new answer form: by then it is on the screen.
PRESS = """button => new Promise((done, failed) => {
  const began = performance.now();
  setTimeout(() => failed(new Error("no reply in 20 seconds")), 20000);
  new MutationObserver((_, watch) => {
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
  }).observe(document.getElementById("answer"), { childList: true });
  button.click();
})"""


def chromium() -> str | None:
    """Where the browser is: the one that CHROMIUM names, or the system's; None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def painted(journeys: int) -> dict[str, Any] | None:
    """Median and 95th percentile in milliseconds over all turns; None without Chromium. The first journey warms up."""
    path = chromium()
    if path is None:
        return None
    times: list[float] = []
    with Ours() as side, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for number in range(journeys + 1):
            page = browser.new_context(viewport=PHONE, base_url=f"http://127.0.0.1:{side.port}").new_page()
            taken = _journey(page)
            page.context.close()
            times += taken if number else []
        browser.close()
    return {
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
        "samples": len(times),
    }


def _journey(page: Page) -> list[float]:
    """From the first question to the review; milliseconds of each turn."""
    page.goto("/")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/chat")
    times: list[float] = []
    for _ in range(LONGEST_PATH):
        name = page.locator("#ask [name=question]").input_value()
        if name == "review":
            return times
        button = page.locator(_fill(page, name)).first.element_handle()
        times.append(float(page.evaluate(PRESS, button)))
    raise SystemExit("the page never came to the review")


def _fill(page: Page, name: str) -> str:
    """Answer the open question; the button to press."""
    given = ANSWERS.get(name, {})
    values = given.get("choices") or ([given["choice"]] if "choice" in given else [])
    for value in values:
        page.locator(f"#ask input[value='{value}']").check()
    if "text" in given:
        page.locator("#text").fill(given["text"])
    if given:
        return "#ask button[type=submit]:not([name])"
    if page.locator("#ask button[value=skip]").count():
        return "#ask button[value=skip]"
    page.locator("#ask input[name=choice]").first.check()
    return "#ask button[type=submit]:not([name])"
