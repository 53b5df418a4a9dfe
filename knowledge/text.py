"""How text becomes comparable: folded (no accents, no case) and stemmed tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import Stemmer

_WORD = re.compile(r"[a-z0-9]+")
_PIECES = (3, 4)
"""Letters of a piece of a word, its edges counted."""

# Words that carry no subject. Kept short on purpose: "pas", "sans" and "combien" matter here.
STOPWORDS = frozenset(
    """a ai aie as au aux avec avez avons avait ca ce ceci cela ces cet cette ceux chez comme d dans de des du donc
    elle elles en es est et etaient etait ete etes etre eu eux fait faire faut fais il ils j je l la le les leur
    leurs lui m ma mais me mes mon moi n ne ni nos notre nous on ont ou par peut peux pour que quel quelle quelles
    quels qui quoi s sa se ses si son sont soit suis sur t ta te tes toi ton tu un une vos votre vous y
    the of to is i my do bonjour salut svp merci stp bonsoir""".split()
)


class Table(dict[int, Any]):
    """What ``str.translate`` makes of each character, worked out when it is first met: ten times a loop's speed."""

    def __init__(self, of: Callable[[str], str | None]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, code: int) -> str | None:
        made = self._of(chr(code))
        if code < _COMMON:
            self[code] = made
        return made


_COMMON = 0x3000
"""Characters below it (the alphabets) are kept; the others are too many to keep for who sends them all."""
_PLAIN = {ord("’"): "'", ord("œ"): "oe", ord("Œ"): "oe", ord("æ"): "ae"}
_WITHOUT_ACCENTS = Table(lambda char: None if unicodedata.combining(char) else char)


def fold(text: str) -> str:
    """Lower case, no accents, typographic apostrophes and ligatures made plain."""
    if text.isascii():  # most words are, and each is folded several times an answer
        return text.lower()
    return unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_WITHOUT_ACCENTS).lower()


def flat(text: str) -> str:
    """As ``fold``, but each character stays at its place: what is found in it can be quoted from ``text``."""
    return text.lower() if text.isascii() else "".join(map(_base, text))


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    if char in "’ʼ":
        return "'"
    base = unicodedata.normalize("NFKD", char)[:1].lower()
    return base if len(base) == 1 else char


def words(text: str) -> list[str]:
    """Folded words, in order. Digit groups are joined: ``77 700`` → ``77700``."""
    return _WORD.findall(re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}\b)", "", fold(text)))


def letter_pieces(text: str) -> list[str]:
    """Every three and four letters in a row of its words, their edges marked, each once: « ursaf » and « urssaff »
    share most of theirs with « urssaf », where whole words share none. Told from words by their mark."""
    marked = [f" {word} " for word in words(text)]
    pieces = (word[at : at + size] for word in marked for size in _PIECES for at in range(len(word) - size + 1))
    return [f"~{piece}" for piece in dict.fromkeys(pieces)]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    # The French stemmer keeps the s of « revenus » (it keeps all -us, -is): singular first.
    if len(word) > 4 and word[-1] in "sx" and word[-2] != "s":
        word = word[:-1]
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("french")


def phrases(text: str) -> list[str]:
    """Folded words and pairs of neighbours, small words included: « c'est quoi », « je dois » tell questions apart."""
    found = words(text)
    return found + [f"{first} {second}" for first, second in pairwise(found)]


def stems(text: str) -> list[str]:
    """Stemmed words without stopwords: the tokens of the BM25 index and of its queries."""
    return [_stem(word) for word in words(text) if word not in STOPWORDS]
