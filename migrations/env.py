"""Alembic's entry: runs on the connection that `core.migrations` hands in, inside its transaction."""

from alembic import context

from core.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
context.run_migrations()
