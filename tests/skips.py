"""Skips are loud, and fail where everything is installed (`CI=1`)."""

from __future__ import annotations

import os

import pytest

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what was skipped, and why."""
    if report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        _skipped.append(f"{report.nodeid}: {why}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """The same for whole files."""
    if report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        _skipped.append(f"{report.nodeid}: {why}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=1 a skip is a failure of the run."""
    if _skipped and os.environ.get("CI") not in (None, "", "0") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line each, before the closing line."""
    if _skipped:
        terminalreporter.section("SKIPPED: not everything was tested", sep="!", red=True)
        for one in _skipped:
            terminalreporter.line(one)
