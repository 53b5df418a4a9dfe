"""What is asked about by its name alone: « je perds mes APL ? et ma bourse ? », « niveau impôts », « et la CFE »."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from knowledge.text import flat

_LINK = r"(?:(?:et|mais|puis|pis|sinon)(?: (?:aussi|puis|pis|du coup|surtout|sinon|en plus))?)"
_BEFORE_A_NAME = (
    r"(?:(?:a|au|aux|de|du|des|pour|sur|chez) )?"
    r"(?:(?:l[ae]|les|mon|ma|mes|ton|ta|tes|son|sa|ses|leurs?|un|une|cette) |[ld]['’ ]?)?"
)
_OF = re.compile(r"(?:a|de|sur|chez|pour) ")
_ANOTHER_MATTER = r"(?:(?:au )?niveau|(?:du )?cote|question|concernant|par rapport|quant)"
_ABOUT = rf"(?:pour|{_ANOTHER_MATTER})"
# What tells of a subject rather than asks about it: « la Caf a coupé mes droits ».
_TELLS = (
    r"(?:m['’ ]?|l['’ ]?|n['’ ]?|me |nous |lui )?(?:a|ont|est|sont|etait|avait|veut|veulent|demande\w*|reclame\w*|dit|"
    r"disent|envoie|paye|paie|repond\w*|\d+)"
)
_HAS = r"(?:a|ai|as|avons|avez|ont|touch\w*|percoi\w*|recoi\w*)"
_WORDS_AFTER_A_NAME = 4
"""Words that may follow the name of a subject in a question without a verb that asks (« l'Urssaf aussi ou pas »)."""
_TOGETHER = re.compile(
    r"\b(?:cumul\w*|entre|differen\w*|compatible\w*|ensemble|en meme temps|choisi\w*|les deux|"
    r"net|total|apres|avant|se)\b"
)
"""What is asked of two subjects together is one question."""
_NEAR = 40
"""Characters before a name in which words of that kind are about it."""


class Subjects:
    """What people ask about by its bare name: an office, a benefit, a tax. « et la CFE ? » asks, after a question."""

    def __init__(self, cues: Mapping[str, str]) -> None:
        """``cues``: subject → the words that name it (a regular expression, on text without accents)."""
        name = "|".join(f"(?:{cue})" for cue in cues.values()) or r"(?!)"
        named = rf"{_BEFORE_A_NAME}(?:{name})(?!\w|['’-]\w)"
        self._name = re.compile(name)
        self._named = re.compile(rf"(?<!\w){named}")
        after = rf"(?:,? (?!{_TELLS}\b)[\w'’-]+){{0,{_WORDS_AFTER_A_NAME}}}(?<! pas)(?<! plus)(?<! rien)"
        self._bare = re.compile(rf"^(?:{_LINK} )?(?:{_ABOUT} )?{named}{after}(?: ou (?:pas|non))? ?[?.!]*$")
        self._another_matter = re.compile(rf"^(?:{_LINK} )?{_ANOTHER_MATTER} {named}")
        self._opens = re.compile(rf"^(?:{_ABOUT} )?{named}")
        self._link = re.compile(rf"[,;]?\s+{_LINK},?\s+(?=(?:{_ABOUT} )?{named})|[,;]\s+(?=(?:{_ABOUT} )?{named})")
        self._told_of = re.compile(rf"\b{_HAS} {named}$")
        self._before_both = re.compile(rf"{named}(?: ?,| et) ?$")
        self._both = re.compile(rf"(?<!\w){named}(?: ?, ?{named})*(?:,? et | ?& ?| ?\+ ?){named}")

    def is_bare(self, piece: str) -> bool:
        """It names a subject, and little else."""
        return bool(self._bare.match(flat(piece)))

    def is_another_matter(self, piece: str) -> bool:
        """« niveau impôts »: what is asked of the subject need not be what was asked before."""
        return bool(self._another_matter.match(flat(piece)))

    def ends_told_of(self, clause: str) -> bool:
        """It ends on a subject that somebody has: in « elle a le RSA et les APL », the second one is told as well."""
        return bool(self._told_of.search(flat(clause)))

    def opens(self, half: str) -> bool:
        """It begins with the name of a subject."""
        return bool(self._opens.match(flat(half)))

    def links(self, sentence: str) -> Iterator[tuple[int, int]]:
        """Where a half that may be bare begins: the places of what links it to the one before."""
        text = flat(sentence)
        return (
            link.span()
            for link in self._link.finditer(text)
            if not _TOGETHER.search(text, max(link.start() - _NEAR, 0), link.start())
        )

    def put(self, question: str, piece: str) -> str | None:
        """``question``, asked of what ``piece`` names; None when it names no subject."""
        replaced, new = [*self._named.finditer(flat(question))], self._named.search(flat(piece))
        if not replaced or not new:
            return None
        old = replaced[-1]
        own = _OF.match(flat(piece), new.start())
        keeps = None if own else _OF.match(flat(question), old.start())  # « sur Toluna », as « sur Clickworker »
        start = keeps.end() if keeps else old.start()
        return f"{question[:start]}{piece[new.start() :].rstrip(' ?!.')}{question[old.end() :]}"

    def one_by_one(self, question: str, start: int) -> list[str]:
        """« je perds mes APL et ma bourse » → « je perds mes APL », « je perds ma bourse »; what stands before
        ``start`` is told."""
        text = flat(question)
        both = next((m for m in self._both.finditer(text) if m.start() >= start or self._leads(m, text, start)), None)
        if both is None or self._both_of_more(both, text) or _TOGETHER.search(text, start):
            return [question]
        names = [name.span() for name in self._named.finditer(text, both.start(), both.end())]
        return [f"{question[: both.start()]}{question[a:b].strip()}{question[both.end() :]}" for a, b in names]

    def _both_of_more(self, both: re.Match[str], text: str) -> bool:
        """« les impôts et la TVA et le Siret obligé »: where each begins, only its own words tell."""
        return bool(self._before_both.search(text[: both.start()]) or self._link.match(text, both.end()))

    def _leads(self, names: re.Match[str], text: str, start: int) -> bool:
        """« Caf et impôts je déclare où », « l'Acre et la CFE, comment ça marche »: the names open the clause that asks
        at ``start``; « je touche le RSA et les APL, est-ce que… » tells."""
        stands_first = not text[: names.start()].strip() or text[: names.start()].rstrip().endswith((",", ";", "."))
        return not text[names.end() : start].strip(" ,:") and (stands_first or bool(self._name.match(names[0])))


NO_SUBJECTS = Subjects({})
