"""Whatever protocol joins the carrier to the platform: what becomes of a message is the same, and is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import count

import pytest

from chalicelib import clock, messages
from chalicelib.carriers import pushed_reports
from chalicelib.carriers.http_gateway import HttpGateway, sign
from chalicelib.clock import CHINA
from chalicelib.model import Change, Channel, MessageState, PersonId, Template
from chalicelib.storage.dynamodb import people
from sandbox import __main__ as command_line
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.server import Gateway
from sandbox.run import RunOptions, enter, link_of
from sandbox.shortcut import short_way
from sandbox.town.api_client import Desk, Serve, Surprise
from sandbox.town.carrier import Carrier, Handed
from sandbox.town.carrier_links import CarrierProtocol, GatewayLink
from sandbox.town.sms_gateway import ACCOUNT as THERE
from sandbox.town.sms_gateway import SECRET, SmsGateway
from tests.storage.builders import AT, identity, person

SEED = 1
DAY = date(2025, 7, 1)
MORNING = datetime(2025, 7, 1, 8, 30, tzinfo=CHINA)
DEAD = "15400000009"
REFUSES = next(
    phone
    for phone in (f"154{n:08d}" for n in count(100))
    if Carrier(SEED, None, lambda _: None)._fate("any", phone) == "opted_out"  # type: ignore[arg-type]
)
PHONES = ("15400000001", "15400000002", "15400000003", DEAD, REFUSES)
Outcome = tuple[bool, set[tuple[Channel, MessageState]]]
SMS, NOTICE = Channel.SMS, Channel.NOTICE
DELIVERED, FAILED, SENT = MessageState.DELIVERED, MessageState.FAILED, MessageState.SENT
FATES: dict[str, Outcome] = {
    "delivered": (False, {(SMS, DELIVERED)}),
    "failed": (False, {(SMS, FAILED), (NOTICE, SENT)}),
    "opted_out": (True, {(SMS, FAILED), (NOTICE, SENT)}),
}


@pytest.mark.parametrize("protocol", CarrierProtocol)
def test_messages_go_over_every_protocol_and_their_reports_come_back(protocol: CarrierProtocol) -> None:
    """By the rights of the functions, through the real API: what the gateway pushes is signed."""
    arrived: list[Handed] = []
    with (
        SmsGateway(SEED) as sms,
        Sandbox(start=MORNING, seed=SEED, parameters={"Sender": protocol.sender}) as sandbox,
        short_way(ACCOUNT),
    ):
        enter(sandbox, sandbox.settings.gateway_secret, sms.entered)
        gateway = Gateway(sandbox)

        def serve(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
            answer = gateway.handle(method, path, headers, body)
            return answer.status, answer.body

        desk = a_desk(serve)
        carrier = Carrier(SEED, link_of(sandbox, desk, sms), arrived.append, frozenset({DEAD}))
        told = [a_message(n, phone) for n, phone in enumerate(PHONES)]
        sandbox.advance_to(MORNING + timedelta(minutes=31))
        assert [outcome(who) for who in told] == [(False, {(SMS, SENT)})] * len(PHONES)
        assert carrier.poll() == len(PHONES)
        sandbox.run_until_quiet()
        assert carrier.poll() == 0
        fates = {handed.phone: handed.status for handed in carrier.handed}
        assert (fates[DEAD], fates[REFUSES]) == ("failed", "opted_out")
        assert [outcome(who) for who in told] == [FATES[fates[phone]] for phone in PHONES]
    assert {handed.phone for handed in arrived} == {p for p in PHONES if fates[p] == "delivered"} != set()
    assert len(sms.received) == (len(PHONES) if protocol is CarrierProtocol.HTTP_GATEWAY else 0)
    assert {handed.at.astimezone(CHINA).hour for handed in carrier.handed} == {9}
    assert (desk.surprises, sandbox.last_errors) == ([], [])


def a_desk(serve: Serve) -> Desk:
    """Of a gateway, which has no token."""
    return Desk(serve, lambda *_, **__: "", clock.now, lambda *_: "")


def a_message(n: int, phone: str) -> PersonId:
    """Somebody with a phone, who is told today that she is certified."""
    who = people.create(
        identity(f"34160219500101{n:03d}X", phone=phone), person(), (), AT, "feed:roster"
    ).person
    words = {"until": "2026-06-30"}
    message = messages.compose(people.load(who).person, Template.CERTIFIED, "2025-06-30", words, DAY)
    people.change(who, lambda _: Change("told", "test", AT, messages=(message,)))
    return who


def outcome(who: PersonId) -> Outcome:
    record = people.load(who)
    return record.person.opted_out, {(m.channel, m.state) for m in record.messages}


# --- what may go wrong between the two -------------------------------------------------------------


@pytest.fixture
def sms() -> Iterator[SmsGateway]:
    with SmsGateway(SEED) as gateway:
        yield gateway


def test_a_refused_report_comes_again_at_the_next_hour_and_once_only(sms: SmsGateway) -> None:
    here, forms, statuses = HttpGateway(sms.url, THERE, SECRET), list[bytes](), [503, 200]

    def serve(_: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        assert (path, "Authorization" in headers) == ("/v1/carrier-reports", False)
        forms.append(body)
        return statuses.pop(0), b"{}"

    desk = a_desk(serve)
    carrier = Carrier(SEED, GatewayLink(sms, desk), lambda _: None)
    here.hand_over("m1", "15400000001", "您好")
    assert [carrier.poll() for _ in range(3)] == [1, 0, 0]
    assert desk.surprises == [Surprise("POST /v1/carrier-reports", 503, "")]
    told = [pushed_reports.read(form, here, clock.now()).reports for form in forms]
    assert told == [[{"message": "m1", "status": "DELIVRD"}]] * 2


def test_a_message_that_comes_twice_goes_to_the_phone_once_and_is_noticed(sms: SmsGateway) -> None:
    arrived, desk = list[Handed](), a_desk(lambda *_: (200, b"{}"))
    carrier = Carrier(SEED, GatewayLink(sms, desk), arrived.append)
    for _ in range(2):
        HttpGateway(sms.url, THERE, SECRET).hand_over("m1", "15400000001", "您好")
    assert carrier.poll() == len(arrived) == 1
    assert desk.surprises == [Surprise("POST /gateway/send", 200, "duplicate")]


def test_a_request_of_another_hour_is_not_taken(sms: SmsGateway) -> None:
    asked = {"account": THERE, "timestamp": "20250101000000", "message": "m1", "phone": "1", "content": "…"}
    assert sms.answer("/v2/send", {**asked, "sign": sign(asked, SECRET)}) == {"code": "time_invalid"}
    assert sms.received == []


@pytest.mark.parametrize("protocol", CarrierProtocol)
def test_the_command_line_chooses_the_protocol(
    protocol: CarrierProtocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RunOptions] = []
    monkeypatch.setattr(command_line, "run", asked.append)
    command_line.main(["run", "--carrier", protocol.value])
    command_line.main(["run"])
    assert [options.carrier for options in asked] == [protocol, CarrierProtocol.SNS]
