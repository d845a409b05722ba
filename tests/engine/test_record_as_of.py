"""A rehearsal may be of any day: what was found, granted or stopped later was not so then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.rehearsal.record_as_of import as_of
from chalicelib.model import (
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    SuspicionState,
)
from tests.people import PENSION, a_record, a_suspicion, an_entitlement, day

ON = day("2025-06-10")
SUSPEND, RESUME, PAUSE = InstructionKind.SUSPEND, InstructionKind.RESUME, InstructionKind.PAUSE
ACTIVE, SUSPENDED = EntitlementStatus.ACTIVE, EntitlementStatus.SUSPENDED


def told(kind: InstructionKind, month: str, issued: str, **named: Any) -> Instruction:
    given = {"state": InstructionState.SEEN, **named}
    return Instruction(PENSION, kind, Month(month), 0, "", issued=day(issued), **given)


@pytest.mark.parametrize(
    ("instructions", "now", "then", "from_", "why"),
    [
        ([], SUSPENDED, SUSPENDED, "2025-05", "as the roster said it"),
        ([told(SUSPEND, "2025-05", "2025-04-25")], SUSPENDED, SUSPENDED, "2025-05", "and still so"),
        ([told(SUSPEND, "2025-07", "2025-06-09")], SUSPENDED, ACTIVE, None, "from the next month"),
        ([told(SUSPEND, "2025-06", "2025-06-11")], SUSPENDED, ACTIVE, None, "nobody had said so yet"),
        (
            [told(SUSPEND, "2025-05", "2025-04-25"), told(RESUME, "2025-07", "2025-06-20")],
            ACTIVE,
            SUSPENDED,
            "2025-05",
            "resumed since",
        ),
        (
            [told(SUSPEND, "2025-02", "2025-01-25"), told(RESUME, "2025-04", "2025-03-20")],
            ACTIVE,
            ACTIVE,
            None,
            "resumed before",
        ),
        (
            [told(PAUSE, "2025-05", "2025-04-25", state=InstructionState.CANCELLED)],
            ACTIVE,
            ACTIVE,
            None,
            "taken back",
        ),
    ],
)
def test_what_was_paid_then(
    instructions: list[Instruction],
    now: EntitlementStatus,
    then: EntitlementStatus,
    from_: str | None,
    why: str,
) -> None:
    stopped = None if now is ACTIVE else Month("2025-05")
    drawn = replace(an_entitlement(), status=now, stopped_from=stopped)
    record = a_record(entitlements=(drawn,), instructions=tuple(instructions))
    (found,) = as_of(record, ON).entitlements
    assert (found.status, found.stopped_from) == (then, from_), why


def test_what_was_granted_later_was_not_drawn() -> None:
    record = a_record(entitlements=(replace(an_entitlement(), since=day("2025-06-11")),))
    assert as_of(record, ON).entitlements == ()


def test_what_people_found_later_was_not_known() -> None:
    died = a_suspicion(state=SuspicionState.CONFIRMED, closed=day("2025-06-11"))
    record = a_record(suspicions=(died, a_suspicion(on="2025-06-12")))
    dead = replace(record, person=replace(record.person, deceased_on=day("2025-05-10")))
    then = as_of(dead, ON)
    assert then.person.deceased_on is None
    assert [(s.state, s.closed) for s in then.suspicions] == [(SuspicionState.OPEN, None)]
    later = as_of(dead, day("2025-06-11"))
    assert (later.person.deceased_on, later.suspicions[0]) == (day("2025-05-10"), died)
