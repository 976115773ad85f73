"""The fixtures of installations, for tests outside of this folder: ``from tests.domain.installations import *``."""

from tests.domain.conftest import (
    keys,
    make_settings,
    own_environment,
    postgres_address,
    postgres_store,
    settings,
    staffed,
    store,
)

__all__ = [
    "keys", "make_settings", "own_environment", "postgres_address", "postgres_store", "settings", "staffed", "store",
]  # fmt: skip
