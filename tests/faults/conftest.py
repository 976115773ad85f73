"""A running stack of its own: its processes are killed and stopped here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Started once a module; every test leaves it ready."""
    started = Stack(tmp_path_factory.mktemp("faults") / "home").start()
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def _ready_again(stack: Stack) -> Iterator[None]:
    yield
    stack.wait_ready()
