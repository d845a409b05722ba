"""A release, card or grant that nobody has reported: who is shown it asks, two others decide (rule 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.engine.suspicion.lifecycle import needs_two
from chalicelib.engine.suspicion.restart import raised
from chalicelib.errors import RefusedError
from chalicelib.model import Paper, PersonRecord, Suspicion, SuspicionKind, SuspicionState
from tests.engine.judging import RULES
from tests.engine.test_restart import ON, answered, in_prison
from tests.people import PENSION, a_person, a_record, an_entitlement, day


def test_a_paper_that_nobody_has_reported_asks_two_others() -> None:
    record = in_prison()
    since = day("2025-10-20")

    def ask(record: PersonRecord, paper: Paper = Paper.RELEASE, since: date = since) -> Suspicion:
        return raised(record, PENSION, since, paper, by="village", rules=RULES, on=ON)

    question = ask(record)
    assert (question.kind, question.evidence, question.raised_by) == (SuspicionKind.RESTART, None, "village")
    assert needs_two(question, record.entitlements, RULES, ON)
    (again,) = answered(record, question).entitlements
    assert again.interruptions[0].last == "2025-10", "paid from the month after"
    (granted,) = answered(record, ask(record, Paper.GRANT)).entitlements
    assert granted.interruptions[0].last == "2025-09", "a grant from its own"
    asked_once = replace(record, suspicions=(*record.suspicions, question))
    assert ask(asked_once, Paper.CARD) == question, "while one is open it is that"
    no = replace(question, state=SuspicionState.CLEARED)
    answered_no = replace(record, suspicions=(*record.suspicions, no))
    with pytest.raises(RefusedError, match="answered"):
        ask(answered_no)
    assert ask(answered_no, since=day("2025-10-21")).day == day("2025-10-21")
    with pytest.raises(RefusedError, match="nothing of this benefit"):
        ask(a_record(a_person(), [an_entitlement()]))
