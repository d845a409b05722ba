"""Everything of the span is on the clock from the first morning on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from chalicelib.clock import CHINA, civil_date
from chalicelib.jurisdiction import load
from sandbox.town.people import Town
from sandbox.town.year import Year
from tests.sandbox_town.stage import Silent, a_stage


def test_the_carrier_looks_every_day_soon_after_the_platform_sends(town: Town) -> None:
    stage = a_stage(town)
    year = Year.on(stage.scene, load("bozhou"), Silent())
    year.begin()
    polls = [instant for instant, act in stage.later if act == year.carrier.poll]
    days = Counter(civil_date(instant) for instant in polls)
    assert set(days) == {town.start + timedelta(n) for n in range((town.end - town.start).days + 1)}
    assert set(days.values()) == {3}
    assert {instant.astimezone(CHINA).hour for instant in polls} == {9, 15, 18}


def test_the_roster_comes_before_every_other_file(town: Town) -> None:
    stage = a_stage(town)
    Year.on(stage.scene, load("bozhou"), Silent()).begin()
    first: Any = sorted(
        (entry for entry in stage.later if civil_date(entry[0]) == town.start), key=lambda e: e[0]
    )
    for _, act in first:
        if "drop_later" in getattr(act, "__qualname__", ""):
            act()
    dropped = [key.split("/")[2] for key in stage.bucket.objects]
    assert dropped[0] == "roster"
    assert dropped.count("roster") == 1
    assert len(dropped) > 50, "the departments hand over their history on the first day"
