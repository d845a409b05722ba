"""事件接收方 · Where events may be pushed, and one signed request there.

    POST <address>            {"person", "kind", "sequence", "at"}
    Wugan-Subscription        the subscription's id
    Wugan-Timestamp           seconds since 1970, UTC
    Wugan-Signature           sha256=<hex of HMAC-SHA256 over "<timestamp>.<body>">, under the key of it

A host must stand in the deployment's list (`EventHosts`). Its name is looked up before each request, and
what was found is what is connected to: the name in the certificate stays that of the list. Where any address
found is not a public one (private, loopback, link-local, …), nothing is sent. No redirect is followed: it
would lead around all of this. Only https leaves the machine; a sandbox lists `http://127.0.0.1:<port>` in so
many words, which the template of a deployment refuses.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from chalicelib.errors import RefusedError
from chalicelib.model import Event
from chalicelib.settings import settings

PATIENCE: Final = 10.0  # seconds for one request, connection and answer
DELIVERED: Final = "delivered"
"""What `push` answers where the receiver has taken an event; any other word says why it has not."""
_HTTPS: Final = 443
_LONGEST: Final = 300
_LOOPBACK: Final = "127.0.0.1"
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")  # IPv4 addresses, any of them, as IPv6 ones


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a subscription's events go, and the key that signs them."""

    subscription: str
    address: str
    key: str = field(repr=False)


def check(address: str) -> None:
    """RefusedError unless events may be pushed to an address by the deployment's list."""
    if _place_of(address) is None:
        raise RefusedError(
            "address_not_listed",
            "推送地址须为 https 地址、不含参数，且主机在本部署的推送名单（EventHosts）内。",
            "the address must be https, without parameters, at a host that the deployment lists (EventHosts)",
        )


def signature(key: str, timestamp: str, body: bytes) -> str:
    """What `Wugan-Signature` says of a body at an instant.

    >>> signature("k", "1", b"{}") == "sha256=" + hmac.digest(b"k", b"1.{}", "sha256").hex()
    True
    """
    return "sha256=" + hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def push(receiver: Receiver, event: Event, now: datetime) -> str:
    """Tell a receiver of an event, once: `DELIVERED`, or a word on why not; never raises for the receiver."""
    place = _place_of(receiver.address)
    if place is None:
        return "address_not_listed"
    said = {
        "person": event.person,
        "kind": event.kind,
        "sequence": event.sequence,
        "at": event.at.isoformat(),
    }
    body, timestamp = json.dumps(said).encode(), str(int(now.timestamp()))
    headers = {
        "Host": place.host,
        "Content-Type": "application/json",
        "User-Agent": "wugan",
        "Wugan-Subscription": receiver.subscription,
        "Wugan-Timestamp": timestamp,
        "Wugan-Signature": signature(receiver.key, timestamp, body),
    }
    try:
        pool = place.connection()
    except OSError:
        return "name_not_found"
    if pool is None:
        return "address_not_public"
    try:
        with pool:
            answer = pool.urlopen(
                "POST", place.path, body, headers, retries=False, redirect=False, preload_content=False
            )
            answer.close()  # what it says is of no interest, however long it is
    except (HTTPError, OSError) as error:
        return type(error).__name__
    if 300 <= answer.status < 400:
        return "redirected"
    return DELIVERED if 200 <= answer.status < 300 else f"http_{answer.status}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A listed host, and the path there; `port`: of a sandbox's receiver on this machine, without TLS."""

    host: str
    path: str
    port: int | None = None

    def connection(self) -> HTTPConnectionPool | None:
        """A connection to what the name leads to now; None where that is not public. OSError."""
        patience = Timeout(total=PATIENCE)
        if self.port is not None:
            return HTTPConnectionPool(_LOOPBACK, self.port, timeout=patience)
        found = socket.getaddrinfo(self.host, _HTTPS, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not addresses or not all(map(is_public, addresses)):
            return None
        return HTTPSConnectionPool(
            addresses[0],
            _HTTPS,
            timeout=patience,
            cert_reqs="CERT_REQUIRED",
            server_hostname=self.host,
            assert_hostname=self.host,
        )


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, shared, multicast.

    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False, False]
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and (
        found.ipv4_mapped or found.sixtofour or found.teredo or found in _TRANSLATED
    ):
        return False  # an IPv4 address in other clothes: whoever is public has a name that says so plainly
    return found.is_global and not found.is_multicast


def _place_of(address: str) -> _Place | None:
    """A listed place; None where an address is none, or its host is not listed."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    listed = [each.strip() for each in settings().event_hosts.split(",") if each.strip()]
    plain = parts.username is parts.password is None and not parts.query and not parts.fragment
    if not plain or len(address) > _LONGEST or not address.isascii() or not address.isprintable():
        return None
    host, path = parts.hostname or "", parts.path or "/"
    if parts.scheme == "http" and host == _LOOPBACK and f"http://{host}:{port}" in listed:
        return _Place(f"{host}:{port}", path, port)
    if parts.scheme != "https" or port not in (None, _HTTPS) or host not in listed:
        return None
    return _Place(host, path)
