"""Evidence, people and days at random, for what must hold whatever happens.

`make test` tries a few of each; `make properties` fifty thousand (HYPOTHESIS_EXAMPLES).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st

from chalicelib.engine.certification.decide import decide
from chalicelib.model import (
    BenefitCode,
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    KeyGroup,
    Month,
    Person,
    Proves,
)
from tests import events
from tests.engine.versions import CHANGED
from tests.people import a_person, an_entitlement, some_evidence

ALL_EVENTS: Final = {**events.ALL_EVENTS, "changed": events.EVENTS}
ALL_RULES: Final = {**events.ALL_RULES, "changed": CHANGED}
EXAMPLES: Final = int(os.environ.get("HYPOTHESIS_EXAMPLES", "40"))
as_many_as_asked: Final[Callable[..., Callable[..., None]]] = settings(max_examples=EXAMPLES, deadline=None)  # type: ignore[assignment]

FIRST, LAST = date(2023, 12, 1), date(2025, 12, 31)
EDGES: Final = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 2, 28),
    date(2025, 3, 31),
    date(2025, 4, 30),
    date(2025, 12, 31),
)
DAYS: Final = st.one_of(st.dates(FIRST, LAST), st.sampled_from(EDGES))
PACKS: Final = st.sampled_from(sorted(ALL_RULES))
GRADES: Final = ("grade_1", "grade_2", "grade_3", "grade_7")
CATEGORIES: Final = ("minimum_living_allowance", "destitute", "marginal")


@cache
def named(pack: str, *proves: Proves) -> tuple[str, ...]:
    """The events of a pack that prove one of these."""
    return tuple(
        f"{feed}/{event}" for (feed, event), what in ALL_EVENTS[pack].items() if what.proves in proves
    )


@cache
def presence(pack: str) -> tuple[str, ...]:
    """Events of presence of which no condition asks (a wedding is presence, and may end a pension)."""
    asked = {"/".join(key) for key in ALL_RULES[pack].asked}
    return tuple(name for name in named(pack, Proves.PRESENCE) if name not in asked)


@cache  # a strategy that is made anew for each example costs more than drawing from it
def one(names: tuple[str, ...]) -> st.SearchStrategy[Evidence]:
    """One item of these events, with the facts that its feed may send."""
    return _one(st.sampled_from(names))


ENDS: Final = st.one_of(st.none(), DAYS)


@st.composite
def _one(draw: st.DrawFn, names: st.SearchStrategy[str]) -> Evidence:
    name, happened, end = draw(names), draw(DAYS), draw(ENDS)
    facts: dict[str, str] = {}
    if end is not None and end > happened:
        facts["until"] = end.isoformat()
    if "disability" in name:
        facts["grade"] = draw(st.sampled_from(GRADES))
    if "low_income" in name:
        facts["category"] = draw(st.sampled_from(CATEGORIES))
    return some_evidence(name, happened, **facts)


@cache
def anything(pack: str) -> st.SearchStrategy[list[Evidence]]:
    """Up to twelve items of any kind."""
    return st.lists(one(named(pack, *Proves)), max_size=12)


PEOPLE: Final = st.builds(
    lambda born, groups: a_person(born.replace(day=1), key_groups=groups),
    st.one_of(st.dates(date(1920, 1, 1), date(1965, 1, 1)), st.dates(date(2005, 1, 1), date(2012, 1, 1))),
    st.frozensets(st.sampled_from(list(KeyGroup)), max_size=2),
)


STATUSES: Final = st.sampled_from(
    [s for s in EntitlementStatus if s is not EntitlementStatus.EXPIRED_STILL_PAID]
)


@cache
def drawn(pack: str) -> st.SearchStrategy[list[Entitlement]]:
    """What somebody draws in a pack: one to four benefits."""
    codes = st.sampled_from(sorted(ALL_RULES[pack].benefits))
    return _drawn(st.lists(codes, min_size=1, max_size=4, unique=True))


@st.composite
def _drawn(draw: st.DrawFn, codes: st.SearchStrategy[list[BenefitCode]]) -> list[Entitlement]:
    made = []
    for code in draw(codes):
        status, stopped = draw(STATUSES), Month("2025-01")
        kept = {"stopped_from": stopped} if status is not EntitlementStatus.ACTIVE else {}
        made.append(an_entitlement(code, draw(DAYS), status=status, **kept))
    return made


@st.composite
def situation(draw: st.DrawFn) -> tuple[str, Person, list[Entitlement], list[Evidence], date]:
    """A pack, a person, what they draw, what was sent, and a day."""
    pack = draw(PACKS)
    return pack, draw(PEOPLE), draw(drawn(pack)), draw(anything(pack)), draw(DAYS)


def judge(
    pack: str,
    person: Person,
    entitlements: list[Entitlement],
    evidence: list[Evidence],
    on: date,
    refuted: tuple[Evidence, ...] = (),
) -> Decision:
    """The decision of a pack's rules."""
    keys = frozenset(item.key for item in refuted)
    return decide(person, entitlements, evidence, ALL_RULES[pack], on, refuted=keys)


def reach(decision: Decision) -> list[date]:
    """Through which day each benefit is certified."""
    return [verdict.valid_until for verdict in decision.verdicts]
