"""What rules add to the clause models, and take away: the same when a message teaches and when it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detection.guards import ALL, SHOWN_IF_SAID
from detection.model import DEMAND_LOG_ODDS, DENIED_LOG_ODDS, Array, message_row
from detection.offer import ReadOffer, Shown, brands_of, denied_signals, entity_signals
from knowledge.catalogue import Catalogue


class Rules:
    """The rules for the signals of one model. ``signals``: its columns, in order; one that has left the catalogue
    since is not looked for."""

    def __init__(self, catalogue: Catalogue, signals: Sequence[str]) -> None:
        known = {sign.id for sign in [*catalogue.signals, *catalogue.reassuring]}
        self.column = {signal: column for column, signal in enumerate(signals) if signal in known}
        self.brands = brands_of(catalogue)
        self._red_flags = [self.column[signal.id] for signal in catalogue.signals if signal.id in self.column]
        self._shown_if_said = np.array([signal in SHOWN_IF_SAID for signal in signals])

    def shown(self, offer: ReadOffer, minimum_wage: float | None) -> dict[str, Shown]:
        """By signal, what is parsed or said in so many words. ``minimum_wage``: see ``entity_signals``."""
        return {s.signal: s for s in entity_signals(offer, self.brands, minimum_wage) if s.signal in self.column}

    def judged(self, offer: ReadOffer, log_odds: Array, shown: Mapping[str, Shown]) -> Array:
        """``log_odds``, (clauses, signals), as the models find them, with what is demanded in so many words, and
        without what only sounds like a sign."""
        judged = log_odds.copy()
        for clause, signal in denied_signals(offer, self.brands):
            columns = self._red_flags if signal == ALL else [self.column[signal]] if signal in self.column else []
            judged[clause, columns] = DENIED_LOG_ODDS
        for signal, said in shown.items():
            if said.in_words:
                first = next(n for n, clause in enumerate(offer.clauses) if clause.end > said.start)
                judged[first, self.column[signal]] = max(judged[first, self.column[signal]], DEMAND_LOG_ODDS)
        return judged

    def row(self, log_odds: Array, judged: Array, shown: Mapping[str, Shown]) -> Array:
        """What the message-level models read. A sign that lacks its words is not shown, but weighed."""
        parsed = [self.column[signal] for signal, said in shown.items() if not said.in_words]
        return message_row(np.where(self._shown_if_said, log_odds, judged), parsed)
