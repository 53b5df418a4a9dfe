"""What somebody says that they are not, or do not get: « je suis pas étudiante », « ni RSA ni AAH ».

To the words of a question, « je ne suis plus au chômage » is about unemployment; to whoever writes it, it is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=str)

_LINK = (
    r"(?:(?:encore|vraiment|du tout|non plus|inscrite?s?|affiliee?s?|beneficiaire|une?|les?|la|de|des|du|en|aux?|a|"
    r"chez|comme|toujours)\s+|[ld]['’]\s?)*"
)
_NOT = r"(?:pas|plus|jamais|ni)"
_BE = r"(?:suis|sui|jsuis|jsui|chuis?|(?<!c')(?<!\bc )est|sommes|sont|etais?)"
_HAVE = r"(?:ai|jai|g|a|avons|touche\w*|jtouche|percoi\w*|recoi\w*|beneficie\w*)"
_BEFORE_IT = re.compile(
    rf"\b(?:{_BE}|{_HAVE})\s+{_NOT}\s+{_LINK}$|\bsans etre\s+{_LINK}$|"
    rf"(?:^|[,.;:(!?\n]\s*|\b(?:mais|et|donc)\s+)(?:pas|plus|non|ni)\s+{_LINK}$"
)
_GOES_ON = re.compile(rf"\b(?:ni|ou|et)\s+{_LINK}$")
_FAR = 60
"""Characters before a word in which it may be denied."""


def told_and_denied(cues: Mapping[Name, re.Pattern[str]], text: str) -> tuple[set[Name], set[Name]]:
    """Which cues a folded text says, and which it says nowhere but to deny them."""
    said = {name: [_is_denied(text, match.start()) for match in cue.finditer(text)] for name, cue in cues.items()}
    told = {name for name, denials in said.items() if not all(denials)}
    return told, {name for name, denials in said.items() if denials} - told


def _is_denied(text: str, at: int) -> bool:
    before = text[max(0, at - _FAR) : at]
    return bool(_BEFORE_IT.search(before)) or _follows_a_denial(before)


def _follows_a_denial(before: str) -> bool:
    """« je ne suis ni salarié ni », « je suis pas salarié ni »: one word after what opens a denial."""
    link = _GOES_ON.search(before)
    if link is None:
        return False
    first = before[: link.start()].rstrip()
    return bool(_BEFORE_IT.search(f"{first.rpartition(' ')[0]} "))
