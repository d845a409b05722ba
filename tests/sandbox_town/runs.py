"""A run of a town of three that keeps every promise, for tests to break one thing in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.jurisdiction import load
from chalicelib.model import (
    BenefitCode,
    Channel,
    Counts,
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    FeedId,
    FileId,
    FileState,
    FileStep,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    MessageState,
    Month,
    PersonRecord,
    Template,
)
from sandbox.checks.promises import keep
from sandbox.checks.run_result import Run
from sandbox.checks.truth import Truth
from sandbox.town.carrier import Handed
from sandbox.town.departments import Written
from sandbox.town.people import Town
from sandbox.town.townsperson import Townsperson
from tests.sandbox_town.stage import a_stage
from tests.sandbox_town.test_truth import REMINDER, a_record

PENSION = BenefitCode("resident_pension")
KEY = "transport/bus_rides/20250305/bus.csv"
NOON = datetime(2025, 5, 2, 4, tzinfo=UTC)
LAST = date(2025, 6, 20)


def a_step(state: FileState) -> FileStep:
    return FileStep(state, NOON, "intake")


def a_file(**more: Any) -> DroppedFile:
    file = DroppedFile(
        id=FileId("F1"),
        department="transport",
        feed=FeedId("bus_rides"),
        day=date(2025, 3, 5),
        key=KEY,
        digest="d",
        state=FileState.LOADED,
        received=NOON,
        counts=Counts(rows=10, accepted=4, rejected=1, strangers=5),
        finished=NOON,
    )
    return replace(file, **more)


def other_files() -> list[DroppedFile]:
    """One of each other feed, so that all have delivered."""
    others = [f for name, f in load("bozhou").feeds.items() if f.takes_files and name != "bus_rides"]
    return [
        replace(a_file(), id=FileId(f.id), department=f.department, feed=FeedId(f.id), key=f.id)
        for f in others
    ]


def a_resumed(person: Townsperson) -> PersonRecord:
    """Somebody who was suspended, reminded, and is paid again."""
    days = LAST, date(2026, 1, 1), date(2026, 1, 1)
    entitlement = Entitlement(PENSION, EntitlementStatus.ACTIVE, 500, *days, person.claims[0].payee)
    state, month = InstructionState.SEEN, Month("2025-04")
    resumed = Instruction(PENSION, InstructionKind.RESUME, month, 500, "", state, date(2025, 4, 20))
    told = (Template.REMIND, "2025-07-15", Channel.SMS, {}, date(2025, 5, 2), MessageState.DELIVERED)
    message = Message(f"ID{person.number}.1", *told)
    return replace(
        a_record(person), entitlements=(entitlement,), instructions=(resumed,), messages=(message,)
    )


def a_sheet(**paid: int) -> dict[str, Any]:
    """A month's reconciliation, by kind of line what was paid."""
    of = {kind: {"lines": 1, "paid": fen, "difference": fen} for kind, fen in paid.items()}
    return {"authority": "hrss", "month": "2025-06", "totals": {"341602": of}}


def a_run() -> Run:
    """A town of three, of whom the first was resumed; every promise holds."""
    town = Town.generate(people=3, seed=2)
    scene = a_stage(town).scene
    scene.diary.files[KEY] = Written(KEY, "bus_rides", 10, 1, 5, FileState.LOADED)
    for month in range(1, 7):
        scene.diary.paid[0, PENSION, f"2025-{month:02d}"] = 500
    records = {person.index: a_record(person) for person in town.people}
    records[0] = a_resumed(town.people[0])
    handed = [Handed(records[0].messages[0].id, "15400000001", REMINDER, NOON, "delivered")]
    receipt = {"state": "loaded", "rows": 10, "accepted": 4, "rejected": 1, "strangers": 5, "superseded": 0}
    return Run(
        truth=Truth(scene, load("bozhou"), handed, records, {}, [a_file(), *other_files()]),
        on=LAST,
        walking=frozenset(),
        errors=(),
        denied=(),
        refuted=(),
        leaks=(),
        chain_holds=lambda _: True,
        receipt=lambda *_: json.dumps(receipt).encode(),
        rejected=lambda *_: "\ufeffa\r\nb\r\n".encode(),
        paid=lambda _: {(PENSION, "2025-06"): 500},
        reconciled=[a_sheet(as_due=500)],
    )


def broken(run: Run) -> list[str]:
    return [promise.name for promise in keep(run) if not promise.holds]


def amend(run: Run, index: int = 0, **more: Any) -> Run:
    """The run with one record changed."""
    records: dict[int, PersonRecord] = dict(run.truth.records)
    records[index] = replace(records[index], **more)
    run.truth.records = records
    return run
