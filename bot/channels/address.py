"""Where a request comes from, for limits on how often one may ask."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from sanic.request import Request


def client_address(request: Request, proxies: int) -> str:
    """The address of who asks: as the outermost of our proxies saw it, or who connects to us.

    An IPv6 address stands for its /64 network, within which one house may have as many as it likes.

    Args:
        request: The request, with ``X-Forwarded-For`` if it came through proxies.
        proxies: How many proxies of ours stand in front; what is written further left anyone may make up.
    """
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    text = hops[-proxies] if 0 < proxies <= len(hops) else str(request.ip)
    try:
        address = ip_address(text)
    except ValueError:
        return text or "unknown"
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text
