"""By which way a message goes, and by which next where one has failed (rules 8 and 9)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from chalicelib.engine.texts.channels import (
    DECISIONS,
    again_on,
    first_channel,
    following_channel,
    has_failed,
    next_channel,
    printed_on,
)
from chalicelib.engine.texts.recovery_notices import WRITTEN
from chalicelib.model import Case, Channel, MessageState, Person, PersonRecord, StateName, Template
from tests.people import a_message, a_person

DUE = date(2025, 6, 30)
CHINA = timezone(timedelta(hours=8))
PHONE = {"has_phone": True}
HELPER = {"has_helper": True}
NO_MORE = {"opted_out": True}
NOR_HELPER = {"helper_opted_out": True}
SMS, HELPED, PAPER = Channel.SMS, Channel.HELPER, Channel.NOTICE


def somebody(**given: bool) -> Person:
    return replace(a_person(), **{"has_phone": False, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "reminded_by", "decision_by"),
    [
        (PHONE, SMS, SMS),
        (PHONE | HELPER, SMS, SMS),
        (HELPER, HELPED, PAPER),  # without a phone of their own a decision comes on paper, at once
        (PHONE | NO_MORE | HELPER, HELPED, PAPER),
        (PHONE | NO_MORE | HELPER | NOR_HELPER, PAPER, PAPER),
        ({}, PAPER, PAPER),
    ],
)
def test_the_first_way(who: dict[str, bool], reminded_by: Channel, decision_by: Channel) -> None:
    assert first_channel(somebody(**who), Template.REMIND) is reminded_by
    assert {first_channel(somebody(**who), template) for template in DECISIONS} == {decision_by}


@pytest.mark.parametrize(
    ("who", "failed", "following"),
    [
        (PHONE | HELPER, SMS, HELPED),
        (PHONE, SMS, PAPER),
        (PHONE | HELPER | NOR_HELPER, SMS, PAPER),
        (PHONE | HELPER, HELPED, PAPER),
        (PHONE | HELPER, PAPER, None),
    ],
)
def test_the_way_after_one_that_failed(
    who: dict[str, bool], failed: Channel, following: Channel | None
) -> None:
    assert next_channel(somebody(**who), failed) is following


def test_what_nobody_knows_the_fate_of_has_failed_after_a_day() -> None:
    at = datetime(2025, 5, 2, 17, tzinfo=UTC)  # the third, in China
    lost = a_message(MessageState.UNKNOWN, changed=at)
    assert again_on(lost) == date(2025, 5, 4)
    days = [datetime(2025, 5, day, 9, tzinfo=CHINA) for day in (3, 4, 5)]
    assert [has_failed(lost, now, None) for now in days] == [False, True, True]
    of_before = a_message(MessageState.UNKNOWN)
    assert again_on(of_before) == of_before.day + timedelta(days=1)


@pytest.mark.parametrize("state", list(MessageState))
def test_only_a_word_about_a_phone_is_a_failure(state: MessageState) -> None:
    on, now = date(2025, 5, 2), datetime(2025, 5, 2, 9, tzinfo=CHINA)
    assert has_failed(a_message(state, on=on), now, 72) is (state is MessageState.FAILED)
    assert not has_failed(a_message(state, channel=PAPER), now + timedelta(days=9), 72)


@pytest.mark.parametrize(
    ("hours", "declared", "failed"), [(71, 72, False), (72, 72, True), (9_000, None, False)]
)
def test_what_is_sent_and_never_reported_has_reached_nobody(
    hours: int, declared: int | None, failed: bool
) -> None:
    sent = datetime(2025, 5, 2, 9, tzinfo=CHINA)
    message = a_message(MessageState.SENT, changed=sent)
    assert has_failed(message, sent + timedelta(hours=hours), declared) is failed


def test_one_message_follows_and_a_reminder_only_while_its_case_walks() -> None:
    person = somebody(**PHONE)
    reminder = a_message(MessageState.FAILED)
    case = Case(DUE, date(2025, 4, 1), 1, StateName.REMIND)
    walking = PersonRecord(person, cases=(case,), messages=(reminder,))
    assert following_channel(walking, reminder) is PAPER
    other = replace(case, due=date(2026, 6, 30))
    assert following_channel(replace(walking, cases=(other,)), reminder) is None
    assert following_channel(replace(walking, cases=()), reminder) is None
    told = a_message(MessageState.FAILED, template=Template.RESUMED)
    assert following_channel(replace(walking, cases=(), messages=(told,)), told) is PAPER
    goes = a_message(id="m2", follows=told.id, channel=PAPER)
    assert following_channel(replace(walking, cases=(), messages=(told, goes)), told) is None


@pytest.mark.parametrize(
    ("template", "on", "corrected", "follows", "why"),
    [
        (Template.CERTIFIED, "2025-07-01", None, True, "nobody has said otherwise"),
        (Template.CERTIFIED, "2025-07-01", "2025-07-01", False, "corrected on the same day"),
        (Template.CERTIFIED, "2025-07-01", "2025-07-03", False, "corrected since"),
        (Template.CERTIFIED, "2025-07-04", "2025-07-03", True, "certified anew after that"),
        (Template.CORRECTED, "2025-07-01", "2025-07-03", False, "the correction was corrected"),
        (Template.CORRECTED, "2025-07-03", "2025-07-03", True, "the correction itself"),
        (Template.SUSPENDED, "2025-07-01", "2025-07-03", True, "says nothing of such a day"),
    ],
)
def test_a_day_that_was_corrected_since_is_not_told_again(
    template: Template, on: str, corrected: str | None, follows: bool, why: str
) -> None:
    said = a_message(template=template, on=on)
    others = () if corrected is None else (a_message(template=Template.CORRECTED, on=corrected, id="m2"),)
    record = PersonRecord(a_person(), messages=(said, *others))
    assert (following_channel(record, said) is not None) is follows, why


def test_a_notice_is_of_the_day_on_which_it_was_printed_and_waits_to_be_brought() -> None:
    at = datetime(2025, 5, 2, 17, tzinfo=UTC)
    printed = a_message(MessageState.SENT, channel=PAPER, changed=at)
    assert printed_on(printed) == date(2025, 5, 3)
    assert printed.is_to_be_brought
    assert not replace(printed, state=MessageState.DELIVERED).is_to_be_brought
    assert not replace(printed, channel=SMS).is_to_be_brought


@pytest.mark.parametrize("template", sorted(WRITTEN))
def test_what_is_a_letter_by_law_goes_on_paper_whoever_has_a_phone(template: Template) -> None:
    assert first_channel(somebody(**PHONE), template) is PAPER


def test_nothing_about_the_dead_goes_to_their_phone() -> None:
    assert first_channel(replace(somebody(**PHONE), deceased_on=DUE), Template.REMIND) is PAPER
