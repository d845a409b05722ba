"""A month's pay run as the authority that pays sees it: its own counties, its own benefits."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import BenefitCode, Month, Payment
from chalicelib.storage.dynamodb import people
from tests.api.conftest import NUMBER, As, a_person, looks_at
from tests.api.test_work_lists import CITY, COUNTY, OTHER_COUNTY, everything
from tests.api.town import HRSS
from tests.in_one_go import reconcile_month

JULY = Month("2025-07")
PENSION = BenefitCode("resident_pension")


@pytest.fixture
def sheet() -> dict[str, str]:
    """One is paid too much, another not at all, each in a county of their own; a neighbour as is due."""
    here = a_person(NUMBER)
    there = a_person("34162119500101123X", area=f"{OTHER_COUNTY}001001")
    neighbour = a_person("34162119500101124X", area=f"{OTHER_COUNTY}001001")
    fen = {here: 30_000, neighbour: 21_500}
    people.put_payments((who, Payment(PENSION, JULY, each, date(2025, 7, 1))) for who, each in fen.items())
    reconcile_month(JULY)
    return {"here": here, "there": there}


def test_the_gravest_lines_first_and_totals_that_add_up(as_: As, sheet: dict[str, str]) -> None:
    city = as_("officer", CITY, authority=HRSS)
    answer = city.get("/v1/reconciliation").json_body
    assert (answer["month"], answer["made_on"]) == ("2025-07", "2025-07-01")
    assert [(t["kind"], t["lines"], t["paid"], t["difference"]) for t in answer["totals"]] == [
        ("stopped_without_order", 1, 0, -21_500),
        ("unexplained", 1, 30_000, 8_500),
        ("as_due", 1, 21_500, 0),
    ]
    assert [(i["person"], i["kind"]) for i in answer["items"]] == [
        (sheet["there"], "stopped_without_order"),
        (sheet["here"], "unexplained"),
    ]
    assert answer["items"][0]["title"] == {
        "zh": "未经指令停发",
        "en": "not paid, and nobody was told to stop",
    }
    items, pages = everything(city, "/v1/reconciliation?month=2025-07", 1)
    assert (len(items), pages) == (2, 2)
    assert "reconciliation 2025-07" in {what for _, what in looks_at(sheet["here"])}  # type: ignore[arg-type]


def test_a_county_sees_its_own(as_: As, sheet: dict[str, str]) -> None:
    answer = as_("officer", COUNTY, authority=HRSS).get("/v1/reconciliation").json_body
    assert [i["person"] for i in answer["items"]] == [sheet["here"]]
    assert [t["kind"] for t in answer["totals"]] == ["unexplained"]


def test_another_authority_has_no_sheet(as_: As, sheet: dict[str, str]) -> None:
    answer = as_("officer", CITY, authority="veterans").get("/v1/reconciliation").json_body
    assert answer == {"month": "2025-07", "made_on": None, "totals": [], "items": [], "next": None}


def test_what_is_no_month_is_told(as_: As) -> None:
    answer = as_("officer", CITY, authority=HRSS).get("/v1/reconciliation?month=2025-13")
    assert (answer.status_code, answer.json_body["errors"][0]["parameter"]) == (422, "month")
