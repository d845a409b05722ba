"""What was paid, by the beginnings of ids; a table of before is read all the while, and moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date

import pytest

from admin.__main__ import main
from chalicelib.errors import ConflictError
from chalicelib.model import BenefitCode, Month, Payment, PersonId
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import paid, payment_moves, shard_moves, tables
from chalicelib.storage.dynamodb.items import encode, partition
from chalicelib.storage.dynamodb.tables import People, Work
from tests.conftest import StoppedClock
from tests.judged import judging

pytestmark = pytest.mark.usefixtures("aws")

PENSION = BenefitCode("resident_pension")
MINE, NEIGHBOUR, STRANGER = (PersonId(start + "2" * 22) for start in ("abca", "abcb", "abda"))
A, B = paid.source_of("hrss/payments/20250612/a.csv"), paid.source_of("hrss/payments/20250612/b.csv")


def payment(month: str = "2025-06", fen: int = 19_500, source: str = A, day: int = 10) -> Payment:
    return Payment(PENSION, Month(month), fen, date(2025, 6, day), source)


def items() -> list[str]:
    """The places of everything that was paid."""
    found = clients.client("dynamodb").scan(TableName="people")["Items"]
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in found]
    return sorted(f"{pk} {sk}" for pk, sk in keys if pk.startswith("PAID#") or sk.startswith("~P#"))


def as_before(person: PersonId, *payments: Payment) -> None:
    """Keep payments as functions of before did: an item each, in the person's partition."""
    for each in payments:
        place = paid.sort_key_of_before(each)
        tables.put(People(partition(person), place, body=encode(each)))


def test_whoever_s_ids_begin_alike_share_an_item_for_each_month_and_file() -> None:
    paid.put_payments((who, payment()) for who in (MINE, NEIGHBOUR, STRANGER))
    paid.put_payments([(MINE, payment("2025-07"))])
    assert items() == [f"PAID#abc 2025-06#{A}", f"PAID#abc 2025-07#{A}", f"PAID#abd 2025-06#{A}"]
    assert [p.month for p in paid.payments_of(MINE)] == ["2025-06", "2025-07"]
    assert paid.payments_of(NEIGHBOUR) == [payment()]


def test_what_a_file_says_anew_is_said_of_that_person_alone() -> None:
    paid.put_payments([(MINE, payment()), (NEIGHBOUR, payment())])
    paid.put_payments([(MINE, payment(fen=100))])
    paid.remove_payments(NEIGHBOUR, [(Month("2025-06"), PENSION, date(2025, 6, 10))], A)
    assert (paid.payments_of(MINE), paid.payments_of(NEIGHBOUR)) == ([payment(fen=100)], [])


def test_two_who_write_at_once_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    put_if: Callable[..., None] = tables.put_if
    others = iter([(NEIGHBOUR, payment())])

    def first(*args: object) -> None:
        for other in others:
            monkeypatch.setattr(tables, "put_if", put_if)
            paid.put_payments([other])
        put_if(*args)

    monkeypatch.setattr(tables, "put_if", first)
    paid.put_payments([(MINE, payment(fen=1))])
    assert (paid.payments_of(MINE), paid.payments_of(NEIGHBOUR)) == ([payment(fen=1)], [payment()])


def test_whoever_is_never_first_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConflictError("another writer was first")

    monkeypatch.setattr(tables, "put_if", refuse)
    with pytest.raises(ConflictError, match="keep writing"):
        paid.put_payments([(MINE, payment())])


def test_another_number_s_payments_bear_it() -> None:
    paid.put_payments([(STRANGER, payment())])
    as_before(STRANGER, payment("2025-05"))
    paid.take_up_payments(MINE, STRANGER)
    assert [(p.month, p.under) for p in paid.payments_of(MINE)] == [
        ("2025-05", STRANGER),
        ("2025-06", STRANGER),
    ]


def test_a_table_of_before_is_read_and_what_a_file_says_since_counts() -> None:
    as_before(MINE, payment("2025-05"), payment(), payment(source=B, fen=50))
    paid.put_payments([(MINE, payment(fen=100))])
    assert sorted((p.month, p.fen) for p in paid.payments_of(MINE)) == [
        ("2025-05", 19_500),
        ("2025-06", 50),
        ("2025-06", 100),
    ]
    assert sorted(p.fen for p in paid.payments_of(MINE, Month("2025-06"))) == [50, 100]
    assert paid.Ledger().payments_of(MINE) == paid.payments_of(MINE)
    paid.remove_payments(MINE, [(Month("2025-06"), PENSION, date(2025, 6, 10))], B)
    assert [p.fen for p in paid.payments_of(MINE)] == [19_500, 100]


def test_a_ledger_reads_an_item_once_for_all_who_share_it() -> None:
    paid.put_payments((who, payment()) for who in (MINE, NEIGHBOUR, STRANGER))
    tables.put(Work(*paid.LAYOUT, body=paid.WHOLE))
    ledger = paid.Ledger()
    assert [ledger.payments_of(who) for who in (MINE, NEIGHBOUR, STRANGER)] == [[payment()]] * 3


# --- a table of before is moved --------------------------------------------------------------------


def enumerated(*people: PersonId) -> None:
    tables.put_all(Work("ALL#_", person, body="{}") for person in people)


def rounds(clock: StoppedClock, stop: Callable[[], bool] = lambda: False) -> int:
    """Call after call, as each morning does, until all is moved; how many."""
    for number in range(1, 50):
        clients.forget()
        with judging() as judge, judge.acting("DailyRun"):
            moved = payment_moves.move(stop)
        if moved.whole:
            return number
        clock.advance(days=2)
    raise AssertionError("never done")


def test_everybody_s_payments_are_moved_and_say_the_same(clock: StoppedClock) -> None:
    everybody = (MINE, NEIGHBOUR, STRANGER)
    enumerated(*everybody)
    for who in everybody:
        as_before(who, payment("2025-05"), payment(), payment(source="", day=11))
    before = [paid.payments_of(who) for who in everybody]
    assert rounds(clock) == 2
    assert len(items()) == 6, "two months of one file, one of another, for either beginning"
    assert not any("~P#" in each for each in items())
    assert [paid.payments_of(who) for who in everybody] == before
    assert paid.all_moved()
    assert rounds(clock) == 1, "nothing more is looked for"


def test_whoever_is_found_only_by_a_later_night_is_moved_before_the_old_place_is_given_up(
    clock: StoppedClock,
) -> None:
    """A person without the row for everybody: a part of the table is held against the rows each night."""
    enumerated(MINE)
    for who in (MINE, STRANGER):
        as_before(who, payment())
    for _ in range(2):  # nothing is left to move of those who are found, an hour apart
        assert not payment_moves.move().whole
        clock.advance(hours=1)
    enumerated(STRANGER)
    assert rounds(clock) >= 1
    assert not any("~P#" in each for each in items())
    assert [paid.payments_of(who) for who in (MINE, STRANGER)] == [[payment()]] * 2


def test_moving_goes_on_where_it_broke_off_and_never_over_what_a_file_says(
    clock: StoppedClock,
) -> None:
    enumerated(MINE, NEIGHBOUR, STRANGER)
    for who in (MINE, NEIGHBOUR, STRANGER):
        as_before(who, payment())
    with judging() as judge, judge.acting("DailyRun"):
        assert payment_moves.move(lambda: True) == shard_moves.Moved(2, round_over=False, whole=False)
    paid.put_payments([(STRANGER, payment(fen=100))])
    assert [p.fen for p in paid.payments_of(STRANGER)] == [100]
    assert rounds(clock, lambda: True) >= 3
    assert paid.payments_of(STRANGER) == [payment(fen=100)]
    assert paid.payments_of(MINE) == [payment()]


def test_what_a_corrected_file_takes_away_while_it_is_moved_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enumerated(MINE)
    as_before(MINE, payment("2025-05"), payment())
    put_missing = paid.put_missing

    def corrected_first(read: Iterable[tuple[PersonId, Payment]]) -> int:
        paid.remove_payments(MINE, [(Month("2025-06"), PENSION, date(2025, 6, 10))], A)
        assert paid.payments_of(MINE) == [payment("2025-05")]
        return put_missing(read)

    monkeypatch.setattr(paid, "put_missing", corrected_first)
    assert payment_moves.move().rows
    assert paid.payments_of(MINE) == [payment("2025-05")]
    paid.put_payments([(MINE, payment(fen=1))])
    assert paid.payments_of(MINE) == [payment("2025-05"), payment(fen=1)], "and it may be said again"


def test_a_ledger_misses_nobody_who_is_moved_while_it_is_read() -> None:
    enumerated(MINE, NEIGHBOUR)
    as_before(MINE, payment())
    as_before(NEIGHBOUR, payment())
    ledger = paid.Ledger()
    assert ledger.payments_of(MINE) == [payment()]
    payment_moves.move()
    assert ledger.payments_of(NEIGHBOUR) == [payment()]


def test_it_waits_for_the_rows_of_everybody(clock: StoppedClock) -> None:
    tables.put(Work("SHARDS", "modulo 4", body="{}"))
    clients.forget()
    assert payment_moves.move() == shard_moves.Moved(0, round_over=False, whole=False)


def test_a_round_within_the_hour_is_not_the_last(clock: StoppedClock) -> None:
    enumerated(MINE)
    assert not payment_moves.move().whole
    assert not payment_moves.move().whole, "functions of before may still be writing"
    assert json.loads(tables_layout())["met"]


def tables_layout() -> str:
    row = tables.get(Work, *paid.LAYOUT)
    assert row is not None
    return str(row.body)


def test_an_operator_need_not_wait(capsys: pytest.CaptureFixture[str]) -> None:
    enumerated(MINE)
    as_before(MINE, payment())
    assert main(["shards", "move"]) == 1
    assert main(["shards", "status"]) == 1
    assert "1 payments moved" in capsys.readouterr().out
    tables.put(Work(*paid.LAYOUT, body=paid.WHOLE))
    assert main(["shards", "status"]) == 0
