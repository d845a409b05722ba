"""The report counts everybody once, and its tables line up."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from chalicelib.model import (
    EntitlementStatus,
    FeedId,
    InstructionKind,
    Route,
)
from sandbox.checks.expected_certificates import Known
from sandbox.checks.promises import keep
from sandbox.checks.run_result import Run
from sandbox.checks.truth import Truth
from sandbox.report.document import report_of
from sandbox.report.outcomes import WAYS, benefits_of, way_of
from sandbox.report.tables import show
from tests.sandbox_town.runs import LAST, amend
from tests.sandbox_town.test_promises import unsigned, without_person

SEEN = FeedId("home_visits"), "seen"
RODE = FeedId("bus_rides"), "ridden"


def certified(run: Run, *events: tuple[FeedId, str]) -> Truth:
    entitlement = replace(run.truth.records[0].entitlements[0], route=Route.SILENT)
    truth = amend(run, entitlements=(entitlement,), instructions=()).truth
    truth.known[0] = [Known(truth.pack.rules.events[event], LAST, LAST) for event in events]
    return truth


def test_somebody_counts_under_the_most_laborious_way(run: Run) -> None:
    assert way_of(certified(run, RODE), 0) == "silent"
    assert way_of(certified(run, RODE, SEEN), 0) == "visit"


def test_each_benefit_is_counted_by_way_with_its_denominators(run: Run) -> None:
    rows = {row["benefit"]: row for row in benefits_of(certified(run, RODE))}
    pension = rows["resident_pension"]
    assert (pension["recipients"], pension["ways"]["silent"], pension["certified"]) == (1, 1, 1)
    assert sum(pension["ways"].values()) == pension["recipients"]
    assert rows["old_age_allowance"]["recipients"] == 0


def test_a_wrong_suspension_counts_for_its_benefit(run: Run) -> None:
    (row,) = [row for row in benefits_of(unsigned(run).truth) if row["benefit"] == "resident_pension"]
    assert (row["suspensions"], row["wrong_suspensions"]) == (1, 1)


@pytest.mark.parametrize(
    ("status", "way"),
    [
        (EntitlementStatus.TERMINATED, "terminated"),
        (EntitlementStatus.PAUSED, "paused"),
        (EntitlementStatus.SUSPENDED, "suspended"),
        (EntitlementStatus.ACTIVE, "resumed"),
    ],
)
def test_what_became_of_the_payment_counts_first(run: Run, status: EntitlementStatus, way: str) -> None:
    entitlement = replace(run.truth.records[0].entitlements[0], status=status, stopped_from=None)
    assert way_of(amend(run, entitlements=(entitlement,)).truth, 0) == way


def test_everybody_is_counted_once_and_shares_have_denominators(run: Run) -> None:
    report = report_of(run.truth, keep(run), {"seed": 2})
    assert sum(report["routes"].values()) == 3
    assert set(report["routes"]) == set(WAYS)
    assert set(report) >= {
        "routes",
        "benefits",
        "feeds",
        "messages",
        "money_fen",
        "instructions",
        "truth",
        "promises",
        "seed",
    }
    assert all(set(figure) == {"value", "of"} for figure in report["truth"].values())
    (buses,) = [row for row in report["feeds"] if row["feed"] == "bus_rides"]
    assert buses["rows"] == 10
    assert {row["feed"] for row in report["feeds"]} == {
        name for name, feed in run.truth.pack.feeds.items() if feed.kind != "api"
    }
    assert report["instructions"][InstructionKind.RESUME]["seen"] == 1
    assert report["money_fen"]["arrears"] == 500
    json.dumps(report)


def test_tables_line_up(run: Run) -> None:
    text = io.StringIO()
    show(report_of(run.truth, keep(run), {}), Console(file=text, width=120))
    frames = [line for line in text.getvalue().splitlines() if line[:1] in "┏┃┡│└├"]
    assert frames
    tables: list[set[int]] = []
    for line in frames:
        if line.startswith("┏"):
            tables.append(set())
        tables[-1].add(cell_len(line.rstrip()))
    assert all(len(widths) == 1 for widths in tables)


def test_somebody_unknown_breaks_no_report(run: Run) -> None:
    report = report_of(without_person(run).truth, keep(run), {})
    assert sum(report["routes"].values()) == 1
