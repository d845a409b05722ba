"""Whoever carries the messages, the same holds: each goes once, and nobody guesses what became of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from chalicelib import carriers, messages
from chalicelib.carriers import http_gateway
from chalicelib.carriers.http_gateway import HttpGateway
from chalicelib.errors import NotTakenError, UnfinishedError, UnreadableError
from chalicelib.model import Channel, MessageState, PersonId, Template
from chalicelib.runs import run
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import outbox, people, shards
from sandbox.town.sms_gateway import BREAKS_OFF, SmsGateway
from tests.conftest import WUGAN
from tests.in_one_go import send_due
from tests.judged import judging
from tests.storage import faults
from tests.test_messages import someone

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.long_way]

PENDING, SENT, UNKNOWN, FAILED = (
    MessageState.PENDING,
    MessageState.SENT,
    MessageState.UNKNOWN,
    MessageState.FAILED,
)


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with SmsGateway(seed=1) as here:
        yield here


@pytest.fixture(autouse=True)
def deployment(aws: None, gateway: SmsGateway) -> None:
    assert boto3.client("sns").create_topic(Name="messages")["TopicArn"] == WUGAN["MESSAGES_TOPIC_ARN"]
    boto3.client("secretsmanager").create_secret(Name="gateway", SecretString=gateway.entered)
    boto3.client("sqs").create_queue(QueueName="carrierreports")


def sns_says(answer: Callable[[Any], Any]) -> AbstractContextManager[None]:
    return faults.at_call("sns", "Publish", answer)


def refused(request: Any) -> AWSResponse:
    body = "<ErrorResponse><Error><Code>Throttled</Code></Error></ErrorResponse>"
    return AWSResponse(request.url, 400, {}, _Body(body.encode()))


class _Body:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def stream(self) -> Iterator[bytes]:
        yield self.data


def not_reached(request: Any) -> None:
    raise ConnectTimeoutError(endpoint_url=request.url)


def broken(request: Any) -> None:
    raise ReadTimeoutError(endpoint_url=request.url)


BEHAVIOURS = {  # what the carrier does → how SNS does it, how the gateway does it, and what stands then
    "takes it": (nullcontext, lambda g: setattr(g, "answers", lambda _: "0"), SENT),
    "refuses it for now": (
        lambda: sns_says(refused),
        lambda g: setattr(g, "answers", lambda _: "too_many_requests"),
        PENDING,
    ),
    "cannot be reached": (lambda: sns_says(not_reached), lambda g: g.__exit__(), PENDING),
    "breaks off once it has read the message": (
        lambda: sns_says(broken),
        lambda g: setattr(g, "answers", lambda _: BREAKS_OFF),
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("sender", ["topic", "sms", "http"])
def test_every_carrier_keeps_the_same_contract(
    sender: str, behaviour: str, gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WUGAN_SENDER", sender)
    settings.cache_clear()
    in_sns, in_gateway, after = BEHAVIOURS[behaviour]
    _, message = someone(1)
    with ExitStack() as stack:
        judge = stack.enter_context(judging())
        stack.enter_context(judge.acting("PassSend"))
        if sender == "http":
            in_gateway(gateway)
        else:
            stack.enter_context(in_sns())
        if after is SENT:
            assert send_due() == 1
        else:
            with pytest.raises(UnfinishedError):
                send_due()
        assert outbox.message_by_id(message.id)[1].state is after
        if after is not PENDING:
            send_due()
    if sender == "http" and behaviour != "cannot be reached":
        assert gateway.asked == 1, "never handed over twice"
        if after is not PENDING:
            assert [said["message"] for said in gateway.received] == [message.id]


@pytest.fixture
def over_http(monkeypatch: pytest.MonkeyPatch, gateway: SmsGateway) -> SmsGateway:
    monkeypatch.setenv("WUGAN_SENDER", "http")
    settings.cache_clear()
    return gateway


def test_a_phone_that_the_gateway_rejects_is_followed_in_the_same_run(over_http: SmsGateway) -> None:
    over_http.answers = lambda _: "phone_invalid"
    who, message = someone(1, Template.CERTIFIED, until="2026-06-30")
    assert send_due() == 1
    assert outbox.message_by_id(message.id)[1].state is FAILED
    assert ways(who) == {(Channel.SMS, FAILED), (Channel.NOTICE, SENT)}


def ways(who: PersonId) -> set[tuple[Channel, MessageState]]:
    return {(m.channel, m.state) for m in people.load(who).messages}


def test_a_message_that_it_has_had_before_is_taken(over_http: SmsGateway) -> None:
    carrier = carriers.in_use()
    assert [carrier.hand_over("m1", "13800138001", "…") for _ in range(2)] == ["taken", "taken"]
    assert len(over_http.received) == 1


@pytest.mark.parametrize("code", sorted(http_gateway.NOT_TAKEN))
def test_a_declared_refusal_has_taken_nothing(over_http: SmsGateway, code: str) -> None:
    over_http.answers = lambda _: code
    with pytest.raises(NotTakenError, match=code):
        carriers.in_use().hand_over("m1", "13800138001", "…")


def test_a_code_that_nobody_declared_leaves_the_fate_unknown(over_http: SmsGateway) -> None:
    over_http.answers = lambda _: "E999"
    with pytest.raises(UnreadableError):
        carriers.in_use().hand_over("m1", "13800138001", "…")


def test_a_wrong_secret_or_account_takes_nothing(gateway: SmsGateway) -> None:
    for account, secret, code in (("wugan", "another", "sign_invalid"), ("other", "x", "account_unknown")):
        with pytest.raises(NotTakenError, match=code):
            HttpGateway(gateway.url, account, secret).hand_over("m1", "13800138001", "您好")
    assert gateway.received == []


def test_only_https_leaves_the_machine_and_nothing_shows_in_a_repr() -> None:
    for url in ("http://gateway.example/v2", "ftp://127.0.0.1/", "gateway.example"):
        with pytest.raises(NotTakenError, match="https"):
            HttpGateway(url, "a", "s")
    assert "hidden" not in repr(HttpGateway("https://gateway.example/v2", "a", "hidden"))


def test_a_gateway_that_nobody_has_entered_sends_nothing(over_http: SmsGateway) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId="gateway", SecretString="{}")
    _, message = someone(1)
    with pytest.raises(UnfinishedError):
        send_due()
    assert outbox.message_by_id(message.id)[1].state is PENDING


def test_a_connection_that_is_refused_and_one_that_breaks_off_are_told_apart() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(NotTakenError, match="cannot be reached"):
            HttpGateway(url, "a", "s").hand_over("m1", "13800138001", "…")


NO_REPORTS: list[Any] = [[], {"code": "0"}, {"code": "0", "reports": [], "batch": 1}, {"code": "busy"}]


@pytest.mark.parametrize("said", NO_REPORTS)
def test_what_is_no_report_is_not_taken_for_one(
    over_http: SmsGateway, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over_http, "answer", lambda *_: said)
    with pytest.raises(UnreadableError):
        carriers.in_use().fetch_reports("")


def test_fetched_reports_go_the_way_of_pushed_ones_late_reordered_and_repeated(over_http: SmsGateway) -> None:
    who, message = someone(1, Template.CERTIFIED, until="2026-06-30")
    with judging() as judge:
        with judge.acting("PassSend"), run("send") as each:
            assert messages.send_some(shards.EVERYBODY, each) == (1, None)
        for n in range(4):
            over_http.reports(f"other-{n}", "DELIVRD")
        over_http.reports(message.id, "ACCEPTD", "UNDELIV", "ENROUTE")
        with judge.acting("SendMessages"):
            messages.fetch_reports()
            messages.fetch_reports()
    told = waiting()
    assert {report["status"] for report in told if report["message"] == message.id} == {
        "ACCEPTD",
        "UNDELIV",
        "ENROUTE",
    }
    assert {report["message"] for report in told} == {message.id, *(f"other-{n}" for n in range(4))}
    assert waiting() == [], "each batch was acknowledged"
    with judging() as judge, judge.acting("CarrierReport"):
        for report in told:
            if report["message"] == message.id:
                messages.carrier_reported(report)
    assert ways(who) == {(Channel.SMS, FAILED), (Channel.NOTICE, SENT)}


def waiting() -> list[dict[str, str]]:
    """What lies in the queue of reports; taken out."""
    sqs, found = boto3.client("sqs"), list[dict[str, str]]()
    url = WUGAN["CARRIER_REPORTS_URL"]
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for one in batch:
            found.append(json.loads(one["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found
