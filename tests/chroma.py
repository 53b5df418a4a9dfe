"""A real Chroma server for tests."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import httpx


class ChromaServer:
    """A ``chroma run`` that a test may stop and start again on the same port, with the same data."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder), "--port", str(port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Its process id."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < end and self._process.poll() is None, "chroma run did not start"
            time.sleep(0.05)
        return self._process.pid

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def names(self) -> list[str]:
        rows = httpx.get(f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections").json()
        return sorted(row["name"] for row in rows)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat").is_success
        except httpx.HTTPError:
            return False
