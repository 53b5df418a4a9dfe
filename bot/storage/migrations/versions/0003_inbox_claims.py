"""Claims on updates, and the mark that an answer has begun to go out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("claimed_by", sa.Text()))
    op.add_column("inbox", sa.Column("claimed_until", sa.DateTime(timezone=True)))
    op.add_column("inbox", sa.Column("sending_at", sa.DateTime(timezone=True)))
    op.add_column("inbox", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    waiting = sa.text("done_at IS NULL")
    op.create_index("inbox_lanes", "inbox", ["chat_id", "update_id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("inbox_lanes", "inbox")
    with op.batch_alter_table("inbox") as table:
        for name in ("claimed_by", "claimed_until", "sending_at", "attempts"):
            table.drop_column(name)
