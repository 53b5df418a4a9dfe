"""Does the writer say that they are under 15?"""

from __future__ import annotations

import re

from knowledge.text import fold

UNDER = 15
"""From this age a person consents alone to an online service in France."""
_YOUNGEST = 7

_WORDS = {"sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14}
_AGE = rf"(?P<age>\d{{1,2}}|{'|'.join(_WORDS)})\s?ans?\b"
# « j'ai 10 ans d'expérience », « 12 ans que je travaille », « depuis que j'ai 14 ans » are not ages of today.
_NOT_AN_AGE = r"(?!\s+(?:d'|d\s|de\b|que\b|apres\b|plus\b))"
_I_AM = r"\b(?:je suis|jsuis|j'suis|chui|chuis)\s+"
_SAID = [
    re.compile(
        r"(?<!depuis que )(?<!quand )\b(?:j'ai|jai|j ai|g|ge|j'aurai bientot)\s+(?:que\s+|seulement\s+|juste\s+)?"
        rf"{_AGE}{_NOT_AN_AGE}"
    ),
    re.compile(rf"{_I_AM}(?:une?\s+)?(?:\w+\s+){{0,2}}(?:de|agee? de)\s+{_AGE}"),
    re.compile(rf"^\W*(?:moi\s+(?:c'est\s+)?)?{_AGE}{_NOT_AN_AGE}"),
    re.compile(rf"\bmon age\s*(?:est|c'est|:)?\s*:?\s*{_AGE}"),
]
_SCHOOL = re.compile(
    rf"{_I_AM}(?:encore\s+)?(?:en|au)\s+(?:[654]\s?(?:e|eme|ieme)\b|sixieme|cinquieme|quatrieme|ce2|cm1|cm2|primaire|college)\b"
)


def says_under_15(text: str) -> bool:
    """True when the writer gives an age under 15, or a school year of that age."""
    plain = fold(text)
    ages = (found["age"] for pattern in _SAID for found in pattern.finditer(plain))
    if any(_YOUNGEST <= (_WORDS.get(age) or int(age)) < UNDER for age in ages):
        return True
    return _SCHOOL.search(plain) is not None
