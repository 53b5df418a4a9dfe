"""What a figure was measured on: without it, a time says nothing."""

from __future__ import annotations

import os
import platform
import subprocess

import psutil


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.platform()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def load_average() -> float:
    """Processes that wanted to run over the last minute: above the number of cores, times are those of a crowd."""
    return round(os.getloadavg()[0], 1)


def commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
