"""The database: connections, tables, migrations, and the drafts that a conversation writes on each turn."""

from casework.store import drafts, fair_tables, guard_tables, relation_tables, rights_tables
from casework.store.store import Db, Store, StoreUnavailable

__all__ = [
    "Db", "Store", "StoreUnavailable", "drafts", "fair_tables", "guard_tables", "relation_tables", "rights_tables",
]  # fmt: skip
