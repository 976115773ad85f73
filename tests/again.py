"""One second chance for each test, on a build machine only (`CI=1`).

Among thousands of tests one that a shared machine held up, or that met one chance in ten thousand (keys, references and
sealed bytes are random), refuses a whole build. What needed its second chance is named at the end of the run, with what
went wrong: it is a defect of the test, or of what it tests. On a developer's machine every test has one chance.
"""

from __future__ import annotations

import os

import pytest

_again: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them for pytest-rerunfailures."""
    if os.environ.get("CI") in (None, "", "0"):
        return
    for item in items:
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
