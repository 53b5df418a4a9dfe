"""What somebody says that they are not, or do not get: « je suis pas étudiante », « ni RSA ni AAH ».

To the words of a question, « je ne suis plus au chômage » is about unemployment; to whoever writes it, it is not.
"""

from __future__ import annotations

import re

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


def is_told(cue: re.Pattern[str], text: str) -> bool:
    """Whether a folded text says it, but for where it denies it."""
    return any(not denies for denies in _found(cue, text))


def is_denied(cue: re.Pattern[str], text: str) -> bool:
    """Whether a folded text says it nowhere but to deny it."""
    found = _found(cue, text)
    return bool(found) and all(found)


def _found(cue: re.Pattern[str], text: str) -> list[bool]:
    """For each place where the cue is found, whether it is denied there."""
    found: list[bool] = []
    for match in cue.finditer(text):
        before = text[max(0, match.start() - _FAR) : match.start()]
        found.append(bool(_BEFORE_IT.search(before)) or _follows_a_denial(before))
    return found


def _follows_a_denial(before: str) -> bool:
    """« je ne suis ni salarié ni », « je suis pas salarié ni »: one word after what opens a denial."""
    link = _GOES_ON.search(before)
    if link is None:
        return False
    first = before[: link.start()].rstrip()
    return bool(_BEFORE_IT.search(f"{first.rpartition(' ')[0]} "))
