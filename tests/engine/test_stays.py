"""Stays: begun, ended, believed to have ended (rule 10 d)."""

import pytest

from chalicelib.engine.certification.stays import last_departure, open_stay
from tests.events import RULES
from tests.people import day, some_evidence

ADMITTED, DISCHARGED = "hospital_inpatient/admitted", "hospital_inpatient/discharged"


@pytest.mark.parametrize(
    ("items", "on", "open_", "why"),
    [
        ([], "2025-06-10", None, "nothing known"),
        (["bus_rides/ridden 2025-06-01", "unheard/of 2025-06-01"], "2025-06-10", None, "no stay"),
        ([f"{ADMITTED} 2025-06-01"], "2025-05-31", None, "not begun"),
        ([f"{ADMITTED} 2025-06-01"], "2025-06-01", "2025-06-01", "its first day"),
        ([f"{ADMITTED} 2025-06-01"], "2025-09-29", "2025-06-01", "the last day it is believed in"),
        ([f"{ADMITTED} 2025-06-01"], "2025-09-30", None, "the discharge was never sent"),
        ([f"{ADMITTED} 2025-06-01", f"{DISCHARGED} 2025-06-09"], "2025-06-10", None, "over"),
        ([f"{ADMITTED} 2025-06-01", f"{DISCHARGED} 2025-06-11"], "2025-06-10", "2025-06-01", "over tomorrow"),
        ([f"{ADMITTED} 2025-06-01", f"{DISCHARGED} 2025-06-01"], "2025-06-10", None, "one day only"),
        (
            [f"{ADMITTED} 2025-06-08", f"{DISCHARGED} 2025-06-05", f"{ADMITTED} 2025-06-01"],
            "2025-06-10",
            "2025-06-08",
            "in again",
        ),
        (
            [f"{ADMITTED} 2025-06-03", f"{DISCHARGED} 2025-06-05", f"{DISCHARGED} 2025-06-01"],
            "2025-06-10",
            None,
            "the last discharge counts",
        ),
        (
            ["care_home/resident 2025-05-01", "care_home/resident 2025-04-01", f"{DISCHARGED} 2025-06-05"],
            "2025-06-10",
            "2025-05-01",
            "a discharge from hospital does not empty a care home",
        ),
        (
            ["care_home/resident 2025-05-01", f"{ADMITTED} 2025-06-05"],
            "2025-06-10",
            "2025-06-05",
            "of two that last the newer: it is where somebody is found",
        ),
    ],
)
def test_a_stay_lasts(items: list[str], on: str, open_: str | None, why: str) -> None:
    for order in (items, items[::-1]):
        evidence = [some_evidence(*item.split(" ")) for item in order]
        found = open_stay(evidence, RULES, day(on))
        assert (found.day.isoformat() if found else None) == open_, why


def test_the_last_departure() -> None:
    evidence = [some_evidence(DISCHARGED, on) for on in ("2025-05-05", "2025-06-05", "2025-06-15")]
    others = [some_evidence(ADMITTED, "2025-06-06"), some_evidence("unheard/of", "2025-06-07")]
    assert last_departure([*evidence, *others], RULES, day("2025-06-10")) == day("2025-06-05")
    assert last_departure(others, RULES, day("2025-06-10")) is None
