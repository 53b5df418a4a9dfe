"""What is asked of a small server, one scenario a command; each prints its figures and whether they are reached."""

from __future__ import annotations

import os
import platform
import time
from datetime import datetime

from benchmarks.live import COMMANDS, MIXED, NO_CEILING, Message, Outcome, Plan, run
from benchmarks.rates import percentile
from bot.settings import Settings
from knowledge.embeddings import load_embeddings
from knowledge.golden import load_golden

MEMORY_GROWTH_MAX = 0.05
CEILING_REACHED = 0.95
CEILING_P95_MS = 1500.0
FLOOD_P95_MS = 1500.0
QUEUE_GROWTH_MAX = 20
"""Messages: more than that between the first and the last tenth is a queue that grows."""


def soak(messages: int, chats: int, per_second: float) -> None:
    """A steady traffic for long."""
    outcome = _measure(Plan(chats, messages, per_second=per_second))
    before, after, waiting_before, waiting_after = outcome.growth()
    growth = after / before - 1
    print(f"memory {before:.0f} → {after:.0f} MiB ({growth:+.1%}); waiting {waiting_before:.0f} → {waiting_after:.0f}")
    _verdict(
        {
            "nothing lost": outcome.is_clean,
            f"memory grows by {MEMORY_GROWTH_MAX:.0%} at most": growth <= MEMORY_GROWTH_MAX,
            "the queue does not grow": waiting_after - waiting_before <= QUEUE_GROWTH_MAX,
        }
    )


def ceiling(messages: int, chats: int, per_second: float, commands_only: bool) -> None:
    """As much as Telegram allows; ``per_second`` 0: no ceiling, each chat writes as soon as it is answered."""
    kinds = tuple(COMMANDS if commands_only else MIXED)
    if not per_second:
        outcome = _measure(Plan(chats, messages, kinds))
        _verdict({"nothing lost": outcome.is_clean})
        return
    outcome = _measure(Plan(chats, messages, kinds, per_second=per_second, ceiling=per_second))
    slow = sorted(outcome.delays)[int(0.95 * len(outcome.delays)) - 1] if outcome.delays else float("inf")
    _verdict(
        {
            "nothing lost": outcome.is_clean,
            f"{CEILING_REACHED:.0%} of {per_second:g} a second": outcome.rate >= CEILING_REACHED * per_second,
            f"p95 within {CEILING_P95_MS:.0f} ms": slow <= CEILING_P95_MS,
        }
    )


def backlog(messages: int, chats: int, per_second: float, commands_only: bool) -> None:
    """The bot starts with messages that waited at Telegram."""
    kinds = tuple(COMMANDS if commands_only else MIXED)
    outcome = _measure(Plan(chats, messages, kinds, ceiling=per_second or NO_CEILING, before_start=True))
    print(f"first answer {outcome.first_s:.1f} s after the start of the process")
    _verdict({"nothing lost": outcome.is_clean})


def flood(messages: int, chats: int, per_second: float, flooding: int) -> None:
    """One chat writes ``flooding`` messages at once: what the others notice, under the ceiling of Telegram."""
    alone, beside = (
        _measure(Plan(chats, messages, per_second=per_second, ceiling=Settings().messages_per_second, flood=count))
        for count in (0, flooding)
    )
    (calm, calm_slow), (wait, slow) = ([percentile(outcome.delays, p) for p in (50, 95)] for outcome in (alone, beside))
    print(f"the others: p50 {calm:.0f} → {wait:.0f} ms, p95 {calm_slow:.0f} → {slow:.0f} ms")
    print(f"meanwhile the chat that floods had {beside.flood} of {flooding} answers")
    _verdict(
        {
            "nothing lost": alone.is_clean and beside.is_clean,
            "the flood outlasts the others": beside.flood < flooding,
            f"p95 of the others within {FLOOD_P95_MS:.0f} ms": slow <= FLOOD_P95_MS,
        }
    )


def cpu(questions: int) -> None:
    """Processor time of an answer, against that of the bare embedding of the same questions."""
    settings = Settings()
    golden = load_golden(settings.knowledge_dir / "golden")
    asked = [row.all_turns[-1] for row in golden if row.split == "dev"][:questions]
    kinds: list[Message] = [(text, "") for text in asked]
    outcome = _measure(Plan(len(kinds), len(kinds), kinds))
    embeddings = load_embeddings(settings.embedding_model)
    embeddings.embed_query(asked[0])
    started = time.process_time()
    for text in asked:
        embeddings.embed_query(text)
    bare = 1000 * (time.process_time() - started) / len(asked)
    print(f"bare embedding {bare:.0f} ms a question; a whole answer is {outcome.cpu_ms / bare:.1f} times that")
    _verdict({"nothing lost": outcome.is_clean})


def _measure(plan: Plan) -> Outcome:
    load = os.getloadavg()[0]
    print(f"{platform.platform()}, {os.cpu_count()} cores; {datetime.now():%Y-%m-%d %H:%M}, load before: {load:.1f}")
    print(f"{plan.messages} messages of {plan.chats} chats")
    outcome = run(plan)
    print(outcome)
    for oddity in outcome.violations[:3] + outcome.unexpected:
        print(oddity)
    return outcome


def _verdict(wanted: dict[str, bool]) -> None:
    """Ends with 1 when something wanted is not reached."""
    for name, reached in wanted.items():
        print(f"  {'reached' if reached else 'MISSED '}  {name}")
    if not all(wanted.values()):
        raise SystemExit(1)
