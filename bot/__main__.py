"""``python -m bot``."""

import ctypes
import os
from contextlib import suppress

# Before numpy is imported: its threads would take a core from the embedding engine (29 ms more for an answer).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""
# One heap for all threads: glibc gives each its own, which keeps what the thread has freed (8 MB after 700 answers).
with suppress(OSError, AttributeError):  # another C library, another way
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

from bot.cli import app  # noqa: E402

if __name__ == "__main__":
    app()
