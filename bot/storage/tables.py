"""The tables. A change here comes with a migration in ``migrations/versions``."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Float, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


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

    __table_args__ = (Index("inbox_waiting", "done_at", "update_id"),)


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


class ModelConsentRow(Base):
    """Somebody agreed that a language model helps to say the answers; kept until it is taken back."""

    __tablename__ = "model_consents"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    terms: Mapped[str] = mapped_column(Text)
    """Model, provider and country as they were shown: with others, the question is asked again."""
    agreed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ModelUseRow(Base):
    """What a chat spent of the language model on a day; forgotten the day after."""

    __tablename__ = "model_use"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[float] = mapped_column(Float)
