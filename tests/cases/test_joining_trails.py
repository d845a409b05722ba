"""What the audit chains of two numbers tell of their joining, also of one from before (rule 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.cases import joining_trails
from chalicelib.engine.suspicion.separation import Drawn
from chalicelib.model import Change, EntitlementStatus, PersonId
from chalicelib.storage.dynamodb import people
from tests.storage.builders import AT, entitlement, evidence, identity, person

pytestmark = pytest.mark.usefixtures("aws")

LATER = datetime(2025, 7, 2, 2, tzinfo=UTC)
ACTIVE = EntitlementStatus.ACTIVE


def somebody(n: int) -> PersonId:
    return people.create(identity(f"34160219500207{n}12X"), person(), (entitlement(),), AT, "roster").person


def leave(leaving: PersonId, staying: PersonId, **details: object) -> None:
    """The entry of the one left behind."""
    record = people.under_its_own_number(leaving)
    marked = replace(record.person, joined_to=staying)
    said = {"joined_to": staying, **details}
    people.change(leaving, lambda _: Change(joining_trails.JOINED, "test", LATER, said, person=marked))


def take_up(staying: PersonId, leaving: PersonId, **details: object) -> None:
    """The entries of the one that goes on: a part of the evidence first, then the rest."""
    part = Change(joining_trails.JOINED, "test", LATER, {"part": True}, evidence=(evidence(),))
    people.change(staying, lambda _: part)
    said = {"joined": leaving, **details}
    people.change(staying, lambda _: Change(joining_trails.JOINED, "test", LATER, said))


def test_what_either_number_held_before_and_how_it_stood() -> None:
    left, stays = somebody(1), somebody(2)
    drew = joining_trails.drew(people.load(stays))
    take_up(stays, left, drew=drew, related=["c" * 26])
    leave(left, stays, drew=joining_trails.drew(people.under_its_own_number(left)))
    joining = joining_trails.joining_of(stays, left)
    assert joining is not None
    assert (joining.on, joining.benefits, joining.related) == (
        date(2025, 7, 2),
        {"resident_pension"},
        {"c" * 26},
    )
    assert joining.evidence == frozenset(), "what a large joining took up in parts was not there before it"
    (stood,) = joining.mine.values()
    drawn = entitlement()
    assert stood == Drawn(ACTIVE, None, drawn.since, drawn.certified_until)
    assert joining.theirs == joining.mine


def test_a_joining_from_before_tells_what_was_put_before_it() -> None:
    left, stays = somebody(1), somebody(2)
    known = Change("evidence arrived", "test", AT, evidence=(evidence(),))
    people.change(stays, lambda _: known)
    take_up(stays, left)
    leave(left, stays)
    joining = joining_trails.joining_of(stays, left)
    assert joining is not None
    assert joining.evidence == {evidence().key}
    assert (joining.mine, joining.theirs, joining.related) == ({}, {}, None)


def test_whoever_had_nothing_to_take_up_has_no_entry_of_it() -> None:
    left, stays = somebody(1), somebody(2)
    leave(left, stays)
    joining = joining_trails.joining_of(stays, left)
    assert joining is not None
    assert (joining.on, joining.benefits, joining.mine) == (date(2025, 7, 2), {"resident_pension"}, {})


def test_what_was_never_joined_or_was_separated_is_no_joining() -> None:
    left, stays = somebody(1), somebody(2)
    assert joining_trails.joining_of(stays, left) is None
    take_up(stays, left)
    assert joining_trails.entry_of(people.audit_trail(stays), left) is not None
    assert joining_trails.entry_of(people.audit_trail(stays), stays) is None
    said = {"separated": left}
    people.change(stays, lambda _: Change(joining_trails.SEPARATED, "test", LATER, said))
    assert joining_trails.entry_of(people.audit_trail(stays), left) is None


def test_of_a_chain_of_joinings_the_last_number_is_the_one_that_was_joined() -> None:
    first, second, last = somebody(1), somebody(2), somebody(3)
    assert people.joined_as(first) is None
    leave(first, second)
    assert people.joined_as(first) == first
    leave(second, last)
    assert [people.joined_as(each) for each in (first, second, last)] == [second, second, None]


def test_what_somebody_was_met_by_under_the_number_left_behind() -> None:
    left, stays = somebody(1), somebody(2)
    said = {"under": left, "evidence": [str(evidence().key)]}
    people.change(stays, lambda _: Change(joining_trails.MET, "test", LATER, said))
    assert joining_trails.met_under(stays, left) == {evidence().key}
    assert joining_trails.met_under(stays, stays) == frozenset()
