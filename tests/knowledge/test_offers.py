"""The labelled offers say what they show with their own words: a slip in one of them would be learned."""

from __future__ import annotations

from collections import Counter

from bot.masking import BIRTH, IBAN, MAIL, NAME, NUMBER, PHONE
from knowledge.library import KNOWLEDGE_DIR, Library
from knowledge.offers import load_offers

MASKS = (NAME, PHONE, NUMBER, IBAN, MAIL, BIRTH, "hxxp", "[.]")
"""What a shared offer carries in place of what was hidden: an example has invented words there."""


def test_every_labelled_offer_is_well_written(library: Library) -> None:
    catalogue = library.catalogue
    signals = {sign.id for sign in [*catalogue.signals, *catalogue.reassuring]}
    patterns = {pattern.id for pattern in catalogue.patterns}
    offers = load_offers(KNOWLEDGE_DIR / "golden")
    assert len(offers) > 2000
    assert [identifier for identifier, count in Counter(offer.id for offer in offers).items() if count > 1] == []
    for offer in offers:
        assert not offer.is_scam or offer.pattern in patterns, f"{offer.id}: {offer.pattern}"
        assert not any(mask in offer.text for mask in MASKS), f"{offer.id}: a mask is left in the text"
        for shown in offer.signals:
            assert shown.id in signals, f"{offer.id}: {shown.id}"
            assert shown.quote in offer.text, f"{offer.id}: « {shown.quote} » is not in the text"
