"""The database: connections, tables, migrations, and the drafts that a conversation writes on each turn."""

from casework.store import drafts
from casework.store.store import Db, Store, StoreUnavailable

__all__ = ["Db", "Store", "StoreUnavailable", "drafts"]
