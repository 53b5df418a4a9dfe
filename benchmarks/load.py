"""Speed and memory, printed with the machine they were measured on."""

from __future__ import annotations

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

from benchmarks.live import QUESTIONS, Plan
from benchmarks.live import run as live
from benchmarks.machine import load_average, machine
from benchmarks.rates import percentile
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from ingest.build import build
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import committed_vectors_path, open_active
from knowledge.golden import load_golden

ROOT = Path(__file__).parent.parent


def run(chats: int, messages: int, from_nothing: bool) -> None:
    """``from_nothing``: the build without the vectors of the repository too, about ten minutes."""
    print(machine())
    print(f"{datetime.now():%Y-%m-%d %H:%M}, load before: {load_average():.1f}\n")
    with tempfile.TemporaryDirectory() as folder:
        settings = _measure_build(Path(folder), from_nothing)
        _measure_start(settings)
        _measure_answers(settings)
        print(f"\nfake Bot API, {chats} chats at once, three messages at a time, {messages} messages:")
        print(live(Plan(chats, messages, burst=3, data_dir=settings.data_dir)))


def _measure_build(folder: Path, from_nothing: bool) -> Settings:
    knowledge = folder / "knowledge"
    shutil.copytree(ROOT / "knowledge", knowledge)
    settings = Settings(_env_file=None, data_dir=folder / "data", knowledge_dir=knowledge)
    vectors = committed_vectors_path(knowledge, EmbeddedE5.IDENTITY)
    kept = vectors.read_bytes()
    builds = ("full build", "nothing changed", "one changed fiche")
    for label in ("everything embedded", *builds) if from_nothing else builds:
        if label == "everything embedded":
            vectors.unlink()
        elif label == "full build":
            shutil.rmtree(settings.data_dir, ignore_errors=True)
            vectors.write_bytes(kept)
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


@contextmanager
def _timer() -> Iterator[Callable[[], float]]:
    started = time.perf_counter()
    end: list[float] = []
    yield lambda: (end[0] if end else time.perf_counter()) - started
    end.append(time.perf_counter())
