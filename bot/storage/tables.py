"""The tables. A change here comes with a migration in ``migrations/versions``."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Float, Index, Integer, LargeBinary, String, Text, text
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
    """A question of a chat, encrypted, kept a short while to understand a follow-up."""

    __tablename__ = "turns"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class OpenCheckRow(Base):
    """An offer being vetted in a chat, encrypted; it goes when it is closed, and after a day anyway."""

    __tablename__ = "open_checks"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class OpinionRow(Base):
    """What somebody thought of an answer. It says which facts were shown and never what was asked."""

    __tablename__ = "opinions"

    answer: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Pseudonym of the answer's message under the key of the day: a second press replaces the first."""
    author: Mapped[str] = mapped_column(String(64), index=True)
    """Pseudonym of the person under the key of the day."""
    day: Mapped[date] = mapped_column(Date, index=True)
    rating: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    fiche: Mapped[str | None] = mapped_column(Text)
    fact_ids: Mapped[str] = mapped_column(Text)
    """Separated by a space."""
    generation: Mapped[str] = mapped_column(Text)


class GapRow(Base):
    """A question without an answer, masked, that its author agreed to hand over."""

    __tablename__ = "gaps"

    answer: Mapped[str] = mapped_column(String(64), primary_key=True)
    author: Mapped[str] = mapped_column(String(64), index=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    generation: Mapped[str] = mapped_column(Text)


class SharedOfferRow(Base):
    """An offer that a worker chose to share, masked, with what was said of it; never whose it was."""

    __tablename__ = "shared_offers"

    shown: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Pseudonym of the message that showed what would be shared: a second « oui » adds nothing."""
    author: Mapped[str] = mapped_column(String(64), index=True)
    """Pseudonym of the person under the key of the day."""
    day: Mapped[date] = mapped_column(Date, index=True)
    text: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(16))
    pattern: Mapped[str | None] = mapped_column(Text)
    signals: Mapped[str] = mapped_column(Text)
    """Ids, separated by a space."""
    generation: Mapped[str] = mapped_column(Text)


class DailyKeyRow(Base):
    """The key of the day's pseudonyms. It is destroyed with the day: nobody can then tell whose they were."""

    __tablename__ = "daily_keys"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class PauseRow(Base):
    """At most one row: the bot is paused, with the administrator's word of explanation."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    message: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ModelConsentRow(Base):
    """Somebody agreed that a language model helps to say the answers; kept until it is taken back."""

    __tablename__ = "model_consents"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    terms: Mapped[str] = mapped_column(Text)
    """Model, provider and country as they were shown: with others, the question is asked again."""
    agreed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ModelUseRow(Base):
    """What a chat spent of the language model on a day; forgotten the day after. Chat 0: chats that were erased."""

    __tablename__ = "model_use"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[float] = mapped_column(Float)
