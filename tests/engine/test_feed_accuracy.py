"""What visits say of a feed."""

from __future__ import annotations

import pytest

from chalicelib.engine.rehearsal.feed_accuracy import Proof, proofs
from chalicelib.model import Evidence, FileId, VisitOutcome
from tests.engine.judging import RULES
from tests.people import a_key, a_record, a_visit, day, some_evidence

SEEN = a_visit("2025-06-16 10:00", VisitOutcome.SEEN)
DEAD = a_visit("2025-06-16 10:00", VisitOutcome.DECEASED, deceased_on=day("2025-06-01"))


@pytest.mark.parametrize(
    ("visit", "what", "happened", "wrong"),
    [
        (SEEN, "hospital_inpatient/admitted", "2025-06-05", False),
        (DEAD, "hospital_inpatient/admitted", "2025-05-30", False),
        (DEAD, "hospital_inpatient/admitted", "2025-06-05", True),
        (DEAD, "cremations/cremated", "2025-06-01", False),
        (SEEN, "cremations/cremated", "2025-06-01", True),
        (SEEN, "hospital_inpatient/admitted", "2025-06-20", None),
        (SEEN, "custody/sentence", "2025-06-01", None),
        (SEEN, "nobody/declared", "2025-06-01", None),
        (a_visit("2025-06-16 10:00"), "hospital_inpatient/admitted", "2025-06-05", None),
    ],
)
def test_a_visit_proves_a_feed_right_or_wrong(
    visit: object, what: str, happened: str, wrong: bool | None
) -> None:
    record = a_record(evidence=[some_evidence(what, happened)], visits=[visit])
    expected = [] if wrong is None else [Proof(what.partition("/")[0], "2025-06", wrong)]  # type: ignore[arg-type]
    assert list(proofs(record, RULES)) == expected


def test_one_proof_per_visit_and_feed_and_none_of_the_visit_itself() -> None:
    stays = [some_evidence("hospital_inpatient/admitted", f"2025-06-0{n}") for n in (1, 5)]
    itself = Evidence(a_key("home_visits/seen", "2025-06-05"), FileId("visit:1"), 1)
    record = a_record(evidence=[*stays, itself], visits=[DEAD])
    assert [proof.wrong for proof in proofs(record, RULES)] == [True]
