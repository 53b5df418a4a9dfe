"""What an answer must open with, on the real messages, facts and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.answering.compose import _without_lone_steps
from bot.answering.lead import Leads
from ingest.lexicon import completed
from knowledge import library as libraries
from knowledge.generation import Generation
from knowledge.library import Library
from retrieval.retriever import FactFit, FicheFit, Retrieval
from retrieval.rewrite import Rewriter
from tests.conftest import TODAY

TELL_CAF = "trop-percu-caf/signaler-l-oubli"
TELL_JOB_CENTRE, AIDS_APART = "trop-percu-france-travail/corriger-un-oubli", "ne-pas-declarer/aides-a-rembourser"
LATE_URSSAF, PENALTY = "ne-pas-declarer/urssaf-rattrapage", "cotisations/penalite-oubli"
CORRECT = "ne-pas-declarer/corriger-soi-meme"
CARD, PAPERS = "jai-donne-mon-iban/carte-opposition", "jai-donne-mes-papiers/prevenir-banques"
PAY_NOTHING, PAY_NO_MORE = "frais-avance/payer-signe-sur", "arnaque-a-la-tache/arreter-et-alerter"

Found = Callable[..., Retrieval]


@pytest.fixture(scope="module")
def library() -> Library:
    return libraries.load()


@pytest.fixture(scope="module")
def leads(library: Library) -> Leads:
    known: Any = SimpleNamespace(messages=library.messages, figures=library.figures, facts=library.facts)
    known.fiches = library.fiches
    return Leads(cast(Generation, known))


@pytest.fixture(scope="module")
def found(library: Library) -> Found:
    rewriter = Rewriter(completed(library.lexicon), max_questions=1)

    def retrieval(said: str, fiche: str = "arnaque-a-la-tache", facts: Sequence[str] = ()) -> Retrieval:
        query = rewriter.queries([said], TODAY)[0]
        fits = [FactFit(name, name.split("/")[0], 0.5) for name in facts]
        return cast(Retrieval, SimpleNamespace(query=query, fiches=[FicheFit(fiche, 1.0)], facts=fits))

    return retrieval


def opened_by(leads: Leads, retrieval: Retrieval) -> list[str]:
    return [fact.id for fact in leads.emergency(retrieval.query.folded, [retrieval])]


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("jai donné le numero de ma cb et le cryptogramme a un site de sondage bizarre", CARD),
        ("j'ai rempli ma carte bancaire pour vérifier mon compte sur un lien", CARD),
        ("mon fils a mis les numéros de ma carte bleue sur une appli de tâches", CARD),
        ("elle a aussi donné le numero de ma carte bleue pour verifier son age", CARD),
        ("j'ai envoyé ma carte d'identité à un recruteur telegram qui répond plus", PAPERS),
        ("ils lui ont fait télécharger une appli et envoyer son passeport, depuis plus de nouvelles", PAPERS),
        ("ils me demande de payé 50€ pour debloquer mes gains", PAY_NOTHING),
        ("pour retirer mes gains il faut payer une taxe de 60 euros je fais quoi", PAY_NOTHING),
        ("on me demande 35 euros de frais de dossier avant de commencer les taches", PAY_NOTHING),
        ("il faut que je verse une caution de 40€ pour activer mon compte", PAY_NOTHING),
        ("Clickworker me demande de payer 50 euros pour débloquer mes gains", PAY_NOTHING),
        ("jai déjà payé 200 et ils redemandent 400 pour débloquer mon argent", PAY_NO_MORE),
        ("il fallait mettre 100 puis 400, jai tout mis, maintenant je dois encore 1200 de taxe", PAY_NO_MORE),
    ],
)
def test_what_cannot_wait_is_said_first(leads: Leads, found: Found, said: str, fact: str) -> None:
    assert opened_by(leads, found(said))[:1] == [fact]


@pytest.mark.parametrize(
    ("said", "fiche"),
    [
        ("je dois donner le numéro de ma carte bancaire, c'est normal ?", "demande-de-papiers"),
        ("j'ai pas donné ma carte bancaire", "demande-de-papiers"),
        ("j'ai envoyé 300 euros par carte bleue", "jai-paye"),
        ("j'ai envoyé ma carte d'identité à Clickworker et mon compte est bloqué", "clickworker"),
        ("j'ai envoyé ma carte d'identité à la préfecture, plus de nouvelles", "lettre-prefecture"),
        ("l'urssaf me demande de payer 300 euros pour mes gains", "cotisations"),
        ("recu un courrier du registre, 298€ a regler sous 8 jours, je dois payer pour mon inscription ?", "immatriculation"),
        ("un cabinet a retrouvé mon argent, faut payer 400 de frais de dossier", "recuperation-de-fonds"),
        ("faut-il payer pour s'inscrire ?", "frais-avance"),
        ("je dois payer combien pour commencer une procédure au tribunal", "tribunal"),
        ("dois-je rembourser la caf pour continuer à toucher le RSA", "trop-percu-caf"),
        ("combien paie une tâche sur cette plateforme ?", "gains-reels"),
    ],
)  # fmt: skip
def test_what_only_resembles_it_changes_nothing(leads: Leads, found: Found, said: str, fiche: str) -> None:
    assert opened_by(leads, found(said, fiche)) == []


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("je suis au rsa et j'ai rien dit de mes sondages je savais pas", [TELL_CAF]),
        ("j ai jamais declaré mes taches je suis au chomage je fais quoi", [TELL_JOB_CENTRE, AIDS_APART]),
        ("j'ai ouvert ma micro en mars et j'ai rien declare nulle part, et la cfe ?", [LATE_URSSAF, PENALTY]),
        ("j'avais rien déclaré et la plateforme a tout envoyé au fisc", [CORRECT]),
        ("si je déclare pas 200 euros à la caf je risque quoi", []),
        ("la plateforme m'a rien dit pour les impôts", []),
        ("mon patron m'a pas déclaré à l'urssaf", []),
        ("j'ai rien mis de côté pour les impôts", []),
    ],
)
def test_whoever_declared_nothing_first_reads_how_to_put_it_right(
    leads: Leads, found: Found, said: str, facts: list[str]
) -> None:
    assert opened_by(leads, found(said, fiche="cfe")) == facts


def test_who_declared_nothing_may_have_told_their_status_before(leads: Leads, found: Found) -> None:
    late = found("j'ai jamais déclaré ça fait 6 mois je fais quoi", fiche="prolific")
    assert not leads.emergency(late.query.folded, [late])
    opened = leads.emergency(late.query.folded, [late], before="je suis au chomage et je fais du prolific")
    assert [fact.id for fact in opened] == [TELL_JOB_CENTRE, AIDS_APART]


def test_beside_what_is_late_the_rest_is_answered_and_beside_a_trap_only_traps(leads: Leads, library: Library) -> None:
    cfe, late = library.facts["cfe/principe"], library.facts[TELL_CAF]
    assert leads.keeps(cfe, [late])
    assert not leads.keeps(cfe, [library.facts[CARD]])


def test_every_fact_and_contact_of_the_messages_exists(library: Library) -> None:
    facts = {name for entry in library.messages["first_things"] for name in entry["facts"]}
    fiches = {name for entry in library.messages["first_things"] for name in entry.get("near", ())}
    whom = library.messages["whom_to_ask"]
    contacts = {name for entry in whom["first"] for name in entry["contacts"]} | whom["only_when"].keys()
    assert not facts - library.facts.keys()
    assert not fiches - library.fiches.keys()
    assert not contacts - library.contacts.keys()


def test_who_has_done_nothing_is_not_told_what_to_do_after(leads: Leads, found: Found, library: Library) -> None:
    chosen = [library.facts[PAY_NO_MORE], library.facts["arnaque-a-la-tache/message-inattendu"]]
    asks = found("c'est quoi ces tâches de likes sur whatsapp ?")
    assert [fact.id for fact in leads.ordered(asks, chosen)][-1] == PAY_NO_MORE
    for said in ("payé 40 euros pour des tâches de likes", "j'ai été arnaqué par des tâches de likes"):
        assert leads.ordered(found(said), chosen) == chosen


@pytest.mark.parametrize(
    "said", ["ils veulent mon mot de passe ameli je leur donne ?", "je leur donne mon mot de passe ou pas"]
)
def test_who_asks_whether_to_do_it_does_not_first_read_what_to_do_afterwards(
    leads: Leads, found: Found, library: Library, said: str
) -> None:
    after = library.facts["jai-donne-mes-identifiants/changer-le-bon-mot-de-passe"]
    never = library.facts["faux-site-administration/jamais-demande-par-message"]
    assert leads.ordered(found(said), [after, never]) == [never, after]
    assert leads.ordered(found("je leur ai donné mon mot de passe ameli"), [after, never]) == [after, never]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("si je depasse 77700 c est quoi le plafond cette année ?", "plafond-services"),
        ("le plafond c'est toujours 77 700 € ?", "plafond-services"),
        ("je dépasse 83600 ?", "depassement"),
        ("en 2025 j'ai dépassé 77 700 €", "depassement"),
        ("j'ai encaissé 5000 euros", "depassement"),
    ],
)
def test_an_old_amount_is_answered_with_the_one_of_the_day(
    leads: Leads, found: Found, library: Library, said: str, first: str
) -> None:
    ids = ["seuils-chiffre-affaires/depassement", "seuils-chiffre-affaires/plafond-services"]
    retrieval = found(said, "seuils-chiffre-affaires", ids)
    assert leads.ordered(retrieval, [library.facts[ids[0]]])[0].slug == first


def test_a_step_stands_alone_without_its_number(library: Library) -> None:
    steps = [
        library.facts[f"compte-ferme/{name}"]
        for name in ("sauvegarder-tout", "demander-motif-et-humain", "passer-au-juge")
    ]
    texts = {fact.id: fact.text for fact in steps}
    assert _without_lone_steps(steps[:2], texts) == {}
    alone = _without_lone_steps(steps, texts)
    assert list(alone) == ["compte-ferme/passer-au-juge"]
    assert alone["compte-ferme/passer-au-juge"].startswith("Sans paiement, une injonction")
