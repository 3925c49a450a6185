"""Hosts that providers or settings name are not looked for within our own network, unless the operator allows them."""

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from core.errors import Invalid

Allowed = frozenset[str]
"""Internal hosts that may be called, by name."""


class Guarded(AbstractResolver):
    """Names that lead to this machine or an internal network are not resolved, unless they are allowed by name."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed, self._inner = allowed, DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host not in self._allowed and any(not _is_public(one["host"]) for one in found):
            raise OSError(f"{host} leads to an internal address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def refuse_internal(host: str, allowed: Allowed) -> None:
    """For addresses written as numbers, which nobody resolves."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if host not in allowed and not _is_public(host):
        raise Invalid("gateway.internal", where="url", host=host)


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global
