"""The register of companies, played by a server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import Settings
from bot.vetting.pipeline import Vetter
from bot.vetting.register import CompanyRegister, register_of, sirens_in
from bot.vetting.rendering import plain_text
from bot.vetting.verdict import Level
from tests.bot.conftest import StartBot
from tests.botapi import FakeBotApi
from tests.conftest import TODAY

SIREN = "732829320"
OFFER = "Bonjour, la société Lumière Conseil recrute. SIRET 732 829 320 00074. Tél. +33 639 981 237, réf. 123 456 782."
COMPANY = {
    "siren": SIREN,
    "nom_complet": "LUMIERE CONSEIL SARL (LUMICO)",
    "nom_raison_sociale": "LUMIERE CONSEIL SARL",
    "etat_administratif": "A",
    "date_creation": "2012-03-01",
    "date_fermeture": None,
    "statut_diffusion": "O",
    "siege": {"siret": "73282932000074", "nom_commercial": None, "liste_enseignes": ["LA BOUTIQUE"]},
    "nombre_etablissements": 1,
}
Answer = Callable[[], web.StreamResponse | Any]


class Register:
    """``answer``: what it says next; ``asked``: every request it got."""

    def __init__(self) -> None:
        self.answer: Answer = lambda: page(COMPANY)
        self.asked: list[web.Request] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        answer = self.answer()
        return await answer if asyncio.iscoroutine(answer) else answer


def page(*companies: dict[str, Any]) -> web.Response:
    found = {"results": list(companies), "total_results": len(companies), "page": 1, "per_page": 1, "total_pages": 1}
    return web.json_response(found)


@pytest.fixture
async def public() -> AsyncIterator[Register]:
    register = Register()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", register.handle)
    server = TestServer(application)
    await server.start_server()
    register.url = str(server.make_url(""))
    yield register
    await server.close()


def settings_for(url: str, **options: Any) -> Settings:
    return Settings(
        _env_file=None, company_register=True, company_register_url=url, contact="é@asso.example", **options
    )


@pytest.fixture
async def asking(public: Register) -> AsyncIterator[CompanyRegister]:
    register = CompanyRegister(settings_for(public.url, company_register_timeout_s=0.5))
    yield register
    await register.close()


async def said(register: CompanyRegister, vetter: Vetter, text: str = OFFER) -> str:
    notes = await register.notes(text, vetter.knowledge.messages["vetting"]["register"], TODAY)
    assert len(notes) == 1
    return notes[0].text


async def test_only_the_nine_digits_leave(public: Register, asking: CompanyRegister, vetter: Vetter) -> None:
    await said(asking, vetter)
    [request] = public.asked
    assert request.path == "/search" and request.query["q"] == SIREN
    assert set(request.query) == {"q", "minimal", "include", "page", "per_page"}
    everything = f"{request.path_qs} {dict(request.headers)} {await request.text()}"
    assert not any(word in everything for word in ("639", "123456782", "00074", "Lumi", "Bonjour"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "est celui de « LUMIERE CONSEIL SARL (LUMICO) », inscrite depuis le 1er mars 2012 (recherche-"),
        ({"nom_complet": "PLOMBERIE DUPUIS", "nom_raison_sociale": None}, "2012 ; ce nom n'est pas dans le message ("),
        ({"nom_complet": "X (LUMIERE CONSEIL)"}, "« X (LUMIERE CONSEIL) », inscrite depuis le 1er mars 2012 ("),
        ({"etat_administratif": "C", "date_fermeture": "2019-05-31"}, "(LUMICO) », fermée depuis le 31 mai 2019 ("),
        ({"etat_administratif": "C"}, "(LUMICO) », fermée (recherche-"),
        ({"date_creation": None}, "(LUMICO) », inscrite (recherche-"),
        ({"nom_complet": "[NON-DIFFUSIBLE]"}, "celui d'une entreprise dont le nom n'est pas public, inscrite depuis"),
    ],
)
async def test_what_it_knows_is_one_sentence(
    public: Register, asking: CompanyRegister, vetter: Vetter, change: dict[str, Any], words: str
) -> None:
    public.answer = lambda: page(COMPANY | change)
    sentence = await said(asking, vetter)
    assert sentence.startswith("Le numéro 732 829 320 est celui d") and words in sentence
    assert sentence.endswith("le 22 novembre 2026).")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Rejoignez lumiereconseil, SIREN 732829320", True),
        ("L u m i è r e CONSEIL recrute, SIREN 732829320", True),
        ("Passez à la boutique, SIREN 732829320", True),
        ("Lumière de Paris, SIREN 732829320", False),
    ],
)
async def test_the_name_is_looked_for_as_people_write_it(
    asking: CompanyRegister, vetter: Vetter, text: str, cited: bool
) -> None:
    assert ("n'est pas dans le message" not in await said(asking, vetter, text)) == cited


async def test_an_unknown_number_is_said_to_be_unknown(
    public: Register, asking: CompanyRegister, vetter: Vetter
) -> None:
    public.answer = page
    assert "n'y est pas" in await said(asking, vetter)


async def _slow() -> web.Response:
    await asyncio.sleep(30)
    return page(COMPANY)


def _too_many() -> web.Response:
    return web.Response(status=429, headers={"Retry-After": "120"})


@pytest.mark.parametrize(
    "answer",
    [
        _slow,
        _too_many,
        lambda: web.Response(status=500),
        lambda: web.Response(status=302, headers={"Location": "/ailleurs"}),
        lambda: web.Response(text='{"results": [', content_type="application/json"),
        lambda: web.Response(text="<html>maintenance</html>"),
        lambda: web.json_response([]),
        lambda: web.json_response({"erreur": "inconnue"}),
        lambda: page({"siren": SIREN}),
        lambda: page(COMPANY | {"etat_administratif": "Z"}),
        lambda: page(COMPANY | {"siren": "552100554"}),
    ],
)
async def test_what_cannot_be_asked_is_said_never_guessed(
    public: Register, asking: CompanyRegister, vetter: Vetter, answer: Answer
) -> None:
    public.answer = answer
    sentence = await said(asking, vetter)
    assert sentence.startswith("Je n'ai pas pu consulter ce registre") and "732 829 320" in sentence
    assert "fermée" not in sentence and "inscrite" not in sentence


async def test_a_register_that_is_down_is_said(vetter: Vetter, unused_tcp_port: int) -> None:
    register = CompanyRegister(settings_for(f"http://127.0.0.1:{unused_tcp_port}"))
    assert "pas pu consulter" in await said(register, vetter)
    await register.close()


async def test_after_a_failure_it_is_left_alone_as_long_as_it_asks(public: Register, vetter: Vetter) -> None:
    now = 1000.0
    register = CompanyRegister(settings_for(public.url, company_register_pause_s=10), clock=lambda: now)
    public.answer = _too_many
    await said(register, vetter)
    public.answer = lambda: page(COMPANY)
    now += 60
    assert "pas pu consulter" in await said(register, vetter) and len(public.asked) == 1
    now += 61
    assert "inscrite" in await said(register, vetter) and len(public.asked) == 2
    await register.close()


async def test_what_it_said_is_remembered_for_a_while(public: Register, vetter: Vetter) -> None:
    now = 1000.0
    options = {"company_register_cache_hours": 1, "company_register_cache_max": 2}
    register = CompanyRegister(settings_for(public.url, **options), clock=lambda: now)
    for _ in range(3):
        await said(register, vetter)
    assert len(public.asked) == 1
    public.answer = page
    now += 3601
    assert "n'y est pas" in await said(register, vetter), "asked again after an hour"
    for siren in ("552100554", "356000000"):
        await register.company(siren)
    await said(register, vetter)
    assert len(public.asked) == 5, "two are remembered, the oldest was forgotten"
    await register.close()


@pytest.mark.parametrize(
    ("text", "sirens"),
    [
        (OFFER, [SIREN]),
        ("RCS Paris 732 829 320, siren 732829320 et TVA FR 44 552100554", [SIREN, "552100554"]),
        ("732 829 320 RCS Nantes", [SIREN]),
        ("S.I.R.E.N 732829320", [SIREN]),
        ("SIREN 732 829 321", []),  # wrong check digit
        ("732 829 320 est mon numéro de dossier", []),
        ("WhatsApp +33 732 829 320", []),
        ("SIRET en cours, appelez le +33 732 829 320", []),
    ],
)
def test_nine_digits_are_a_company_number_only_where_the_message_says_so(text: str, sirens: list[str]) -> None:
    assert sirens_in(text) == sirens


def test_it_is_off_by_default() -> None:
    assert register_of(Settings(_env_file=None)) is None


async def test_it_never_makes_a_verdict_milder(asking: CompanyRegister, vetter: Vetter) -> None:
    for text in (f"{OFFER} Payez 49 € de frais de dossier avant de signer.", OFFER):
        notes = await asking.notes(text, vetter.knowledge.messages["vetting"]["register"], TODAY)
        before, after = vetter.vet(text, TODAY), vetter.vet(text, TODAY, notes)
        assert (after.level, after.score, after.signals) == (before.level, before.score, before.signals)
        shown = plain_text(after, vetter.catalogue, vetter.knowledge)
        assert "Exister au registre ne prouve pas que le message vient d'elle. [" in shown
    assert vetter.vet(f"{OFFER} Payez 49 € de frais de dossier avant de signer.", TODAY).level is Level.TRAP


async def test_the_bot_tells_it_beside_the_verdict_and_again_after_a_reply(
    api: FakeBotApi, start_bot: StartBot, public: Register
) -> None:
    bot = start_bot(COMPANY_REGISTER="1", COMPANY_REGISTER_URL=public.url, COMPANY_REGISTER_PAUSE_S="0")
    user = api.user(42)
    user.send("/confidentialite")
    assert "recherche-entreprises.api.gouv.fr" in (await api.wait_sent(42))[0]["text"]
    user.send(f"/verifier {OFFER}")
    verdict = (await api.wait_sent(42, 2))[1]
    assert "LUMIERE CONSEIL SARL" in verdict["text"] and "ne prouve pas" in verdict["text"]
    user.press(verdict, "Répondre à quelques questions")
    user.press((await api.wait_sent(42, 3))[2], "Oui")
    await api.until(lambda: "mis à jour" in api.sent(42)[2]["text"])
    assert "LUMIERE CONSEIL SARL" in api.sent(42)[2]["text"] and len(public.asked) == 1
    public.answer = lambda: web.Response(status=503)
    user.send("/verifier SIREN 552 100 554, écrivez-moi vite")
    shown = (await api.wait_sent(42, 5))[4]["text"]
    assert "Je n'ai pas pu consulter ce registre" in shown and "ne prouve pas" not in shown
    assert "552" not in bot.log and SIREN not in bot.log
