"""The evidence that tests of decisions share, and a decision about one pension."""

from datetime import date

from chalicelib.engine.certification.decide import decide
from chalicelib.model import (
    Decision,
    EntitlementStatus,
    Evidence,
    Person,
)
from tests.events import RULES
from tests.people import PENSION, a_person, an_entitlement, day, some_evidence

ON = day("2025-06-10")
STRONG = some_evidence("hospital_inpatient/admitted", "2025-05-01")
LATER_STRONG = some_evidence("travel_agency/travelled", "2025-06-05")
WEAK = (
    some_evidence("bus_rides/ridden", "2025-05-20"),
    some_evidence("bus_rides/ridden", "2025-05-27"),
    some_evidence("pharmacy_purchases/bought", "2025-05-24"),
)
DEATH = some_evidence("cremations/cremated", "2025-06-02")
SENTENCE = some_evidence("custody/sentence", "2025-06-02")
RETIRED = some_evidence("employee_pension/registered", "2025-06-01")
VISIT = some_evidence("home_visits/seen", "2025-06-08")


def judged(*evidence: Evidence, person: Person | None = None, **named: object) -> Decision:
    """The decision of 10 June 2025 about one pension."""
    benefit = named.pop("benefit", PENSION)
    until = named.pop("certified_until", "2024-12-31")
    on = named.pop("on", ON)
    refuted = frozenset(item.key for item in named.pop("refuted", ()))  # type: ignore[attr-defined]
    status = named.pop("status", EntitlementStatus.ACTIVE)
    assert not named
    entitlement = an_entitlement(str(benefit), until, status=status)  # type: ignore[arg-type]
    assert isinstance(on, date)
    return decide(person or a_person(), [entitlement], evidence, RULES, on, refuted=refuted)
