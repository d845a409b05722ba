"""A person asks that a payment stop (row B6): spoken with first, a letter, seven days, another officer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib import cases
from chalicelib.errors import RefusedError
from chalicelib.messages import text_of
from chalicelib.model import (
    BenefitCode,
    Channel,
    EntitlementStatus,
    InstructionKind,
    ObjectionAbout,
    Paper,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
)
from tests.workflow.village import AUTHORITY, TOWNSHIP_OFFICE, Recipient, Village

ONE = Recipient(980, until=date(2025, 12, 31), also=("大中型水库移民后期扶持",))
PENSION, RESETTLED = BenefitCode("resident_pension"), BenefitCode("reservoir_resettlement")
SELF = "the person"


def asked(village: Village) -> PersonRecord:
    """The person asks on 3 March that the resettlement support stop."""
    village.settle(ONE)
    village.until(date(2025, 3, 3))
    cases.ask_to_stop(village.person(ONE.number), RESETTLED, by=SELF)
    village.sandbox.run_until_quiet()
    return village.record(ONE.number)


def spoken(village: Village, by: str = "wu", *, confirmed: bool = True) -> PersonRecord:
    """An officer of the township has spoken with the person."""
    request = village.record(ONE.number).open_suspicions[0]
    cases.suspicion_verified(
        village.person(ONE.number),
        request.kind,
        request.day,
        confirmed=confirmed,
        by=by,
        verification=Verification.STATEMENT,
        **TOWNSHIP_OFFICE,
    )
    village.sandbox.run_until_quiet()
    return village.record(ONE.number)


def statuses(record: PersonRecord) -> dict[BenefitCode, EntitlementStatus]:
    return {e.benefit: e.status for e in record.entitlements}


UNTOUCHED = {PENSION: EntitlementStatus.ACTIVE, RESETTLED: EntitlementStatus.ACTIVE}


def test_nothing_stops_by_asking_and_silence_stops_nothing(village: Village) -> None:
    (request,) = asked(village).open_suspicions
    assert (request.kind, request.benefit, request.raised_by) == (SuspicionKind.STOP_ASKED, RESETTLED, SELF)
    assert cases.ask_to_stop(village.person(ONE.number), RESETTLED, by=SELF) == request, "again: the same one"
    village.days(60)
    record = village.record(ONE.number)
    assert (statuses(record), record.instructions, record.messages) == (UNTOUCHED, (), ())


def test_once_spoken_about_a_letter_goes_out_and_seven_days_are_open(village: Village) -> None:
    asked(village)
    record = spoken(village)
    (request,) = record.open_suspicions
    assert request.undo_until == date(2025, 3, 10)
    (letter,) = record.messages
    assert (letter.template, letter.channel) == (Template.STOP_ASKED, Channel.NOTICE), (
        "on paper, with a phone too"
    )
    assert "2025年3月10日" in text_of(letter)
    with pytest.raises(RefusedError, match="may_be_undone"):
        village.second_word(ONE.number, "li")
    assert statuses(village.record(ONE.number)) == UNTOUCHED


def test_after_seven_days_another_officer_of_its_authority_stops_that_benefit_alone(village: Village) -> None:
    asked(village)
    request = spoken(village).open_suspicions[0]
    village.until(date(2025, 3, 11))
    person = village.person(ONE.number)
    with pytest.raises(RefusedError, match="its_authority_decides"):
        cases.approve_suspicion(person, request.kind, request.day, by="li", **TOWNSHIP_OFFICE)
    with pytest.raises(RefusedError, match="same_person"):
        cases.approve_suspicion(person, request.kind, request.day, by="wu", **AUTHORITY)
    village.second_word(ONE.number, "li")
    record = village.record(ONE.number)
    assert statuses(record) == {PENSION: EntitlementStatus.ACTIVE, RESETTLED: EntitlementStatus.TERMINATED}
    assert [(i.kind, i.month) for i in record.instructions] == [(InstructionKind.TERMINATE, "2025-04")]
    assert record.recoveries == (), "what was paid is not asked back"
    told = next(m for m in record.messages if m.template is Template.TERMINATED)
    assert "本人于2025年3月3日申请停发" in told.words["reason"]


def test_decided_after_the_cut_off_it_stops_a_month_later(village: Village) -> None:
    asked(village)
    spoken(village)
    village.until(date(2025, 3, 26))
    village.second_word(ONE.number, "li")
    assert [i.month for i in village.record(ONE.number).instructions] == ["2025-05"]


@pytest.mark.parametrize("is_spoken", [False, True])
def test_undone_it_is_as_if_nobody_had_asked(village: Village, is_spoken: bool) -> None:
    request = asked(village).open_suspicions[0]
    if is_spoken:
        spoken(village)
    person = village.person(ONE.number)
    cases.undo_stop(person, request.name, by=SELF)
    village.sandbox.run_until_quiet()
    record = village.record(ONE.number)
    assert [s.state for s in record.suspicions] == [SuspicionState.WITHDRAWN]
    assert record.suspicions[0].waiting is None, "its walk is over"
    assert (statuses(record), record.instructions) == (UNTOUCHED, ())
    village.days(30)
    village.second_word(ONE.number, "li")
    assert statuses(village.record(ONE.number)) == UNTOUCHED
    again = cases.ask_to_stop(person, RESETTLED, by=SELF)
    assert again.state is SuspicionState.OPEN
    assert again.day >= request.day + timedelta(days=30), "a new request, spoken about anew"


def test_it_is_undone_even_once_approved_while_nothing_has_stopped_yet(village: Village) -> None:
    """An objection keeps what is approved from taking effect; what is undone then never does."""
    request = asked(village).open_suspicions[0]
    spoken(village)
    village.until(date(2025, 3, 11))
    person = village.person(ONE.number)
    cases.object_to(person, ObjectionAbout.TERMINATION, by=SELF)
    village.second_word(ONE.number, "li")
    (approved,) = village.record(ONE.number).suspicions
    assert (approved.state, approved.unsigned) == (SuspicionState.CONFIRMED, (RESETTLED,))
    undone = cases.undo_stop(person, request.name, by=SELF)
    village.sandbox.run_until_quiet()
    assert (undone.state, undone.is_unfinished, undone.unsigned) == (SuspicionState.WITHDRAWN, False, ())
    village.days(30)
    assert statuses(village.record(ONE.number)) == UNTOUCHED


def test_whoever_did_not_mean_it_is_left_alone(village: Village) -> None:
    asked(village)
    record = spoken(village, confirmed=False)
    assert [s.state for s in record.suspicions] == [SuspicionState.CLEARED]
    assert (statuses(record), record.messages) == (UNTOUCHED, ())


def test_what_has_stopped_starts_again_when_the_person_wants_it(village: Village) -> None:
    """Reversible: the same way back as of anything that has ended (rule 15)."""
    request = asked(village).open_suspicions[0]
    spoken(village)
    village.until(date(2025, 3, 11))
    village.second_word(ONE.number, "li")
    person = village.person(ONE.number)
    with pytest.raises(RefusedError, match="already_ended"):
        cases.undo_stop(person, request.name, by=SELF)
    village.until(date(2025, 6, 2))
    restart = cases.raise_restart(person, RESETTLED, date(2025, 6, 2), Paper.GRANT, by="zhou")
    village.sandbox.run_until_quiet()
    for officer in ("wu", "li"):
        cases.suspicion_verified(
            person,
            restart.kind,
            restart.day,
            confirmed=True,
            by=officer,
            verification=Verification.DOCUMENT,
            **AUTHORITY,
        )
        village.sandbox.run_until_quiet()
    assert statuses(village.record(ONE.number)) == UNTOUCHED


def test_who_draws_nothing_of_it_asks_in_vain(village: Village) -> None:
    village.settle(ONE)
    with pytest.raises(RefusedError, match="not_drawn"):
        cases.ask_to_stop(village.person(ONE.number), BenefitCode("old_age_allowance"), by=SELF)
