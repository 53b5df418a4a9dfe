"""What a reviewer sees: a claim, what its page said and what it says now. Words carry the meaning, never colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ingest.refresh.worklist import Checked, Item, Standing
from knowledge.model import format_date

ABSENT = "(ancien texte absent)"
NOT_FOUND = "(pas de phrase proche : lisez la page)"
SAME_AROUND = 2
"""Identical sentences shown before and after a change."""


def show(screen: Console, item: Item, number: int, total: int) -> None:
    """One item of the worklist."""
    source = item.source
    head = Text(f"{source.publisher}, « {source.title} »\n{source.url}\n")
    head.append(f"Lue le {format_date(item.read_on)} ; auparavant le {format_date(source.read_on)}.")
    for note in item.notes:
        head.append(f"\nÀ savoir : {note}.")
    shown = item.numbered
    parts: list[Text | Table] = [head, _claims(shown)] if shown else [head]
    if len(shown) < len(item.claims):
        parts.append(Text(f"{len(item.claims) - len(shown)} autre(s) : leurs mots d'appui sont toujours sur la page."))
    if not item.concerned and item.text:
        parts.append(Text("Le reste de la page a changé :\n" + "\n".join(_changes(item)) or ""))
    screen.print(Panel(Group(*parts), title=f"{number}/{total} · page {item.state.value} · {source.id}"))


def _claims(claims: Mapping[int, Checked]) -> Table:
    table = Table("n°", show_lines=True, expand=True)
    for title in ("ce que nous disons", "la page disait", "la page dit"):
        table.add_column(title, overflow="fold", ratio=1)
    for number, checked in claims.items():
        said = Text(f"{checked.claim.text}\n[{checked.claim.id}] {checked.standing.value}")
        if checked.missing_numbers:
            said.append(f"\nAbsent de la page : {', '.join(checked.missing_numbers)}", style="bold")
        table.add_row(str(number), said, Text(old_words(checked)), Text(new_words(checked)))
    return table


def old_words(checked: Checked) -> str:
    if checked.old is None:
        return "" if checked.standing is Standing.UNSEEN else ABSENT
    return " […] ".join(checked.old)


def new_words(checked: Checked) -> str:
    if checked.standing is Standing.UNSEEN:
        return "(page non lue)"
    return " […] ".join(checked.new) or NOT_FOUND


def _changes(item: Item, most: int = 8) -> Iterator[str]:
    """The first sentences that left (−) or came (+)."""
    if item.text is None or item.old_text is None:
        yield ABSENT
        return
    before, after = set(item.old_text.hashes), set(item.text.hashes)
    gone = [f"− {s}" for s, digest in zip(item.old_text.all, item.old_text.hashes, strict=True) if digest not in after]
    come = [f"+ {s}" for s, digest in zip(item.text.all, item.text.hashes, strict=True) if digest not in before]
    yield from gone[:most]
    yield from come[:most]
    left_out = max(0, len(gone) - most) + max(0, len(come) - most)
    if left_out:
        yield f"… et {left_out} autres phrases"


def side_by_side(screen: Console, item: Item) -> None:
    """Both texts, aligned, in the pager; runs of identical sentences shortened."""
    table = Table("avant", "maintenant", show_lines=True, expand=True)
    new = item.text.all if item.text else ()
    if item.old_text is None:
        for sentence in new:
            table.add_row(ABSENT, Text(sentence))
    else:
        for left, right in _aligned(item.old_text.all, new):
            table.add_row(Text(left), Text(right))
    with screen.pager():
        screen.print(table)


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield "\n".join(old[start:end]), "\n".join(new[new_start:new_end])
            continue
        same = list(old[start:end])
        if len(same) > 2 * SAME_AROUND + 1:
            hidden = len(same) - 2 * SAME_AROUND
            same[SAME_AROUND:-SAME_AROUND] = [f"… {hidden} phrases identiques …"]
        for sentence in same:
            yield sentence, sentence
