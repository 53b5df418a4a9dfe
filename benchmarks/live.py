"""The real bot, a process of its own, under traffic over the fake Bot API: what it reaches, and what it costs.

One traffic for every scenario: chats that write in turn, at a given pace, or each as soon as it is answered, or all
before the bot starts. Telegram's side (the fake Bot API) knows what was really delivered, and when.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.rates import percentile
from bot.settings import Settings
from bot.telegram.keyboards import COMPLETE
from tests.botapi import FakeBotApi
from tests.botapi.calls import Call

ROOT = Path(__file__).parent.parent
TOKEN = "123456:benchmark-token"
API_DELAY_S = 0.05
NO_CEILING = 100_000.0
START_TIMEOUT_S = 120.0
GIVE_UP_S = 60.0
"""Without any answer for so long, what is left is lost."""
TICK_S = 0.02
SAMPLE_S = 1.0
FLOODING = 1_000_000
"""The chat that floods."""
UNEXPECTED_SHOWN = 3
WARM_UP = 0.1
"""Share of the run that is left out of the comparison of memory and queue."""

Message = tuple[str, str]
"""What is written, and words that only its answer has (none: any answer will do)."""
QUESTIONS: list[Message] = [
    ("Dois-je déclarer mes gains de sondages ?", "pas un conseil juridique"),
    ("mon compte clickworker est bloque avec de l'argent dedans", "pas un conseil juridique"),
    ("combien je paie a l'urssaf en micro entreprise", "pas un conseil juridique"),
]
COMMANDS: list[Message] = [
    ("/aide", "Écrivez votre question"),
    ("/mentions", "Hébergeur"),
    ("/annuler", "pas de vérification en cours"),
]
MIXED = [message for pair in zip(QUESTIONS, COMMANDS, strict=True) for message in pair]


@dataclass(frozen=True)
class Plan:
    chats: int
    messages: int
    kinds: Sequence[Message] = tuple(MIXED)
    per_second: float | None = None
    """Pace of the writers; None: each chat writes again as soon as it is answered."""
    burst: int = 1
    """Messages that a chat writes at once, without a pace."""
    ceiling: float = NO_CEILING
    """MESSAGES_PER_SECOND of the bot."""
    before_start: bool = False
    """Everything waits at Telegram before the bot starts."""
    flood: int = 0
    """Messages that one more chat writes all at once; of their answers only the number is kept."""
    data_dir: Path | None = None
    """Where the knowledge base is; the one of the settings by default."""


@dataclass
class Sample:
    at: float
    memory: float
    """MiB, resident."""
    waiting: int
    """Written and not answered."""


@dataclass
class Outcome:
    sent: int = 0
    delays: list[float] = field(default_factory=list)
    """Milliseconds from the writing to the answer's arrival."""
    disordered: int = 0
    surplus: int = 0
    """Messages of the bot that answer nothing."""
    flood: int = 0
    """Answers to the chat that floods."""
    unexpected: list[str] = field(default_factory=list)
    """How the first ones that are out of order or answer nothing begin."""
    samples: list[Sample] = field(default_factory=list)
    seconds: float = 0.0
    """From the first message (or the start of the bot) to the last answer."""
    first_s: float = 0.0
    cpu_s: float = 0.0
    violations: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.sent - len(self.delays)

    @property
    def rate(self) -> float:
        return len(self.delays) / self.seconds if self.seconds else 0.0

    @property
    def cpu_ms(self) -> float:
        """Processor time an answer."""
        return 1000 * self.cpu_s / max(1, len(self.delays))

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.surplus or self.disordered or self.violations)

    def growth(self) -> tuple[float, float, float, float]:
        """Memory (MiB) and waiting messages after the warm-up and at the end; medians of a tenth of the run each."""
        tenth = max(1, int(len(self.samples) * WARM_UP))
        early, late = self.samples[tenth : 2 * tenth] or self.samples, self.samples[-2 * tenth : -tenth] or self.samples
        memory, waiting = (
            [statistics.median(getattr(s, name) for s in part) for part in (early, late)]
            for name in ("memory", "waiting")
        )
        return memory[0], memory[1], waiting[0], waiting[1]

    def __str__(self) -> str:
        spread = (
            ", ".join(f"p{p} {percentile(self.delays, p):.0f} ms" for p in (50, 95))
            if self.lost < self.sent - 1
            else "-"
        )
        memory = max((sample.memory for sample in self.samples), default=0.0)
        return (
            f"{len(self.delays)} answers in {self.seconds:.0f} s: {self.rate:.1f}/s, {spread}\n"
            f"lost {self.lost}, out of order {self.disordered}, answered twice {self.surplus}, "
            f"violations {len(self.violations)}\n"
            f"processor {self.cpu_ms:.0f} ms an answer, {self.cpu_s / max(self.seconds, 0.001):.2f} of "
            f"{os.cpu_count()} cores; memory {memory:.0f} MiB at most"
        )


def run(plan: Plan) -> Outcome:
    """Run the plan on the active generation, with an empty store."""
    return asyncio.run(_run(plan))


async def _run(plan: Plan) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        async with FakeBotApi(token=TOKEN, delay=API_DELAY_S) as api:
            traffic = Traffic(api, plan)
            if plan.before_start:
                traffic.write(plan.messages)
            async with _bot(api, plan, Path(folder)) as process:
                await traffic.run(process)
            traffic.outcome.violations = api.violations
            return traffic.outcome


@asynccontextmanager
async def _bot(api: FakeBotApi, plan: Plan, folder: Path) -> AsyncIterator[psutil.Process]:
    environment = {
        **os.environ,
        "DATA_DIR": str((plan.data_dir or Settings().data_dir).absolute()),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.sqlite'}",
        "TELEGRAM_API_URL": api.url,
        "TELEGRAM_TOKEN": TOKEN,
        "MESSAGES_PER_SECOND": str(plan.ceiling),
        "QUESTIONS_PER_MINUTE": "1000000",
        "QUESTIONS_PER_DAY": "1000000",
        "LATE_AFTER_MINUTES": "1000",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "bot", "telegram"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        if not plan.before_start:
            await api.wait_for("getUpdates", timeout=START_TIMEOUT_S)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()


class Traffic:
    """What each chat has written and what it is still waiting for."""

    def __init__(self, api: FakeBotApi, plan: Plan) -> None:
        self._api = api
        self._plan = plan
        self._waiting: dict[int, deque[tuple[float, str]]] = {chat: deque() for chat in range(1, plan.chats + 1)}
        self._ready = deque(self._waiting)
        self.outcome = Outcome()

    def write(self, count: int) -> None:
        """The next ``count`` messages, the chats in turn."""
        updates = []
        for _ in range(count):
            chat = self._ready[0]
            self._ready.rotate(-1)
            updates.append(self._compose(chat))
        self._api.push_many(updates)

    async def run(self, process: psutil.Process) -> None:
        """Until everything is answered, or nothing more comes."""
        started = last_answer = time.monotonic()
        cpu = _cpu(process)
        outcome, plan = self.outcome, self._plan
        self._api.take()
        self._api.push_many([self._api.user(FLOODING).compose("/aide") for _ in range(plan.flood)])
        while len(outcome.delays) < plan.messages and time.monotonic() - last_answer < GIVE_UP_S:
            now = time.monotonic()
            self._write_what_is_due(now - started)
            if self._collect():
                last_answer = time.monotonic()
                outcome.first_s = outcome.first_s or last_answer - started
            if not outcome.samples or now - started - outcome.samples[-1].at >= SAMPLE_S:
                memory = process.memory_info().rss / 2**20
                outcome.samples.append(Sample(now - started, memory, outcome.sent - len(outcome.delays)))
            await asyncio.sleep(TICK_S)
        outcome.seconds = last_answer - started
        outcome.cpu_s = _cpu(process) - cpu
        if not plan.flood:  # else it is not quiet yet
            await self._api.quiet(0.5)
        self._collect()

    def _write_what_is_due(self, elapsed: float) -> None:
        plan, left = self._plan, self._plan.messages - self.outcome.sent
        if plan.per_second is not None:
            self.write(min(left, int(elapsed * plan.per_second) - self.outcome.sent))
            return
        idle = [chat for chat, waiting in self._waiting.items() if not waiting]
        due = [chat for _ in range(plan.burst) for chat in idle][:left]
        self._api.push_many([self._compose(chat) for chat in due])

    def _compose(self, chat: int) -> dict[str, object]:
        text, mark = self._plan.kinds[(chat + self.outcome.sent // self._plan.chats) % len(self._plan.kinds)]
        self._waiting[chat].append((time.monotonic(), mark))
        self.outcome.sent += 1
        return self._api.user(chat).compose(text)

    def _collect(self) -> int:
        """Take in the answers that arrived; how many."""
        answers = [call for call in self._api.take() if call.method == "sendMessage" and call.done]
        for call in answers:
            self._note(call)
        return len(answers)

    def _note(self, call: Call) -> None:
        if call.chat_id == FLOODING:
            self.outcome.flood += 1
            return
        if _asks_back(call):
            return
        waiting, outcome = self._waiting[call.chat_id or 0], self.outcome
        sent_at, mark = waiting.popleft() if waiting else (0.0, None)
        is_its_own = mark is not None and mark in call.text.replace("\u00a0", " ")
        if mark is None:
            outcome.surplus += 1
        else:
            outcome.delays.append(1000 * ((call.finished or call.time) - sent_at))
            outcome.disordered += not is_its_own
        if not is_its_own and len(outcome.unexpected) < UNEXPECTED_SHOWN:
            outcome.unexpected.append(call.text[:100])


def _asks_back(call: Call) -> bool:
    """A question asked back comes after the answer, in a message of its own."""
    rows = (call.params.get("reply_markup") or {}).get("inline_keyboard", [])
    return any(str(button.get("callback_data")).startswith(f"{COMPLETE}:") for row in rows for button in row)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
