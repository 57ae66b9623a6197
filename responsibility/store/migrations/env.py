"""Alembic's entry: runs the migrations on the connection it is handed."""

from alembic import context

from responsibility.store import rows

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=rows.described(),
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
