"""How a question finds its passages. Shared by ``bot``, which answers with it, and by ``ingest``,
which calibrates it (docs/decisions/0001)."""
