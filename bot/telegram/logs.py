"""Logs without secrets: httpx prints the URL, which holds the token."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

from telegram.error import InvalidToken


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, then hides every secret in it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), self._secrets)


def _not_a_refused_token(record: logging.LogRecord) -> bool:
    """``run`` says in one line that the token is refused; the library's traceback adds nothing."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, InvalidToken)


def redact(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def configure(secrets: Iterable[str], level: str = "INFO") -> None:
    """Log to stderr; the libraries that log each request only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("telegram.ext").addFilter(_not_a_refused_token)
    logging.getLogger("telegram.ext._utils.networkloop").addFilter(_not_a_refused_token)
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "chromadb"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
