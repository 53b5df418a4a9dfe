"""What is counted and timed. Numbers only: no text, no user, no chat (docs/operations.md lists what to watch)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

ANSWERS = Counter("clicdroit_answers_total", "Answers, by status.", ["status"])
VERDICTS = Counter("clicdroit_verdicts_total", "Verdicts on offers, by level.", ["level"])
UPDATES = Counter("clicdroit_updates_total", "What became of updates.", ["outcome"])
"""``received``, ``repeated`` (delivered twice by Telegram), ``done``, ``postponed``, ``failed``,
``unknown`` (the answer may not have arrived: the user was told), ``expired``, ``blocked``, ``lost_claim`` (another
instance has taken it)."""
INLINE = Counter("clicdroit_inline_total", "Requests for warning cards, by what became of them.", ["outcome"])
"""``cards``, ``nothing`` (no card fits), ``limit``, ``paused``, ``crisis``, ``dropped`` (too late, or typed on),
``failed``."""
REGISTER = Counter("clicdroit_register_total", "Look-ups in the register of companies, by outcome.", ["outcome"])
"""``known``, ``unknown``, ``failed``, ``left alone`` (just after a failure); what is remembered is not counted."""
TELEGRAM_ERRORS = Counter("clicdroit_telegram_errors_total", "Requests to Telegram that failed, by kind.", ["kind"])
STORE_ERRORS = Counter("clicdroit_store_errors_total", "Requests to the database that failed.")
QUEUE = Gauge("clicdroit_queue_depth", "Updates received and not yet answered.")
GENERATION = Gauge("clicdroit_generation_info", "The generation that answers.", ["generation"])
MODEL_ANSWERS = Counter(
    "clicdroit_model_answers_total", "Answers that a language model was to reword, by what became of them.", ["outcome"]
)
"""``reworded``, or why the composed answer went out: see ``Outcome.reason``."""
MODEL_TOKENS = Gauge(
    "clicdroit_model_tokens_today", "Tokens of the language model spent today (UTC), by all instances."
)
MODEL_COST = Gauge("clicdroit_model_cost_today", "What they cost, in the currency of the two prices.")
LATENCY = Histogram(
    "clicdroit_step_seconds",
    "Time spent, by step: queue, embed, answer, reword, vet, read, send, total.",
    ["step"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)


def count_answer(status: str, latency_ms: float, embed_ms: float) -> None:
    ANSWERS.labels(str(status)).inc()
    LATENCY.labels("answer").observe(latency_ms / 1000)
    LATENCY.labels("embed").observe(embed_ms / 1000)
