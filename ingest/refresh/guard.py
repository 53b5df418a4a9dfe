"""Connections to the open web only: the address is checked at the moment of connecting.

A name is resolved once, every address it gives is checked, and the connection goes to the very address
that was checked: a name that answers something else the next time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore
import httpx

from ingest.refresh.failures import FetchError, Reason

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[list[str]]]

# Public by the registries, internal in practice: Azure's metadata service; IPv6 ranges that carry an IPv4
# address inside (NAT64, 6to4, Teredo), which would reach it by another door.
_INTERNAL = tuple(map(ip_network, ("168.63.129.16/32", "64:ff9b::/96", "2002::/16", "2001::/32")))


async def resolve(host: str, port: int) -> list[str]:
    """The system's own resolution, in its order. Raises ``OSError``."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open web."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not _inside(address, _INTERNAL)


def _inside(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, to checked addresses and allowed ports only.

    Raises ``FetchError`` (``Reason.ADDRESS``), which passes through httpcore and httpx as it is.
    """

    def __init__(self, ports: Sequence[int], allowed: Sequence[Network], resolver: Resolve = resolve) -> None:
        self._ports = ports
        self._allowed = allowed
        self._resolve = resolver
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self.checked(host, port)
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # a site often has an IPv6 address that this machine cannot reach
        return await self._backend.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def checked(self, host: str, port: int) -> list[str]:
        """The addresses of ``host``, all of them fit to be connected to."""
        if port not in self._ports:
            raise FetchError(Reason.ADDRESS, f"port {port}")
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        for address in addresses:
            parsed = ip_address(address.split("%")[0])
            if not is_public(parsed) and not _inside(parsed, self._allowed):
                raise FetchError(Reason.ADDRESS, f"{host} mène à {address}, une adresse interne")
        return addresses

    async def connect_unix_socket(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        raise FetchError(Reason.ADDRESS, "une prise locale")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx over the guarded backend; no proxy, which would connect in our place."""

    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=connections,
            keepalive_expiry=30.0,
            network_backend=backend,
        )
