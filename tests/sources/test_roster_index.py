"""Who is on the roster, by number."""

from __future__ import annotations

from tests.sources.builders import number, roster


def test_all_of_some_numbers_are_on_the_roster_or_not() -> None:
    assert roster(1, 2, 3).has_all([number(1), number(3)])
    assert roster(1, 2, 3).has_all([])
    assert not roster(1, 2, 3).has_all([number(1), number(4)])
