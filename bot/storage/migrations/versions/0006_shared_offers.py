"""Offers that workers chose to share with the maintainers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "shared_offers",
        sa.Column("shown", sa.String(64), primary_key=True),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("pattern", sa.Text()),
        sa.Column("signals", sa.Text(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
    )
    op.create_index("ix_shared_offers_author", "shared_offers", ["author"])
    op.create_index("ix_shared_offers_day", "shared_offers", ["day"])


def downgrade() -> None:
    op.drop_table("shared_offers")
