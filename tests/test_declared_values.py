"""Whatever an officer may declare has an effect: some code reads it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.benefit_files import SharedRules
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.model import FeedEvent
from chalicelib.sources.feeds.event_declarations import EventDeclaration
from chalicelib.sources.feeds.feed_changelog import FeedChange
from tests.reads import reads, reads_in

# Words that describe what is declared and decide nothing: pages show them, and officers read the files.
DESCRIPTION = frozenset(
    {
        "authority",
        "reviewed",
        "by",
        "why",
        "title",
        "assumed",
        "for_whom",
        "purpose",
        "contact",
        "cannot_cover",
    }
)
# Other values that no code need read, and why.
EXPLAINED = {
    ("Feed", "counts_as"): "its place in the catalogue of the documents, which is counted by tests/feeds",
}
CARRIED = {
    EventDeclaration: FeedEvent,
    SharedRules: BenefitRules,
}  # copied whole: there the field of the same name is read


def declared() -> Iterator[tuple[type[Declaration], str]]:
    """Every field of every model that a pack's YAML fills."""
    waiting, seen = [Declaration], set[type[Declaration]]()
    while waiting:
        for model in waiting.pop().__subclasses__():
            if model not in seen and model.__module__.startswith("chalicelib."):
                seen.add(model)
                waiting.append(model)
                yield from ((model, name) for name in model.__annotations__ if name in model.model_fields)


def test_every_value_that_may_be_declared_is_read() -> None:
    """Or an officer signs it and nothing happens: give it its effect, or take it out of the declarations."""
    found = reads()
    unread = {
        (model.__name__, name)
        for model, name in declared()
        if name not in DESCRIPTION and model is not FeedChange
        if not found.get((CARRIED.get(model, model), name))
    }
    assert unread == set(EXPLAINED)


class Terms(Declaration):
    """Invented, to be read."""

    days: int = 1
    months: int = 2


class Whole(Declaration):
    """Invented, to be read."""

    terms: tuple[Terms, ...] = ()
    by_name: dict[str, Terms] = {}

    def own(self) -> Terms:
        return self.terms[0]


def found_in(text: str) -> set[str]:
    module = ModuleType("chalicelib.invented")
    vars(module).update({"Terms": Terms, "Whole": Whole, "Other": ModuleType("other")})
    exec(compile(text, "invented", "exec"), vars(module))  # noqa: S102
    return {name for model, name in reads_in(text, module) if model is Terms}


@pytest.mark.parametrize(
    "text",
    [
        "def f(it: Terms): return it.days",
        "def f(it: Terms | None): return it and it.days",
        "def f(of: Whole): return [each.days for each in of.terms]",
        "def f(of: Whole):\n    for each in of.terms:\n        print(each.days)",
        "def f(of: Whole): return sorted(of.terms)[0].days",
        "def f(of: Whole): return max(each.days for each in reversed(of.terms))",
        "def f(of: Whole):\n    for n, each in enumerate(of.terms):\n        print(each.days)",
        "def f(of: Whole):\n    for _, each in of.by_name.items():\n        print(each.days)",
        "def f(of: Whole): return of.by_name['a'].days",
        "def f(of: Whole): return of.own().days",
        "def f(of: Whole):\n    if (it := of.own()):\n        return it.days",
        "def g(of: Whole) -> Terms: return of.own()\ndef f(of: Whole): return g(of).days",
    ],
)
def test_how_a_read_is_found(text: str) -> None:
    assert found_in(text) == {"days"}


@pytest.mark.parametrize(
    "text",
    [
        "def f(it: Other): return it.days",
        "def f(it): return it.days",
        "def f(of: Whole): return of.days",
        "def f(it: Terms): return it.model_dump()",
    ],
)
def test_what_is_no_read(text: str) -> None:
    assert found_in(text) == set()
