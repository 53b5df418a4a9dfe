"""Answer → plain text, whole, as a user reads it. Other front ends may dress it differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.answering.answer import Answer, Block, Citation, ContactRef, Part, Status
from knowledge.model import Source, format_date
from retrieval.questions import without_story

OTHERS_SHOWN = 1
"""Sources beside the first, for each page: two are what a reader compares; the others stay in the answer's data."""


QUOTED_WORDS = 14
"""Words of a question that its line repeats: enough to know it again."""


def quoted(question: str) -> str:
    """A question as it is repeated to who asked it: without its story, cut short."""
    words = without_story(question).split()
    return " ".join(words) if len(words) <= QUOTED_WORDS else f"{' '.join(words[:QUOTED_WORDS])}…"


def plain_text(answer: Answer, messages: Mapping[str, Any]) -> str:
    """The reply as one text: notes, parts, disclaimer, sources."""
    paragraphs = [*answer.notes]
    several = len(answer.parts) > 1
    for part in answer.parts:
        paragraphs += part_paragraphs(part, messages, several)
    paragraphs += filter(None, [answer.closing])
    if answer.ask:
        paragraphs.append(f"{answer.ask.question} ({' / '.join(answer.ask.options)})")
    if answer.citations or answer.status in (Status.ABSTAINED, Status.PARTIAL, Status.ANSWERED):
        paragraphs.append(messages["disclaimer"])
    if answer.citations:
        lines = [source_line(group, messages) for group in by_source(answer.citations)]
        paragraphs.append("\n".join([f"{messages['sources_title']} :", *lines]))
    return "\n\n".join(paragraphs)


def part_paragraphs(part: Part, messages: Mapping[str, Any], titled: bool) -> list[str]:
    """The paragraphs of one part, in reading order."""
    paragraphs = [messages["question_line"].format(question=quoted(part.question))] if titled and part.question else []
    if part.message and not part.sentences:
        paragraphs.append(part.message)
    for block, title in ((Block.MAIN, None), (Block.LIMIT, "limits_title"), (Block.STEP, "steps_title")):
        sentences = [f"{sentence.text} [{sentence.n}]" for sentence in part.sentences if sentence.block is block]
        if not sentences:
            continue
        if title:
            sentences = [f"{messages[title]} :", *(f"– {sentence}" for sentence in sentences)]
        paragraphs.append("\n".join(sentences))
        if block is Block.MAIN:
            paragraphs += filter(None, (part.message, part.audience))
    if part.official:
        official = part.official.model_dump() | {"version_date": format_date(part.official.version_date)}
        paragraphs.append(messages["official_text"].format(**official))
    if part.status is Status.ABSTAINED and part.nearest_question:
        paragraphs.append(messages["abstained_nearest"].format(question=part.nearest_question))
    if part.contacts:
        title = messages["abstained_contact" if part.status is Status.ABSTAINED else "contacts_title"]
        lines = [f"– {contact_line(contact)}" for contact in part.contacts]
        paragraphs.append("\n".join([title if title.endswith(":") else f"{title} :", *lines]))
    return paragraphs


def contact_line(contact: ContactRef) -> str:
    """« Nom : téléphone, heures, prix ; adresse ; lieu. Ce qu'il fait. »"""
    phone = ", ".join(filter(None, (contact.phone, contact.hours, contact.price) if contact.phone else ()))
    reach = " ; ".join(filter(None, (phone, contact.url, contact.place)))
    return f"{contact.name} : {reach}. {contact.help}"


def by_source(citations: Sequence[Citation]) -> list[list[Citation]]:
    """The citations of the same pages together: a page is named once, with the numbers of its sentences."""
    groups: dict[tuple[object, ...], list[Citation]] = {}
    for citation in citations:
        urls = tuple(source.url for source in citation.sources)
        groups.setdefault((citation.url, citation.verified_on, urls), []).append(citation)
    return list(groups.values())


def source_line(group: Sequence[Citation], messages: Mapping[str, Any]) -> str:
    """``[1] [3] D'après la page « … » (…), lue le ….`` and its address; another source by address, if there is one."""
    citation = group[0]
    lines = [f"{numbers(group)} {read_line(citation, messages)}", f"    {citation.url}"]
    others = [source for source in citation.sources if source.url != citation.url][:OTHERS_SHOWN]
    lines += [f"    aussi : {source.publisher}, {source.url}" for source in others]
    return "\n".join(lines)


def numbers(group: Sequence[Citation]) -> str:
    """``[1] [3]``."""
    return " ".join(f"[{citation.n}]" for citation in group)


def read_line(citation: Citation, messages: Mapping[str, Any]) -> str:
    line = source_read_line(citation, messages)
    if citation.verified_on:
        line += " " + messages["verified_line"].format(day=format_date(citation.verified_on))
    return line


def source_read_line(source: Citation | Source, messages: Mapping[str, Any]) -> str:
    """« D'après la page « … » (…), lue le …. »"""
    dated = messages["page_date"].format(page_date=format_date(source.page_date)) if source.page_date else ""
    read_on = format_date(source.read_on)
    line = messages["source_line"].format(
        title=source.title, publisher=source.publisher, read_on=read_on, page_date=dated
    )
    return str(line)
