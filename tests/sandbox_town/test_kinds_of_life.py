"""Kinds of life: each is lived by somebody, and nobody else becomes easier to find because of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from sandbox.town import cadres, kinds_of_life, recipients
from sandbox.town.kinds_of_life import KINDS
from sandbox.town.lives import Manner
from sandbox.town.people import Town

# How the town of 2,000 was to be reached before anything was done about the people who could not be.
MANNERS = {
    Manner.VISIBLE: 1800,
    Manner.SELF: 64,
    Manner.UNSEEN: 48,
    Manner.HOME: 36,
    Manner.COUNTER: 28,
    Manner.AWAY: 11,
    Manner.MOVED: 7,
    Manner.REFUSES: 6,
}


@pytest.fixture(scope="module", name="large")
def _large() -> Town:
    return Town.generate(people=2000, seed=1)


def test_nobody_is_easier_to_find_than_before(large: Town) -> None:
    assert Counter(person.life.manner for person in large.people) == MANNERS
    assert (cadres.OPENS, cadres.NO_TIME) == (0.82, 0.06)
    assert recipients.HEEDS == {Manner.SELF: 0.62, Manner.COUNTER: 0.55, Manner.VISIBLE: 0.05}


def test_every_kind_is_lived(large: Town) -> None:
    lived = Counter(person.kind for person in large.people)
    assert all(lived[kind.name] > 0 for kind in KINDS)


def test_whoever_lives_no_kind_lives_as_without_them(large: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds_of_life, "KINDS", ())
    before = Town.generate(people=2000, seed=1)
    assert [p for p in large.people if not p.kind] == [
        before.people[p.index] for p in large.people if not p.kind
    ]
    assert all(
        before.people[p.index]
        == replace(p, kind="", life=before.people[p.index].life, corrected=None, helper=None)
        for p in large.people
    )
