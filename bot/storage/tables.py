"""The tables. A change here comes with a migration in ``migrations/versions``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_WAITING = text("done_at IS NULL")


class Base(DeclarativeBase):
    pass


class InboxRow(Base):
    """An update received from Telegram. Its payload goes as soon as it is answered; its id stays
    for a while so that a second delivery is recognised."""

    __tablename__ = "inbox"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    claimed_by: Mapped[str | None] = mapped_column(Text)
    """The process that handles it."""
    claimed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Before this moment nobody (else) takes it: being handled, or to be tried again later."""
    sending_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When an answer began to go out: from here on it may have been delivered."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """Times it was taken by a process that ended, or failed, before it was done."""

    __table_args__ = (
        Index("inbox_waiting", "done_at", "update_id"),
        Index("inbox_lanes", "chat_id", "update_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )


class TurnRow(Base):
    """A question of a chat, kept a short while to understand a follow-up."""

    __tablename__ = "turns"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class OpenCheckRow(Base):
    """An offer being vetted in a chat, encrypted; it goes when it is closed, and after a day anyway."""

    __tablename__ = "open_checks"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
