"""待遇项目 · A benefit as its authority declares it: dated versions, each with its legal reference and
reviewer.

The vocabulary is closed. A new word (a new kind of condition, another last month due) is a change of
code with tests; a new use of a word is an officer's change.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.amounts import Amount
from chalicelib.engine.rules.conditions import Clause, Term
from chalicelib.engine.rules.policy import EventName, Reviewed, Sentence, Tier
from chalicelib.engine.rules.quantities import DayOfMonth
from chalicelib.model import BenefitKind, FeedId


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


Contradicts = Annotated[
    Annotated[Literal["all"], Tag("word")] | Annotated[tuple[EventName, ...], Tag("more")],
    Discriminator(_word_or_more),
]


class Excludes(Declaration):
    """Another benefit that may not be drawn beside this one, and what shows that it is drawn (rule 19).

    Without `shown_by` it is a benefit of this platform, and the roster itself shows it. With `beside`
    no other benefit is named: this one covers several, two of them exclude each other, and both events
    must be reported.
    """

    benefit: str | None = None
    shown_by: EventName | None = None
    beside: EventName | None = None
    authority: str = Field(min_length=1)

    @model_validator(mode="after")
    def _beside_something(self) -> Self:
        if self.beside is not None and self.shown_by is None:
            raise ValueError("`beside` needs `shown_by`")
        if (self.beside is None) == (self.benefit is None):
            raise ValueError("either another `benefit`, or `beside`: two that this benefit covers")
        return self


class Together(Declaration):
    """Another benefit that may well be drawn beside this one (rule 19)."""

    benefit: str
    authority: str = Field(min_length=1)


class Entitles(Declaration):
    """Who is entitled without having to ask: whoever fits and draws nothing is listed (rule 20)."""

    where: tuple[Term, ...] = Field(min_length=1)
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


class Start(StrEnum):
    """From which day the first period of a new recipient runs."""

    FIRST_PAYMENT = "first_payment"
    AUTHORITY_DAY = "authority_day"  # the day on which the authority granted the benefit


class Offset(StrEnum):
    """From what an overpayment is taken before anybody is asked to pay it back (rule 17)."""

    FUNERAL_GRANT = "funeral_grant"
    ACCOUNT_BALANCE = "account_balance"


class Recovery(Declaration):
    """What may be offset against an overpayment, in this order, and by what authority."""

    offset: tuple[Offset, ...] = Field(min_length=1)
    authority: str = Field(min_length=1)


class GradedStop(Declaration):
    """That a month is paid in person before a suspension: by what authority, else it may not be declared."""

    authority: str = Field(min_length=1)


class BenefitRules(Declaration):
    """A benefit's rules from a day on, until the next version begins."""

    from_: date = Field(alias="from")
    authority: str = Field(min_length=1)
    reviewed: Reviewed
    recognises: Recognises
    contradicted_by: Contradicts = "all"
    tiers: Tiers = "policy"
    starts: Start
    amount: Amount
    entitles: Entitles | None = None
    conditions: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    together: tuple[Together, ...] = ()
    custody: tuple[CustodyCode, ...] = ()
    recovery: Recovery | None = None
    graded_stop: GradedStop | None = None
    last_month_due: LastMonth
    cutoff_day: DayOfMonth

    @model_validator(mode="after")
    def _reviewed_before_it_holds(self) -> Self:
        if self.reviewed.date > self.from_:
            raise ValueError("a version must have been reviewed before the day from which it holds")
        return self

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Everything that the version asks of a person or of a feed."""
        bands = () if isinstance(self.amount, str) else self.amount
        return (
            *(term for clause in (*self.conditions, *self.excluded) for term in clause.terms),
            *(term for band in bands for term in band.where),
            *(self.entitles.where if self.entitles else ()),
        )

    @property
    def is_plain(self) -> bool:
        """Whether everything certifies and the policy's tiers hold, as for most benefits."""
        return isinstance(self.recognises, str) and isinstance(self.tiers, str)

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
    EDUCATION = "education"
    WATER = "water"  # 水务局、水利局
    ORGANISATION = "organisation"  # 组织部门
    AGRICULTURE = "agriculture"
    DISABLED_FEDERATION = "disabled_federation"  # 残联
    TRADE_UNION = "trade_union"


class Benefit(Declaration):
    """One benefits/<code>.yaml: what it is, who runs it, and its versions, oldest first."""

    code: str
    title: Sentence
    run_by: Authority
    kind: BenefitKind
    for_whom: Sentence | None = None  # who may draw it, where neither conditions nor `entitles` say so
    assumed: str | None = None  # what no document names and we filled in, with the reason
    versions: tuple[BenefitRules, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _versions_in_order(self) -> Self:
        days = [version.from_ for version in self.versions]
        if days != sorted(set(days)):
            raise ValueError("versions must stand in the order of their `from`, each day once")
        return self

    @model_validator(mode="after")
    def _a_fee_relief_pays_nothing_itself(self) -> Self:
        is_relief = self.kind is BenefitKind.FEE_RELIEF
        if any((version.amount == "none") != is_relief for version in self.versions):
            raise ValueError("`amount: none` belongs to fee reliefs, and to them alone")
        return self

    @model_validator(mode="after")
    def _only_what_is_suspended_is_stopped_by_grades(self) -> Self:
        graded = any(version.graded_stop is not None for version in self.versions)
        if graded and self.kind is not BenefitKind.MONTHLY:
            raise ValueError("`graded_stop` belongs to monthly payments, the only ones that are suspended")
        return self

    @property
    def suspendable(self) -> bool:
        """Only a monthly payment is ever suspended for lack of certification."""
        return self.kind is BenefitKind.MONTHLY

    @cached_property
    def is_plain(self) -> bool:
        """Whether all versions weigh evidence alike, as most benefits do: weighed once per person."""
        return all(version.is_plain for version in self.versions)

    def on(self, day: date) -> BenefitRules:
        """The version in force on a day; before the first version, the first."""
        for version in reversed(self.versions):
            if version.from_ <= day:
                return version
        return self.versions[0]

    def asked_since(self, version: BenefitRules, clause: Clause) -> date:
        """From which day a condition of a version is asked without a break; what came before was lawful.

        The first version holds for whatever lies before it, and so do its conditions.
        """
        since = version.from_
        for earlier in reversed(self.versions):
            if earlier.from_ < since:
                if not any(clause.asks_the_same(other) for other in earlier.conditions):
                    return since
                since = earlier.from_
        return date.min
