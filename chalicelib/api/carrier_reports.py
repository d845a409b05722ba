"""送达回执接口 · What a gateway pushes: signed instead of a token, taken once, answered once it is stored."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from chalice.app import Request, Response

from chalicelib import clock, messages
from chalicelib.api.answers.persons import Taken
from chalicelib.api.middleware import Audience
from chalicelib.api.problems import Problem, not_found
from chalicelib.carriers import http_gateway, pushed_reports
from chalicelib.errors import NotTakenError, RefusedError
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import callers, tables, used_once

carrier_reports = Audience(__name__)

_STATUS: Final = {"sign_invalid": 401, "time_invalid": 401, "replayed": 409, "reports_malformed": 422}


@carrier_reports.open_to_all("/v1/carrier-reports", "POST", answer=Taken)
def take_carrier_reports(asked: Request) -> Response:
    """What has become of messages, as the gateway that took them says, signed; 200 only once it is stored."""
    if settings().sender != "http":
        raise not_found()
    try:
        _take(asked)
    except NotTakenError:  # no operator has entered the gateway yet
        raise Problem("unavailable") from None
    except RefusedError as error:
        raise Problem(error.code, status=_STATUS[error.code], zh=error.zh, en=error.en) from None
    return Response('{"code": "0"}', {"Content-Type": "application/json"}, 200)


def _take(asked: Request) -> None:
    now, raw = clock.now(), asked.raw_body
    form = raw.encode() if isinstance(raw, str) else raw
    pushed = pushed_reports.read(form, http_gateway.entered(), now)
    if callers.requests("carrier", "", pushed.account, now, 1) > int(settings().app_requests_per_minute):
        raise Problem("caller_limited", headers={"Retry-After": "60"})
    if used_once.is_used(pushed.name):
        raise RefusedError("replayed", "该请求已经收过。", "this request has been taken before")
    messages.put_reports(
        pushed.reports
    )  # first: whoever dies before the mark is told again, which changes nothing
    tables.write_together([used_once.mark(pushed.name)], str(uuid4()))
