"""What several rosters say of one person: merged, and what one does not say it does not delete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.model import KeyGroup, Person, PersonId, Relation
from tests.people import a_person

DISABLED, NEST = KeyGroup.DISABLED, KeyGroup.EMPTY_NEST
PENSION, CARE = "resident_pension", "disability_care_subsidy"


def told(**named: object) -> Person:
    """What a roster says: no more than a test names."""
    blank = a_person(has_phone=False, key_groups=frozenset(), grid="", born=None)
    return replace(blank, **named)


KNOWN = told(
    grid="G01",
    born=date(1950, 3, 1),
    has_phone=True,
    key_groups=frozenset({DISABLED, NEST}),
    groups_by={CARE: frozenset({DISABLED}), PENSION: frozenset({NEST})},
    related={PersonId("mother"): Relation.PARENT},
)


def test_a_second_authoritys_roster_without_phone_and_group_erases_neither() -> None:
    after = KNOWN.retold(told(groups_by={PENSION: frozenset()}), whole=False)
    assert (after.has_phone, after.grid, after.born) == (True, "G01", date(1950, 3, 1))
    assert after.related == KNOWN.related
    assert after.key_groups == {DISABLED}, "of its own row it says that there is none any more"


@pytest.mark.parametrize(
    ("whole", "groups", "why"),
    [
        (False, {DISABLED, NEST}, "who said so is not known: another authority's it may be"),
        (True, {NEST}, "this roster names all that she draws"),
    ],
)
def test_groups_kept_before_it_was_known_who_said_so(whole: bool, groups: set[KeyGroup], why: str) -> None:
    before = replace(KNOWN, key_groups=frozenset({DISABLED}), groups_by={})
    after = before.retold(told(groups_by={PENSION: frozenset({NEST})}), whole=whole)
    assert after.key_groups == groups, why


def test_what_a_roster_says_replaces() -> None:
    after = KNOWN.retold(told(grid="G02", born=date(1951, 1, 1)), whole=True)
    assert (after.grid, after.born) == ("G02", date(1951, 1, 1))
    assert after.related == {}, "of all that she draws nobody names the mother any more"
