"""Opinions, gaps, the key of the day, the pause; turns encrypted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Turns live half an hour: those in clear are dropped rather than encrypted.
    op.drop_table("turns")
    _create_turns(sa.Column("sealed", sa.LargeBinary(), nullable=False))
    op.create_table(
        "opinions",
        sa.Column("answer", sa.String(64), primary_key=True),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rating", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("fiche", sa.Text()),
        sa.Column("fact_ids", sa.Text(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
    )
    op.create_table(
        "gaps",
        sa.Column("answer", sa.String(64), primary_key=True),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
    )
    for table in ("opinions", "gaps"):
        op.create_index(f"ix_{table}_author", table, ["author"])
        op.create_index(f"ix_{table}_day", table, ["day"])
    op.create_table(
        "daily_keys",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("pause", "daily_keys", "gaps", "opinions", "turns"):
        op.drop_table(table)
    _create_turns(sa.Column("text", sa.Text(), nullable=False))


def _create_turns(content: sa.Column) -> None:  # type: ignore[type-arg]
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        content,
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_turns_chat_id", "turns", ["chat_id"])
    op.create_index("ix_turns_asked_at", "turns", ["asked_at"])
