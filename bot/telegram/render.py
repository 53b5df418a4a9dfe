"""Answer → HTML messages. The one place where HTML is written; everything is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from bot.answering.answer import Answer, Citation, Status
from bot.answering.contacts import contact_ref
from bot.answering.rendering import by_source, contact_line, numbers, part_paragraphs, read_line, source_read_line
from bot.vetting.cards import Card
from bot.vetting.pipeline import Knowledge
from bot.vetting.rendering import cited_line
from bot.vetting.rendering import paragraphs as vetting_paragraphs
from bot.vetting.verdict import Advice, Verdict
from knowledge.catalogue import Catalogue
from knowledge.model import Contact, Source

MESSAGE_MAX = 4096
"""Telegram's limit, in UTF-16 units after entities are parsed."""
SAFE_MAX = 3900
BLOCK_MAX = 3000
"""A block of sources longer than this is cut between two sources."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph as HTML; never cut unless it is plain text."""

    html: str
    plain: str


def answer_messages(answer: Answer, messages: Mapping[str, Any]) -> list[str]:
    """One or more HTML messages, each within Telegram's limit, cut between paragraphs."""
    paragraphs = [text_paragraph(note) for note in answer.notes]
    several = len(answer.parts) > 1
    for part in answer.parts:
        lead = part.sentences[0].text if part.sentences else None
        paragraphs += [_led_paragraph(text, lead) for text in part_paragraphs(part, messages, several)]
    paragraphs += [text_paragraph(answer.closing)] if answer.closing else []
    if answer.citations or answer.status in (Status.ANSWERED, Status.PARTIAL, Status.ABSTAINED):
        disclaimer = messages["disclaimer"]
        paragraphs.append(Paragraph(f"<i>{escape_text(disclaimer)}</i>", disclaimer))
    paragraphs += _sources(answer.citations, messages)
    return split(paragraphs)


def verdict_messages(verdict: Verdict, catalogue: Catalogue, knowledge: Knowledge, updated: bool) -> list[str]:
    """A verdict, the level in bold, the sources folded."""
    paragraphs, cited = vetting_paragraphs(verdict, catalogue, knowledge)
    level, _, now = paragraphs[0].partition("\n")
    found = [text_paragraph(knowledge.messages["vetting"]["updated"])] if updated else []
    found.append(Paragraph(f"<b>{escape_text(level)}</b>\n{escape_text(now)}", paragraphs[0]))
    found += [text_paragraph(text) for text in paragraphs[1:]]
    return split([*found, *_cited(cited, knowledge.messages)])


def _cited(cited: Sequence[Source], messages: Mapping[str, Any]) -> list[Paragraph]:
    """Folded, a short line a source: its address is behind its number."""
    if not cited:
        return []
    title = messages["sources_title"]
    said = [cited_line(source) for source in cited]
    numbered = enumerate(zip(cited, said, strict=True), 1)
    links = [_link(f"[{n}]", str(source.url), line) for n, (source, line) in numbered]
    plain = "\n".join([title, *(f"[{n}] {line}" for n, line in enumerate(said, 1))])
    return [Paragraph(_folded(title, links), plain)]


def steps_messages(steps: list[Advice], contacts: list[Contact], knowledge: Knowledge) -> list[str]:
    """What to do at a stage, numbered in order, with whom to call and the sources."""
    words = knowledge.messages
    urls = list(dict.fromkeys(step.source_url for step in steps))
    lines = [f"{place}. {step.text} [{urls.index(step.source_url) + 1}]" for place, step in enumerate(steps, 1)]
    title = words["vetting"]["steps_title"]
    found = [Paragraph(f"<b>{escape_text(title)}</b>", title), *(text_paragraph(line) for line in lines)]
    if contacts:
        called = [f"– {contact_line(contact_ref(contact))}" for contact in contacts]
        found.append(text_paragraph("\n".join([f"{words['contacts_title']} :", *called])))
    found.append(Paragraph(f"<i>{escape_text(words['disclaimer'])}</i>", words["disclaimer"]))
    sources = "\n".join([words["sources_title"], *(f"[{n}] {url}" for n, url in enumerate(urls, 1))])
    found.append(Paragraph(f"<blockquote expandable>{escape_text(sources)}</blockquote>", sources))
    return split(found)


def card_message(card: Card, messages: Mapping[str, Any]) -> str:
    """A warning card: short enough for one message, whole enough to be read where nobody knows the bot."""
    urls = list(dict.fromkeys(str(line.source.url) for line in card.lines))
    title = messages["inline"]["title"].format(title=card.title)
    found = [f"<b>{escape_text(title)}</b>"]
    found += [escape_text(f"{line.text} [{urls.index(str(line.source.url)) + 1}]") for line in card.lines]
    found.append(f"<i>{escape_text(messages['inline']['disclaimer'])}</i>")
    sources = {str(line.source.url): line.source for line in card.lines}
    links = [_link(f"[{n}]", url, source_read_line(sources[url], messages)) for n, url in enumerate(urls, 1)]
    return "\n\n".join([*found, _folded(messages["sources_title"], links)])


def text_messages(text: str) -> list[str]:
    """Plain text as HTML messages."""
    return split([text_paragraph(paragraph) for paragraph in text.split("\n\n")])


def quoting_message(text: str, quote: str) -> str:
    """``text`` with ``{quote}`` as a quotation block, which Telegram hands back as an entity of its own."""
    before, after = text.split("{quote}")
    return f"{escape_text(before)}<blockquote>{escape_text(quote)}</blockquote>{escape_text(after)}"


def plain_messages(html: str) -> list[str]:
    """An HTML message as plain text, each link's address after its title."""
    text = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2 (\1)", html)
    text = unescape(re.sub(r"</?[a-z][^>]*>", "", text))
    return [piece.plain for piece in _fit(Paragraph(html, text), SAFE_MAX)]


def text_paragraph(text: str) -> Paragraph:
    """Plain text; a first line that ends with a colon is a heading."""
    first, newline, rest = text.partition("\n")
    html = escape_text(text)
    if newline and first.endswith(" :") and rest.startswith("–"):
        html = f"<b>{escape_text(first)}</b>\n{escape_text(rest)}"
    return Paragraph(html, text)


def _led_paragraph(text: str, lead: str | None) -> Paragraph:
    """The sentence that answers stands out: a tired reader on a small phone may read no further."""
    if lead is None or not text.startswith(lead):
        return text_paragraph(text)
    return Paragraph(f"<b>{escape_text(lead)}</b>{escape_text(text.removeprefix(lead))}", text)


def escape_text(text: str) -> str:
    """Escaped, with the unbreakable spaces of French typography, so that an amount stays whole."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    text = re.sub(r"(?<=\d) (?=\d{3}\b|€|%|\$|£)", "\u00a0", text)
    text = re.sub(r" (?=[?!:;»])|(?<=«) ", "\u00a0", text)
    return escape(text, quote=False)


def split(paragraphs: Iterable[Paragraph], limit: int = SAFE_MAX) -> list[str]:
    """Paragraphs joined into messages of at most ``limit`` visible UTF-16 units."""
    found: list[str] = []
    html, length = "", 0
    for paragraph in (piece for whole in paragraphs for piece in _fit(whole, limit)):
        size = utf16_length(paragraph.plain) + 2
        if html and length + size > limit:
            found.append(html)
            html, length = "", 0
        html += ("\n\n" if html else "") + paragraph.html
        length += size
    return [*found, html] if html.strip() else found


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fit(paragraph: Paragraph, limit: int) -> list[Paragraph]:
    """The paragraph, or its plain text in pieces when it could never fit."""
    if utf16_length(paragraph.plain) + 2 <= limit:
        return [paragraph]
    pieces, current, length = [], "", 0
    for char in paragraph.plain:
        size = utf16_length(char)
        if length + size > limit - 2:
            pieces.append(current)
            current, length = "", 0
        current += char
        length += size
    return [Paragraph(escape_text(piece), piece) for piece in [*pieces, current] if piece]


def _sources(citations: list[Citation], messages: Mapping[str, Any]) -> list[Paragraph]:
    """The sources, folded: three lines show, a tap opens the rest."""
    blocks: list[tuple[list[str], list[str]]] = []
    length = 0
    for group in by_source(citations):
        read = read_line(group[0], messages)
        line = f"{numbers(group)} {read}"
        html = _link(numbers(group), group[0].url, read)
        if not blocks or length + utf16_length(line) > BLOCK_MAX:
            blocks.append(([], []))
            length = 0
        blocks[-1][0].append(html)
        blocks[-1][1].append(line)
        length += utf16_length(line)
    title = messages["sources_title"]
    return [Paragraph(_folded(title, html), "\n".join([title, *plain])) for html, plain in blocks]


def _folded(title: str, lines: Iterable[str]) -> str:
    """Lines of HTML under a title: three show, a tap opens the rest."""
    html = "\n".join([f"<b>{escape_text(title)}</b>", *lines])
    return f"<blockquote expandable>{html}</blockquote>"


def _link(label: str, url: str, text: str) -> str:
    return f'{label} <a href="{escape(url, quote=True)}">{escape_text(text)}</a>'
