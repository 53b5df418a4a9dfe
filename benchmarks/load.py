"""Speed and memory, printed with the machine they were measured on."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import psutil

from benchmarks.machine import load_average, machine
from benchmarks.rates import percentile
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from ingest.build import build
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import open_active
from knowledge.golden import load_golden
from tests.botapi import FakeBotApi

ROOT = Path(__file__).parent.parent
TOKEN = "123456:benchmark-token"
ANSWER_TIMEOUT_S = 60.0
QUESTIONS = [
    ("Dois-je déclarer mes gains de sondages ?", "pas un conseil juridique"),
    ("/aide", "Écrivez votre question"),
    ("mon compte clickworker est bloque avec de l'argent dedans", "pas un conseil juridique"),
    ("/mentions", "Hébergeur"),
    ("combien je paie a l'urssaf en micro entreprise", "pas un conseil juridique"),
    ("/annuler", "pas de vérification en cours"),
]


def run(chats: int, messages: int) -> None:
    print(machine())
    print(f"{datetime.now():%Y-%m-%d %H:%M}, load before: {load_average():.1f}\n")
    with tempfile.TemporaryDirectory() as folder:
        settings = _measure_build(Path(folder))
        _measure_start(settings)
        _measure_answers(settings)
        asyncio.run(_measure_telegram(settings, chats, messages))


def _measure_build(folder: Path) -> Settings:
    knowledge = folder / "knowledge"
    shutil.copytree(ROOT / "knowledge", knowledge)
    settings = Settings(_env_file=None, data_dir=folder / "data", knowledge_dir=knowledge)
    for label in ("full build", "nothing changed", "one changed fiche"):
        if label == "one changed fiche":
            fiche = next(iter(sorted((knowledge / "fiches").glob("*/*.md"))))
            text = fiche.read_text("utf-8")
            first = text.split("rewordings:\n", 1)[1].splitlines()[0]
            fiche.write_text(text.replace(first, f'{first}\n  - "une question de plus pour mesurer"', 1), "utf-8")
        with _timer() as spent:
            result = build(settings, EmbeddedE5, EmbeddedE5.IDENTITY, date.today(), datetime.now())
        print(f"{label:<22} {spent():7.1f} s   {result.embedded} texts embedded")
    return settings


def _measure_start(settings: Settings) -> None:
    command = [sys.executable, "-m", "bot", "ask", QUESTIONS[0][0]]
    environment = {**os.environ, "DATA_DIR": str(settings.data_dir)}
    times = []
    for _ in range(5):
        with _timer() as spent:
            subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
        times.append(spent())
    print(f"start to first answer  {statistics.median(times):7.2f} s   (median of 5)")


def _measure_answers(settings: Settings) -> None:
    model = EmbeddedE5()
    answerer = Answerer(open_active(settings, model), model, settings)
    questions = [row.all_turns[-1] for row in load_golden(settings.knowledge_dir / "golden") if row.split == "dev"]
    answerer.answer(questions[0], date.today())
    answers = [answerer.answer(question, date.today()) for question in questions]
    total = [answer.latency_ms for answer in answers]
    own = [answer.latency_ms - answer.embed_ms for answer in answers]
    for label, times in (("answer, total", total), ("answer, own time", own)):
        spread = f"p50 {percentile(times, 50):6.1f} ms   p95 {percentile(times, 95):6.1f} ms"
        print(f"{label:<22} {spread}   ({len(times)} questions)")


async def _measure_telegram(settings: Settings, chats: int, messages: int) -> None:
    async with FakeBotApi(token=TOKEN) as api:
        environment = {
            **os.environ,
            "DATA_DIR": str(settings.data_dir),
            "TELEGRAM_API_URL": api.url,
            "TELEGRAM_TOKEN": TOKEN,
            "MESSAGES_PER_SECOND": "100000",
        }
        command = [sys.executable, "-m", "bot", "telegram"]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            await api.wait_for("getUpdates", timeout=ANSWER_TIMEOUT_S)
            started = time.perf_counter()
            results = await asyncio.gather(*(_chat(api, chat, messages // chats) for chat in range(1, chats + 1)))
            spent = time.perf_counter() - started
            memory = psutil.Process(process.pid).memory_info().rss / 2**20
        finally:
            process.terminate()
            await process.wait()
        delays = [delay for times, _, _ in results for delay in times]
        lost = sum(missing for _, missing, _ in results)
        disordered = sum(wrong for _, _, wrong in results)
        print(f"\nfake Bot API, {chats} chats at once, {len(delays) + lost} messages:")
        spread = f"p50 {percentile(delays, 50):.0f} ms, p95 {percentile(delays, 95):.0f} ms"
        print(f"  {len(delays) / spent:.1f} answers/s, {spread}")
        print(f"  lost {lost}, out of order {disordered}, violations {len(api.violations)}")
        print(f"  memory of the bot {memory:.0f} MiB")


async def _chat(api: FakeBotApi, chat: int, count: int) -> tuple[list[float], int, int]:
    """Three messages at a time: (delays in ms, lost, out of order)."""
    user = api.user(chat)
    delays: list[float] = []
    disordered = 0
    for start in range(0, count, 3):
        batch = [QUESTIONS[(chat + index) % len(QUESTIONS)] for index in range(start, min(start + 3, count))]
        sent_at = time.perf_counter()
        for text, _ in batch:
            user.send(text)
        for index, (_, mark) in enumerate(batch):
            try:
                replies = await api.wait_sent(chat, start + index + 1, timeout=ANSWER_TIMEOUT_S)
            except (AssertionError, TimeoutError):
                return delays, count - len(delays), disordered
            delays.append((time.perf_counter() - sent_at) * 1000)
            disordered += mark not in replies[start + index]["text"].replace("\u00a0", " ")
    return delays, 0, disordered


@contextmanager
def _timer() -> Iterator[Callable[[], float]]:
    started = time.perf_counter()
    end: list[float] = []
    yield lambda: (end[0] if end else time.perf_counter()) - started
    end.append(time.perf_counter())
