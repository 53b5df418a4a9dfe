"""Secrets are never printed, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import urllib.request
from urllib.parse import quote

import pytest

from bot.settings import Settings
from bot.telegram.logs import RedactingFormatter, secrets_of
from tests.bot.conftest import ROOT, TOKEN, StartBot, eventually
from tests.botapi import FakeBotApi, Fault

PASSWORD = "mot@de passe/secret"
WEBHOOK_SECRET = "un-secret-que-personne-ne-doit-lire"
MODEL_KEY = "clef-du-modele/que+personne-ne-doit-lire"


def test_every_form_of_a_secret_is_hidden_in_messages_and_tracebacks() -> None:
    url = f"postgresql+asyncpg://bot:{quote(PASSWORD, safe='')}@db.example/bot"
    settings = Settings(
        _env_file=None,
        telegram_token=TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        database_url=url,
        llm_api_key=MODEL_KEY,
    )
    formatter = RedactingFormatter(secrets_of(settings))
    shown = [TOKEN, TOKEN.partition(":")[2], quote(TOKEN), WEBHOOK_SECRET, url, PASSWORD, quote(PASSWORD, safe="")]
    shown += [MODEL_KEY, quote(MODEL_KEY, safe="")]
    for secret in shown:
        try:
            raise ValueError(f"https://api.example/bot{secret}/getMe")
        except ValueError:
            record = logging.LogRecord("x", logging.ERROR, "", 1, "%s", (secret,), sys.exc_info())
        text = formatter.format(record)
        assert secret not in text and "***" in text
    assert not any(secret in repr(settings) for secret in shown)


@pytest.mark.full
async def test_nothing_secret_is_printed_under_faults(
    api: FakeBotApi, start_bot: StartBot, unused_tcp_port_factory: object
) -> None:
    port, ops = unused_tcp_port_factory(), unused_tcp_port_factory()  # type: ignore[operator]
    for fault in (Fault.server_error(502), Fault.dropped(), Fault.malformed(), Fault.flood(0)):
        api.inject(fault, method="setMyCommands")
        api.inject(fault, method="setWebhook")
    bot = start_bot(
        wait=False,
        WEBHOOK_URL=f"http://127.0.0.1:{port}",
        WEBHOOK_PORT=str(port),
        WEBHOOK_SECRET=WEBHOOK_SECRET,
        OPS_PORT=str(ops),
    )
    await api.until(lambda: api.queue.webhook, timeout=40)
    for place, fault in enumerate(
        (Fault.server_error(504), Fault.dropped(), Fault.malformed(), Fault.unauthorized(), Fault.bad_request("odd"))
    ):
        chat = place + 1
        api.inject(fault, method="sendMessage", chat_id=chat)
        api.user(chat).send("/aide")
        if fault.name != "unauthorized":
            await api.wait_sent(chat, timeout=20)
            continue
        watched = await asyncio.to_thread(_get, f"http://127.0.0.1:{ops}/metrics")
        await eventually(lambda: bot.process.poll() is not None)
        break
    assert "Telegram refuse TELEGRAM_TOKEN" in bot.log
    for secret in (TOKEN, TOKEN.partition(":")[2], WEBHOOK_SECRET):
        assert secret not in bot.log and secret not in watched


@pytest.mark.full
async def test_the_password_of_the_database_is_not_printed(start_bot: StartBot, unused_tcp_port: int) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"  # nobody listens there
    bot = start_bot(wait=False, DATABASE_URL=f"postgresql+asyncpg://bot:{quote(PASSWORD, safe='')}@{address}/bot")
    await eventually(lambda: "la base de données ne répond pas" in bot.log)
    bot.kill()
    assert PASSWORD not in bot.log and quote(PASSWORD, safe="") not in bot.log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://bot:mot@de:passe@db.example/bot"),  # not written as an address wants it
        ("DATABASE_URL", "postgresql//bot:mot-de-passe@db.example/bot"),
        ("ADMIN_IDS", "le mot de passe"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_and_not_shown(name: str, value: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TELEGRAM_TOKEN": TOKEN, name: value}
    done = subprocess.run([sys.executable, "-m", "bot", "telegram"], capture_output=True, text=True, env=environment)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines() == [f"Erreur : réglage illisible : {name} (voir bot/settings.py et README)"]


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as response:
        return str(response.read().decode())
