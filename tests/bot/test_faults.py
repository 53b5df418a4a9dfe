"""Everything that can go wrong, one row each: the table of docs/operations.md, in its order."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import shutil
import sqlite3
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import httpx
import pytest
import typer

from bot.cli import load_answerer
from bot.settings import Settings
from bot.storage.store import Store
from bot.telegram.webhook import check_secret
from knowledge.embeddings import EmbeddedE5
from tests.bot.conftest import BotProcess, Running, StartBot, eventually
from tests.bot.test_telegram_e2e import INTERRUPTED, QUESTION, buttons, texts
from tests.botapi import FakeBotApi, Fault
from tests.conftest import run_build
from tests.postgres import postgres_server

SECRET = "un-secret-pour-les-essais"


# Between the bot and Telegram


async def test_429_for_everybody(running: Running) -> None:
    api, chats = running.api, [running.new_chat() for _ in range(5)]
    api.inject(Fault.flood(1), method="sendMessage", times=5)
    for chat in chats:
        api.user(chat).send("/aide")
    for chat in chats:
        await api.wait_sent(chat, timeout=15)
    await api.quiet(0.3)
    assert [len(api.sent(chat)) for chat in chats] == [1] * 5


@pytest.mark.full
async def test_a_long_429_goes_back_to_the_inbox_and_the_others_have_the_place(running: Running) -> None:
    api, waiting = running.api, [running.new_chat() for _ in range(20)]
    for chat in waiting:
        api.inject(Fault.flood(3), method="sendMessage", chat_id=chat)
        api.user(chat).send("/aide")
    other = running.new_chat()
    api.user(other).send("/aide")
    await api.wait_sent(other, timeout=5)
    for chat in waiting:
        await api.wait_sent(chat, timeout=20)
    assert [len(api.sent(chat)) for chat in waiting] == [1] * 20
    assert "remise à plus tard" in running.bot.log


@pytest.mark.parametrize(
    ("fault", "is_delivered"),
    [
        (Fault.server_error(502), False),
        (Fault.server_error(504, effect=True), True),
        pytest.param(Fault.timeout_before(), False, marks=pytest.mark.full),
        (Fault.timeout_after(), True),
        pytest.param(Fault.dropped(), False, marks=pytest.mark.full),
        (Fault.dropped(effect=True), True),
        pytest.param(Fault.malformed(), True, marks=pytest.mark.full),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else None,
)
async def test_an_answer_whose_delivery_is_unknown_is_not_repeated(
    running: Running, fault: Fault, is_delivered: bool
) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    api.inject(fault, method="sendMessage", chat_id=chat)
    user.send(QUESTION)
    sent = await api.wait_sent(chat, 1 + is_delivered, timeout=20)
    assert ["25,6" in text for text in texts(api, chat)] == ([True] if is_delivered else []) + [False]
    assert INTERRUPTED in sent[-1]["text"] and buttons(sent[-1]) == ["Me répondre"]
    user.press(sent[-1], "Me répondre")
    assert "25,6" in (await api.wait_sent(chat, 2 + is_delivered, timeout=10))[-1]["text"]
    assert "n'a pas confirmé une réponse" in running.bot.log


async def test_helplines_are_repeated_rather_than_lost(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.inject(Fault.dropped(), method="sendMessage", chat_id=chat)
    api.user(chat).send("je veux mourir")
    assert "3114" in (await api.wait_sent(chat, timeout=20))[0]["text"]
    assert len(api.sent(chat)) == 1


@pytest.mark.full
async def test_no_network_for_a_while(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    api.user(1).send("/aide")
    await api.wait_sent(1)
    cut = api.inject(Fault.dropped(), method="sendMessage", chat_id=3)
    api.user(3).send(QUESTION)
    await api.until(lambda: cut.hits)
    api.stop_thread()
    await asyncio.sleep(2)
    api.start_thread()
    for chat in (1, 2):
        api.user(chat).send(QUESTION)
    assert "25,6" in (await api.wait_sent(1, 2, timeout=30))[1]["text"]
    assert "25,6" in (await api.wait_sent(2, timeout=30))[0]["text"]
    assert INTERRUPTED in (await api.wait_sent(3, timeout=30))[0]["text"], "told as soon as it can be"
    assert "Telegram ne répond pas" in bot.log and "Traceback" not in bot.log


@pytest.mark.full
async def test_a_revoked_token_ends_with_one_clear_line(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    api.inject(Fault.unauthorized(), method="getUpdates", times=None)
    api.user(1).send("/aide")  # ends the long poll in progress
    assert bot.process.wait(timeout=30) == 1
    assert "Telegram refuse TELEGRAM_TOKEN" in bot.log and "Traceback" not in bot.log


async def test_nothing_is_kept_of_a_user_who_blocked_the_bot(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send(QUESTION)
    await api.wait_sent(chat)
    await eventually(lambda: _rows(running.settings, "turns", chat) == 1)
    api.inject(Fault.blocked(), method="sendMessage", chat_id=chat, times=None)
    user.send("et en 2025 ?")
    user.send("/aide")
    await eventually(lambda: _rows(running.settings, "turns", chat) == 0)
    await eventually(lambda: waiting(running.settings, chat) == 0)
    assert "a bloqué le bot" in running.bot.log


async def test_a_message_that_telegram_cannot_read_goes_out_as_plain_text(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.inject(Fault.bad_request("can't parse entities"), method="sendMessage", chat_id=chat)
    api.user(chat).send(QUESTION)
    message = (await api.wait_sent(chat))[0]
    assert "25,6" in message["text"] and "https://www.legifrance.gouv.fr/essai" in message["text"]
    assert "</" not in message["text"] and buttons(message) == ["Plus de détails", "👍 Utile", "👎 Pas utile"]
    assert "renvoyé en texte simple" in running.bot.log


async def test_a_message_deleted_before_its_answer(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    group = api.group(-chat)
    user = api.user(chat)
    sent = user.send(f"@{api.world.bot['username']} {QUESTION}", chat=group)
    api.world.chats[-chat].messages.pop(sent["message_id"])
    assert "25,6" in (await api.wait_sent(-chat))[0]["text"]


async def test_an_update_that_cannot_be_read_holds_nobody_up(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    secret = "ce que personne ne doit lire"
    api.push({"message": {"message_id": 5, "date": 1, "chat": {"id": chat}, "text": secret}})
    api.user(chat).send("/aide")
    assert "comme vous parlez" in (await api.wait_sent(chat))[0]["text"]
    assert "est illisible, laissé sans réponse" in running.bot.log and secret not in running.bot.log


# The store


@pytest.mark.full
async def test_postgresql_that_goes_away_and_comes_back(
    api: FakeBotApi, start_bot: StartBot, unused_tcp_port: int
) -> None:
    def is_ready() -> tuple[int, str]:
        response = httpx.get(f"http://127.0.0.1:{unused_tcp_port}/readyz")
        return response.status_code, response.json()["store"]

    with postgres_server() as postgres:
        url = postgres.new_database()
        postgres.stop()
        bot = start_bot(wait=False, DATABASE_URL=url, OPS_PORT=str(unused_tcp_port))
        await eventually(lambda: "la base de données ne répond pas" in bot.log, timeout=60)
        api.user(1).send(QUESTION)
        postgres.start()
        assert "25,6" in (await api.wait_sent(1, timeout=60))[0]["text"]
        await api.quiet(0.5)
        assert await asyncio.to_thread(is_ready) == (200, "ok")
        postgres.stop()
        status, store = await asyncio.to_thread(is_ready)
        assert status == 503 and store.startswith("en panne (")
        await _nothing_is_lost(api, bot, (2, 3), postgres.start)
        bot.stop()
    assert "Traceback" not in bot.log


@pytest.mark.full
async def test_a_webhook_gives_nothing_up_while_the_database_is_locked(
    api: FakeBotApi, start_bot: StartBot, unused_tcp_port: int, small_settings: Settings
) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}"
    bot = start_bot(
        WEBHOOK_URL=address, WEBHOOK_PORT=str(unused_tcp_port), WEBHOOK_SECRET=SECRET, DATABASE_TIMEOUT_S="0.1"
    )
    api.user(1).send("/aide")
    await api.wait_sent(1, timeout=20)
    with closing(sqlite3.connect(_database(small_settings), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await _nothing_is_lost(api, bot, (2, 3), lambda: other.execute("COMMIT"), "n'a pas pu garder un message")
    refused = [delivery.status for delivery in api.deliveries if delivery.status != 200]
    assert refused and set(refused) == {503}


@pytest.mark.full
async def test_a_locked_database_then_a_full_disk(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings
) -> None:
    bot = start_bot(DATABASE_TIMEOUT_S="0.1")
    api.user(1).send("/aide")
    await api.wait_sent(1)
    with closing(sqlite3.connect(_database(small_settings), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await _nothing_is_lost(api, bot, (2, 3), lambda: other.execute("COMMIT"))
        await eventually(lambda: waiting(small_settings, 3) == 0)
        # While somebody reads, the journal is only written after its end: closed by all, it would begin again.
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        size = _database(small_settings).with_name("clicdroit.sqlite-wal").stat().st_size

        def leave(size: int) -> None:
            resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        leave(size)  # no file grows beyond this: to the database, a full disk
        await _nothing_is_lost(api, bot, (4, 5), lambda: leave(resource.RLIM_INFINITY))


async def _nothing_is_lost(
    api: FakeBotApi,
    bot: BotProcess,
    chats: tuple[int, int],
    mend: Callable[[], object],
    said: str = "n'a pas pu garder les messages",
) -> None:
    before = bot.log.count(said)
    for chat in chats:
        api.user(chat).send(QUESTION)
    await eventually(lambda: bot.log.count(said) > before)
    assert not any(api.sent(chat) for chat in chats)
    mend()
    for chat in chats:
        await api.wait_sent(chat, timeout=30)
    await api.quiet(0.3)
    assert [len(api.sent(chat)) for chat in chats] == [1, 1]


@pytest.mark.full
async def test_too_old_is_dropped_old_is_excused_and_hopeless_is_given_up(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings
) -> None:
    rows = [(1, timedelta(hours=49), 0), (2, timedelta(hours=2), 0), (3, timedelta(0), 5), (3, timedelta(0), 0)]
    await _wait_in_the_inbox(api, small_settings, rows)
    bot = start_bot()
    answer = (await api.wait_sent(2, timeout=20))[0]["text"]
    assert "Désolé du retard" in answer and "25,6" in answer
    first, second = await api.wait_sent(3, 2, timeout=20)
    assert "une erreur m'empêche" in first["text"] and "25,6" in second["text"]
    await api.quiet(0.3)
    assert not api.sent(1) and "trop ancien" in bot.log and "abandonné" in bot.log


@pytest.mark.full
async def test_what_waited_long_for_its_turn_is_tried_again_like_the_rest(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings
) -> None:
    await _wait_in_the_inbox(api, small_settings, [(1, timedelta(minutes=5), 0)])
    with closing(sqlite3.connect(_database(small_settings))) as database, database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE OF sending_at ON inbox WHEN NEW.sending_at IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, 'no answer may begin'); END"
        )
    bot = start_bot()
    await eventually(lambda: "la base de données ne répond pas" in bot.log)
    with closing(sqlite3.connect(_database(small_settings))) as database, database:
        database.execute("DROP TRIGGER refuse")
    assert "25,6" in (await api.wait_sent(1, timeout=30))[0]["text"]


async def _wait_in_the_inbox(api: FakeBotApi, settings: Settings, rows: list[tuple[int, timedelta, int]]) -> None:
    """Before the bot starts: chat, how long ago it wrote, and how often its message ended the process."""
    now = datetime.now(UTC)
    store = Store(settings.store_url)
    await store.open()
    await store.close()
    with closing(sqlite3.connect(_database(settings))) as database, database:
        for update_id, (chat, age, attempts) in enumerate(rows, 1):
            api.user(chat)
            user = {"id": chat, "is_bot": False, "first_name": "A"}
            message = {"message_id": update_id, "date": int((now - age).timestamp()), "from": user, "text": QUESTION}
            update = {"update_id": update_id, "message": message | {"chat": {"id": chat, "type": "private"}}}
            database.execute(
                "INSERT INTO inbox (update_id, chat_id, payload, received_at, attempts) VALUES (?, ?, ?, ?, ?)",
                (update_id, chat, json.dumps(update), (now - age).replace(tzinfo=None).isoformat(" "), attempts),
            )


# What answers


async def test_a_generation_that_cannot_be_opened_changes_nothing_and_the_next_one_answers(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings, model: EmbeddedE5
) -> None:
    bot = start_bot(GENERATION_CHECK_S="0.1")
    pointer = small_settings.active_pointer
    good = pointer.read_text("utf-8").strip()
    folders = small_settings.generations_dir
    shutil.copytree(folders / good, folders / "broken")
    shutil.rmtree(folders / "broken" / "chroma")
    for broken in ("broken", "never-built"):
        pointer.write_text(broken, "utf-8")
        await eventually(lambda name=broken: f"la génération {name} ne répond pas" in bot.log)
        api.user(1).send(QUESTION)
    assert all("25,6" in text for text in [message["text"] for message in await api.wait_sent(1, 2)])
    messages = small_settings.knowledge_dir / "messages.yaml"
    messages.write_text(messages.read_text("utf-8").replace("Écrivez votre question", "Posez votre question"), "utf-8")
    new = run_build(small_settings, model).generation
    assert new != good and pointer.read_text("utf-8").strip() == new
    for _ in range(20):
        api.user(2).send("/aide")
    replies = [message["text"] for message in await api.wait_sent(2, 20, timeout=20)]
    assert all("comme vous parlez" in text for text in replies), "no question fails while it changes"
    await eventually(lambda: f"la génération {new} répond" in bot.log)
    api.user(3).send("/aide")
    assert "Posez votre question" in (await api.wait_sent(3))[0]["text"]


def test_without_a_whole_generation_it_ends_with_one_clear_line(
    built_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (built_settings.generations_dir / built_settings.active_pointer.read_text("utf-8").strip() / "bundle.json").unlink()
    with pytest.raises(typer.Exit):
        load_answerer(built_settings)
    [line] = capsys.readouterr().err.splitlines()
    assert "abîmée" in line and "make build" in line


# The webhook


@pytest.fixture
async def post(
    api: FakeBotApi, start_bot: StartBot, unused_tcp_port: int
) -> AsyncIterator[Callable[..., aiohttp.client._RequestContextManager]]:
    address = f"http://127.0.0.1:{unused_tcp_port}"
    start_bot(
        WEBHOOK_URL=address,
        WEBHOOK_PORT=str(unused_tcp_port),
        WEBHOOK_SECRET=SECRET,
        WEBHOOK_BODY_MAX_BYTES="20000",
    )
    async with aiohttp.ClientSession() as session:

        def request(
            body: bytes, secret: str | None = SECRET, path: str = "/telegram", method: str = "POST"
        ) -> aiohttp.client._RequestContextManager:
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
            return session.request(method, address + path, data=body, headers=headers)

        yield request


async def test_what_the_webhook_refuses(
    api: FakeBotApi, post: Callable[..., aiohttp.client._RequestContextManager]
) -> None:
    api.user(7)
    user = {"id": 7, "is_bot": False, "first_name": "A"}
    message = {
        "message_id": 1,
        "date": int(time.time()),
        "chat": {"id": 7, "type": "private"},
        "from": user,
        "text": "/aide",
    }
    update = json.dumps({"update_id": 1, "message": message}).encode()
    rows = [
        (403, {"body": update, "secret": None}),
        (403, {"body": update, "secret": SECRET[:-1]}),
        (403, {"body": update, "secret": "é"}),
        (400, {"body": b"{"}),
        (400, {"body": b"\xff\xfe"}),
        (400, {"body": b"[]"}),
        (400, {"body": b"{}"}),
        (400, {"body": b"[" * 10_000}),
        (400, {"body": b'{"update_id": 1, "message": 3}'}),
        (400, {"body": b'{"update_id": "a", "message": {}}'}),
        (400, {"body": update.replace(b'"update_id": 1', b'"update_id": 1%030d' % 0)}),
        (400, {"body": update.replace(b'"id": 7', b'"id": 7%030d' % 0)}),
        (400, {"body": re.sub(rb'"date": \d+', b'"date": 9%030d' % 0, update)}),
        (400, {"body": b" " * 30_000}),
        (404, {"body": update, "path": "/"}),
        (404, {"body": update, "path": "/123456:TEST"}),
        (405, {"body": b"", "method": "GET"}),
    ]
    for status, given in rows:
        async with post(**given) as response:
            assert response.status == status, given
            assert await response.read() == b"" and "Server" not in response.headers
    assert not api.sent(7)
    for _ in range(2):
        async with post(update) as response:
            assert response.status == 200
    await api.wait_sent(7)
    await api.quiet(0.3)
    assert len(texts(api, 7)) == 1


@pytest.mark.parametrize("secret", ["", "trop court", "quinze-lettres-", "un secret avec des espaces", "é" * 20])
def test_a_webhook_without_a_good_secret_does_not_start(secret: str) -> None:
    with pytest.raises(SystemExit, match="WEBHOOK_SECRET doit avoir") as ended:
        check_secret(secret)
    assert not secret or secret not in str(ended.value)


# Watching


async def test_health_readiness_and_metrics(
    api: FakeBotApi, start_bot: StartBot, unused_tcp_port: int, small_settings: Settings
) -> None:
    start_bot(OPS_PORT=str(unused_tcp_port))
    user = api.user(1)
    user.send(QUESTION)
    user.send("/verifier Il reste 49 € de frais de dossier à payer avant de signer le contrat, par virement.")
    await api.wait_sent(1, 2)
    api.inject(Fault.dropped(), method="sendMessage", chat_id=1)
    user.send("/aide")
    await api.wait_sent(1, 3)
    await eventually(lambda: waiting(small_settings, 1) == 0)
    address = f"http://127.0.0.1:{unused_tcp_port}"

    def get(path: str) -> str:
        with urllib.request.urlopen(address + path, timeout=5) as response:
            return str(response.read().decode())

    assert json.loads(get("/healthz")) == {"status": "ok"}
    ready = json.loads(get("/readyz"))
    assert ready["status"] == "ok" and ready["generation"] == small_settings.active_pointer.read_text("utf-8").strip()
    found = get("/metrics")
    for line in (
        'clicdroit_answers_total{status="answered"} 1.0',
        'clicdroit_verdicts_total{level="',
        'clicdroit_step_seconds_count{step="send"}',
        'clicdroit_step_seconds_count{step="queue"} 3.0',
        'clicdroit_step_seconds_count{step="embed"} 1.0',
        "clicdroit_queue_depth 0.0",
        'clicdroit_telegram_errors_total{kind="NetworkError"} 1.0',
        'clicdroit_updates_total{outcome="received"} 3.0',
        'clicdroit_updates_total{outcome="unknown"} 1.0',
    ):
        assert line in found, line


def _database(settings: Settings) -> Path:
    return settings.data_dir / "clicdroit.sqlite"


def _count(settings: Settings, query: str, chat: int) -> int:
    with closing(sqlite3.connect(settings.data_dir / "clicdroit.sqlite")) as connection:
        return int(connection.execute(query, (chat,)).fetchone()[0])


def _rows(settings: Settings, table: str, chat: int) -> int:
    return _count(settings, f"SELECT count(*) FROM {table} WHERE chat_id = ?", chat)


def waiting(settings: Settings, chat: int) -> int:
    return _count(settings, "SELECT count(*) FROM inbox WHERE done_at IS NULL AND chat_id = ?", chat)
