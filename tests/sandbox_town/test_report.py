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
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    Route,
)
from sandbox.promises import Run, keep
from sandbox.report import WAYS, report_of, show, way_of
from tests.sandbox_town.test_promises import LAST, amend, run, without_person

__all__ = ["run"]

SEEN = EvidenceKey(LAST, FeedId("home_visits"), "seen")
RODE = EvidenceKey(LAST, FeedId("bus_rides"), "ridden")


def certified(run: Run, *keys: EvidenceKey) -> str:
    record = run.truth.records[0]
    entitlement = record.entitlements[0]
    evidence = tuple(Evidence(key, FileId("F"), 1) for key in keys)
    renewed = replace(entitlement, route=Route.SILENT)
    changed = amend(run, entitlements=(renewed,), evidence=evidence, instructions=())
    return way_of(run.truth, changed.truth.records[0])


def test_somebody_counts_under_the_most_laborious_way(run: Run) -> None:
    assert certified(run, RODE) == "silent"
    assert certified(run, RODE, SEEN) == "visit"


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
    assert way_of(run.truth, amend(run, entitlements=(entitlement,)).truth.records[0]) == way


def test_everybody_is_counted_once_and_shares_have_denominators(run: Run) -> None:
    report = report_of(run.truth, keep(run), {"seed": 2})
    assert sum(report["routes"].values()) == 3
    assert set(report["routes"]) == set(WAYS)
    assert set(report) >= {
        "routes",
        "feeds",
        "messages",
        "money_fen",
        "instructions",
        "truth",
        "promises",
        "seed",
    }
    assert all(set(figure) == {"value", "of"} for figure in report["truth"].values())
    assert report["feeds"][0]["rows"] == 10
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
