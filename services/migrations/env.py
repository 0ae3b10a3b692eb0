"""Runs a migration on the connection that `services.migrate` hands over.

Imports alembic and nothing of ours: these files are shipped as data, and the
models of tomorrow would be wrong for the migrations of yesterday.
"""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
