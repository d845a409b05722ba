"""Reports that a gateway pushes: signed and soon, once, stored before they are answered; no token."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from chalicelib import clock
from chalicelib.carriers.http_gateway import sign
from chalicelib.settings import settings
from sandbox.town.sms_gateway import ACCOUNT, SECRET
from tests.api.conftest import As, Caller
from tests.storage import faults

REPORTS = [{"message": "p.1", "status": "DELIVRD"}, {"message": "p.2", "status": "UNDELIV"}]
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def gateway(as_: As, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A gateway over https that an operator has entered; it has no token."""
    monkeypatch.setenv("WUGAN_SENDER", "http")
    settings.cache_clear()
    entered = json.dumps({"url": "https://sms.example/v2", "account": ACCOUNT, "secret": SECRET})
    boto3.client("secretsmanager").create_secret(Name="gateway", SecretString=entered)
    boto3.client("sqs").create_queue(QueueName="carrierreports")
    return Caller(as_("app").http, None, as_("app").judge)


def signed(reports: Any = REPORTS, *, late: float = 0, **other: str) -> dict[str, str]:
    at = (clock.now() - timedelta(seconds=late)).astimezone(clock.CHINA)
    said = {"account": ACCOUNT, "timestamp": f"{at:%Y%m%d%H%M%S}", "reports": json.dumps(reports), **other}
    return {**said, "sign": sign(said, SECRET)}


def push(gateway: Caller, said: dict[str, str] | bytes) -> tuple[int, str]:
    raw = said if isinstance(said, bytes) else urlencode(said).encode()
    answer = gateway.call("POST", "/v1/carrier-reports", raw, **FORM)
    return answer.status_code, answer.json_body["code"]


def stored() -> list[dict[str, str]]:
    queue = settings().carrier_reports_url
    found = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(each["Body"]) for each in found]


def test_what_is_signed_just_now_is_stored_and_then_answered(gateway: Caller) -> None:
    assert push(gateway, signed()) == (200, "0")
    assert sorted(stored(), key=str) == sorted(REPORTS, key=str)


def test_the_same_request_again_is_refused(gateway: Caller) -> None:
    said = signed()
    assert push(gateway, said) == (200, "0")
    stored()
    assert push(gateway, said) == (409, "replayed")
    assert stored() == []


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"sign": "0" * 64}, 401, "sign_invalid"),
        ({"sign": "签"}, 422, "reports_malformed"),
        ({"reports": "[]"}, 401, "sign_invalid"),
        ({"account": "another"}, 401, "sign_invalid"),
    ],
)
def test_what_is_not_signed_so_is_refused(
    gateway: Caller, changed: dict[str, str], status: int, code: str
) -> None:
    assert push(gateway, signed() | changed) == (status, code)
    assert stored() == []


@pytest.mark.parametrize(
    ("late", "code"), [(299, "0"), (301, "time_invalid"), (-299, "0"), (-301, "time_invalid")]
)
def test_a_timestamp_is_of_now(gateway: Caller, late: float, code: str) -> None:
    assert push(gateway, signed(late=late))[1] == code


@pytest.mark.parametrize("timestamp", ["", "20250230000000", "00010101000000", "now"])
def test_a_timestamp_that_is_none(gateway: Caller, timestamp: str) -> None:
    assert push(gateway, signed(timestamp=timestamp)) == (401, "time_invalid")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"account=a",
        {"message": "p.1", "status": "DELIVRD"},
        [{"message": "p.1"}],
        [REPORTS[0]] * 201,
        urlencode({"account": ACCOUNT, "timestamp": "20250701100000", "reports": "[", "sign": "0"}).encode(),
        b"account=wugan&account=wugan&timestamp=20250701100000&reports=[]&sign=0",
        b"a" * 64_001,
    ],
)
def test_what_is_no_report_is_sent_back(gateway: Caller, raw: Any) -> None:
    """Raw bytes, or something signed that is no list of reports."""
    status, code = push(gateway, raw if isinstance(raw, bytes) else signed(raw))
    assert (status, code) in ((422, "reports_malformed"), (401, "sign_invalid"))
    assert stored() == []


def test_text_that_is_signed_and_no_list(gateway: Caller) -> None:
    said = {"account": ACCOUNT, "timestamp": signed()["timestamp"], "reports": "["}
    assert push(gateway, {**said, "sign": sign(said, SECRET)}) == (422, "reports_malformed")


def test_a_gateway_that_asks_too_often_waits(gateway: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_APP_REQUESTS_PER_MINUTE", "1")
    settings.cache_clear()
    assert push(gateway, signed()) == (200, "0")
    assert push(gateway, signed(late=1)) == (429, "caller_limited")


def test_nothing_is_said_to_be_taken_that_is_not_stored(gateway: Caller) -> None:
    said = signed()
    with faults.at_call("sqs", "SendMessage", faults.unreachable):
        assert push(gateway, said)[0] in (500, 503)
    assert push(gateway, said) == (200, "0"), "it may come again"


def test_where_no_gateway_is_used_there_is_no_such_address(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Caller(as_("app").http, None, as_("app").judge)
    assert push(gateway, signed()) == (404, "not_found")
    monkeypatch.setenv("WUGAN_SENDER", "http")
    settings.cache_clear()
    boto3.client("secretsmanager").create_secret(Name="gateway", SecretString="{}")
    assert push(gateway, signed()) == (503, "unavailable")
