"""What ``ingest check`` asks of the registry of publishers."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.library import Library, Problem
from knowledge.model import Publisher, Source
from knowledge.publishers import Registry

FILE = "publishers.yaml"

_UNKNOWN = f"le site {{host}} n'est pas dans {FILE} : ajoutez son éditeur (id, name, kind, licence, hosts)"


def publisher_problems(library: Library) -> Iterator[Problem]:
    """A host in two places, a publisher that does not exist, a source that does not fit its publisher."""
    owners: dict[str, str] = {}
    for publisher in library.publishers.values():
        place = library.lines[f"publisher {publisher.id}"]
        for host in publisher.hosts:
            owner = owners.setdefault(host, publisher.id)
            if owner != publisher.id:
                yield Problem(*place, f"le site {host} est déjà celui de « {owner} » : gardez-le à un seul endroit")
        for other in publisher.republishes:
            if other not in library.publishers:
                yield Problem(*place, f"republishes : « {other} » n'existe pas dans {FILE}")
            if other == publisher.id:
                yield Problem(*place, "republishes : un éditeur ne se recopie pas lui-même")
    registry = Registry(library.publishers)
    for source in library.sources.values():
        for message in _of_source(library, registry, source):
            yield Problem(*library.lines[source.id], f"{source.id} : {message}")
    for contact in library.contacts.values():
        address = contact.url.host if contact.url else None
        if address and registry.of(address) is None:
            yield Problem(*library.lines[contact.id], f"{contact.id} : {_UNKNOWN.format(host=address)}")


def _of_source(library: Library, registry: Registry, source: Source) -> Iterator[str]:
    if source.same_text_as is not None and source.same_text_as not in library.sources:
        yield f"same_text_as : la source « {source.same_text_as} » n'existe pas"
    publisher = registry.of(source.host)
    if publisher is None:
        yield _UNKNOWN.format(host=source.host)
    elif not publisher.relay:
        yield from _misfits(library, publisher, source)


def _misfits(library: Library, publisher: Publisher, source: Source) -> Iterator[str]:
    copied = [library.publishers[other] for other in publisher.republishes if other in library.publishers]
    kinds = {publisher.kind, *(other.kind for other in copied)}
    if source.kind not in kinds:
        yield (
            f"kind : « {source.kind} », mais l'éditeur « {publisher.id} » est « {publisher.kind} » ; corrigez l'un des "
            f"deux, ou dites dans {FILE} quel éditeur il recopie (republishes)"
        )
    if not copied and source.licence != publisher.licence:
        yield f"licence : « {source.licence} », mais l'éditeur « {publisher.id} » a « {publisher.licence} » dans {FILE}"
