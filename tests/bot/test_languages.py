"""What people in France write in Spanish, Darija and English gets the right fiche, and the line in their language."""

from __future__ import annotations

import pytest

from bot.answering.answer import Status
from bot.answering.pipeline import Answerer
from tests.conftest import TODAY

PAID_A_SWINDLER = "jai-paye arnaque-a-la-tache signaler-porter-plainte faux-emploi-crypto jai-donne-mon-iban"
DECLARE = "declarer-revenus creer-micro-entreprise premiers-pas clickworker"
STUDENT = "etudiant-etranger"
CLOSED = "compte-ferme compte-bancaire"
PAPERS = "jai-donne-mes-papiers demande-de-papiers"
UNPAID = "se-faire-payer outlier-remotasks facture-en-retard"
WITHDRAW = "arnaque-a-la-tache faux-emploi-crypto plateforme-fiable frais-avance"
NO_PAPERS = "sans-papiers"
JOBLESS = "are-chomage"
RSA = "rsa bons-cadeaux-et-aides"
RATE = "cotisations"

ASKED = [
    ("es", "me han estafado 500 euros en telegram tareas pagadas que hago", PAID_A_SWINDLER),
    ("es", "me estafaron 200 euros en whatsapp, que puedo hacer", PAID_A_SWINDLER),
    ("es", "tengo que declarar el dinero de clickworker en francia?", DECLARE),
    ("es", "cuanto tengo que pagar de impuestos por 1000 euros de encuestas", DECLARE),
    ("es", "mi cuenta appen fue bloqueada con 200 euros, que hago", CLOSED),
    ("es", "me piden pagar 50 euros para retirar mi dinero, es una estafa?", WITHDRAW),
    ("es", "soy estudiante con permiso de residencia de estudiante, puedo trabajar en appen?", STUDENT),
    ("es", "estoy en paro, puedo hacer encuestas pagadas?", JOBLESS),
    ("es", "pague 300 euros con tarjeta a un estafador, el banco puede devolver?", PAID_A_SWINDLER),
    ("es", "no tengo papeles, estoy sin papeles, puedo trabajar en clickworker", NO_PAPERS),
    ("es", "les di mi pasaporte por whatsapp a un estafador, que puedo hacer", PAPERS),
    ("ar", "salam khoya ana talib f fransa nqder nkhdem f clickworker", STUDENT),
    ("ar", "ana taliba f fransa wach n9der ndir sondages", STUDENT),
    ("ar", "sedouli lcompte dyal appen w fih 90 euro chno ndir", CLOSED),
    ("ar", "wach khassni nsarrah lflous dyal toluna l impots", DECLARE),
    ("ar", "3titihom la carte d'identité dyali f whatsapp, chno ndir", PAPERS),
    ("ar", "ma3ndich wra9 wach n9der nkhdem f clickworker", NO_PAPERS),
    ("ar", "3ndi rsa w rbe7t 60 euro f toluna wach lazem ndeclari", RSA),
    ("ar", "nasbou 3liya f telegram w 3titihom 400 euro, chno ndir", PAID_A_SWINDLER),
    ("en", "do i have to declare my clickworker earnings in france", DECLARE),
    ("en", "my account got banned with 90$ inside, what can i do", CLOSED),
    ("en", "i got scammed 300 euros on telegram tasks, what should i do", PAID_A_SWINDLER),
    ("en", "they ask me to pay 50 usdt to withdraw, is it a scam", WITHDRAW),
    ("en", "i sent my id card to a fake recruiter, what now", PAPERS),
    ("en", "student visa can i work as freelancer for data annotation", STUDENT),
    ("en", "i am unemployed, can i do paid surveys", JOBLESS),
    ("en", "i have no papers, can i work on clickworker", NO_PAPERS),
    ("en", "is it legal to do appen in france while on RSA", RSA),
    ("en", "do i need a siret for prolific", "creer-micro-entreprise immatriculation"),
]


@pytest.mark.parametrize(("language", "question", "fiches"), ASKED)
def test_the_right_fiche_and_the_line_in_the_language(
    answerer: Answerer, language: str, question: str, fiches: str
) -> None:
    answer = answerer.answer(question, TODAY)
    assert answer.status is Status.ANSWERED, answer.text
    assert {citation.fiche for citation in answer.citations[:3]} & set(fiches.split()), answer.text
    assert answer.notes == [answerer.messages["foreign_language"][language]]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("mon patron veut me virer", "mon employeur veut me licencier"),
        ("mon proprio veut me virer", "mon propriétaire veut m'expulser"),
        ("il veut me virer 500 euros", "il veut me virer 500 euros"),
        ("retraité de la fonction publique", "retraité"),
        ("agent de la fonction publique", "agent de la fonction publique"),
        ("je suis en service civique", "je suis en volontariat"),
        ("ana talib f fransa", "je suis étudiant étranger en france"),
        ("kifach nakhod flousi", "comment récupérer mes gains"),
        ("mi dinero", "mon argent"),
        ("mi temps", "mi temps"),
        ("outlier owes me 20 dollars", "outlier me doit 20 dollars"),
        ("je declare mes gains du job", "je declare mes gains du job"),
    ],
)
def test_words_that_stand_for_something_else(answerer: Answerer, typed: str, read: str) -> None:
    assert answerer._rewriter.spell_out(typed) == read
