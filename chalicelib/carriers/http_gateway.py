"""短信网关 · A gateway over https: signed requests, an answer in codes, reports that are fetched.

    POST <url>/send       account, timestamp, message, phone, content, sign  →  {"code", "msgid"}
    POST <url>/reports    account, timestamp, after, sign                    →  {"code", "batch", "reports"}

`sign` is the hex of HMAC-SHA256, under the secret, over the other parameters as `name=value`, sorted by name
and joined by "&"; `timestamp` is Chinese civil time, 20250701093000. Each report bears `message`, our own id,
and `status`. Address, account and secret of the gateway stand in the secret `GatewaySecret`, entered by an
operator: {"url": "https://…", "account": "…", "secret": "…"}.

A connection that never came about has taken nothing. Once a request is under way, anything but a code that is
declared here leaves the message's fate unknown, and it is never sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from chalicelib import clock
from chalicelib.carriers.port import Handed
from chalicelib.errors import NotTakenError, UnreadableError
from chalicelib.settings import settings
from chalicelib.storage.clients import client, kept

PATIENCE: Final = 20  # seconds for the connection, and for an answer
LARGEST: Final = 5_000_000  # bytes of one answer
TAKEN: Final = frozenset({"0", "duplicate"})  # duplicate: it has had this message of ours before
REJECTED: Final = frozenset({"phone_invalid", "phone_blocked", "phone_unsubscribed"})
NOT_TAKEN: Final = frozenset(
    {"busy", "too_many_requests", "balance_insufficient", "account_unknown", "sign_invalid", "time_invalid"}
)
_LOOPBACK: Final = ("127.0.0.1", "::1")


def sign(parameters: Mapping[str, str], secret: str) -> str:
    """The signature of a request: HMAC-SHA256 over its sorted parameters.

    >>> sign({"b": "2", "a": "1"}, "k") == hmac.digest(b"k", b"a=1&b=2", "sha256").hex()
    True
    """
    said = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """An SMS gateway; only https leaves the machine, for what is sent names phones."""

    url: str
    account: str
    secret: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
            raise NotTakenError("the address of the gateway must begin with https://")

    def __repr__(self) -> str:
        return "HttpGateway(…)"

    def hand_over(self, message: str, phone: str, text: str) -> Handed:
        """Give one message to the gateway, once; an error names neither phone nor text."""
        said = self._asked("/send", {"message": message, "phone": phone, "content": text})
        code = str(said.get("code"))
        if code in TAKEN:
            return Handed.TAKEN
        if code in REJECTED:
            return Handed.REJECTED
        if code in NOT_TAKEN:
            raise NotTakenError(f"the gateway takes nothing now: {code}")
        raise UnreadableError(
            "the gateway answers with a code that carriers/http_gateway.py does not declare"
        )

    def fetch_reports(self, after: str) -> tuple[Sequence[Mapping[str, str]], str]:
        """The reports after a batch, and this batch's name; UnreadableError for what is none."""
        said = self._asked("/reports", {"after": after})
        reports, batch = said.get("reports"), said.get("batch")
        if said.get("code") != "0" or not isinstance(reports, list) or not isinstance(batch, str):
            raise UnreadableError("the gateway answers with something else than reports")
        return [{"message": str(r["message"]), "status": str(r["status"])} for r in reports], batch

    def _asked(self, path: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        """The answer to a signed request; NotTakenError before it is under way, UnreadableError after."""
        now = clock.now().astimezone(clock.CHINA)
        named = {**parameters, "account": self.account, "timestamp": f"{now:%Y%m%d%H%M%S}"}
        body = urlencode({**named, "sign": sign(named, self.secret)})
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:  # refused, not found, too slow, no trust
            raise NotTakenError(f"the gateway cannot be reached: {type(error).__name__}") from None
        try:
            kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
            connection.request("POST", urlsplit(self.url).path.rstrip("/") + path, body, kind)
            said = json.loads(connection.getresponse().read(LARGEST))
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise UnreadableError(f"the gateway broke off: {type(error).__name__}") from None
        finally:
            connection.close()
        if not isinstance(said, dict):
            raise UnreadableError("the gateway answers with something else than a code")
        return said

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(str(parts.hostname), parts.port, timeout=PATIENCE)


@kept
def entered() -> HttpGateway:
    """The gateway as an operator has entered it; NotTakenError where nobody has yet, or wrongly."""
    answer = client("secretsmanager").get_secret_value(SecretId=settings().gateway_secret)
    match json.loads(answer["SecretString"]):
        case {"url": str(url), "account": str(account), "secret": str(secret)}:
            return HttpGateway(url, account, secret)
        case _:
            raise NotTakenError("the secret of the gateway must hold a url, an account and a secret")
