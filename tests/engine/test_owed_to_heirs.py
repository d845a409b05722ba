"""What somebody was owed while alive is paid to whoever shows that they are an heir (rules 15 and 17)."""

from dataclasses import replace

import pytest

from chalicelib.engine.money import owed_to_heirs as heirs
from chalicelib.engine.money.arrears import Sum
from chalicelib.errors import RefusedError
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    OwedToHeirs,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import PENSION, a_record, a_suspicion, an_entitlement, day

ON, DIED = day("2025-07-10"), day("2025-05-20")
VERSION = RULES.benefit_on(PENSION, ON)
SUSPENDED = an_entitlement(fen=15_000, status=EntitlementStatus.SUSPENDED, stopped_from=Month("2025-03"))
PAID = (Month("2025-04"), Month("2025-06"))


def lacking(*paid: Month, fen: int = 15_000) -> heirs.Lacking:
    return lambda months: Sum({month: fen for month in months if month not in paid})


def owed(entitlement: Entitlement, record: PersonRecord | None = None, *paid: Month) -> OwedToHeirs | None:
    return heirs.owed(record or a_record(), entitlement, VERSION, DIED, lacking(*paid), ON)


def resume(state: InstructionState) -> Instruction:
    arrears, held = (Month("2025-02"), Month("2025-03")), (Month("2025-06"),)
    return Instruction(
        PENSION, InstructionKind.RESUME, Month("2025-05"), 30_000, "", state, ON, arrears=arrears, held=held
    )


def test_what_was_suspended_in_life_less_what_was_paid_all_the_same() -> None:
    found = owed(SUSPENDED)
    assert found is not None
    assert dict(found.months) == {"2025-03": 15_000, "2025-04": 15_000, "2025-05": 15_000}
    found = owed(SUSPENDED, None, *PAID)
    assert found is not None
    assert (dict(found.months), found.fen) == ({"2025-03": 15_000, "2025-05": 15_000}, 30_000)
    later = heirs.amended(found, lacking(*PAID, Month("2025-05")))
    assert later.fen == 15_000
    assert heirs.amended(found, lacking(*PAID)) == found


@pytest.mark.parametrize(
    "entitlement",
    [
        an_entitlement(),
        replace(SUSPENDED, status=EntitlementStatus.PAUSED),  # in custody, or by their own wish
        replace(SUSPENDED, stopped_from=None),
    ],
)
def test_what_was_paid_or_not_due_is_not_owed(entitlement: Entitlement) -> None:
    assert owed(entitlement) is None


@pytest.mark.parametrize(
    ("state", "months"),
    [
        (InstructionState.ISSUED, ["2025-02", "2025-03"]),
        (InstructionState.SEEN, ["2025-02", "2025-03"]),
        (InstructionState.CANCELLED, []),
    ],
)
def test_arrears_that_never_came(state: InstructionState, months: list[str]) -> None:
    """June is after the death."""
    for told in (resume(state), replace(resume(state), kind=InstructionKind.ADJUST)):
        found = owed(an_entitlement(fen=15_000), a_record(instructions=[told]))
        assert (sorted(found.months) if found else []) == months


def test_it_is_released_once_against_proof() -> None:
    found = owed(SUSPENDED)
    assert found is not None
    less = heirs.set_off(found, 5_000)
    assert (less.left, heirs.set_off(less, 99_999).left) == (40_000, 0)
    after = heirs.released(less, HeirProof.NOTARISED, "deed-1", "li", ON)
    assert (after.left, after.released_fen, after.proof) == (0, 40_000, HeirProof.NOTARISED)
    with pytest.raises(RefusedError, match="nothing_owed"):
        heirs.released(after, HeirProof.NOTARISED, "deed-2", "li", ON)
    assert replace(found, called_off=ON).left == 0, "alive after all"


def test_what_was_paused_before_a_judgment_is_owed_and_what_was_paused_otherwise_is_not() -> None:
    paused = replace(SUSPENDED, status=EntitlementStatus.PAUSED)
    custody = a_suspicion(SuspicionKind.CUSTODY, "2025-02-10", SuspicionState.CONFIRMED)
    found = owed(paused, a_record(suspicions=[custody]))
    assert found is not None
    assert list(found.months) == ["2025-03", "2025-04", "2025-05"]
    cleared = replace(custody, state=SuspicionState.CLEARED)
    assert owed(paused, a_record(suspicions=[cleared])) is None
