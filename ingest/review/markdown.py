"""The worklist as Markdown, for a pull request. Words of pages stand in fenced blocks: they stay words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ingest.refresh.worklist import ORDER, Checked, Item, Standing, State, count_by_state
from ingest.review.screen import new_words, old_words
from knowledge.model import format_date


def as_markdown(items: Sequence[Item], today: date) -> str:
    """Counts, then a section for each state with something to look at."""
    lines = [f"# Relecture des sources, le {format_date(today)}", ""]
    lines += [f"- {count} {state.value}" for state, count in count_by_state(items).items() if count]
    for state in ORDER:
        concerned = [item for item in items if item.state is state]
        if not concerned:
            continue
        lines += ["", f"## Page {state.value}", ""]
        if state is State.UNCHANGED:
            lines += [f"- [ ] `{item.source.id}` <{item.source.url}>" for item in concerned]
        else:
            lines += [line for item in concerned for line in _item(item)]
    return "\n".join(lines) + "\n"


def _item(item: Item) -> Iterator[str]:
    yield f"### `{item.source.id}` : {_escaped(item.source.title)}"
    yield ""
    yield f"{_escaped(item.source.publisher)}, <{item.source.url}>, lue le {format_date(item.read_on)}."
    for note in item.notes:
        yield f"À savoir : {_escaped(note)}."
    yield ""
    for checked in item.concerned or item.claims:
        yield from _claim(checked)


def _claim(checked: Checked) -> Iterator[str]:
    claim = checked.claim
    yield f"- [ ] **{_escaped(claim.text)}** (`{claim.id}`, {claim.path}:{claim.line}) : {checked.standing.value}"
    if checked.missing_numbers:
        yield f"  - absent de la page : {', '.join(checked.missing_numbers)}"
    if checked.standing is not Standing.UNSEEN:
        old, new = _fenced(old_words(checked)), _fenced(new_words(checked))
        yield ""
        yield "  ```diff"
        yield from [f"  - {old}"] if old else []
        yield f"  + {new}"
        yield "  ```"
        yield ""


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in r"\`*_[]<>#|@" else char for char in " ".join(text.split()))


def _fenced(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")
