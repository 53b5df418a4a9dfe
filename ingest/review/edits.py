"""Changes one field in a file that people write by hand: the other lines stay as they are, comments included."""

from __future__ import annotations

import re
from pathlib import Path

from knowledge.library import parse_yaml


class EditError(Exception):
    """The file could not be changed; it is as it was. The message is French."""


def set_record_field(path: Path, line: int, key: str, value: str) -> None:
    """``key: value`` in the YAML record that starts on ``line`` (from 1). Raises ``EditError``."""
    before = path.read_text("utf-8")
    _change(path, line, _end(path, line, re.compile(r"\S")), re.compile(rf"  {key}:\s"), f"  {key}: {value}")
    expected = [dict(record) for record in parse_yaml(before)]
    index = sum(1 for row in before.splitlines()[:line] if row.startswith("- ")) - 1
    expected[index][key] = parse_yaml(value)
    if parse_yaml(path.read_text("utf-8")) != expected:
        path.write_text(before, "utf-8")
        raise EditError(f"{path}:{line} : « {key} » n'a pas pu être écrit sans toucher au reste ; changez-le à la main")


def set_fact_field(path: Path, line: int, key: str, value: str) -> None:
    """``- key: value`` in the list of the fact whose title is on ``line`` (from 1). Raises ``EditError``."""
    _change(path, line, _end(path, line, re.compile(r"#")), re.compile(rf"- {key}:\s"), f"- {key}: {value}")


def _end(path: Path, line: int, start_of_next: re.Pattern[str]) -> int:
    """The line (from 0) after the last one of the block that starts on ``line`` (from 1)."""
    rows = path.read_text("utf-8").splitlines()
    return next((index for index in range(line, len(rows)) if start_of_next.match(rows[index])), len(rows))


def _change(path: Path, line: int, end: int, field: re.Pattern[str], row: str) -> None:
    rows = path.read_text("utf-8").splitlines()
    block = range(line, end)
    found = next((index for index in block if field.match(rows[index])), None)
    if found is not None:
        rows[found] = row
    else:
        mark = row[:2]  # « - » of a fact's list, the margin of a record
        last = max((index for index in block if rows[index].startswith(mark)), default=None)
        if last is None:
            raise EditError(f"{path}:{line} : rien à changer ici ; le fichier a-t-il bougé ? Relancez la commande")
        rows.insert(last + 1, row)
    temporary = path.with_suffix(path.suffix + ".tmp")
    temporary.write_text("\n".join(rows) + "\n", "utf-8")
    temporary.replace(path)
