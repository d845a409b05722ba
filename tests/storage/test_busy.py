"""Whose record is busy is left, and come back to when everybody else is done."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.errors import BusyError, ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb.busy import ROUNDS, Left, one_by_one

A, B, C = map(PersonId, "abc")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "pause", lambda _tries: None)


def test_the_results_stand_in_the_order_asked_for() -> None:
    done: list[str] = []

    def do(person: PersonId) -> str:
        done.append(person)
        if done == [A]:
            raise ConflictError("somebody else was first")
        return person.upper()

    assert one_by_one([A, B, C], do) == ["A", "B", "C"]
    assert done == [A, B, C, A], "whoever was busy comes last"


def test_one_busy_record_keeps_nobody_else_waiting() -> None:
    tried: Counter[str] = Counter()

    def do(row: tuple[int, PersonId]) -> None:
        tried[row[1]] += 1
        if row[1] == B:
            raise ConflictError("busy")

    with pytest.raises(BusyError) as busy:
        one_by_one(enumerate([A, B, C]), do, lambda row: row[1])
    assert (busy.value.people, tried) == ({B}, {A: 1, B: ROUNDS, C: 1})


def test_every_other_error_ends_it_at_once() -> None:
    def do(person: PersonId) -> None:
        raise ValueError(person)

    with pytest.raises(ValueError, match=A):
        one_by_one([A, B], do)


def test_the_parts_of_a_work_go_on_and_all_that_is_left_is_told_at_the_end() -> None:
    left = Left()
    left.nobody()
    for person in (A, B):
        with left:
            raise BusyError(frozenset({person}))
    with pytest.raises(ValueError, match="another"), left:
        raise ValueError("another")
    with pytest.raises(BusyError) as busy:
        left.nobody()
    assert busy.value.people == {A, B}
