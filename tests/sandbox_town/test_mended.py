"""What departments put right: files corrected as a whole, and rows mended and sent again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest

from chalicelib.model import (
    Counts,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    SuspicionState,
)
from sandbox.checks.run_result import Run
from sandbox.town.departments import Ruined, Written
from sandbox.town.lives import Happening
from sandbox.town.rows import Line
from tests.sandbox_town.runs import KEY, PENSION, a_file, a_step, amend, broken
from tests.sandbox_town.test_promises import doubted


def corrected_file(run: Run, **of_record: Any) -> Run:
    """A ride that only the first version of a file told of, and what the platform still holds of it."""
    ride = Happening(date(2025, 3, 1), FeedId("bus_rides"), "ridden", wrong=True)
    right = run.truth.scene.diary.files[KEY]
    run.truth.scene.diary.replaced[KEY] = replace(right, about=((0, ride),))
    run.truth.files[0] = replace(run.truth.files[0], corrects=FileId("F0"), withdrawn=1)
    steps = a_step(FileState.LOADED), a_step(FileState.SUPERSEDED)
    run.truth.files.append(a_file(id=FileId("F0"), state=FileState.SUPERSEDED, steps=steps))
    receipt = run.receipt

    def told(sender: str, file: str) -> bytes | None:
        raw = json.loads(receipt(sender, file) or b"{}")
        return json.dumps({**raw, "state": "superseded"} if file == "F0" else raw).encode()

    return replace(amend(run, **of_record), receipt=told)


RIDE = EvidenceKey(date(2025, 3, 1), FeedId("bus_rides"), "ridden")


def miscounted(run: Run) -> Run:
    run = corrected_file(run)
    run.truth.files[-1] = replace(run.truth.files[-1], counts=Counts(rows=9, accepted=4, strangers=5))
    return run


def not_named(run: Run) -> Run:
    run = corrected_file(run)
    run.truth.files[0] = replace(run.truth.files[0], corrects=None)
    return run


def misstated(run: Run) -> Run:
    run = corrected_file(run)
    written = Written("payments", "payments", 1, 0, 0, FileState.LOADED)
    run.truth.scene.diary.replaced["payments"] = run.truth.scene.diary.files["payments"] = written
    steps = a_step(FileState.LOADED), a_step(FileState.SUPERSEDED)
    counts = Counts(rows=1, accepted=1)
    for n, file in enumerate(run.truth.files):
        if file.feed == "payments":
            run.truth.files[n] = replace(file, counts=counts, corrects=FileId("P0"))
    run.truth.files.append(
        a_file(
            id=FileId("P0"),
            key="payments",
            feed=FeedId("payments"),
            state=FileState.SUPERSEDED,
            steps=steps,
            counts=counts,
        )
    )
    run.truth.scene.diary.misstated.append((0, PENSION, "2025-06"))
    return run


def sent_again(run: Run, **of_file: Any) -> Run:
    """Two rows of a file were mended and sent again."""
    key, files = f"{KEY}.2", run.truth.scene.diary.files
    happening = Happening(date(2025, 3, 1), FeedId("bus_rides"), "ridden")
    ruined = Ruined(2, Line("1", "", {}, recipient=True), 0, happening)
    files[KEY] = replace(files[KEY], ruined=(ruined, ruined))
    files[key] = Written(key, "bus_rides", 2, 0, 0, FileState.LOADED, ((0, happening),))
    run.truth.scene.diary.sent_again[key] = KEY
    loaded = a_file(id=FileId("F2"), key=key, counts=Counts(rows=2, accepted=1, superseded=1))
    run.truth.files.append(replace(loaded, **of_file))
    counts = {**asdict(run.truth.files[-1].counts), "state": "loaded"}
    receipt = run.receipt
    return replace(run, receipt=lambda s, f: json.dumps(counts).encode() if f == "F2" else receipt(s, f))


AGAIN = "every row that was mended and sent again counts"


def test_mended_rows_count(run: Run) -> None:
    assert broken(sent_again(run)) == []


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("one came back again", {"counts": Counts(rows=2, accepted=1, rejected=1)}),
        ("they are held", {"state": FileState.HELD}),
        ("somebody had to release them", {"steps": tuple(map(a_step, (FileState.HELD, FileState.RELEASED)))}),
    ],
)
def test_mended_rows_that_do_not_count(run: Run, why: str, more: dict[str, Any]) -> None:
    assert AGAIN in broken(sent_again(run, **more)), why


def test_a_mended_row_that_certifies_nobody(run: Run) -> None:
    """He was seen in March by a row that was mended, and his certificate ends in spring all the same."""
    run = sent_again(run)
    seen = Happening(date(2025, 3, 1), FeedId("hospital_inpatient"), "admitted")
    key = f"{KEY}.2"
    run.truth.scene.diary.files[key] = replace(run.truth.scene.diary.files[key], about=((0, seen),))
    ended = replace(run.truth.records[0].entitlements[0], valid_until=date(2025, 4, 1))
    assert AGAIN in broken(amend(run, entitlements=(ended,)))


NOTHING_LEFT = "of the first version of a corrected file nothing is left"


def test_a_corrected_file_of_which_nothing_is_left(run: Run) -> None:
    assert broken(corrected_file(run)) == []


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        (
            "it is still on record",
            lambda run: corrected_file(run, evidence=(Evidence(RIDE, FileId("F0"), 2),)),
        ),
        (
            "somebody is suspected",
            lambda run: corrected_file(
                run, suspicions=(replace(doubted(SuspicionState.OPEN), evidence=RIDE),)
            ),
        ),
        ("its counts do not add up", miscounted),
        ("nobody knows what it corrects", not_named),
        (
            "a wrong payment stands",
            lambda run: replace(misstated(run), paid=lambda _: {(PENSION, "2025-06"): 600}),
        ),
    ],
)
def test_what_may_be_left_of_a_first_version(run: Run, what: str, wrong: Callable[[Run], Run]) -> None:
    assert NOTHING_LEFT in broken(wrong(run)), what


def test_a_wrong_payment_that_was_put_right_is_none(run: Run) -> None:
    assert NOTHING_LEFT not in broken(misstated(run))
