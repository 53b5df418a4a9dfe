"""Verdict → plain text, as a worker reads it: level in words, what to do, reasons with quotes, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.vetting.verdict import Level, Likeness, ShownSignal, Verdict
from knowledge.catalogue import Catalogue
from knowledge.model import Source, format_date

if TYPE_CHECKING:
    from bot.vetting.pipeline import Knowledge

QUOTE_MAX_CHARS = 200
ADVICE_SHOWN = 4
COMPANY_NUMBER_GIVEN = "legal_identity"
"""The reassuring sign whose source says that a real number may be copied."""


def plain_text(verdict: Verdict, catalogue: Catalogue, knowledge: Knowledge) -> str:
    """The verdict as one text."""
    found, cited = paragraphs(verdict, catalogue, knowledge)
    lines = [f"[{number}] {cited_line(source)}\n    {source.url}" for number, source in enumerate(cited, 1)]
    if lines:
        found = [*found, "\n".join([f"{knowledge.messages['sources_title']} :", *lines])]
    return "\n\n".join(found)


def cited_line(source: Source) -> str:
    """Short: half of a verdict was its sources, and the address tells the page."""
    return f"{source.publisher}, lue le {format_date(source.read_on)}"


def paragraphs(verdict: Verdict, catalogue: Catalogue, knowledge: Knowledge) -> tuple[list[str], list[Source]]:
    """The paragraphs of a verdict, in reading order, and the sources that their numbers refer to."""
    words = knowledge.messages["vetting"]
    sources = _Sources(knowledge)
    if verdict.level is Level.NOTHING and verdict.likeness is not Likeness.OFFER:
        return [f"{words['levels'][verdict.level]}\n{words['not_an_offer'][verdict.likeness]}"], []
    now = words["now"][verdict.level]
    if not verdict.is_of_work:
        now = words.get("now_elsewhere", {}).get(verdict.level, now)
    title = words["levels"][verdict.level]
    if verdict.told and verdict.level in words.get("levels_told", {}):
        title, now = words["levels_told"][verdict.level], words["now_told"]
    pattern = catalogue.pattern(verdict.pattern)
    if pattern and pattern.gesture and not verdict.told:
        now = f"{pattern.gesture} {now}"
    found = [f"{title}\n{now}"]
    if pattern:
        line = words["pattern_line"].format(label=pattern.label, summary=pattern.summary)
        found.append(f"{line} [{sources.number(knowledge.url(pattern.source))}]")
    if verdict.signals:
        title = words["notes_title" if verdict.level is Level.NOTHING else "why_title"]
        found.append("\n".join([f"{title} :", *(_reason(s, words["said_by_you"], sources) for s in verdict.signals)]))
    if verdict.reassuring and verdict.level is not Level.TRAP:
        lines = [f"– {sign.label} : « {_short(sign.evidence)} »" for sign in verdict.reassuring]
        found.append("\n".join([f"{words['reassuring_title']} :", *lines]))
    if verdict.companies:
        found.append(_register(verdict, catalogue, knowledge, sources))
    if verdict.advice:
        alerted = verdict.level in (Level.TRAP, Level.SUSPECT)
        shown = verdict.advice[:ADVICE_SHOWN] if alerted else verdict.advice
        lines = [f"– {advice.text} [{sources.number(advice.source_url)}]" for advice in shown]
        found.append("\n".join([f"{words['advice_title' if alerted else 'checks_title']} :", *lines]))
    found.append(words["disclaimer"])
    return found, sources.cited


def _register(verdict: Verdict, catalogue: Catalogue, knowledge: Knowledge, sources: _Sources) -> str:
    words = knowledge.messages["vetting"]["register"]
    lines = [f"{words['title']} :", *(f"– {note.text}" for note in verdict.companies)]
    if any(note.is_found for note in verdict.companies):
        why = next(sign.source for sign in catalogue.reassuring if sign.id == COMPANY_NUMBER_GIVEN)
        lines.append(f"– {words['proves_nothing']} [{sources.number(knowledge.url(why))}]")
    return "\n".join(lines)


def _reason(signal: ShownSignal, said: str, sources: _Sources) -> str:
    shown = f"« {_short(signal.evidence)} »" if signal.evidence else said
    return f"– {signal.label} : {shown}. {signal.why} [{sources.number(signal.source_url)}]"


def _short(quote: str) -> str:
    quote = " ".join(quote.split()).rstrip(" .,;:")
    return quote if len(quote) <= QUOTE_MAX_CHARS else quote[: QUOTE_MAX_CHARS - 1].rstrip() + "…"


class _Sources:
    """Numbers the addresses cited in a text, in order of appearance."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._sources = knowledge.by_url
        self._found: list[str] = []

    def number(self, url: str) -> int:
        if url not in self._found:
            self._found.append(url)
        return self._found.index(url) + 1

    @property
    def cited(self) -> list[Source]:
        return [self._sources[url] for url in self._found]
