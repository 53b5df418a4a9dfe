"""Fetches updates from Telegram; a batch is acknowledged (by the next request) only once it is stored.

python-telegram-bot's own ``Updater`` stores nothing before it acknowledges, ends silently when the token is
revoked, and ends for good on an exception it does not know.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot import metrics
from bot.telegram.reception import Reception
from bot.telegram.stopping import Stop, StoppedError

log = logging.getLogger(__name__)

POLL_S = 10
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


class UpdatesRequest(HTTPXRequest):
    """An update that python-telegram-bot cannot read becomes one that holds nothing but its number.

    Else ``get_updates`` would refuse the whole batch, each time again, and nobody would be answered any more.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = HTTPXRequest.parse_json_payload(payload)
        updates = answer.get("result")
        if isinstance(updates, list):
            answer["result"] = [_readable(update) for update in updates]
        return answer


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update, None)
    except Exception as error:
        log.error("un message reçu est illisible, laissé sans réponse (%s)", type(error).__name__)
        return {"update_id": update["update_id"]}
    return update


async def poll(bot: Bot, reception: Reception, allowed_updates: list[str], stop: Stop) -> None:
    """Until the stop. Raises ``InvalidToken`` when the token has been revoked."""
    offset = 0
    pause = FIRST_PAUSE_S
    while True:
        try:
            updates = await stop.or_(bot.get_updates(offset=offset, timeout=POLL_S, allowed_updates=allowed_updates))
            await reception.keep([update.to_dict() for update in updates])
        except StoppedError:
            return
        except InvalidToken:
            raise
        except Exception as error:
            # Whatever it is, the batch was not acknowledged: Telegram gives it again.
            metrics.TELEGRAM_ERRORS.labels(type(error).__name__).inc()
            asked = _pause_after(error)
            _report(error, asked or pause)
            await stop.pause(asked or pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)
        else:
            pause = FIRST_PAUSE_S
            if updates:
                offset = updates[-1].update_id + 1


def _pause_after(error: Exception) -> float | None:
    """Seconds that the error itself asks for; None: longer each time."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    return FIRST_PAUSE_S if isinstance(error, TimedOut) else None


def _report(error: Exception, pause: float) -> None:
    if isinstance(error, Conflict):
        log.error("un autre programme lit déjà les messages de ce bot ; arrêtez-le (nouvel essai dans %.1f s)", pause)
    elif isinstance(error, TelegramError):
        log.warning("Telegram ne répond pas (%s) ; nouvel essai dans %.1f s", type(error).__name__, pause)
    elif isinstance(error, SQLAlchemyError | OSError):
        log.error("la base de données n'a pas pu garder les messages reçus ; nouvel essai dans %.1f s", pause)
    else:
        log.error("messages reçus illisibles ; nouvel essai dans %.1f s", pause, exc_info=error)
