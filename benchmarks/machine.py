"""What a figure was measured on: without it, a time says nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import psutil


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.platform()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def load_average() -> float:
    """Processes that wanted to run over the last minute: above the number of cores, times are those of a crowd."""
    return round(os.getloadavg()[0], 1)


def reset_peak(pid: int) -> None:
    """From now on ``peak_mib`` counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def family_peak_mib() -> float:
    """This process and those that it started: the sum of what each held at most."""
    return sum(peak_mib(one.pid) for one in (psutil.Process(), *psutil.Process().children(recursive=True)))


def peak_mib(pid: int) -> float:
    """The most memory that the process held since its start, or since ``reset_peak``."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
