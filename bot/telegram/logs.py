"""Logs without secrets: httpx prints the URL, which holds the token."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr
from sqlalchemy import make_url

from bot.settings import Settings


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, then hides every secret in it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), self._secrets)


def secrets_of(settings: Settings) -> list[str]:
    """Every setting that is secret, also as it is written in an address, and what is secret inside it."""
    found: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.append(value.get_secret_value())
    if settings.telegram_token:
        found.append(settings.telegram_token.get_secret_value().partition(":")[2])
    if settings.database_url:
        found.append(make_url(settings.database_url.get_secret_value()).password or "")
    written = {form for secret in found for form in (secret, quote(secret), quote(secret, safe=""))}
    return sorted(written - {""}, key=len, reverse=True)


def redact(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def configure(secrets: Iterable[str], level: str = "INFO") -> None:
    """Log to stderr; the libraries that log each request only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_exception
    threading.excepthook = lambda caught: _log_exception(caught.exc_type, caught.exc_value, caught.exc_traceback)
    # They print answers of Telegram that they cannot read, with what users wrote; the error itself comes to us.
    for indiscreet in ("telegram.request.BaseRequest", "telegram.ext.ExtBot"):
        logging.getLogger(indiscreet).setLevel(logging.CRITICAL + 1)
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "chromadb"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _log_exception(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> Any:
    """What nobody caught goes through the log, and so through the redaction."""
    logging.getLogger("bot").critical("arrêt inattendu", exc_info=(kind, error or kind(), trace))
