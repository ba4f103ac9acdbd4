"""Keep documents as they are, in their rows: PostgreSQL would unpack what it packed for every answer that shows it"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("actor", "citation", "event", "location", "publisher", "source", "vocabulary")
LARGEST_ROW = 8160
"""Bytes: what fits on a page stays in its row."""


def upgrade() -> None:
    _alter("SET STORAGE EXTERNAL", f"SET (toast_tuple_target = {LARGEST_ROW})")


def downgrade() -> None:
    _alter("SET STORAGE EXTENDED", "RESET (toast_tuple_target)")


def _alter(storage: str, target: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN document {storage}, {target}")
