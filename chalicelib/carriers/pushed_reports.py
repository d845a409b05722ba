"""推送的送达回执 · Reports that a gateway pushes, as `http_gateway` signs: no token, a signature, soon, once.

    POST /v1/carrier-reports    account, timestamp, reports, sign    →  {"code": "0"}

`reports` is a JSON array of {"message", "status"}; `sign` and `timestamp` are as in a request to the gateway.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from chalicelib import clock
from chalicelib.carriers.http_gateway import HttpGateway, sign
from chalicelib.errors import RefusedError

AGE: Final = timedelta(minutes=5)  # [choice] as far as two clocks, and a slow line, may differ
MOST: Final = 200  # reports of one request
LARGEST: Final = 64_000  # bytes of one request
_NAMES: Final = frozenset({"account", "timestamp", "reports", "sign"})


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one request brings, and the name under which it is taken once."""

    account: str
    name: str
    reports: Sequence[Mapping[str, str]]


def read(form: bytes, gateway: HttpGateway, now: datetime) -> Pushed:
    """A request's reports, if the gateway signed them just now; RefusedError that says why not."""
    said = _parameters(form)
    mark = said.pop("sign")
    if said["account"] != gateway.account or not hmac.compare_digest(mark, sign(said, gateway.secret)):
        raise RefusedError("sign_invalid", "签名不符。", "the signature does not hold")
    if not _is_recent(said["timestamp"], now):
        raise RefusedError("time_invalid", "时间戳过早或过晚。", "the timestamp is too old or too early")
    return Pushed(gateway.account, f"carrier-reports {mark}", _reports(said["reports"]))


def _is_recent(timestamp: str, now: datetime) -> bool:
    try:
        at = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=clock.CHINA)
        return abs(now - at) <= AGE
    except (ValueError, OverflowError):
        return False


def _parameters(form: bytes) -> dict[str, str]:
    if len(form) > LARGEST:
        raise _malformed()
    try:
        pairs = parse_qsl(
            form.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=len(_NAMES)
        )
    except ValueError:
        raise _malformed() from None
    said = dict(pairs)
    if len(pairs) != len(_NAMES) or said.keys() != _NAMES or not said["sign"].isascii():
        raise _malformed()
    return said


def _reports(text: str) -> list[Mapping[str, str]]:
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(said, list) or len(said) > MOST:
        raise _malformed()
    reports: list[Mapping[str, str]] = []
    for each in said:
        match each:
            case {"message": str(message), "status": str(status)}:
                reports.append({"message": message, "status": status})
            case _:
                raise _malformed()
    return reports


def _malformed() -> RefusedError:
    return RefusedError(
        "reports_malformed",
        f"须以表单发送 account、timestamp、reports、sign；reports 为不超过{MOST}条回执的JSON数组。",
        f"send account, timestamp, reports and sign as a form; reports: a JSON array of {MOST} at most",
    )
