"""县区参数 · A county's own values: named ones only, within the bounds that the city's policy states (row
J4).

One file, `counties/<six digits>.yaml`, with a flat list of values, each with its reason: so a sheet of
rows can say the same (`admin.county_sheets`). Whatever the city does not allow is refused with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from chalicelib.declarations import Declaration, Place, place_of, read_declaration
from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.checks import EventKey
from chalicelib.engine.rules.policy import Bounds, EventName, Policy, Reviewed, Sentence
from chalicelib.errors import DeclarationError
from chalicelib.model import BenefitCode, FeedEvent, Strength


class Setting(StrEnum):
    """What a county may set."""

    MONTHS = "months"  # of a period: a tier of the policy, by its number
    WEAK_MONTHS = "weak_months"
    THRESHOLD = "threshold"
    POINTS = "points"  # of a weak event
    RECOGNISES = "recognises"  # an event beyond those that a benefit's own list names


_NEEDS: Mapping[Setting, frozenset[str]] = {
    Setting.MONTHS: frozenset({"tier", "to"}),
    Setting.WEAK_MONTHS: frozenset({"to"}),
    Setting.THRESHOLD: frozenset({"to"}),
    Setting.POINTS: frozenset({"feed", "event", "to"}),
    Setting.RECOGNISES: frozenset({"benefit", "feed", "event"}),
}


class CountyValue(Declaration):
    """One value that a county sets, and why."""

    set: Setting
    tier: int | None = Field(default=None, ge=1)
    benefit: str | None = None
    feed: str | None = None
    event: str | None = None
    to: int | None = None
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _says_what_it_sets(self) -> Self:
        said = {
            name for name in ("tier", "benefit", "feed", "event", "to") if getattr(self, name) is not None
        }
        if said != _NEEDS[self.set]:
            raise ValueError(f"{self.set} needs {', '.join(sorted(_NEEDS[self.set]))}, and nothing else")
        return self

    @property
    def of(self) -> tuple[str, ...]:
        """What the value is about; a county may say it once only."""
        return self.set, str(self.tier), str(self.benefit), str(self.feed), str(self.event)


class EarlierValues(Declaration):
    """What a county set from a day to the next version's: what happened then is worth it for ever."""

    from_: date = Field(alias="from")
    authority: str = Field(min_length=1)
    reviewed: Reviewed
    values: tuple[CountyValue, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.reviewed.date > self.from_:
            raise ValueError("values must have been reviewed before the day from which they hold")
        if len({value.of for value in self.values}) < len(self.values):
            raise ValueError("a value is set twice")
        return self


class County(EarlierValues):
    """One counties/<six digits>.yaml; a county that sets nothing any more says so with no `values`."""

    area: str = Field(pattern=r"^\d{6}$")
    title: Sentence
    assumed: str | None = None  # what no document names and we filled in, with the reason
    earlier: tuple[EarlierValues, ...] = ()  # the oldest first

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [version.from_ for version in self.versions]
        if days != sorted(set(days)):
            raise ValueError(
                "what is earlier must stand in the order of its `from`, and before that of the file"
            )
        if not self.values and not self.earlier:
            raise ValueError("values: say at least one")
        return self

    def in_order(self) -> County:
        """The same, whatever the order in which the values stand in the file."""
        ordered = tuple(sorted(self.values, key=lambda value: value.of))
        return self.model_copy(update={"values": ordered})

    @property
    def versions(self) -> tuple[EarlierValues, ...]:
        """What the county has set, the oldest first."""
        return (*self.earlier, self)


def read_county(path: Path) -> County:
    """One county's file; DeclarationError with file and line if it does not hold."""
    county = read_declaration(path, County)
    if county.area != path.stem:
        raise DeclarationError(place_of(path, ("area",)), f"the file must be named {county.area}.yaml")
    return county


def county_values(
    path: Path,
    county: County,
    version: EarlierValues,
    policy: Policy,
    benefits: Mapping[BenefitCode, Benefit],
    events: Mapping[EventKey, FeedEvent],
) -> tuple[Policy, dict[BenefitCode, Benefit]]:
    """A policy and benefits of the city with a version of a county's values in them.

    Of what was set earlier the bounds have been checked, by the policy of then.
    """
    changed = policy.model_dump(by_alias=True)
    mine = dict(benefits)
    here: Place = () if version is county else ("earlier", county.versions.index(version))
    for number, value in enumerate(version.values):
        try:
            if version is county:
                _check_bounds(value, policy)
            if value.set is Setting.RECOGNISES:
                code, benefit = _recognising(value, mine, events)
                mine[code] = benefit
            else:
                _put(value, changed, policy)
        except ValueError as error:
            raise DeclarationError(place_of(path, (*here, "values", number, "set")), str(error)) from error
    try:
        return Policy.model_validate(changed), mine
    except ValidationError as error:
        what = error.errors()[0]["msg"]
        raise DeclarationError(
            place_of(path, (*here, "values")), f"together these values cannot be: {what}"
        ) from error


def _check_bounds(value: CountyValue, policy: Policy) -> None:
    if value.set is Setting.RECOGNISES:
        row = EventName(feed=str(value.feed), event=str(value.event))
        if row not in policy.county_may_set.recognises:
            raise ValueError(f"the city's policy does not allow to recognise {value.feed}/{value.event}")
        return
    bounds: Bounds | None = getattr(policy.county_may_set, value.set)
    if bounds is None or not bounds.allow(value.to or 0):
        raise ValueError(f"a county may not set {value.set} to {value.to}: {_allowed(bounds)}")


def _put(value: CountyValue, changed: dict[str, Any], policy: Policy) -> None:
    to = value.to or 0
    match value.set:
        case Setting.MONTHS:
            tiers = changed["periods"]["tiers"]
            if value.tier is None or value.tier > len(tiers):
                raise ValueError(f"the policy has {len(tiers)} tiers")
            tiers[value.tier - 1]["months"] = to
        case Setting.WEAK_MONTHS:
            changed["periods"]["weak_months"] = to
        case Setting.THRESHOLD:
            changed["weak"]["threshold"] = to
        case _:
            rows = [
                r for r in changed["weak"]["points"] if (r["feed"], r["event"]) == (value.feed, value.event)
            ]
            if not rows:
                raise ValueError(f"the policy weighs no {value.feed}/{value.event}")
            rows[0]["points"] = to


def _allowed(bounds: Bounds | None) -> str:
    return "the city's policy does not allow it" if bounds is None else f"{bounds.least} to {bounds.most}"


def _recognising(
    value: CountyValue,
    benefits: Mapping[BenefitCode, Benefit],
    events: Mapping[EventKey, FeedEvent],
) -> tuple[BenefitCode, Benefit]:
    code, row = BenefitCode(str(value.benefit)), EventName(feed=str(value.feed), event=str(value.event))
    if code not in benefits:
        raise ValueError(f"no benefit {code!r} is declared")
    strength = events[row.key].strength or Strength.STRONG
    changed = benefits[code].model_dump(by_alias=True)
    for version in changed["versions"]:
        if version["recognises"] == "all":
            raise ValueError(f"{code} recognises everything already")
        version["recognises"][strength.value] = (
            *version["recognises"][strength.value],
            {"feed": row.feed, "event": row.event},
        )
    return code, Benefit.model_validate(changed)
