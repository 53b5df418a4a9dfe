"""Every limit of the bot has a name here. Read from the environment and ``.env``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from knowledge.settings import KnowledgeSettings


class Settings(KnowledgeSettings):
    # Telegram
    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    webhook_url: str | None = None
    """Public HTTPS address of the webhook; polling when it is empty."""
    webhook_secret: SecretStr | None = None
    webhook_listen: str = "127.0.0.1"
    webhook_port: int = 8443
    concurrent_chats: int = Field(default=16, ge=1, le=64)
    """Updates handled at once; one at a time per chat, always."""
    messages_per_second: float = 30.0
    """Telegram's ceiling for one bot."""
    retries_after_429: int = 5
    """Also for a message that certainly did not reach Telegram."""
    webhook_body_max_bytes: int = 1_000_000
    send_timeout_s: float = 10.0
    """How long Telegram may take to confirm a message; after that its delivery is unknown."""
    pool_timeout_s: float = 30.0
    typing_after_s: float = 0.5
    """"is typing" is shown only when an answer takes longer than this."""

    # Who publishes this service (/mentions); the bot warns at start when they are missing.
    publisher: str = ""
    host: str = ""
    contact: str = ""

    # Administrators: /etat and /pause answer to nobody else.
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    """Telegram ids of persons, separated by commas."""

    # How much one person may send. A group may send ``group_factor`` times as much; distress always passes.
    questions_per_minute: int = 12
    """Questions and offers as text."""
    questions_per_day: int = 300
    images_per_minute: int = 20
    """Two whole albums."""
    images_per_day: int = 100
    documents_per_minute: int = 3
    documents_per_day: int = 30
    inline_per_minute: int = 60
    """Telegram asks again at each pause of somebody who types."""
    inline_per_day: int = 600
    group_factor: int = 3

    # What is read
    question_max_chars: int = 2000
    turns_max: int = 6
    """Earlier questions of a chat that a follow-up may rely on."""
    context_minutes: int = 30
    """How long a chat's questions are kept to understand a follow-up."""

    # What is said
    answer_max_chars: int = 1100
    """Sentences of one answer, before the sources; « Plus de détails » gives the rest."""
    answer_max_facts: int = 6
    answer_max_facts_each: int = 4
    """Facts for each question of a message that asks several…"""
    answer_max_facts_for_all: int = 8
    """… shared between them: four for each of two, two for each of more. An answer is read on a small screen."""
    answer_facts_beside_results: int = 2
    """Facts shown under a sum that was worked out, which says the essential with its steps."""
    answer_least_gain: float = 0.02
    """Probability that a fact was asked for and that none of those before it was, under which it is left out (see
    docs/decisions/0016)…"""
    answer_surely_asked: float = 0.3
    """… unless it was asked for with at least this probability."""
    abstention_nearest_from: float = 0.1
    """Probability of an answer from which an abstention names the nearest subject and whom to call for it: under it,
    on the dev half, the nearest one was hardly ever right."""
    answer_deadline_from: float = 0.04
    """Probability that a fact was asked for from which its time limit is said beside a longer one (see
    bot/answering/deadlines.py)."""
    answer_repeats_from: float = 0.65
    """A fact is not said again when another fiche's fact has said this share of its words, and its numbers."""
    official_text_score: float = 0.9
    """Likeness from which an official text is shown under an abstention (see docs/verifier-la-base.md)."""
    questions_max: int = 4
    """Questions of one message that are answered separately."""
    contacts_max: int = 2
    """Contacts under an answer or an abstention."""

    # Offers (/verifier)
    offer_max_chars: int = 8000
    offer_words_read: int = 90
    """Words of an offer that are embedded (about a millisecond each); the rest is judged by its words alone."""
    image_max_bytes: int = 20_000_000
    images_max: int = 10
    document_max_bytes: int = 10_000_000
    pdf_max_pages: int = 30
    ocr_timeout_s: float = 20.0
    album_wait_s: float = 1.0
    """How long the other pictures of an album are waited for."""
    checklist_hours: int = 24
    """How long an open checklist is kept."""

    # The public register of companies (off by default; docs/operations.md). Only the nine digits of a number that an
    # offer gives leave the machine.
    company_register: bool = False
    company_register_url: str = "https://recherche-entreprises.api.gouv.fr"
    company_register_timeout_s: float = Field(default=2.0, gt=0)
    """A verdict waits no longer for it."""
    company_register_pause_s: float = 60.0
    """After a failure it is left alone for so long, or longer if it asks for that."""
    company_register_cache_hours: float = 24.0
    """How long what it said is remembered, in memory."""
    company_register_cache_max: int = Field(default=1000, ge=1)

    # Warning cards to share in any chat (« @bot arnaque à la tâche »; needs /setinline at @BotFather)
    inline_cards: bool = True
    inline_results: int = Field(default=10, ge=1, le=50)
    """Cards shown under what is typed; Telegram takes 50."""
    inline_cache_s: int = 300
    """How long Telegram may show the same cards to others who type the same words."""
    inline_max_age_s: float = 8.0
    """A request that waited longer is dropped: its author has typed on, or gone."""
    inline_waiting_max: int = 200
    """People whose request may wait at once; beyond, the oldest is dropped."""

    # Language model (none by default; see README)
    llm_model: str | None = None
    """As LangChain names it, « provider:model »: openai:…, mistralai:…, ollama:…"""
    llm_base_url: str | None = None
    """Address of an OpenAI-compatible server (llama.cpp, vLLM…)."""
    llm_api_key: SecretStr | None = None
    llm_provider: str = ""
    llm_country: str = ""
    """Who runs the model and where: shown to a worker before he agrees."""
    llm_deadline_s: float = Field(default=8.0, gt=0)
    """Retries and checks included; past it the composed answer goes out."""
    llm_attempts: int = Field(default=2, ge=1)
    llm_max_output_tokens: int = 600
    llm_tokens_per_day: int = 1_000_000
    llm_tokens_per_user_day: int = 30_000
    llm_cost_per_day: float = 2.0
    """In the currency of the two prices."""
    llm_price_in: float = 0.0
    llm_price_out: float = 0.0
    """For a million tokens; 0 for a model of one's own."""
    llm_failures_max: int = 3
    """Failures in a row after which the model is left alone for ``llm_pause_s``."""
    llm_pause_s: float = 60.0
    # Watching (docs/operations.md)
    ops_listen: str = "127.0.0.1"
    ops_port: int | None = None
    """Port of /healthz, /readyz and /metrics; none when it is empty."""
    generation_check_s: float = 5.0
    """How often the bot looks whether another generation was published."""

    # Storage
    database_url: SecretStr | None = None
    """SQLAlchemy URL; by default a SQLite file in ``data_dir``. Secret because it may hold a password."""
    database_timeout_s: float = 5.0
    """How long a locked SQLite file is waited for."""
    claim_lease_s: float = 30.0
    """A process that gave no sign for so long is dead: another takes up what it was handling."""
    attempts_max: int = 5
    """An update that ended the process so many times is not tried again."""
    stop_wait_s: float = 20.0
    """At a stop, how long answers in progress may take to end."""
    inbox_max_age_hours: int = 48
    """A message that waited longer than this while the bot was down is not answered."""
    opinions_days: int = 365
    """How long opinions and handed-over questions are kept."""
    shared_offers_days: int = 365
    """How long the offers that workers chose to share are kept."""
    late_after_minutes: int = 10
    """A message that waited longer than this is answered with a word of excuse."""

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from sqlalchemy import make_url
            from sqlalchemy.exc import ArgumentError

            try:
                make_url(value.get_secret_value())
            except (ArgumentError, ValueError):
                # Theirs may quote a piece of the password.
                raise ValueError("not the address of a database") from None
        return value

    @property
    def seal_key(self) -> Path:
        """The key under which turns and open checklists are encrypted."""
        return self.data_dir / "seal.key"

    @property
    def store_url(self) -> str:
        default = f"sqlite+aiosqlite:///{self.data_dir / 'clicdroit.sqlite'}"
        return self.database_url.get_secret_value() if self.database_url else default
