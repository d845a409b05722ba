"""答复 · The rules: what holds on a day and which line says it; changes, from a draft to a day in force."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from chalicelib.api.answers.shared import Answer, Titled, Words
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.model import BenefitKind


class RuleVersion(Answer):
    """A version of a benefit's rules: since when, on which document, reviewed by whom."""

    since: date
    authority: str
    reviewed_by: str
    reviewed_on: date


class Ruled(Titled):
    """A benefit, the authority that runs it, and the version that holds on the day."""

    run_by: str
    kind: BenefitKind
    version: RuleVersion
    versions: int


class Rules(Answer):
    """Every benefit of the rule book that holds on a day."""

    on: date
    jurisdiction: str
    items: list[Ruled]


class RuleValue(Answer):
    """A value that holds: its key, and the file and line that say it; `source` is what stands beside it."""

    key: str
    value: str
    file: str
    line: int
    source: str


class RulesOfBenefit(Titled):
    """All that holds for a benefit on a day: in sentences, value by value, and its versions, oldest first."""

    on: date
    run_by: str
    kind: BenefitKind
    version: RuleVersion
    versions: list[RuleVersion]
    says: list[Words]
    values: list[RuleValue]


class RuleChangeState(StrEnum):
    """Where a change stands; `overtaken`: another was activated since, and it is drafted anew."""

    REHEARSING = "rehearsing"
    REHEARSED = "rehearsed"
    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVATED = "activated"
    OVERTAKEN = "overtaken"


class Deed(Answer):
    """Who did something, and when."""

    by: str
    at: datetime


class Wanted(Answer):
    """A value that is to hold, as it would stand in the file."""

    key: str
    value: str


class RuleChange(Answer):
    """A change: what is to hold from when, and who drafted, proposed, approved and activated it.

    `what`: a benefit, or `policy`: what most benefits share. Null, with no values, where it was proposed from
    the command line.
    """

    id: str
    state: RuleChangeState
    what: str | None
    title: Words | None
    since: date | None
    values: list[Wanted]
    note: str
    drafted: Deed | None
    proposed: Deed | None
    approved: Deed | None
    activated: Deed | None
    in_force_from: date | None


class RuleChanges(Answer):
    """Every change, newest first."""

    items: list[RuleChange]


class RuleEffect(Answer):
    """How many entitlements a change would touch so; `fen`: a month, all together, where money differs."""

    effect: Effect
    title: Words
    entitlements: int
    fen: int | None


class Rehearsal(Answer):
    """What a change would do to everybody, as of a day."""

    on: date
    at: datetime
    people: int
    entitlements: int
    certified_now: int
    certified_then: int
    certified_less_long: int
    left_out: int
    effects: list[RuleEffect]


class RuleDifference(Answer):
    """A value that differs, by file and place; null where one of both does not say it."""

    file: str
    key: str
    before: str | None
    after: str | None


class RuleChangeWithEffects(RuleChange):
    """A change with what it would do, what it says otherwise, and the number of its report."""

    rehearsal: Rehearsal | None
    report: str | None
    says: list[Words]
    differences: list[RuleDifference]
