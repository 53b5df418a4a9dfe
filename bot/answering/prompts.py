"""Prompts: Markdown files of ``prompts/``, their variables declared at the top, what is put in fenced as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

PROMPTS_DIR = Path(__file__).parents[2] / "prompts"

_FILE = re.compile(r"---\n(?P<head>.*?)---\n+## system\n+(?P<system>.*?)\n+## user\n+(?P<user>.*)", re.DOTALL)
_TAG = re.compile(r"<(/?)\s*(question|faits)\s*>", re.IGNORECASE)


class PromptError(ValueError):
    """A prompt file that is not what its variables say."""


@dataclass(frozen=True)
class Prompt:
    """The two messages of a call; ``$name`` stands for a variable."""

    variables: frozenset[str]
    system: str
    user: str

    @classmethod
    def load(cls, name: str, folder: Path = PROMPTS_DIR) -> Prompt:
        """``prompts/<name>.md``. Raises ``PromptError`` when a variable is used and not declared, or the other way."""
        found = _FILE.fullmatch((folder / f"{name}.md").read_text("utf-8").strip())
        if found is None:
            raise PromptError(f"{name}.md : il faut un en-tête « variables », puis « ## system » et « ## user »")
        prompt = cls(frozenset(yaml.safe_load(found["head"])["variables"]), found["system"], found["user"])
        used = frozenset(Template(prompt.user).get_identifiers())
        if used != prompt.variables or Template(prompt.system).get_identifiers():
            raise PromptError(f"{name}.md : variables déclarées {sorted(prompt.variables)}, utilisées {sorted(used)}")
        return prompt

    def render(self, **values: str) -> list[tuple[str, str]]:
        """The messages as (role, text). A value cannot close the fence it stands in. Raises ``PromptError``."""
        if values.keys() != self.variables:
            raise PromptError(f"variables attendues : {sorted(self.variables)}")
        fenced = {name: _TAG.sub(r"(\1\2)", value) for name, value in values.items()}
        return [("system", self.system), ("user", Template(self.user).substitute(fenced))]
