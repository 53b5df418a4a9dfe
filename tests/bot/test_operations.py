"""What docs/operations.md tells an operator to do, done."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.storage.backup import BackupError, backup
from tests.bot.conftest import StartBot, eventually
from tests.bot.test_faults import waiting
from tests.bot.test_telegram_e2e import QUESTION, texts
from tests.botapi import FakeBotApi, Fault


@pytest.mark.full
async def test_a_restart_loses_nothing_and_repeats_nothing(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings
) -> None:
    bot = start_bot()
    slow = api.inject(Fault.slow(700), method="sendMessage", times=None)
    chats = range(1, 41)
    for chat in chats:
        api.user(chat).send("/aide")
    await api.until(lambda: slow.hits >= 16, timeout=20)
    # On a thread: the fake API may be on this one's loop, and the bot waits for its last answers.
    await asyncio.to_thread(bot.stop)
    assert bot.process.returncode == 0 and len(api.sent()) < len(chats)
    api.clear_faults()
    start_bot()
    for chat in chats:
        await api.wait_sent(chat, timeout=20)
    await api.quiet(0.3)
    assert [len(api.sent(chat)) for chat in chats] == [1] * len(chats)


@pytest.mark.full
async def test_after_a_change_of_token_what_waited_is_answered(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    api.token = "123456:the-new-token-that-must-never-be-printed"  # @BotFather, /revoke
    api.user(1).send(QUESTION)  # ends the long poll in progress
    assert await asyncio.to_thread(bot.process.wait, 30) == 1
    assert "Telegram refuse TELEGRAM_TOKEN" in bot.log
    api.violations.clear()  # the refusals
    renewed = start_bot(TELEGRAM_TOKEN=api.token)
    assert "25,6" in (await api.wait_sent(1, timeout=20))[0]["text"]
    assert "the-new-token" not in bot.log + renewed.log


@pytest.mark.full
async def test_a_backup_taken_while_it_runs_answers_elsewhere(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings, tmp_path: Path
) -> None:
    bot = start_bot()
    user = api.user(1)
    user.send(QUESTION)
    await api.wait_sent(1)
    await eventually(lambda: waiting(small_settings, 1) == 0)
    copied = backup(small_settings, tmp_path / "copy")
    assert {"clicdroit.sqlite", "seal.key", "active"} <= set(copied)
    await asyncio.to_thread(bot.stop)
    shutil.rmtree(small_settings.data_dir)
    shutil.copytree(tmp_path / "copy", small_settings.data_dir)
    start_bot()
    user.send("et en 2025 ?")
    assert "24,6" in (await api.wait_sent(1, 2, timeout=20))[1]["text"], "the conversation goes on"
    assert len(texts(api, 1)) == 2


def test_a_backup_that_cannot_be_taken_says_why(small_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="n'a jamais tourné"):
        backup(small_settings, tmp_path / "copy")
    small_settings.data_dir.mkdir()
    with closing(sqlite3.connect(small_settings.data_dir / "clicdroit.sqlite")) as store, store:
        store.execute("CREATE TABLE inbox (a)")
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match="a échoué"):
        backup(small_settings, tmp_path / "file" / "copy")
    for elsewhere in (tmp_path, small_settings.data_dir):
        with pytest.raises(BackupError, match="autre chose qu'une sauvegarde"):
            backup(small_settings, elsewhere)
    copied = backup(small_settings, tmp_path / "copy")
    assert backup(small_settings, tmp_path / "copy") == copied, "the same folder each night"
    server = Settings(_env_file=None, database_url="postgresql+asyncpg://db.example/bot")
    with pytest.raises(BackupError, match="pg_dump"):
        backup(server, tmp_path / "copy")
