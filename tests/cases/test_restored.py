"""After a loss: which messages may have gone out, and what an operator may say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import boto3
import pytest

from admin.__main__ import main as admin
from chalicelib import clock as clocks
from chalicelib import messages
from chalicelib.cases import restored
from chalicelib.engine.suspension.outages import Outage
from chalicelib.model import Change, Channel, MessageState, PersonId, Template
from chalicelib.runs import run
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import outages, people
from tests.conftest import WUGAN, StoppedClock
from tests.storage.builders import AT, known

pytestmark = pytest.mark.usefixtures("aws")

ON = date(2025, 7, 1)
MORNING = datetime(2025, 7, 1, 8, 50, tzinfo=clocks.CHINA)  # messages go at 09:00, 15:00 and 18:00


@pytest.fixture(autouse=True)
def scheduled(monkeypatch: pytest.MonkeyPatch, aws: None) -> Iterator[None]:
    said = json.dumps({"send_messages": "cron(0 1,7,10 * * ? *)"})
    monkeypatch.setenv("WUGAN_SCHEDULES", said)
    settings.cache_clear()
    yield
    settings.cache_clear()


def waits(who: PersonId, channel: Channel = Channel.SMS, day: date = ON) -> str:
    """A message of somebody's that has still to go."""
    record = people.load(who)
    message = messages.compose(record.person, Template.REMIND, "2025-08-01", {"deadline": "2025-08-01"}, day)
    told = Change("told", "test", AT, messages=(replace(message, channel=channel),))
    people.change(who, lambda _: told)
    return message.id


def state_of(who: PersonId) -> MessageState:
    (message,) = people.load(who).messages
    return message.state


def close(since: datetime, lost: datetime) -> int:
    with run("restore") as each:
        return restored.close(restored.Gap(since, lost), each)


@pytest.mark.parametrize(
    ("minutes", "state", "why"),
    [
        (9, MessageState.PENDING, "nothing was sent between"),
        (10, MessageState.UNKNOWN, "at nine messages went out"),
        (600, MessageState.UNKNOWN, "several times"),
    ],
)
def test_a_text_that_may_have_gone_out_never_goes_again(
    minutes: int, state: MessageState, why: str, clock: StoppedClock
) -> None:
    who = known()
    waits(who)
    assert close(MORNING, MORNING + timedelta(minutes=minutes)) == (state is MessageState.UNKNOWN)
    assert state_of(who) is state, why
    assert close(MORNING, MORNING + timedelta(minutes=minutes)) == 0, "said again it changes nothing"


def test_a_notice_is_printed_again_and_what_was_not_due_still_waits(clock: StoppedClock) -> None:
    printed, later = known(number="341602195003079805"), known(number="341602195003079813")
    waits(printed, Channel.NOTICE)
    waits(later, day=ON + timedelta(days=3))
    assert close(MORNING, MORNING + timedelta(hours=1)) == 0
    assert (state_of(printed), state_of(later)) == (MessageState.PENDING, MessageState.PENDING)


def test_an_outage_goes_on_until_it_is_over(clock: StoppedClock) -> None:
    lost = clocks.civil_date(clocks.now())
    close(clocks.now() - timedelta(minutes=5), clocks.now())
    assert outages.said() == (Outage(lost, lost),)
    clock.advance(days=4)
    outages.say(Outage(lost, clocks.today()))
    assert outages.said() == (Outage(lost, lost + timedelta(days=4)),)
    outages.say(Outage(lost, lost))
    assert outages.said() == (Outage(lost, lost + timedelta(days=4)),), "nothing given back is taken again"


def test_what_cannot_be_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    since, lost = "2025-07-01T10:00:00+08:00", "2025-07-01T09:00:00+08:00"
    assert admin(["restore", "gap", "--since", since, "--lost", lost]) == 1
    assert outages.said() == ()
    with pytest.raises(SystemExit):
        admin(["restore", "gap", "--since", "2025-07-01T10:00:00", "--lost", lost])


def test_only_what_came_since_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, key = list[str](), "hrss/roster/20250701/a.csv"
    monkeypatch.setattr(restored.inbox_queue, "read_again", asked.append)
    boto3.client("s3").put_object(Bucket=WUGAN["INBOX_BUCKET"], Key=key, Body=b"x")
    came = boto3.client("s3").head_object(Bucket=WUGAN["INBOX_BUCKET"], Key=key)["LastModified"]
    assert restored.read_again(came + timedelta(seconds=1)) == 0
    assert restored.read_again(came) == 1
    assert asked == [key]
