"""政策参数 · The policy of a jurisdiction: every figure that is no benefit's own, as an officer declares it.

One file, `policy.yaml`; each value there carries its source ([J], [A], [B], [pub]) or [choice] and a
reason. The models below say what may stand in it, and refuse what cannot be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from chalicelib.declarations import Declaration
from chalicelib.engine.calendar.periods import Counting, add_months, age_on
from chalicelib.engine.rules.case_times import SuspensionPolicy, Timeline, Visits
from chalicelib.engine.rules.limits import Limits
from chalicelib.engine.rules.money_policy import MoneyTerms
from chalicelib.engine.rules.quantities import LONGEST_PERIOD, DayOfMonth, Days, Hour, Months, Percent
from chalicelib.engine.rules.recheck_policy import Rechecks
from chalicelib.engine.rules.suspicion_policy import Suspicions
from chalicelib.model import FeedId, KeyGroup, Person


class Sentence(Declaration):
    """The same sentence in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Reviewed(Declaration):
    """Who has looked at a declaration, and when."""

    by: str = Field(min_length=1)
    date: date


class EventName(Declaration):
    """One event of one feed, by their names in feeds/*.yaml."""

    feed: str
    event: str

    @property
    def key(self) -> tuple[FeedId, str]:
        """(feed, event), as the rule book files events."""
        return FeedId(self.feed), self.event


class Tier(Declaration):
    """Whom a shorter exempt period concerns: from an age on, or in one of some key groups."""

    months: Months
    aged_at_least: int = Field(default=0, ge=0, le=130)
    in_key_group: tuple[KeyGroup, ...] = ()
    no_strong_within_months: Months | None = None  # [A] no strong evidence in the last period
    why: str = Field(min_length=1)

    @property
    def whom(self) -> tuple[int, tuple[KeyGroup, ...], int | None]:
        """Whom it concerns."""
        return self.aged_at_least, self.in_key_group, self.no_strong_within_months

    @property
    def is_for_everybody(self) -> bool:
        """Whether nobody falls out of it."""
        return not self.aged_at_least and not self.in_key_group and self.no_strong_within_months is None

    def covers(self, person: Person, day: date, strong_days: Sequence[date] = ()) -> bool:
        """Whether the tier holds for a person on the day of the evidence: all that it asks must be so."""
        if self.in_key_group and person.key_groups.isdisjoint(self.in_key_group):
            return False
        if self.aged_at_least and (person.born is None or age_on(person.born, day) < self.aged_at_least):
            return False
        if self.no_strong_within_months is None:
            return True
        first = add_months(day, -self.no_strong_within_months)
        return not any(first <= other < day for other in strong_days)


class Periods(Declaration):
    """How long evidence carries (rules 2 and 3)."""

    counted_in: Counting
    tiers: tuple[Tier, ...] = Field(min_length=1)
    weak_months: Months
    weak_alone_months: Months | None = (
        None  # after the last certificate by strong evidence or by hand; None: ever
    )

    @model_validator(mode="after")
    def _everybody_is_in_a_tier(self) -> Self:
        if not any(tier.is_for_everybody for tier in self.tiers):
            raise ValueError("one tier must hold for everybody (no age, no key group)")
        if self.weak_months > min(tier.months for tier in self.tiers):
            raise ValueError("weak evidence may not carry longer than strong evidence does in any tier")
        return self


class Fade(Declaration):
    """How much of its points an item keeps while it is at most so many days older than the newest."""

    within_days: Days
    percent: Percent


class WeakPoints(EventName):
    """What one weak event is worth; 0 says that it shall not count."""

    points: int = Field(ge=0, le=1000)


class WeakRules(Declaration):
    """When weak items certify together (量化组合式, rule 4)."""

    threshold: int = Field(ge=1)
    fade: tuple[Fade, ...] = Field(min_length=1)
    two_departments: bool = False  # whether the two traces come from different departments
    points: tuple[WeakPoints, ...]

    @model_validator(mode="after")
    def _no_item_certifies_alone(self) -> Self:
        if any(row.points >= self.threshold for row in self.points):
            raise ValueError("a weak event alone may never reach the threshold (rule 4)")
        days = [row.within_days for row in self.fade]
        if days != sorted(set(days)):
            raise ValueError("fade must go from the newest items to the oldest, each age once")
        return self

    @property
    def span_days(self) -> int:
        """Items further apart than this belong to no common combination."""
        return self.fade[-1].within_days

    @cached_property
    def worth(self) -> dict[tuple[FeedId, str], int]:
        """(feed, event) -> points of a fresh item."""
        return {row.key: row.points for row in self.points}

    def percent_at(self, days: int) -> int:
        """What share of its points an item keeps that is so many days older than the newest."""
        return next((row.percent for row in self.fade if days <= row.within_days), 0)


class LazyRenewal(Declaration):
    """From when on plain presence moves a certificate; before that it waits in the lake."""

    days_before_end: Days
    stays_wait: bool = False  # whether admissions and discharges wait as well

    @property
    def writes_everything(self) -> bool:
        """Whether no certificate can be further from its end than this."""
        return self.days_before_end >= LONGEST_PERIOD


class Stay(Declaration):
    """For how long a stay that nobody reported as ended is believed to go on."""

    feed: str
    assumed_days: Days
    why: str = Field(min_length=1)


class MessagePolicy(Declaration):
    """Limits of what people are sent (rules 8 and 9); hours are Chinese civil time."""

    signature: str = Field(pattern="^【.+】$")
    hotline: str = Field(pattern="^[0-9-]{3,12}$")
    most_characters: int = Field(ge=20, le=70)
    quiet_from: Hour
    quiet_until: Hour
    per_person_and_day: int = Field(ge=1)
    per_phone_and_day: int = Field(ge=1)
    certified_every_months: int = Field(ge=1)
    unreported_hours: int | None = Field(
        default=None, ge=24, le=240
    )  # then it has reached nobody; None: ever


class Bounds(Declaration):
    """The least and the most that a county may set."""

    least: int = Field(ge=0)
    most: int = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError("least may not be more than most")
        return self

    def allow(self, value: int) -> bool:
        """Whether a value lies within them, both ends included."""
        return self.least <= value <= self.most


class CountyMaySet(Declaration):
    """What a county may set by itself, and within which bounds; what is not named, it may not (row J4)."""

    months: Bounds | None = None
    weak_months: Bounds | None = None
    threshold: Bounds | None = None
    points: Bounds | None = None
    recognises: tuple[EventName, ...] = ()  # events that a benefit with a list of its own may add


class Earlier(Declaration):
    """What evidence was worth from a day to the next version's: what happened then is worth it for ever."""

    from_: date = Field(alias="from")
    authority: str = Field(min_length=1)
    reviewed: Reviewed
    periods: Periods
    weak: WeakRules


class Policy(Declaration):
    """A jurisdiction's policy.yaml.

    `periods` and `weak` hold for what happens from `from` on, or always if nothing stands under `earlier`
    (oldest first); all else holds as soon as the rule book is in force.
    """

    jurisdiction: str
    area: str = Field(pattern=r"^\d{2}(\d{2})?$")  # of a province or a city
    from_: date = Field(alias="from")
    authority: str = Field(min_length=1)
    reviewed: Reviewed
    periods: Periods
    weak: WeakRules
    timeline: Timeline
    lazy_renewal: LazyRenewal = LazyRenewal(days_before_end=LONGEST_PERIOD)
    visits: Visits
    suspension: SuspensionPolicy
    stays: tuple[Stay, ...]
    suspicions: Suspicions
    limits: Limits = Limits()
    rechecks: Rechecks = Rechecks()
    money: MoneyTerms = MoneyTerms()
    messages: MessagePolicy
    objection_working_days: Days
    recovery_working_days: Days
    pay_runs_until_listed: int = Field(ge=1)
    results_day: DayOfMonth
    county_may_set: CountyMaySet = CountyMaySet()
    earlier: tuple[Earlier, ...] = ()

    @property
    def issuer(self) -> str:
        """The authority that answers for the policy, without the post: papers bear its name."""
        return self.reviewed.by.split()[0]

    @model_validator(mode="after")
    def _versions_in_order(self) -> Self:
        days = [*(version.from_ for version in self.earlier), self.from_]
        if days != sorted(set(days)):
            raise ValueError(
                "what is earlier must stand in the order of its `from`, and before that of the file"
            )
        return self

    @model_validator(mode="after")
    def _settled_before_a_case_opens(self) -> Self:
        if self.lazy_renewal.days_before_end < self.timeline.window_days:
            raise ValueError("lazy_renewal must begin no later than the window in which cases open")
        return self

    @property
    def turns(self) -> tuple[date, ...]:
        """The days from which evidence is worth something else than before, the oldest first."""
        return (*(version.from_ for version in self.earlier[1:]), self.from_) if self.earlier else ()

    def on(self, day: date) -> Policy:
        """The policy with what evidence of a day is worth; before the first version, the first."""
        if not self.earlier or day >= self.from_:
            return self
        held = next((v for v in reversed(self.earlier) if v.from_ <= day), self.earlier[0])
        return self.model_copy(update={"periods": held.periods, "weak": held.weak})

    @cached_property
    def stay_days(self) -> dict[FeedId, int]:
        """feed -> days after which its stays are believed to have ended."""
        return {FeedId(stay.feed): stay.assumed_days for stay in self.stays}
