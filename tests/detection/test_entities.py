from __future__ import annotations

import pytest

from detection.entities import Brand, Kind, entities, imitated, in_euros, is_shortener, pays, registrable

BRANDS = [
    Brand("Clickworker", ("clickworker",), frozenset({"clickworker.com"})),
    Brand("France Travail", ("francetravail", "poleemploi"), frozenset({"francetravail.fr"})),
    Brand("CAF", ("caf",), frozenset({"caf.fr"})),
    Brand("Orange", (), frozenset({"orange.com"}), words=("orange",)),
]


def found(text: str, kind: Kind) -> list[str]:
    return [entity.value for entity in entities(text) if entity.kind is kind]


def test_phones_and_their_country() -> None:
    text = "Appelez le 06 39 98 12 34, le +44 7700 900123 ou wa.me/22901000000 ; réf. 2026 11 21 000"
    phones = [(e.value, e.country) for e in entities(text) if e.kind is Kind.PHONE]
    assert phones == [("+33639981234", "33"), ("+447700900123", "44"), ("+22901000000", "229")]


def test_premium_numbers_are_no_ordinary_phone() -> None:
    assert found("rappelez le 0899 00 00 12", Kind.PREMIUM) == ["0899 00 00 12"]
    assert found("rappelez le 0899 00 00 12", Kind.PHONE) == []
    assert found("ring +44 909 879 0000 for the interview", Kind.PREMIUM) == ["+44 909 879 0000"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("au 0895 10 xx xx", ["0895 10 xx xx"]),
        ("0 820 20 xx xx (0,20 € / min)", ["0 820 20 xx xx (0,20 € / min"]),
        ("le 0 820 20 30 40", []),
        ("appelez le 3699", ["3699"]),
        ("la Caf au 3230", []),
        ("une prime de 3200 €", []),
        ("votre code est 118244", []),
    ],
)
def test_premium_numbers_half_hidden_or_priced(text: str, quoted: list[str]) -> None:
    assert [text[e.start : e.end] for e in entities(text) if e.kind is Kind.PREMIUM] == quoted


def test_links_mails_files_accounts() -> None:
    text = "Voir https://www.emploi.exemple.co.uk/a?b et drh@societe.example, fichier test.apk. Fin.Demain"
    assert found(text, Kind.LINK) == ["exemple.co.uk"]
    assert found(text, Kind.MAIL) == ["societe.example"]
    assert found(text, Kind.FILE) == ["test.apk"]
    assert found("IBAN DE89 3704 0044 0532 0130 00", Kind.IBAN) == ["DE89370400440532013000"]
    assert found("SIRET 732 829 320 00074", Kind.COMPANY_NUMBER) == ["73282932000074"]
    assert found("SIRET 732 829 320 00075", Kind.COMPANY_NUMBER) == []


@pytest.mark.parametrize(
    ("link", "brand"),
    [
        ("https://clickworker-france.example", "Clickworker"),
        ("clickw0rker.example/login", "Clickworker"),
        ("clikworker.example/login", "Clickworker"),
        ("https://francetravail.emploi-aide.com", "France Travail"),
        ("https://xn--clickworkr-t4a.example", "Clickworker"),
        ("https://caf-remboursement.example", "CAF"),
        ("https://cafrecrutement.example", "CAF"),
        ("rh@orange-emploi.example", "Orange"),
        ("https://orange-pressee.example", None),
        ("https://emploi.orange.com", None),
        ("https://www.clickworker.com/faq", None),
        ("https://cafe-du-coin.example", None),
        ("https://boulangerie-martin.example", None),
    ],
)
def test_look_alike_domains(link: str, brand: str | None) -> None:
    entity = next(e for e in entities(link) if e.kind in (Kind.LINK, Kind.MAIL))
    imitation = imitated(entity, BRANDS)
    assert (imitation.name if imitation else None) == brand


def test_registrable_domain_and_shorteners() -> None:
    assert registrable("a.b.exemple.co.uk") == "exemple.co.uk" and registrable("localhost") == ""
    assert is_shortener("bit.ly") and not is_shortener("t.me") and not is_shortener("indeed.com")


@pytest.mark.parametrize(
    ("text", "hourly"),
    [
        ("25 €/h", 25.0),
        ("150 à 300 € par jour", 300 / 7),
        ("200€/jour pour 1h par jour", 200.0),
        ("1 860 € brut par mois", 1860 / 151.67),
        ("10 000 FCFA par jour", 10000 / 656 / 7),
        ("10 000 F CFA par jour", 10000 / 656 / 7),
        ("8 500 DH par mois", 8500 * 0.092 / 151.67),
        ("1 800 € pour quatre jours", 1800 / 28),
        ("30 minutes par jour, 60 $ par jour", 60 * 0.9 * 2),
    ],
)
def test_pay_an_hour(text: str, hourly: float) -> None:
    assert pays(text)[-1].hourly == pytest.approx(hourly, rel=0.02)


def test_no_pay_where_there_is_none() -> None:
    assert pays("le 3 mars à 14 h, 12 par jour, 40 € le ticket") == []


def test_african_and_maghrebi_amounts_are_read_in_euros() -> None:
    assert in_euros("15 500F, 8 500 DH, 20 000 F CFA") == "24 €, 782 €, 30 €"
    assert in_euros("studio 2 f, 30 €") == "studio 2 f, 30 €"
