"""Whom a message has not reached is reached by the next channel, on the same day (rules 8 and 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib import carriers, messages, printing
from chalicelib.carriers import Handed
from chalicelib.carriers.sns import Sns
from chalicelib.engine.calendar.periods import civil_time
from chalicelib.errors import ConflictError, UnfinishedError
from chalicelib.model import (
    Case,
    Change,
    Channel,
    Contact,
    Message,
    MessageState,
    PersonId,
    StateName,
    StepOutcome,
    Template,
)
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import outbox, people, shards, tables, worklists
from chalicelib.storage.dynamodb.people import Newcomer
from chalicelib.storage.dynamodb.tables import Work
from chalicelib.storage.s3 import objects
from tests.conftest import WUGAN, StoppedClock
from tests.in_one_go import send_due
from tests.judged import judging
from tests.storage.builders import AT, identity, person
from tests.workflow.crashes import each_call

pytestmark = pytest.mark.usefixtures("aws")

DUE, ON = date(2025, 7, 31), date(2025, 7, 1)
WORDS = {"deadline": "2025-07-31", "code": "000001"}
OWN, HELPERS = "13800138001", "13800138002"
HELPED = Contact("某村东3号", "某戊", HELPERS)
SMS, HELPER, PAPER = Channel.SMS, Channel.HELPER, Channel.NOTICE
VILLAGE = "341602100201"


@pytest.fixture(autouse=True)
def topic(aws: None) -> None:
    assert boto3.client("sns").create_topic(Name="messages")["TopicArn"] == WUGAN["MESSAGES_TOPIC_ARN"]


@contextmanager
def handed_over() -> Iterator[list[str]]:
    """The phones to which messages are handed over meanwhile."""
    phones: list[str] = []

    class Notes:
        def hand_over(self, _message: str, phone: str, _text: str) -> Handed:
            phones.append(phone)
            return Handed.TAKEN

        def fetch_reports(self, after: str) -> tuple[tuple[()], str]:
            return (), after

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(carriers, "in_use", Notes)
        yield phones


def somebody(n: int = 1, phone: str | None = OWN, contact: Contact = HELPED) -> PersonId:
    who = replace(person(has_phone=phone is not None), has_helper=contact.helper_phone is not None)
    newcomer = Newcomer(identity(f"34160219500101{n:03d}X", phone=phone), who, (), contact)
    [found] = people.create_all([newcomer], AT, "feed:roster")
    case = Case(DUE, date(2025, 5, 1), 1, StateName.REMIND)
    people.change(found.person, lambda _: Change("case", "test", AT, cases=(case,)))
    return found.person


def told(who: PersonId, template: Template = Template.REMIND, **words: str) -> Message:
    composed = messages.compose(
        people.load(who).person, template, DUE.isoformat(), WORDS | words, civil_time(AT).date()
    )
    people.change(who, lambda _: Change("told", "test", AT, messages=(composed,)))
    return composed


def ways(who: PersonId) -> list[tuple[Channel, MessageState]]:
    """How each message went, the first first."""
    known = people.load(who).messages
    first = [m for m in known if m.follows is None]
    behind = {m.follows: m for m in known if m.follows is not None}
    chain = list(first)
    while chain[-1].id in behind:
        chain.append(behind[chain[-1].id])
    return [(m.channel, m.state) for m in chain]


def last(who: PersonId) -> Message:
    return max(people.load(who).messages, key=lambda m: (m.channel is PAPER, m.channel is HELPER))


def reports(message: Message, word: str) -> None:
    with judging() as judge, judge.acting("CarrierReport"):
        messages.carrier_reported({"message": message.id, "status": word})


def bundle(on: date = ON) -> str:
    key = f"villages/{VILLAGE}/notices/{on}.html"
    return boto3.client("s3").get_object(Bucket="outbox", Key=key)["Body"].read().decode()


def test_own_phone_then_the_helpers_then_paper_all_on_one_day() -> None:
    who = somebody()
    first = told(who)
    assert send_due() == 1
    reports(first, "UNDELIV")
    assert ways(who) == [(SMS, MessageState.FAILED), (HELPER, MessageState.SENT)]
    helped = last(who)
    assert (helped.said or "").startswith("【亳州无感互认】请转告您协助的人")
    reports(helped, "EXPIRED")
    assert ways(who) == [
        (SMS, MessageState.FAILED),
        (HELPER, MessageState.FAILED),
        (PAPER, MessageState.SENT),
    ]
    printed = bundle()
    assert all(word in printed for word in ("测试甲", "某村东3号", "g7", last(who).id, "待遇资格认证告知书"))
    assert {m.day for m in people.load(who).messages} == {ON}


def test_the_next_channel_goes_by_the_carrier_of_the_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_SENDER", "sms")
    settings.cache_clear()
    who = somebody()
    first = told(who)
    send_due()
    reports(first, "failed")
    assert ways(who) == [(SMS, MessageState.FAILED), (HELPER, MessageState.SENT)]


def test_without_a_helper_paper_follows_and_the_report_again_changes_nothing() -> None:
    who = somebody(contact=Contact())
    first = told(who)
    with handed_over():
        send_due()
        reports(first, "failed")
        reports(first, "failed")
    assert ways(who) == [(SMS, MessageState.FAILED), (PAPER, MessageState.SENT)]


def test_a_phone_that_refuses_messages_is_passed_over_from_now_on() -> None:
    who = somebody()
    first = told(who)
    with handed_over() as phones:
        send_due()
        reports(first, "OPTED_OUT")
        reports(last(who), "已退订")
        told(who, Template.CERTIFIED, until="2026-06-30")
        send_due()
    assert phones == [OWN, HELPERS]
    somebody_now = people.load(who).person
    assert (somebody_now.opted_out, somebody_now.helper_opted_out) == (True, True)
    assert [m.channel for m in people.load(who).messages if m.template is Template.CERTIFIED] == [PAPER]


def test_the_same_phone_twice_is_no_other_channel() -> None:
    who = somebody(contact=Contact(helper_phone=OWN))
    first = told(who)
    with handed_over() as phones:
        send_due()
        reports(first, "failed")
    assert phones == [OWN]
    assert ways(who) == [(SMS, MessageState.FAILED), (PAPER, MessageState.SENT)]


def test_whoever_has_no_phone_is_reminded_through_the_helper_and_told_decisions_on_paper() -> None:
    who = somebody(phone=None)
    told(who)
    told(who, Template.RESUMED, month="2025-07", yuan="195.00")
    with handed_over() as phones:
        assert send_due() == 2
    assert phones == [HELPERS]
    assert "待遇恢复发放告知书" in bundle()


def test_a_fate_that_stays_unknown_for_a_day_is_a_failure(clock: StoppedClock) -> None:
    who = somebody()
    first = told(who)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Sns, "hand_over", _breaks_off)
        with pytest.raises(UnfinishedError):
            send_due()
    assert outbox.message_by_id(first.id)[1].state is MessageState.UNKNOWN
    with handed_over() as phones, judging() as judge, judge.acting("PassSend"):
        assert send_due() == 0, "the carrier may still say"
        clock.advance(days=1)
        assert send_due() == 1
        assert send_due() == 0
    assert phones == [HELPERS]
    assert ways(who) == [(SMS, MessageState.UNKNOWN), (HELPER, MessageState.SENT)]
    reports(first, "failed")
    assert len(ways(who)) == 2, "another goes already"


def test_what_is_sent_and_never_reported_reaches_nobody_and_is_never_delivered(clock: StoppedClock) -> None:
    who = somebody()
    first = told(who)
    with handed_over() as phones:
        assert send_due() == 1
        clock.advance(days=2)
        assert send_due() == 0, "two days: the phone may be off"
        clock.advance(days=1)
        assert send_due() == 1
        assert send_due() == 0
    assert phones == [OWN, HELPERS]
    assert ways(who) == [(SMS, MessageState.SENT), (HELPER, MessageState.SENT)]
    reports(first, "delivered")
    assert ways(who)[0] == (SMS, MessageState.DELIVERED), "a late word still counts"


@pytest.mark.parametrize("word", ["DELIVERED", "REJECTED"])
def test_a_row_that_was_laid_for_the_day_after_goes_once_all_has_been_heard(
    word: str, clock: StoppedClock
) -> None:
    who = somebody(contact=Contact())
    message = told(who)
    with handed_over():
        send_due()
    rows = list(shards.rows("OUT", "~"))
    assert [row.sk.partition("#")[0] for row in rows] == ["2025-07-01"], "it waits where it was"
    laid = "2025-07-02#" + rows[0].sk.partition("#")[2]
    tables.put(Work(rows[0].pk, laid, body=rows[0].body))
    reports(message, word)
    clock.advance(days=1)
    with handed_over() as sent:
        send_due()
        assert laid not in {row.sk for row in shards.rows("OUT", "~")}
    assert sent == [], "nobody is told again"


def _breaks_off(*_: object) -> None:
    raise OSError("the connection was lost")


def test_who_was_reached_after_all_is_told_no_second_time(clock: StoppedClock) -> None:
    who = somebody()
    first = told(who)
    with handed_over() as phones:
        send_due()
        clock.instant = datetime(2025, 7, 1, 13, tzinfo=UTC)  # 21:00 in China
        reports(first, "failed")
        assert ways(who) == [(SMS, MessageState.FAILED), (HELPER, MessageState.PENDING)], "not at night"
        reports(first, "DELIVRD")
        clock.advance(hours=12)
        send_due()
    assert phones == [OWN]
    assert ways(who) == [(SMS, MessageState.DELIVERED), (HELPER, MessageState.DROPPED)]


def test_a_failed_message_takes_nobodys_day_and_the_most_urgent_goes_first() -> None:
    """One message a day, but of those received; and what stops a payment is told before a reminder."""
    who = somebody(contact=Contact(helper_phone=HELPERS))
    first = told(who)
    with handed_over() as phones:
        send_due()
        urgent = told(who, Template.TERMINATED)
        reports(first, "failed")
        assert phones == [OWN, OWN], "the day of the failed one is free"
        assert outbox.message_by_id(urgent.id)[1].state is MessageState.SENT
        waiting = last(who)
    assert (waiting.channel, waiting.state) == (HELPER, MessageState.PENDING)
    assert waiting.day == date(2025, 7, 2), "one a day"


def test_a_late_failure_of_a_reminder_whose_case_is_over_bothers_nobody() -> None:
    who = somebody()
    first = told(who)
    with handed_over() as phones:
        send_due()
        closed = Case(DUE, date(2025, 5, 1), 1, StateName.CLOSE_CASE, outcome=StepOutcome.CERTIFIED)
        people.change(who, lambda _: Change("closed", "test", AT, cases=(closed,)))
        reports(first, "EXPIRED")
    assert phones == [OWN]
    assert ways(who) == [(SMS, MessageState.FAILED)]


# --- the bundle of a village ----------------------------------------------------------------------


def test_one_bundle_per_village_and_day_holds_all_of_it(clock: StoppedClock) -> None:
    """Whatever is printed later that day is added; the day after, what nobody has brought is listed."""
    one, two, three = (somebody(n, None, Contact()) for n in (1, 2, 3))
    told(one), told(two)
    assert send_due() == 2
    told(three)
    clock.advance(hours=3)
    assert send_due() == 1
    assert len(sections(bundle())) == 3
    found = boto3.client("s3").list_objects_v2(Bucket="outbox", Prefix="villages/")["Contents"]
    assert [entry["Key"] for entry in found] == [f"villages/{VILLAGE}/notices/2025-07-01.html"]
    clock.advance(days=1)
    told(one, Template.RESUMED, month="2025-07", yuan="195.00")
    send_due()
    later = bundle(date(2025, 7, 2))
    assert len(sections(later)) == 1
    assert "共4份" in later


def sections(html: str) -> list[str]:
    return re.findall(r'<section id="([^"]+)">', html)


def test_what_another_has_printed_meanwhile_stays_in_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (somebody(n, None, Contact()) for n in (1, 2))
    told(one)
    put, other = objects.put_notices, told(two)

    def beaten(*args: Any) -> None:
        monkeypatch.setattr(objects, "put_notices", put)
        messages._send_all([("", two, other.id)], lambda **_: _nothing())
        put(*args)

    monkeypatch.setattr(objects, "put_notices", beaten)
    messages._send_all([("", one, last(one).id)], lambda **_: _nothing())
    assert len(sections(bundle())) == 2


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def test_who_is_always_beaten_gives_up_and_prints_later(monkeypatch: pytest.MonkeyPatch) -> None:
    who = somebody(1, None, Contact())
    told(who)
    with monkeypatch.context() as patched:
        patched.setattr(printing.retries, "pause", lambda _: None)
        patched.setattr(objects, "put_notices", _conflict)
        with pytest.raises(UnfinishedError):
            send_due()
    assert ways(who) == [(PAPER, MessageState.PENDING)]
    assert send_due() == 1


def _conflict(*_: Any) -> None:
    raise ConflictError("always")


def test_a_notice_that_was_claimed_and_never_printed_is_printed_again(clock: StoppedClock) -> None:
    who = somebody(1, None, Contact())
    message = told(who)
    outbox.claim(who, message, said="…")
    clock.advance(hours=1)
    send_due()  # takes it back
    assert send_due() == 1
    assert message.id in bundle()


def no_object_is_written(name: str, _: object) -> None:
    if name == "s3.PutObject":
        raise ConnectTimeoutError(endpoint_url="https://aws.invalid/")


def test_names_and_addresses_stand_in_the_bundle_alone(capsys: pytest.CaptureFixture[str]) -> None:
    who = somebody(1, None, Contact(address="某村东3号"))
    told(who)
    with each_call(no_object_is_written), pytest.raises(UnfinishedError):
        send_due()
    send_due()
    said = capsys.readouterr().out + str(list(worklists.notices(VILLAGE)))
    assert "某村东3号" in bundle()
    for word in ("某村东3号", "测试甲", identity("34160219500101001X").number):
        assert word not in said
