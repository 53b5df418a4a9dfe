"""``python -m benchmarks``."""

import os

# Before numpy is imported: its threads would take a core from the embedding engine (29 ms more for an answer).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.cli import app

if __name__ == "__main__":
    app()
