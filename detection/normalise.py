"""Offer as received → text that can be read by a program, with a map back to the original.

Scammers write so that a filter reads nothing: invisible characters, letters of another alphabet, spaced or
dotted words, digits for letters and letters for digits, emoji for words. Many people write as they speak (« jai »,
« pr », « ke »). Evidence is always quoted from the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# « W h a t s A p p », « U.S.D.T », « t-é-l-é-g-r-a-m »: four single letters or more with one kind of separator,
# or three with dots.
_SEPARATORS = " .-_*·/|"
_SPACED = re.compile(rf"(?<!\w)(?:[^\W\d_](?:([{re.escape(_SEPARATORS)}])[^\W\d_](?!\w))(?:\1[^\W\d_](?!\w))+)")
# « 2 0 0 € », « 3OO€ »: digits one by one, and the letter O for a zero, before a currency.
_CURRENCY = r"(?:€|eur|usdt?\b|\$|f\b|fcfa|dh\b)"
_SPACED_DIGITS = re.compile(rf"(?<![\w,.])(?<!\d )\d(?: \d)++(?= ?{_CURRENCY})", re.IGNORECASE)
_LETTER_ZEROS = re.compile(rf"(?<=\d)[oO]+(?=[\doO]* ?{_CURRENCY})", re.IGNORECASE)
_LEET_WORD = re.compile(r"(?<![\w@./])(?!\w+@[\w-]+\.\w)[^\W_]*[^\W\d_][0134578@$][^\W\d_][^\W_]*+(?![\w@])")
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s"}
_SPELT = {
    "jai": "j'ai", "jsuis": "je suis", "jsui": "je suis", "chuis": "je suis", "chui": "je suis", "jpeux": "je peux",
    "jpeu": "je peux", "jdois": "je dois", "jfais": "je fais", "jveux": "je veux", "jvais": "je vais",
    "jvai": "je vais", "jme": "je me", "jte": "je te", "jle": "je le", "jlui": "je lui", "jgagne": "je gagne",
    "javais": "j'avais", "cest": "c'est", "cetait": "c'était", "ya": "y a", "yavait": "y avait", "ke": "que",
    "kil": "qu'il", "kils": "qu'ils", "kelle": "qu'elle", "kelkun": "quelqu'un", "qqn": "quelqu'un",
    "qqun": "quelqu'un", "qq1": "quelqu'un", "qqch": "quelque chose", "kand": "quand", "qd": "quand", "koi": "quoi",
    "pk": "pourquoi", "pkoi": "pourquoi", "prk": "pourquoi", "pck": "parce que", "pcq": "parce que", "pr": "pour",
    "ds": "dans", "dla": "de la", "bcp": "beaucoup", "tt": "tout", "tjs": "toujours", "tjrs": "toujours",
    "jms": "jamais", "mtn": "maintenant", "ojd": "aujourd'hui", "auj": "aujourd'hui", "fo": "faut", "fodra": "faudra",
    "msg": "message", "avc": "avec", "largent": "l'argent", "dargent": "d'argent", "largen": "l'argent",
    "arnak": "arnaque",
}  # fmt: skip
"""Words as they are typed in haste, where no other language that people mix in has them: « ki » and « kan » are Darija,
« vs » is English."""
_TYPED = re.compile(rf"(?<![\w@./'’-])(?:{'|'.join(sorted(_SPELT, key=len, reverse=True))})(?![\w@/'’-]|\.\w)")
_GROWTH_MAX = 2000
"""Letters that emoji, ligatures and words spelt out may add to a message: « ﷺ » alone stands for eighteen. Past it
they are read as they are."""
_JOINERS = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x034F, 0x180E}


@dataclass(frozen=True)
class Normalised:
    """``text`` as read, and where each of its characters comes from in ``original``."""

    original: str
    text: str
    origin: tuple[int, ...]
    """For each character of ``text``, the place of its character in ``original``."""

    def quote(self, start: int, end: int) -> str:
        """The literal words of the original behind ``text[start:end]``."""
        first, last = self.span(start, end)
        return self.original[first:last]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """``text[start:end]`` as a span of the original."""
        if start >= end or start >= len(self.origin):
            return (0, 0)
        last = self.origin[min(end, len(self.origin)) - 1] + 1
        while last < len(self.original) and _is_invisible(self.original[last]):
            last += 1
        return self.origin[start], last


def normalise(original: str, emoji_words: Mapping[str, str] | None = None) -> Normalised:
    """``emoji_words``: what an emoji stands for (« 💰 » → « argent »); any other emoji becomes a space."""
    text, origin = _plain_characters(original, emoji_words or {})
    text, origin = _replace(text, origin, _SPACED, _joined)
    text, origin = _replace(text, origin, _SPACED_DIGITS, _joined)
    text, origin = _replace(text, origin, _LETTER_ZEROS, lambda zeros: "0" * len(zeros[0]))
    text, origin = _replace(text, origin, _LEET_WORD, _without_digits)
    text, origin = _spelt_out(text, origin)
    return Normalised(original, text, origin)


def _plain_characters(original: str, emoji_words: Mapping[str, str]) -> tuple[str, tuple[int, ...]]:
    """NFKC (mathematical and full-width letters), no invisible character, Latin look-alikes read as Latin."""
    latin = _mostly_latin(original)
    out: list[str] = []
    origin: list[int] = []

    def put(piece: str, place: int) -> None:
        out.append(piece)
        origin.extend([place] * len(piece))

    for place, char in enumerate(original):
        grown = len(origin) - place > _GROWTH_MAX
        if char == "\n":
            put("\n", place)
        elif char in emoji_words and not grown:
            put(f" {emoji_words[char]} ", place)
        elif " " <= char <= "~":
            put(char, place)
        elif _is_invisible(char):
            continue
        elif unicodedata.category(char) in ("So", "Cc", "Co", "Cn", "Cs") and char not in "°€™®©":
            put(" ", place)
        else:
            plain = char if grown else unicodedata.normalize("NFKC", char)
            put("".join(_latin(c) for c in plain) if latin else plain, place)
    return "".join(out), tuple(origin)


def _is_invisible(char: str) -> bool:
    return ord(char) in _JOINERS or unicodedata.category(char) == "Cf" or 0xFE00 <= ord(char) <= 0xFE0F


def _mostly_latin(text: str) -> bool:
    letters = [char for char in unicodedata.normalize("NFKC", text) if char.isalpha()]
    return sum(char.isascii() or "LATIN" in unicodedata.name(char, "") for char in letters) * 2 >= len(letters)


@lru_cache(maxsize=4096)
def _latin(char: str) -> str:
    """The Latin letter that a Cyrillic or Greek one imitates; any other character as it is."""
    if char.isascii() or not char.isalpha() or "LATIN" in unicodedata.name(char, ""):
        return char
    # Imported when first needed: its tables take 8 MiB, and most messages hold no such letter.
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(char, preferred_aliases=["latin"])
    for entry in found or []:
        for glyph in entry["homoglyphs"]:
            if len(glyph["c"]) == 1 and glyph["c"].isalpha() and "LATIN" in unicodedata.name(glyph["c"], ""):
                return str(glyph["c"])
    return char


def _joined(match: re.Match[str]) -> str:
    """« U.S.D.T » → « USDT »."""
    return "".join(char for char in match[0] if char not in _SEPARATORS)


def _without_digits(match: re.Match[str]) -> str:
    """« T3legram » → « Telegram »; a word of fewer than four letters (« b2b », « 3x ») as it is."""
    word = match[0]
    letters = sum(char.isalpha() for char in word)
    disguised = sum(char in _LEET for char in word)
    if letters < 4 or disguised * 2 > letters:
        return word
    return "".join(
        _LEET.get(char, char) if 0 < at < len(word) - 1 and not word[at - 1].isdigit() else char
        for at, char in enumerate(word)
    )


def _spelt_out(text: str, origin: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """« jai » → « j'ai »: the first letter comes from the first one typed, the last from the last."""
    out: list[str] = []
    places: list[int] = []
    at = grown = 0
    for match in _TYPED.finditer(text):
        word = _SPELT[match[0]]
        typed = match.end() - match.start()
        grown += len(word) - typed
        if grown > _GROWTH_MAX:
            break
        out += [text[at : match.start()], word]
        places.extend(origin[at : match.start()])
        places.extend(origin[match.start() + place * typed // len(word)] for place in range(len(word) - 1))
        places.append(origin[match.end() - 1])
        at = match.end()
    return "".join([*out, text[at:]]), (*places, *origin[at:])


def _replace(
    text: str, origin: tuple[int, ...], pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]
) -> tuple[str, tuple[int, ...]]:
    """Substitution that keeps the map. ``new``: of the same length, or the letters without their separators."""
    out: list[str] = []
    places: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        out.append(text[at : match.start()])
        places.extend(origin[at : match.start()])
        replaced = new(match)
        out.append(replaced)
        kept = list(range(match.start(), match.end()))
        if len(replaced) < len(kept):
            kept = [place for place in kept if text[place] not in _SEPARATORS]
        places.extend(origin[i] for i in kept)
        at = match.end()
    out.append(text[at:])
    places.extend(origin[at:])
    return "".join(out), tuple(places)
