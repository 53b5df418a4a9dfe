"""How a French word sounds, roughly: « kotisasion » and « cotisations », « enfan » and « enfant » sound the same.

Not a phonetic alphabet: a key that words spelt by ear share with the word that was meant. What is silent is dropped
(final consonants, the endings of verbs), letters that stand for the same sound become one, nasal vowels are told from
the others. After the usual correspondences of French spelling (Catach, « L'Orthographe française », 1980).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_VOWEL = "aeiouwyAEO0"
"""Capital letters are nasal vowels; 0 is the mute « e » that keeps the « n » before it heard."""

_CORRESPONDENCES = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"(.)\1+", r"\1"),
        (r"^h|(?<![cps])h", ""),
        (r"sc(?=[eiy])|c(?=[eiy])|t(?=ion)", "s"),
        (r"ge(?=[aou])|g(?=[eiy])", "j"),
        (r"([nm])es?$", r"\g<1>0"),  # semaine, comme
        (r"(?<=[a-z]{3})em(?=[ae]n)", "m"),  # virement
        (r"(?<=[a-z]{2})(?:es|[tdp]s|[zxtdp]|(?<!k)s)$", ""),
        (r"(?<=[a-z]{2})(?:aien|ai|er|ez|e)$", ""),  # déclarer, déclare, déclarait
        (r"x", "ks"),
        (r"z", "s"),
        (r"gs", "ks"),
        (r"ph", "f"),
        (r"tch|[cs]h", "S"),
        (r"qu|ck|[cq]", "k"),
        (r"gn", "N"),
        (r"gu(?=[ei])|gu$", "g"),
        (r"(?<=[aeu])(?:il+(?=[aeiou]|$)|y$)", "Y"),  # travail, feuille
        (r"eau|au", "o"),
        (r"oin", "wE"),
        (r"oi|oy|oua", "wa"),
        (r"ou", "w"),
        (rf"ien(?![{_VOWEL}nm])", "iE"),
        (rf"(?:ai|ei|[iyu])[nm](?![{_VOWEL}nm])", "E"),
        (rf"[ae][nm](?![{_VOWEL}nm])", "A"),
        (rf"o[nm](?![{_VOWEL}nm])", "O"),
        (r"oeu|eu|oe|ai|ei|ay|ey", "e"),
        (r"il(?=[aeow])|y", "i"),
        (r"(.)\1+", r"\1"),
    ]
]


def sound(word: str) -> str:
    """The key of ``word``, folded; letters only."""
    for pattern, heard in _CORRESPONDENCES:
        word = pattern.sub(heard, word)
    return word


SHORTEST_HEARD = 4
"""Letters: shorter words sound too much alike."""
_HEARD_VOWEL = "aeiouhy"
_GLUED = re.compile(rf"(?:qu|[ldjmtscn])(?=[{_HEARD_VOWEL}])(.{{3,}})|j(?![{_HEARD_VOWEL}])(.{{3,}})")
"""« larjan », « dactivité », « jrisk »: a little word written with the next one."""


def heard_parts(word: str) -> list[str]:
    """What of ``word`` may sound like another: all of it, and what follows the little word it may begin with."""
    glued = _GLUED.fullmatch(word)
    return ([word] if len(word) >= SHORTEST_HEARD else []) + ([glued[1] or glued[2]] if glued else [])


def read_by_ear(word: str, sounds: Mapping[str, str]) -> str | None:
    """The word that ``word``, folded, sounds like, with the little word that it begins with; None when there is none.

    ``sounds``: how a word sounds → the word.
    """
    for part in heard_parts(word):
        meant = sounds.get(sound(part))
        if meant:
            return f"{_little_word(word.removesuffix(part), part)}{meant}"
    return None


def _little_word(letters: str, following: str) -> str:
    """« l » before « arjan » is « l' », « j » before « risk » is « je »."""
    if not letters:
        return ""
    return f"{letters}'" if following[0] in _HEARD_VOWEL else f"{letters}e "
