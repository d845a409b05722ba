"""办理时限 · What a case does when: window, messages, visits and suspension lists, as declared.

Days before the end are those of a period of twelve months. For a shorter one all of them shrink with its
window (`chalicelib/engine/suspension/timeline.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.quantities import DayOfMonth, Days, Hour
from chalicelib.model import REMINDERS, KeyGroup, Template

_GONE: Final = frozenset(
    {"cutoff_day", "minutes_apart"}
)  # said by bundles stored before; decides nothing now


class Reminder(Declaration):
    """One message of a case: which, how many days before the period ends, and why then."""

    template: Literal[Template.REMIND, Template.REMIND_AGAIN, Template.SELF_CERTIFY]
    days_before: Days
    why: str = Field(min_length=1)


class Timeline(Declaration):
    """When data alone are waited for, when a case opens, and what happens when in it."""

    window_days: Days
    window_part: int = Field(
        default=3, ge=1, le=12
    )  # of the period: the window is never longer than this part
    reminders: tuple[Reminder, ...]
    visit_days_before: Days
    visited_at_once: tuple[KeyGroup, ...] = ()  # as the case opens, beside the message
    heard_within_days: Days | None = None  # of whom somebody has heard since: first spoken to at the second
    # message's day; None: everybody is told at the same day
    later_where_silent: bool = False  # likewise whom data certified last: they will most likely again
    awaits_files_days: Days | None = (
        None  # a file that is due so soon, of a feed that tells of the person, is
    )
    # waited for before anything is said; None: nothing is waited for
    least_days_per_step: Days
    dormant_after_days: Days

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        said = tuple(reminder.template for reminder in self.reminders)
        if said not in (REMINDERS, (REMINDERS[0], REMINDERS[-1])):
            raise ValueError(
                "reminders must be remind, remind_again (or not) and self_certify, in this order"
            )
        days = [self.window_days, *(r.days_before for r in self.reminders), self.visit_days_before]
        if days[1:] != sorted(set(days[1:]), reverse=True) or days[0] < days[1]:
            raise ValueError("each step must lie nearer to the end of the period than the one before")
        return self

    @property
    def opens_days_before(self) -> int:
        """How many days before the end of a year's period a case opens: with its first message."""
        return self.reminders[0].days_before

    @property
    def opens_later_days_before(self) -> int:
        """The same for whoever was heard of lately or certified by data, and may be by what arrives yet."""
        return self.reminders[1].days_before


class Visits(Declaration):
    """Home visits (rule 10 c, "Visit outcomes"): three, of which the second comes at another time of day
    or week, and the third asks somebody close."""

    first_within_days: Days
    second_after_notice_days: Days
    second_within_days: Days
    third_after_days: Days = 3
    evening_from: Hour = 18
    word_holds_days: Days = 60  # what somebody close says of a person holds a suspension so long
    words_hold_months: int = Field(default=12, ge=1, le=12)  # after the end of the period, however many spoke
    signs_of_life_days: Days = 60  # evidence too weak to certify, so fresh, asks for one more visit
    hospitalised_revisit_days: Days
    away_revisit_days: Days
    moved_revisit_days: Days

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_gone(cls, said: Any) -> Any:
        return without_what_is_gone(said)

    @property
    def days_of_three(self) -> int:
        """From the first visit's being ordered to the third, if workers take all the time that they have."""
        second = self.second_after_notice_days + self.second_within_days
        return self.first_within_days + second + self.third_after_days + self.second_within_days


class SuspensionPolicy(Declaration):
    """Suspension lists (rule 10)."""

    list_day: DayOfMonth
    list_open_days: Annotated[int, Field(ge=1, le=8)]
    look_again_days: Days

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_gone(cls, said: Any) -> Any:
        return without_what_is_gone(said)


def without_what_is_gone(said: Any) -> Any:
    """What bundles stored before say and nothing listens to any more, left out."""
    return {key: said[key] for key in said if key not in _GONE} if isinstance(said, dict) else said
