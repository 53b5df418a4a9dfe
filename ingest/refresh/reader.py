"""Text of fetched pages, through a helper process that can be ended: parsers may hang or swell on hostile input."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingest.refresh.extract import Limits, Page
from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.fetch import Response
from ingest.settings import IngestSettings

# Pages that say with a code of success that they are not the page.
_TELLING_TITLES = {
    Reason.GONE: re.compile(r"\b404\b|page (?:introuvable|non trouvée|inexistante|not found)", re.IGNORECASE),
    Reason.BLOCKED: re.compile(r"just a moment|attention required|access denied|accès refusé|captcha", re.IGNORECASE),
}


class Reader:
    """One helper process, started when first needed and again after it was ended."""

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._limits = Limits(settings.extract_pdf_max_pages, settings.extract_max_chars, settings.extract_max_depth)
        self._helper: Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def read(self, response: Response) -> Page:
        """What the page says. Raises ``FetchError``: unreadable, or empty without a browser."""
        async with self._turn:
            answer = await self._ask(response)
        if "error" in answer:
            raise FetchError(Reason.UNREADABLE, str(answer["error"]))
        page = Page(**answer)
        for reason, title in _TELLING_TITLES.items():
            if title.search(page.title):
                raise FetchError(reason, f"son titre est « {page.title[:80]} »")
        if len(page.text.split()) < self._settings.page_min_words and page.has_scripts:
            raise FetchError(Reason.SCRIPT, f"{len(page.text.split())} mots")
        if not page.text.strip():
            raise FetchError(Reason.UNREADABLE, "page vide")
        return page

    async def _ask(self, response: Response) -> dict[str, Any]:
        request = {
            "length": len(response.body),
            "content_type": response.content_type,
            "charset": response.charset,
            "limits": vars(self._limits),
        }
        try:
            async with asyncio.timeout(self._settings.extract_timeout_s):
                helper = self._helper = self._helper or await self._start()
                assert helper.stdin is not None and helper.stdout is not None
                helper.stdin.write(json.dumps(request).encode() + b"\n" + response.body)
                await helper.stdin.drain()
                line = await helper.stdout.readline()
        except (TimeoutError, ConnectionError) as error:
            await self._end()
            raise FetchError(Reason.UNREADABLE, "page trop longue à lire") from error
        except BaseException:
            await self._end()  # interrupted in the middle: the next answer would be this one's
            raise
        if not line:
            await self._end()
            raise FetchError(Reason.UNREADABLE, "page trop compliquée")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ingest.refresh.extract",
            str(self._settings.extract_memory_bytes),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=8 * self._settings.extract_max_chars,  # of one line of JSON, every character escaped
            cwd=Path(__file__).parents[2],
        )

    async def _end(self) -> None:
        if self._helper is not None and self._helper.returncode is None:
            self._helper.kill()
            await self._helper.wait()
        self._helper = None
