"""What all layers share: one running stack a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.kit import Chat, Stack

# The same examples in every run, and as long for each as a slow machine needs.
settings.register_profile("here", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real processes: front door, Rasa, action server, worker, with a store of their own."""
    stack = Stack(tmp_path_factory.mktemp("stack") / "home")
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def tongues_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real processes once more, with both pseudo-locales on offer beside English."""
    stack = Stack(
        tmp_path_factory.mktemp("tongues") / "home",
        extra={"REPORTING_LANGUAGES": "en-GB,en-XA,ar-XB", "REPORTING_LANDLORD_PHONE": "0151 290 7000"},
    )
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def chat(running_stack: Stack) -> Chat:
    """A conversation that has just begun."""
    return Chat(running_stack.base)
