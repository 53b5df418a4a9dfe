"""Every locked package stands in docs/licences.md, with a licence that somebody accepted."""

from __future__ import annotations

import pytest

from requirements.licences import LOCKS, Package, installed, is_allowed, listed, locked


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_listed_with_an_accepted_licence(lock: str) -> None:
    page = listed()
    for name, version in locked(lock).items():
        package = page.get(name)
        assert package and package.version == version, f"{name} {version} : make licences"
        assert is_allowed(package.licence), f"{name} : {package.licence}"


def test_the_page_says_what_the_installed_packages_say() -> None:
    here = [found for p in listed().values() if (found := installed(p.name, p.version))]
    assert len(here) > 100
    assert [package for package in here if package != listed()[package.name]] == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("inconnue", False),
        ("", False),
    ],
)
def test_what_is_accepted(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


def test_a_package_that_is_not_installed_is_not_guessed() -> None:
    assert installed("no-such-package", "1.0") is None
    assert installed("pytest", "0.0.1") is None
    assert isinstance(installed("pytest", locked("dev")["pytest"]), Package)
