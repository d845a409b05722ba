"""A person asks that a payment of theirs stop (row B6): who says what, when, and until when it is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.suspicion import stop_requests
from chalicelib.engine.suspicion.lifecycle import COUNTY, TOWNSHIP
from chalicelib.errors import RefusedError
from chalicelib.model import BenefitCode, EntitlementStatus, Suspicion, SuspicionKind, SuspicionState
from tests.events import RULES
from tests.people import PENSION, a_record, a_suspicion, an_entitlement, day

ON = day("2025-03-03")


def asked(*earlier: Suspicion) -> Suspicion:
    record = a_record(suspicions=earlier)
    return stop_requests.asked(record, PENSION, by="the person", rules=RULES, on=ON)


def spoken() -> Suspicion:
    said = replace(asked(), verified_by="wu")
    return stop_requests.spoken_about(said, day("2025-03-05"), RULES.policy)


def every(benefit: BenefitCode) -> bool:
    return benefit == PENSION


def none(benefit: BenefitCode) -> bool:
    return False


def test_it_is_open_to_be_spoken_about_in_the_township() -> None:
    request = asked()
    assert (request.state, request.level, request.benefit) == (SuspicionState.OPEN, TOWNSHIP, PENSION)
    assert request.undo_until is None
    assert "在此之前待遇照常" in request.reason.zh


def test_another_on_the_same_day_has_a_key_of_its_own() -> None:
    first = asked()
    second = asked(first)
    assert [s.name for s in (first, second)] == ["stop_asked#2025-03-03", "stop_asked#2025-03-04"]
    assert second.opened == ON


@pytest.mark.parametrize("status", [EntitlementStatus.TERMINATED, None])
def test_what_is_not_drawn_cannot_be_asked_to_stop(status: EntitlementStatus | None) -> None:
    drawn = [] if status is None else [an_entitlement(status=status)]
    with pytest.raises(RefusedError, match="not_drawn"):
        stop_requests.asked(a_record(entitlements=drawn), PENSION, by="p", rules=RULES, on=ON)


def test_the_first_word_opens_seven_days_and_calls_for_the_county() -> None:
    request = spoken()
    assert (request.undo_until, request.level) == (day("2025-03-12"), COUNTY)
    assert stop_requests.spoken_about(request, day("2025-03-20"), RULES.policy) == request, "once"
    death = a_suspicion()
    assert stop_requests.spoken_about(death, ON, RULES.policy) == death


def test_who_may_say_the_second_word_and_from_when() -> None:
    request = spoken()
    stop_requests.may_speak(asked(), "wu", none, ON)  # a first word is anybody's
    stop_requests.may_speak(request, "wu", none, ON)  # the same person again says no second word
    with pytest.raises(RefusedError, match="may_be_undone"):
        stop_requests.may_speak(request, "li", every, day("2025-03-12"))
    with pytest.raises(RefusedError, match="its_authority_decides"):
        stop_requests.may_speak(request, "li", none, day("2025-03-13"))
    stop_requests.may_speak(request, "li", every, day("2025-03-13"))


def test_it_is_undone_while_nothing_has_stopped() -> None:
    gone = stop_requests.undone(spoken(), "the person", ON)
    assert (gone.state, gone.denied_by, gone.closed) == (SuspicionState.WITHDRAWN, "the person", ON)
    over = replace(spoken(), state=SuspicionState.CONFIRMED)
    with pytest.raises(RefusedError, match="already_ended"):
        stop_requests.undone(over, "the person", ON)


def test_the_letter_says_what_was_asked_when_and_until_when_it_is_undone() -> None:
    words = stop_requests.letter(spoken(), RULES)
    assert words == {
        "what": RULES.benefit(PENSION).title.zh,
        "asked": "2025年3月3日",
        "until": "2025-03-12",
    }
    with pytest.raises(ValueError, match="nobody has spoken"):
        stop_requests.letter(asked(), RULES)


def test_of_each_benefit_one_is_open() -> None:
    assert stop_requests.is_about(asked(), PENSION)
    assert not stop_requests.is_about(asked(), BenefitCode("land_loss_pension"))
    assert not stop_requests.is_about(a_suspicion(SuspicionKind.DOUBTED, benefit=PENSION), PENSION)
