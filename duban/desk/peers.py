"""Peers: who really asks. What a request says of itself is believed of the office's own proxies alone."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

Networks = Sequence[IPv4Network | IPv6Network]

BY_PROXY = "duban.by_proxy"


def behind(app: ASGIApp, proxies: Sequence[str]) -> ASGIApp:
    """An application that knows requests of its proxies, addresses or networks, and from where these had them."""
    networks = [ip_network(proxy) for proxy in proxies]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = scope["client"][0] if scope.get("client") else ""
            scope[BY_PROXY] = _within(peer, networks)
            if scope[BY_PROXY]:
                told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
                scope["client"] = (_first_outside(peer, ",".join(told), networks), 0)
        await app(scope, receive, send)

    return answer


def by_proxy(request: Request) -> bool:
    """Whether a request comes from one of the office's own proxies."""
    return bool(request.scope.get(BY_PROXY))


def _first_outside(peer: str, told: str, networks: Networks) -> str:
    """Who asked the first of the proxies: of what they told, the last address that is none of theirs."""
    for one in reversed([part.strip() for part in told.split(",") if part.strip()]):
        if _address(one) is None:
            return peer
        peer = one
        if not _within(one, networks):
            break
    return peer


def _within(host: str, networks: Networks) -> bool:
    address = _address(host)
    return address is not None and any(address in network for network in networks)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
