"""What the guides tell people to type exists: commands, options, linked files and headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from benchmarks.cli import app as benchmarks
from bot.cli import app as bot
from ingest.cli import app as ingest
from knowledge.text import fold

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"python -m (bot|ingest|benchmarks) ([a-z]+)([^\n`#|]*)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def group(app: typer.Typer) -> TyperGroup:
    found = typer.main.get_command(app)
    assert isinstance(found, TyperGroup)
    return found


ROOMS = {"bot": group(bot), "ingest": group(ingest), "benchmarks": group(benchmarks)}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_of_a_guide_exists(guide: Path) -> None:
    for room, name, rest in COMMAND.findall(guide.read_text("utf-8")):
        command = ROOMS[room].commands.get(name)
        assert command is not None, f"{guide.name}: python -m {room} {name}"
        known = {option for parameter in command.params for option in parameter.opts}
        given = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest))
        assert given <= known, f"{guide.name}: {name} {given - known}"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    for target in LINK.findall(guide.read_text("utf-8")):
        if target.startswith("http"):
            continue
        file, _, heading = target.partition("#")
        path = guide.parent / file if file else guide
        assert path.exists(), f"{guide.name}: {target}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\s-]", "", title.lower()).replace(" ", "-") for title in titles}
            assert any(heading == anchor or fold(heading) == fold(anchor) for anchor in anchors), (
                f"{guide.name}: {target}"
            )
