"""Receives updates from Telegram over HTTP. 200 is answered only once the update is stored.

python-telegram-bot's own server answers 500 to broken JSON, has no limit on the body and compares the secret with
``!=``: hence this one.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from bot.settings import Settings
from bot.telegram.reception import Reception

log = logging.getLogger(__name__)

PATH = "telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def check_secret(secret: str) -> None:
    """Without a good secret anyone could write in a user's name. Ends with one line, before Telegram refuses it."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret):
        raise SystemExit(
            "Erreur : WEBHOOK_SECRET doit avoir de 16 à 256 lettres sans accent, chiffres, « - » ou « _ ». "
            "Par exemple : openssl rand -hex 32"
        )


class _Quiet(RequestHandler):
    """Says nothing of itself: no server name, no page of words, no line in the log for each request."""

    def set_default_headers(self) -> None:
        self.clear_header("Server")

    def write_error(self, status_code: int, **kwargs: object) -> None:
        self.finish()


class _Updates(_Quiet):
    SUPPORTED_METHODS = ("POST",)

    def initialize(self, reception: Reception, secret: bytes) -> None:
        self._reception = reception
        self._secret = secret

    def prepare(self) -> None:
        given = self.request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if self.request.method == "POST" and not hmac.compare_digest(given, self._secret):
            raise HTTPError(403)

    async def post(self) -> None:
        try:
            payload = json.loads(self.request.body)
            if not isinstance(payload, dict):
                raise ValueError("an object is expected")
            await self._reception.keep([payload])
        except (ValueError, RecursionError) as error:
            log.warning("webhook : corps de requête illisible, refusé")
            raise HTTPError(400) from error
        except (SQLAlchemyError, OSError) as error:
            # Telegram delivers again.
            log.error("la base de données n'a pas pu garder un message ; Telegram le renverra")
            raise HTTPError(503) from error


@contextmanager
def webhook_server(settings: Settings, reception: Reception, secret: str) -> Iterator[None]:
    """Serve on the running loop. Raises ``OSError`` when the port is taken."""
    arguments = {"reception": reception, "secret": secret.encode()}
    application = Application(
        [(f"/{PATH}", _Updates, arguments)], default_handler_class=_NotFound, log_function=lambda _: None
    )
    server = HTTPServer(application, max_body_size=settings.webhook_body_max_bytes, idle_connection_timeout=120)
    server.listen(settings.webhook_port, address=settings.webhook_listen)
    try:
        yield
    finally:
        server.stop()


class _NotFound(_Quiet):
    def prepare(self) -> None:
        raise HTTPError(404)
