"""the tables of Procrastinate, by which machines wake each other; PostgreSQL only.

Revision: 0005
After: 0004
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).parent.parent / "procrastinate" / "schema.sql"

GONE = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT format('DROP TABLE IF EXISTS %s CASCADE', c.oid::regclass) AS order_
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.relname LIKE 'procrastinate\\_%'
    LOOP EXECUTE one.order_; END LOOP;
    FOR one IN SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', p.oid::regprocedure) AS order_
               FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE n.nspname = current_schema() AND p.proname LIKE 'procrastinate\\_%'
    LOOP EXECUTE one.order_; END LOOP;
    FOR one IN SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype) AS order_
               FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
               WHERE n.nspname = current_schema() AND t.typname LIKE 'procrastinate\\_%' AND t.typtype IN ('e', 'c')
    LOOP EXECUTE one.order_; END LOOP;
END $$;
"""


def upgrade() -> None:
    """Go forward."""
    _run(SCHEMA.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Go back. Whatever is waiting there is only a wake-up, and goes with it."""
    _run(GONE)


def _run(words: str) -> None:
    """Through the driver: SQLAlchemy and a cursor with parameters would both read the % in it as theirs."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        bind.connection.dbapi_connection.execute(words)
