"""Two brothers whose numbers were joined in error, as tests tell of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.engine.suspicion.kept_apart import keeps
from chalicelib.engine.suspicion.separation import Drawn, Joining, LivesAgain, lives_again
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonId,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)
from tests.engine.judging import RULES
from tests.people import PENSION, a_person, a_record, a_suspicion, an_entitlement, day

ON, JOINED_ON = day("2025-09-10"), day("2025-06-02")
MINE, THEIRS = PersonId("a" * 26), PersonId("b" * 26)
OLD_AGE, RELIEF = BenefitCode("old_age_allowance"), BenefitCode("outpatient_chronic")
JUNE, JULY, AUGUST, SEPTEMBER = (Month(f"2025-0{n}") for n in (6, 7, 8, 9))
ACTIVE, SUSPENDED = EntitlementStatus.ACTIVE, EntitlementStatus.SUSPENDED
PAUSED, TERMINATED = EntitlementStatus.PAUSED, EntitlementStatus.TERMINATED
SUSPEND, RESUME, RECOVER = InstructionKind.SUSPEND, InstructionKind.RESUME, InstructionKind.RECOVER
ISSUED, SEEN, CANCELLED = InstructionState.ISSUED, InstructionState.SEEN, InstructionState.CANCELLED

TWO = replace(
    a_suspicion(SuspicionKind.TWO_NUMBERS, "2025-05-01", SuspicionState.CONFIRMED, evidence=None),
    verified_by="officer",
)
DECIDED = replace(
    a_suspicion(SuspicionKind.REVERSAL, "2025-05-01", SuspicionState.CONFIRMED, evidence=None),
    verified_by="first",
    approved_by="second",
)
BARE = Joining(JOINED_ON, frozenset([PENSION]))


def drawn(
    status: EntitlementStatus = ACTIVE, stopped: Month | None = None, until: str = "2025-12-31"
) -> Drawn:
    return Drawn(status, stopped, day("2018-04-01"), day(until))


def order(
    kind: InstructionKind,
    month: Month = JUNE,
    state: InstructionState = CANCELLED,
    issued: str = "2025-05-10",
    benefit: BenefitCode = PENSION,
) -> Instruction:
    return Instruction(benefit, kind, month, 20_000, "x", state, day(issued))


def left(status: EntitlementStatus = TERMINATED, stopped: Month | None = None, **named: Any) -> PersonRecord:
    """The record of the number left behind, as the joining has left it."""
    given = {"entitlements": [an_entitlement(status=status, stopped_from=stopped)], **named}
    return a_record(a_person(id=THEIRS, joined_to=MINE), **given)


def stays(**named: Any) -> PersonRecord:
    given = {"entitlements": [an_entitlement()], "suspicions": [replace(TWO, other=THEIRS)], **named}
    return a_record(a_person(id=MINE), **given)


def lives(
    theirs: PersonRecord,
    goes_on: PersonRecord | None = None,
    joining: Joining = BARE,
    own: list[Payment] | None = None,
    of_both: list[Payment] | None = None,
) -> LivesAgain:
    own = own or []
    return lives_again(theirs, goes_on or stays(), joining, DECIDED, own, of_both or own, RULES, ON)


def kept(goes_on: PersonRecord, theirs: PersonRecord | None = None, joining: Joining = BARE) -> PersonRecord:
    return keeps(goes_on, theirs or left(), joining, replace(TWO, other=THEIRS), DECIDED, ON)
