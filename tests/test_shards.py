"""Everybody by the first letters of the id; a table of before is moved, and read all the while."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from admin.__main__ import main
from chalicelib.model import (
    Case,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    PersonId,
    Relation,
    StateName,
    StepOutcome,
    SuspicionState,
)
from chalicelib.settings import settings
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import date_rows, enumeration, people, shard_moves, shards, tables, worklists
from chalicelib.storage.dynamodb.tables import Work
from tests.conftest import StoppedClock
from tests.judged import judging
from tests.storage.builders import entitlement, known, message, put, suspicion
from tests.workflow.crashes import each_call
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")

DUE = date(2025, 9, 30)
FAR = date(2099, 1, 1)
FATHER, MOTHER = PersonId("2" * 26), PersonId("m" * 26)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@pytest.fixture(autouse=True)
def one_letter(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    divided_by(monkeypatch, 1)
    tables.delete(Work("SHARDS", "0"))


def divided_by(monkeypatch: pytest.MonkeyPatch, letters: int) -> None:
    monkeypatch.setenv("WUGAN_SHARD_CHARACTERS", str(letters))
    settings.cache_clear()
    clients.forget()


def folk() -> list[PersonId]:
    """Twelve people mid-year: some in a case, told something, told a loss about, related to somebody."""
    found = [known(number=number_of(700 + n)) for n in range(12)]
    for n, person in enumerate(found):
        if n % 3 == 0:
            put(person, cases=[Case(DUE, date(2025, 7, 2), 1, StateName.MATCH_DATA)])
        if n % 4 == 0:
            put(person, messages=[message(person)])
        if n % 5 == 0:
            put(person, suspicions=[suspicion(state=SuspicionState.CONFIRMED)])
        if n % 6 == 0:
            put(person, person=replace(people.load(person).person, related={FATHER: Relation.PARENT}))
        if n == 7:
            put(person, instructions=[arrears()])
        date_rows.file_date(person, date(2025, 8, 1), date(2025, 9, 1))
    return found


def arrears() -> Instruction:
    return Instruction(
        kind=InstructionKind.RESUME,
        month=Month("2025-06"),
        benefit=entitlement().benefit,
        fen=100,
        state=InstructionState.SEEN,
        issued=date(2025, 6, 1),
        reason="paid back",
        arrears=(Month("2025-05"),),
    )


def sharded() -> list[Work]:
    kinds = tuple(f"{kind}#" for kind in shards.WHOSE)
    items = clients.client("dynamodb").scan(TableName="work")["Items"]
    return [Work.from_raw_data(item) for item in items if item["pk"]["S"].startswith(kinds)]


def as_before() -> None:
    """Lay all rows as the code of before did: by the first letter's code modulo 4, nobody enumerated."""
    for row in sharded():
        kind = row.pk.partition("#")[0]
        whose = shards.WHOSE[kind](row)
        tables.delete(row)
        if kind != "ALL":
            tables.put(Work(f"{kind}#{ord(whose[0]) % 4}", row.sk, body=row.body))
    for name in ("0", "1", "2"):
        tables.delete(Work("SHARDS", name))
    clients.forget()


def seen() -> Mapping[str, Any]:
    """What work lists tell of everybody."""
    return {
        "due": sorted(worklists.due_in(FAR)),
        "open": sorted(worklists.open_cases()),
        "awaited": worklists.awaited(date(2025, 1, 1)),
        "outgoing": worklists.outgoing(FAR),
        "dates": sorted(date_rows.dates_until(FAR)),
        "paid back": worklists.paid_back(),
        "related": {other: sorted(found) for other, found in worklists.related_to().items()},
        "of one": (sorted(worklists.recipients_of(FATHER)), worklists.recipients_of(MOTHER)),
    }


def seen_by_shard(mine: Iterable[PersonId]) -> Mapping[str, Any]:
    """The same, shard by shard together."""
    found = sorted({shards.shard_of(person) for person in mine})
    return {
        "due": sorted(row for shard in found for row in worklists.due_in(FAR, shard)),
        "open": sorted(row for shard in found for row in worklists.open_cases(shard)),
        "outgoing": sorted(row for shard in found for row in worklists.outgoing(FAR, shard)),
        "dates": sorted(row for shard in found for row in date_rows.dates_until(FAR, shard)),
    }


def of_all(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: sorted(found[name]) for name in ("due", "open", "outgoing", "dates")}


def everybody() -> list[PersonId]:
    return sorted(
        PersonId(row.sk) for shard in shards.every_shard() for row in shards.rows("ALL", "~", shard)
    )


def rounds(clock: StoppedClock, stop: Callable[[], bool] = lambda: False) -> int:
    """Call after call, as each morning does, until all is moved; how many."""
    for number in range(1, 100):
        clients.forget()
        with judging() as judge, judge.acting("DailyRun"):
            moved = shard_moves.move(stop)
        if moved.whole:
            return number
        clock.advance(hours=2)
    raise AssertionError("never done")


def test_whoever_is_created_is_enumerated_in_the_same_transaction() -> None:
    person = known()
    assert tables.get(Work, f"ALL#{person[0]}", person) is not None


def test_a_table_of_before_reads_the_same_before_while_and_after_it_is_moved(clock: StoppedClock) -> None:
    mine = folk()
    before = seen()
    as_before()
    assert seen() == before
    assert not shards.is_whole()
    moving: list[bool] = []

    def after_each_row() -> bool:
        moving.append(True)
        if len(moving) % 9 == 0:
            clients.forget()
            assert seen() == before
            assert seen_by_shard(mine) == of_all(before)
        return False

    shard_moves.move(after_each_row)
    assert len(moving) > 30, "every row was a place at which it could have stopped"
    assert everybody() == sorted(mine)
    assert not shards.is_whole(), "who wrote as before may still be at work"
    clock.advance(hours=2)
    assert shard_moves.move() == shard_moves.Moved(0, round_over=True, whole=True)
    clients.forget()
    assert shards.is_whole()
    assert seen() == before
    assert seen_by_shard(mine) == of_all(before)
    assert all(row.pk == f"{row.pk.partition('#')[0]}#{whose(row)[0]}" for row in sharded())


def whose(row: Work) -> str:
    return shards.WHOSE[row.pk.partition("#")[0]](row)


@pytest.mark.parametrize("at_once", [7])
def test_stopped_after_each_row_it_goes_on(clock: StoppedClock, at_once: int) -> None:
    mine = folk()[:6]
    before = seen()
    as_before()
    counted = iter(range(10_000))
    assert rounds(clock, lambda: next(counted) % at_once == 0) > 3
    assert seen() == before
    assert set(mine) <= set(everybody())


def test_killed_anywhere_it_goes_on(clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    folk()
    before, everyone = seen(), everybody()
    as_before()

    class Died(BaseException):
        pass

    real = tables.delete
    left = [3]

    def dying(item: Work) -> None:
        real(item)
        left[0] -= 1
        if not left[0]:
            raise Died

    monkeypatch.setattr(tables, "delete", dying)
    with pytest.raises(Died):
        shard_moves.move()
    rounds(clock)
    assert (seen(), everybody()) == (before, everyone)


def test_what_ended_meanwhile_leaves_no_row_behind(clock: StoppedClock) -> None:
    """Writers know their own layout alone: of the old one a row may stay that follows from nothing."""
    person = folk()[0]
    as_before()
    case = people.load(person).cases[0]
    put(person, cases=[replace(case, outcome=StepOutcome.CERTIFIED)])
    rounds(clock)
    assert person not in {who for who, _ in worklists.open_cases()}
    assert not [row for row in sharded() if row.pk.startswith("OPEN#") and row.sk.startswith(person)]


def test_who_is_still_written_as_before_is_found_by_the_next_round(clock: StoppedClock) -> None:
    folk()
    as_before()
    assert shard_moves.move().round_over
    late = known(number=number_of(799))
    for row in sharded():  # a function of before, still at work
        kind = row.pk.partition("#")[0]
        if whose(row) == late:
            tables.delete(row)
            if kind != "ALL":
                tables.put(Work(f"{kind}#{ord(late[0]) % 4}", row.sk, body=row.body))
    clock.advance(hours=2)
    assert not shard_moves.move().whole, "it has found something"
    assert late in everybody()
    rounds(clock)
    assert late in {person for _, person in worklists.due_in(FAR)}


def test_a_new_table_is_whole_once_nothing_was_found(clock: StoppedClock) -> None:
    assert not shards.is_whole()
    assert rounds(clock) == 2


@pytest.mark.parametrize("letters", [0, 2])
def test_another_number_of_letters_is_another_layout(
    clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, letters: int
) -> None:
    mine = folk()
    before = seen()
    as_before()
    rounds(clock)
    divided_by(monkeypatch, letters)
    assert seen_by_shard(mine) == of_all(before)
    rounds(clock)
    assert seen_by_shard(mine) == of_all(before)
    assert {row.sk for row in sharded() if row.pk.startswith("ALL#")} == set(mine)


def test_shards_are_all_beginnings_of_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shards.every_shard() == list(LETTERS)
    divided_by(monkeypatch, 2)
    assert len(shards.every_shard()) == 1_024
    divided_by(monkeypatch, 0)
    assert shards.every_shard() == ["_"]


def test_whoever_is_not_enumerated_is_found_at_night_and_told(
    clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    person, other = known(), known(number=number_of(799))
    assert enumeration.mend(clock().date()) == 0, "while rows move, moving writes them"
    rounds(clock)
    tables.delete(shards.row_of_everybody(person))
    clients.forget()
    nights = [clock().date() + timedelta(night) for night in range(32)]
    capsys.readouterr()
    assert sum(map(enumeration.mend, nights)) == 1
    published = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(each["NotEnumerated"][0] for each in published if "NotEnumerated" in each) == 1
    assert everybody() == sorted([person, other])
    assert sum(map(enumeration.mend, nights)) == 0


def test_a_part_of_the_table_each_night(clock: StoppedClock) -> None:
    rounds(clock)
    asked: list[Mapping[str, Any]] = []
    with each_call(lambda name, asks: asked.append(asks) if name == "dynamodb.Scan" else None):
        for day in range(32):
            enumeration.mend(date(2025, 7, 1) + timedelta(day))
    assert sorted(each["Segment"] for each in asked) == list(range(32))
    assert {each["TotalSegments"] for each in asked} == {32}


def test_an_operator_need_not_wait_for_the_morning(
    clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    folk()
    as_before()
    assert main(["shards", "status"]) == 1
    assert main(["shards", "move"]) == 1
    assert "move again in an hour" in " ".join(capsys.readouterr().out.split())
    clock.advance(hours=1)
    assert main(["shards", "move"]) == 1
    assert "Payments may still lie as before" in " ".join(capsys.readouterr().out.split())
    clock.advance(days=32)  # by then each part of the table was held against the rows
    assert main(["shards", "move"]) == 0
    assert main(["shards", "status"]) == 0
