"""Every limit of the bot has a name here. Read from the environment and ``.env``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

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
    pool_timeout_s: float = 30.0
    typing_after_s: float = 0.5
    """"is typing" is shown only when an answer takes longer than this."""

    # Who publishes this service (/mentions); the bot warns at start when they are missing.
    publisher: str = ""
    host: str = ""
    contact: str = ""

    # What is read
    question_max_chars: int = 2000
    turns_max: int = 6
    """Earlier questions of a chat that a follow-up may rely on."""
    context_minutes: int = 30
    """How long a chat's questions are kept to understand a follow-up."""

    # What is said
    answer_max_chars: int = 900
    """Sentences of one answer, before the sources; « Plus de détails » gives the rest."""
    answer_max_facts: int = 6
    questions_max: int = 3
    """Questions of one message that are answered separately."""
    contacts_max: int = 2

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

    # Storage
    database_url: str | None = None
    """SQLAlchemy URL; by default a SQLite file in ``data_dir``."""
    inbox_max_age_hours: int = 48
    """A message that waited longer than this while the bot was down is not answered."""
    late_after_minutes: int = 10
    """A message that waited longer than this is answered with a word of excuse."""

    @property
    def seal_key(self) -> Path:
        """The key under which an open checklist is encrypted."""
        return self.data_dir / "seal.key"

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'clicdroit.sqlite'}"
