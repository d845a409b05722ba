"""A sentence's term is over, and no release is on record: when people are asked to pay again (rule 15)."""

from __future__ import annotations

import pytest

from chalicelib.engine.suspicion.restart import TERM_OVER, restarts
from chalicelib.model import (
    EntitlementStatus,
    Evidence,
    Month,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import a_key, a_record, a_suspicion, an_entitlement, day, some_evidence

ADMITTED, OVER, ON = "2025-03-10", "2025-08-20", day("2025-11-10")
SENTENCE = some_evidence("custody/sentence", ADMITTED, until=OVER)


def foreseen(state: SuspicionState = SuspicionState.CONFIRMED, since: str = OVER) -> Suspicion:
    """What people said who were asked before that day whether it ends then."""
    return a_suspicion(SuspicionKind.UPCOMING, "2025-07-20", state, evidence=None, since=day(since))


def seen(on: str) -> Evidence:
    return some_evidence("counter/certified", on)


def in_prison(*more: Suspicion, evidence: tuple[Evidence, ...] = (SENTENCE,)) -> PersonRecord:
    custody = a_suspicion(
        SuspicionKind.CUSTODY,
        ADMITTED,
        SuspicionState.CONFIRMED,
        evidence=a_key("custody/sentence", ADMITTED),
    )
    ended = an_entitlement(status=EntitlementStatus.TERMINATED, stopped_from=Month("2025-04"))
    return a_record(entitlements=[ended], suspicions=[custody, *more], evidence=evidence)


@pytest.mark.parametrize(
    ("record", "asked", "why"),
    [
        (in_prison(), None, "a date alone asks nobody"),
        (in_prison(foreseen(SuspicionState.OPEN)), None, "nobody has said that it ends"),
        (in_prison(foreseen(SuspicionState.CLEARED)), None, "it does not end"),
        (in_prison(foreseen(since="2025-08-19")), None, "another term"),
        (in_prison(evidence=(SENTENCE, seen(OVER))), None, "seen in its last day: not out yet"),
        (in_prison(foreseen()), "2025-08-21", "foreseen: on the day after"),
        (in_prison(evidence=(SENTENCE, seen("2025-09-01"))), "2025-09-01", "seen since"),
        (
            in_prison(evidence=(some_evidence("custody/sentence", ADMITTED), seen("2025-09-01"))),
            None,
            "no term is on record: seen, it was perhaps an error, which is asked elsewhere",
        ),
    ],
)
def test_more_than_the_date_has_to_say_that_it_is_over(
    record: PersonRecord, asked: str | None, why: str
) -> None:
    found = list(restarts(record, RULES, ON))
    assert [s.day.isoformat() for s in found] == ([] if asked is None else [asked]), why
    for question in found:
        assert question.evidence is not None
        assert question.evidence.event == f"sentence{TERM_OVER}"
        assert "2025年8月20日" in question.reason.zh
        assert OVER in question.reason.en


def test_before_its_last_day_is_over_nobody_is_asked() -> None:
    record = in_prison(foreseen())
    assert list(restarts(record, RULES, day(OVER))) == []
    assert len(list(restarts(record, RULES, day("2025-08-21")))) == 1
