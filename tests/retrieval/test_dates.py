"""Which day's amounts a question asks for: last year's only where they are asked for, in doubt today's."""

from __future__ import annotations

from datetime import date

import pytest

from retrieval.dates import asked_day

TODAY = date(2026, 11, 22)
LAST, NEXT = date(2025, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "combien de cotisations en 2025",
        "quel était le seuil de TVA en 2025 ?",
        "l'an dernier quel était le plafond de la micro",
        "en 2025 c'était combien le taux bnc",
        "je déclare mes revenus de l'an dernier, quel abattement ?",
        "j'ai gagné 900 euros l'an dernier, combien d'impôts je dois payer",
        "et en 2025 ?",
        "et l'année dernière c'était combien",
        "8200 euros encaissés en 2025, combien de trimestres validés",
        "j'ai fait 80000 l'an dernier, est-ce que j'ai dépassé le plafond ?",
        "combien on pouvait gagner l'année dernière sans payer la tva",
        "plafond micro bnc 2025",
        "pour 2025, quel taux de cotisation",
        "quel abattement sur mes gains de l'année passée",
        "en 2025 j'avais encaissé 1000 euros combien j'aurais dû payer à l'urssaf",
        "combien d'impôt sur les 3000 euros gagnés en 2025",
    ],
)
def test_a_past_period_that_is_asked_about(text: str) -> None:
    assert asked_day(text, TODAY) == (LAST, True)


@pytest.mark.parametrize(
    "text",
    [
        "je suis en micro, CA 14000 l'an dernier. le médecin m'arrête 2 mois. combien je vais toucher par jour ?",
        "j'ai fait 14000 l'an dernier combien l'urssaf prend maintenant",
        "j'ai gagné 14000 l'an dernier, quel plafond en 2026 ?",
        "j'ai commencé l'an dernier, combien je paie à l'urssaf sur 300 euros ?",
        "l'année dernière j'ai touché 3000 euros. combien la caf va me verser ?",
        "j'ai ouvert ma micro en 2025, quel est le seuil de tva",
        "combien d'indemnités journalières avec mes revenus de l'an dernier",
        "on me demande 227 € de cfe alors que j'ai gagné 900 € l'an dernier",
        "je suis enceinte, mon CA de 2025 était de 9000, combien je vais toucher",
        "l'an dernier je faisais des sondages. Quel est le taux de cotisation ?",
        "mon chiffre d'affaires l'année dernière 4000 euros combien je touche si je tombe malade",
        "licencié l'an dernier, je touche l'are, combien je garde si je gagne 200 euros",
        "l'an dernier j'ai gagné 300 €",
        "un recruteur m'a arnaqué l'an dernier, combien de temps pour porter plainte",
        "mes gains de 2025 jamais payés, combien coûte le tribunal",
        "j'ai oublié de déclarer 2025, quel montant d'amende",
        "en burn out l'an dernier, je suis en mi-temps thérapeutique, combien puis-je gagner",
        "mon taux l'an dernier je m'en souviens plus, c'est combien aujourd'hui",
        "j'ai 2000 abonnés, combien je gagne",
        "un courrier des impôts dit que j'ai gagné 900 euros en 2025 et que je n'ai rien mis",
        "j'ai facturé l'année dernière, je déclare tous les trimestres à l'urssaf, dans quelle case je mets ça",
        "le taux en 2026",
    ],
)
def test_a_year_that_is_only_told(text: str) -> None:
    assert asked_day(text, TODAY) == (TODAY, False)


@pytest.mark.parametrize(
    "text", ["le taux l'année prochaine", "quel plafond en 2027 ?", "en 2027 je gagnerai 1000 € combien de cotisations"]
)
def test_a_coming_year(text: str) -> None:
    assert asked_day(text, TODAY) == (NEXT, True)


def test_who_stops_next_year_pays_todays_rate() -> None:
    assert asked_day("j'arrête l'an prochain, je paie à l'urssaf quel taux", TODAY) == (TODAY, False)
