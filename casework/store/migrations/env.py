"""Alembic's entry: the connection is handed over by ``casework.store.migrate``, or made from the settings
(``alembic -x`` is not used)."""

from __future__ import annotations

from alembic import context

from casework.store.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run through `python -m casework.setup`.")
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
