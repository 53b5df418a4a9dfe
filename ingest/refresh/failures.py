"""Why a page was not read."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Each with the French words a maintainer reads."""

    ADDRESS = "adresse refusée"
    TOO_LARGE = "page trop grosse"
    TOO_SLOW = "page trop lente"
    REDIRECTS = "trop de redirections"
    TYPE = "ce n'est ni une page ni un PDF"
    UNREACHABLE = "site injoignable"
    SERVER = "erreur du site"
    BUSY = "le site demande d'attendre"
    UNREADABLE = "texte illisible"
    GONE = "la page n'existe plus"
    BLOCKED = "le site refuse les robots"
    SCRIPT = "page vide sans navigateur"


class FetchError(Exception):
    """A page that could not be read, for one reason; ``detail`` says more in French."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value} ({detail})" if detail else reason.value)
        self.reason = reason
        self.detail = detail
