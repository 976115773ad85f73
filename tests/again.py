"""One second chance, on a build machine only (`CI=1`), for tests that watch real processes or a real browser.

A machine shared with others may hold a process up for longer than any limit that a test can sensibly have, and one such
pause among thousands of tests refuses a whole build. What needed its second chance is named at the end of the run: it
is a defect of the test, or of what it tests. Everything else has one chance, and on a developer's machine all have.
"""

from __future__ import annotations

import os

import pytest

_WATCHING = frozenset({"slow", "stack", "browser", "postgres"})
_again: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them for pytest-rerunfailures."""
    if os.environ.get("CI") in (None, "", "0"):
        return
    for item in items:
        if not _WATCHING.isdisjoint(mark.name for mark in item.iter_markers()):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note who was given it, and why."""
    if report.outcome == "rerun":
        _again.append(f"{report.nodeid}: {report.longreprtext[-1500:]}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """With what went wrong the first time."""
    if _again:
        terminalreporter.section("SECOND CHANCE: these failed once", sep="!", yellow=True)
        for one in _again:
            terminalreporter.line(one)
