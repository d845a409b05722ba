"""A benefit as its authority declares it: dated versions, each with its legal reference and reviewer.

The vocabulary is closed. A new word (a new kind of condition, another last month due) is a change of
code with tests; a new use of a word is an officer's change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from chalicelib.declarations import Declaration
from chalicelib.engine.periods import age_on
from chalicelib.engine.policy import DayOfMonth, EventName, Reviewed, Sentence, Tier
from chalicelib.model import BenefitKind, FeedId, KeyGroup, Person


class Word(StrEnum):
    """What a condition or an exclusion may ask of a person."""

    AGED_AT_LEAST = "aged_at_least"
    AGED_UNDER = "aged_under"
    IN_KEY_GROUP = "in_key_group"


HOLDS: Final[Mapping[Word, Callable[[Person, date, str | int], bool]]] = {
    Word.AGED_AT_LEAST: lambda person, on, value: age_on(person.born, on) >= int(value),
    Word.AGED_UNDER: lambda person, on, value: age_on(person.born, on) < int(value),
    Word.IN_KEY_GROUP: lambda person, _on, value: value in person.key_groups,
}


class Clause(Declaration):
    """A word, its value, and on what authority: a condition if it must hold, an exclusion if it may not."""

    when: Word
    value: int | str
    because: Sentence
    authority: str = Field(min_length=1)

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        if self.when is Word.IN_KEY_GROUP:
            KeyGroup(str(self.value))  # ValueError names the words that may stand here
        elif not isinstance(self.value, int):
            raise ValueError(f"{self.when} needs a number of years")
        return self

    def holds(self, person: Person, on: date) -> bool:
        """Whether what the clause says is true of the person on a day."""
        return HOLDS[self.when](person, on, self.value)


class Recognised(Declaration):
    """The events that certify a benefit, where not all do."""

    strong: tuple[EventName, ...]
    weak: tuple[EventName, ...] = ()

    @cached_property
    def keys(self) -> frozenset[tuple[FeedId, str]]:
        """(feed, event) of everything recognised."""
        return frozenset(name.key for name in (*self.strong, *self.weak))


def _word_or_more(value: object) -> str:
    """Which of the two was meant, so that an error speaks of that one."""
    return "word" if isinstance(value, str) else "more"


Recognises = Annotated[
    Annotated[Literal["all"], Tag("word")] | Annotated[Recognised, Tag("more")], Discriminator(_word_or_more)
]
Tiers = Annotated[
    Annotated[Literal["policy"], Tag("word")] | Annotated[tuple[Tier, ...], Tag("more")],
    Discriminator(_word_or_more),
]


class Excludes(Declaration):
    """Another benefit that may not be drawn beside this one, and what shows that it is drawn (rule 19)."""

    benefit: str
    shown_by: EventName
    authority: str = Field(min_length=1)


class Consequence(StrEnum):
    """What confirmed custody does to the payment (rule 15)."""

    ENDS = "ends"  # months served are never paid back
    PAUSES = "pauses"  # repaid on acquittal


class CustodyCode(Declaration):
    """What one code of the custody feed means for this benefit."""

    shown_by: EventName
    then: Consequence
    authority: str = Field(min_length=1)


class LastMonth(StrEnum):
    """The last month due after a death (rule 15, [choice] per benefit)."""

    MONTH_OF_DEATH = "month_of_death"
    MONTH_BEFORE_DEATH = "month_before_death"


class BenefitRules(Declaration):
    """A benefit's rules from a day on, until the next version begins."""

    from_: date = Field(alias="from")
    authority: str = Field(min_length=1)
    reviewed: Reviewed
    recognises: Recognises
    tiers: Tiers = "policy"
    conditions: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    custody: tuple[CustodyCode, ...] = ()
    last_month_due: LastMonth
    cutoff_day: DayOfMonth

    @model_validator(mode="after")
    def _reviewed_before_it_holds(self) -> Self:
        if self.reviewed.date > self.from_:
            raise ValueError("a version must have been reviewed before the day from which it holds")
        return self

    def recognises_event(self, key: tuple[FeedId, str]) -> bool:
        """Whether an event that proves presence certifies this benefit."""
        return isinstance(self.recognises, str) or key in self.recognises.keys


class Authority(StrEnum):
    """Who runs benefits (认证主管单位)."""

    HRSS = "hrss"
    VETERANS = "veterans"
    CIVIL_AFFAIRS = "civil_affairs"
    HEALTH = "health"
    MEDICAL_INSURANCE = "medical_insurance"


class Benefit(Declaration):
    """One benefits/<code>.yaml: what it is, who runs it, and its versions, oldest first."""

    code: str
    title: Sentence
    run_by: Authority
    kind: BenefitKind
    versions: tuple[BenefitRules, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _versions_in_order(self) -> Self:
        days = [version.from_ for version in self.versions]
        if days != sorted(set(days)):
            raise ValueError("versions must stand in the order of their `from`, each day once")
        return self

    @property
    def suspendable(self) -> bool:
        """Only a monthly payment is ever suspended for lack of certification."""
        return self.kind is BenefitKind.MONTHLY

    def on(self, day: date) -> BenefitRules:
        """The version in force on a day; before the first version, the first."""
        return next((v for v in reversed(self.versions) if v.from_ <= day), self.versions[0])
