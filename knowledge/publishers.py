"""The registry of publishers: who speaks at an address, and when two sources are independent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.model import Publisher, Source, SourceKind


class Registry:
    """Finds publishers by host."""

    def __init__(self, publishers: Mapping[str, Publisher]) -> None:
        self._by_host = {host: publisher for publisher in publishers.values() for host in publisher.hosts}

    def of(self, host: str) -> Publisher | None:
        """The publisher of a host or of the nearest domain above it."""
        return next((self._by_host[name] for name in _with_parents(host) if name in self._by_host), None)

    def independent(self, one: Source, other: Source) -> bool:
        """Whether the second source says more than the first repeated.

        Not when one copies the other, when one's publisher republishes the other's, when both republish the
        same third, nor when both come from one publisher. Two different texts of law each stand on their own.
        """
        if (one.same_text_as or one.id) == (other.same_text_as or other.id):
            return False
        first, second = self.of(one.host), self.of(other.host)
        if first is None or second is None:
            return False
        if first.id == second.id:
            return first.relay or one.kind is other.kind is SourceKind.LAW
        copied = set(first.republishes) & set(second.republishes)
        return not (copied or first.id in second.republishes or second.id in first.republishes)


def _with_parents(host: str) -> Iterator[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels) - 1))
