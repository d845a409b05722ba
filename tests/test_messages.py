"""What is sent and what is not: one broken message stops no other, and nothing is said twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from string import Formatter
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from chalicelib import messages
from chalicelib.engine.texts import message_templates
from chalicelib.engine.texts.message_templates import NOTICES
from chalicelib.engine.texts.recovery_notices import TO_THE_HOUSEHOLD
from chalicelib.errors import NotFoundError, UnfinishedError, UnreadableError
from chalicelib.model import (
    Change,
    Channel,
    Message,
    MessageState,
    Person,
    PersonId,
    PersonRecord,
    SuspicionState,
    Template,
)
from chalicelib.settings import settings
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import outbox as outbox
from chalicelib.storage.dynamodb import people
from tests.conftest import WUGAN, StoppedClock
from tests.in_one_go import send_due
from tests.judged import judging
from tests.storage import faults
from tests.storage.builders import AT, identity, known, person, suspicion

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.long_way]

ALL_WORDS = {name: "" for text in NOTICES.values() for _, name, _, _ in Formatter().parse(text) if name} | {
    "deadline": "2025-07-31",
    "until": "2025-07-31",
    "month": "2025-07",
}
WORDS = {"deadline": "2025-07-31", "code": "000001"}
ON = date(2025, 7, 1)


@pytest.fixture(autouse=True)
def topic(aws: None) -> None:
    made = boto3.client("sns").create_topic(Name="messages")["TopicArn"]
    assert made == WUGAN["MESSAGES_TOPIC_ARN"]


def someone(n: int, template: Template = Template.REMIND, **words: str) -> tuple[PersonId, Message]:
    """Somebody with a phone of their own and one pending message."""
    number, phone = f"34160219500101{n:03d}X", f"138001380{n:02d}"
    told = person()
    who = people.create(identity(number, phone=phone), told, (), AT, "feed:roster").person
    message = messages.compose(people.load(who).person, template, f"about {n}", WORDS | words, ON)
    people.change(who, lambda _: Change("told", "test", AT, messages=(message,)))
    return who, message


def state_of(message: Message) -> MessageState:
    return outbox.message_by_id(message.id)[1].state


@contextmanager
def published(answer: Callable[[Any], Any] = lambda _: None) -> Iterator[list[Mapping[str, str]]]:
    """What is put to SNS, as it goes over the wire."""
    seen: list[Mapping[str, str]] = []

    def note(request: Any) -> Any:
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        seen.append({name: values[0] for name, values in parse_qs(body).items()})
        return answer(request)

    with faults.at_call("sns", "Publish", note):
        yield seen


def test_a_message_that_cannot_be_put_into_words_blocks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    _, first = someone(1, Template.SUSPENDED)  # says a month, and has none; most urgent of all
    _, second = someone(2)
    _, third = someone(3)
    with published() as seen, pytest.raises(UnfinishedError, match="send_messages: 1 left out"):
        send_due()
    assert len(seen) == 2
    assert [state_of(m) for m in (first, second, third)] == [
        MessageState.PENDING,
        MessageState.SENT,
        MessageState.SENT,
    ]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["LeftOut"] == [1.0]


def test_a_broken_message_does_not_take_the_day_of_the_same_persons_others() -> None:
    who, broken = someone(1, Template.SUSPENDED)
    good = messages.compose(people.load(who).person, Template.REMIND, "good", WORDS, ON)
    people.change(who, lambda _: Change("told", "test", AT, messages=(good,)))
    with published(), pytest.raises(UnfinishedError):
        send_due()
    assert state_of(good) is MessageState.SENT
    assert state_of(broken) is MessageState.PENDING


def test_a_record_that_cannot_be_read_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = someone(1)
    _, second = someone(2)
    load = people.load

    def broken(who: PersonId) -> Any:
        if who == first:
            raise TypeError("a field that nobody knows")
        return load(who)

    monkeypatch.setattr(people, "load", broken)
    with published(), pytest.raises(UnfinishedError):
        send_due()
    monkeypatch.undo()
    assert state_of(second) is MessageState.SENT


def read_timeout(request: Any) -> None:
    raise ReadTimeoutError(endpoint_url=request.url)


@pytest.mark.parametrize("fault", [read_timeout, faults.lost_ack])
def test_a_lost_acknowledgement_is_unknown_and_nothing_is_said_twice(
    fault: Callable[[Any], Any], clock: StoppedClock
) -> None:
    _, message = someone(1)
    _, other = someone(2)
    first: list[str] = []

    def once(request: Any) -> Any:
        first.append(request.url)
        return fault(request) if len(first) == 1 else None

    with published(once) as seen:
        with pytest.raises(UnfinishedError):
            send_due()
        assert len(seen) == 2, "one try for each"
        clock.advance(minutes=20)
        assert send_due() == 0
        clock.advance(days=1)
        assert send_due() == 0
        assert len(seen) == 2
    assert {state_of(message), state_of(other)} == {MessageState.UNKNOWN, MessageState.SENT}


def no_connection(request: Any) -> None:
    raise ConnectTimeoutError(endpoint_url=request.url)


def no_endpoint(request: Any) -> None:
    raise EndpointConnectionError(endpoint_url=request.url)


def throttled(request: Any) -> AWSResponse:
    class Answer:
        def stream(self) -> Iterator[bytes]:
            yield b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"

    return AWSResponse(request.url, 400, {}, Answer())


@pytest.mark.parametrize("fault", [no_connection, no_endpoint, throttled])
def test_what_was_certainly_not_taken_goes_with_the_next_run(fault: Callable[[Any], Any]) -> None:
    _, message = someone(1)
    with published(fault) as seen, pytest.raises(UnfinishedError):
        send_due()
    assert len(seen) == 1
    assert state_of(message) is MessageState.PENDING
    with published() as seen:
        assert send_due() == 1
        assert send_due() == 0
    assert len(seen) == 1
    assert state_of(message) is MessageState.SENT


def test_what_goes_to_the_gateway_bears_its_id() -> None:
    _, message = someone(1)
    with published() as seen:
        send_due()
    (sent,) = seen
    assert json.loads(sent["Message"])["message"] == message.id
    assert attributes(sent) == {"message": message.id}


def test_an_sms_bears_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    _, message = someone(1)
    monkeypatch.setenv("WUGAN_SENDER", "sms")
    settings.cache_clear()
    with judging() as judge, judge.acting("PassSend"), published() as seen:
        send_due()
    (sent,) = seen
    assert sent["PhoneNumber"] == "+8613800138001"
    assert message.id not in sent["Message"]
    assert attributes(sent) == {"message": message.id}


def attributes(sent: Mapping[str, str]) -> dict[str, str]:
    place = "MessageAttributes.entry.1."
    assert sent[f"{place}Value.DataType"] == "String"
    return {sent[f"{place}Name"]: sent[f"{place}Value.StringValue"]}


def test_the_client_of_sns_tries_once_and_others_more_often() -> None:
    assert clients.client("sns").meta.config.retries["total_max_attempts"] == 1
    assert clients.client("dynamodb").meta.config.retries["total_max_attempts"] > 1


# --- notices -------------------------------------------------------------------------------------


def test_whoever_has_given_up_the_phone_meanwhile_gets_the_notice() -> None:
    who, message = someone(1)
    record = people.load(who)
    assert message.channel is Channel.SMS
    people.change(who, lambda _: Change("x", "test", AT, person=opted_out(record.person)))
    with judging() as judge, judge.acting("PassSend"), published() as seen:
        assert send_due() == 1
    assert seen == []
    sent = outbox.message_by_id(message.id)[1]
    assert (sent.state, sent.channel) == (MessageState.SENT, Channel.NOTICE), "it is shown as it went"
    assert "待遇资格认证告知书" in bundle(record.person.area)
    assert message.id in bundle(record.person.area)


def test_a_notice_that_could_not_be_laid_down_is_not_lost() -> None:
    who = known()
    people.change(who, lambda r: Change("x", "test", AT, person=opted_out(r.person)))
    message = messages.compose(people.load(who).person, Template.REMIND, "x", WORDS, ON)
    assert message.channel is Channel.NOTICE
    people.change(who, lambda _: Change("told", "test", AT, messages=(message,)))
    with faults.at_call("s3", "PutObject", read_timeout), pytest.raises(UnfinishedError):
        send_due()
    assert state_of(message) is MessageState.PENDING
    assert send_due() == 1
    assert state_of(message) is MessageState.SENT


def bundle(village: str, on: date = ON) -> str:
    """The notices of a village and day as they lie in the outbox."""
    key = f"villages/{village}/notices/{on}.html"
    return boto3.client("s3").get_object(Bucket="outbox", Key=key)["Body"].read().decode()


def dead(record: PersonRecord, carried_out: bool) -> Change:
    """A death that people have confirmed; carried out: an authority has ended its benefit."""
    found = suspicion("2025-06-20", state=SuspicionState.CONFIRMED, closed=date(2025, 6, 25))
    who = replace(record.person, deceased_on=found.day) if carried_out else None
    return Change("x", "test", AT, suspicions=(found,), person=who)


@pytest.mark.parametrize("carried_out", [False, True])
def test_nothing_ever_goes_to_the_phone_of_somebody_who_has_died(carried_out: bool) -> None:
    """Of what was under way before, only what concerns the household is still said, on paper."""
    who, _ = someone(1)
    record = people.load(who)
    told = [messages.compose(record.person, t, f"about {t}", ALL_WORDS, ON) for t in Template]
    people.change(who, lambda _: Change("told", "test", AT, messages=tuple(told)))
    people.change(who, lambda r: dead(r, carried_out))
    with published() as seen:
        send_due()
    assert seen == []
    states = {m.template: (m.state, m.channel) for m in people.load(who).messages if m.about != "about 1"}
    for template, (state, channel) in states.items():
        said = template in TO_THE_HOUSEHOLD
        assert state is (MessageState.SENT if said else MessageState.DROPPED), template
        assert channel is Channel.NOTICE or not said, template
    person = replace(record.person, deceased_on=date(2025, 6, 20))
    later = [messages.compose(person, t, "later", ALL_WORDS, ON) for t in Template]
    assert {m.channel for m in later} == {Channel.NOTICE}


def opted_out(who: Person) -> Person:
    return replace(who, opted_out=True)


# --- what the carrier says -----------------------------------------------------------------------


def sent_to_someone() -> Message:
    _, message = someone(1)
    with published():
        send_due()
    return message


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (("accepted", "DELIVRD"), MessageState.DELIVERED),
        (("sending", "buffered", "enroute"), MessageState.SENT),
        (("UNDELIV", "sent", "Delivered"), MessageState.DELIVERED),
        (("delivered", "expired", "ACCEPTD"), MessageState.DELIVERED),
        (("failed", "accepted"), MessageState.FAILED),
    ],
)
def test_interim_words_change_nothing_and_a_late_delivery_counts(
    said: tuple[str, ...], state: MessageState
) -> None:
    message = sent_to_someone()
    for word in said:
        messages.carrier_reported({"message": message.id, "status": word})
    assert state_of(message) is state


def test_a_number_that_refuses_messages_gets_notices() -> None:
    message = sent_to_someone()
    with judging() as judge, judge.acting("CarrierReport"):
        messages.carrier_reported({"message": message.id, "status": "OPTED_OUT"})
    assert state_of(message) is MessageState.FAILED
    assert people.load(outbox.message_by_id(message.id)[0]).person.opted_out


@pytest.mark.parametrize("word", ["UNKNOWN", "success", "", 0, None])
def test_a_word_that_nobody_declared_comes_back_until_a_person_looks(word: Any) -> None:
    message = sent_to_someone()
    before = people.load(outbox.message_by_id(message.id)[0])
    for _ in range(3):
        with pytest.raises(UnreadableError):
            messages.carrier_reported({"message": message.id, "status": word})
    assert people.load(before.person.id) == before


@pytest.mark.parametrize(
    "report", [{"message": "nobody.1", "status": "delivered"}, {"status": "delivered"}, {}]
)
def test_a_report_about_nothing_is_not_swallowed(report: dict[str, str]) -> None:
    with pytest.raises((NotFoundError, KeyError)):
        messages.carrier_reported(report)


def test_what_happens_again_is_told_again() -> None:
    who, first = someone(1, Template.SUSPENDED, month="2025-08")
    again = messages.anew(people.load(who), Template.SUSPENDED, first.about, {"month": "2026-02"}, ON)
    assert again.id != first.id, "the same id would be the same message, and is never sent twice"
    other = messages.anew(people.load(who), Template.SUSPENDED, "another case", {"month": "2026-02"}, ON)
    assert other.id == messages.compose(people.load(who).person, Template.SUSPENDED, other.about, {}, ON).id


# --- the written notice of a decision ---------------------------------------------------------------


def test_whoever_has_a_phone_can_read_the_notice_too_as_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text message cannot carry the reason; the words of templates may change, what was told does not."""
    words = {"month": "2025-07", "yuan": "195.00", "what": "高龄津贴", "reason": "窗口人工认证已经完成"}
    _, message = someone(1, Template.RESUMED, **words)
    _, reminder = someone(2)
    with published():
        send_due()
    sent = outbox.message_by_id(message.id)[1]
    told = messages.document_of(sent)
    assert told is not None
    assert told.startswith("待遇恢复发放告知书")
    assert all(word in told for word in ("高龄津贴", "窗口人工认证已经完成", "行政复议", "行政诉讼"))
    assert messages.text_of(sent) == sent.said
    monkeypatch.setattr(message_templates, "NOTICES", dict.fromkeys(Template, "告知书"))
    monkeypatch.setattr(message_templates, "SMS", dict.fromkeys(Template, "短信"))
    assert messages.document_of(sent) == told
    assert messages.text_of(sent) == sent.said
    assert messages.document_of(outbox.message_by_id(reminder.id)[1]) is None, "it says all there is to say"


def test_a_decision_that_goes_on_paper_is_its_own_document() -> None:
    who = known()
    people.change(who, lambda r: Change("x", "test", AT, person=opted_out(r.person)))
    words = {"month": "2025-07", "yuan": "195.00"}
    message = messages.compose(people.load(who).person, Template.RESUMED, "x", words, ON)
    people.change(who, lambda _: Change("told", "test", AT, messages=(message,)))
    waiting = outbox.message_by_id(message.id)[1]
    assert messages.document_of(waiting) == messages.text_of(waiting)
    send_due()
    sent = outbox.message_by_id(message.id)[1]
    assert sent.document is None
    assert messages.document_of(sent) == sent.said
