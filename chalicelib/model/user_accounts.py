"""工作账号 · Accounts of those who work with the platform (row J5): a post, and what may be done from it.

The token says who somebody is; the account says what they are to the platform: role, authority and area, from
a day until a day. It belongs to a post, which is why it names one: whoever leaves the post loses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from chalicelib.model.names import AreaCode

CITY_DIGITS: Final = 4


class UserAccountState(StrEnum):
    """How far an account has come; whether it holds today is another question (`holds_on`)."""

    PROPOSED = "proposed"  # of a city or above: a second person has still to approve it
    GRANTED = "granted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class UserAccount:
    """One account. `since` and `until` are its first and last day; until None: until somebody ends it.

    `sequence` and `head` are the length and last hash of its chain of changes; `sequence` is its lock.
    """

    subject: str
    post: str
    role: str
    area: AreaCode
    authority: str | None
    since: date
    until: date | None
    state: UserAccountState
    granted_by: str
    granted_at: datetime
    approved_by: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    because: str | None = None
    sequence: int = 0
    head: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether one may act by it on a day."""
        is_over = self.until is not None and day > self.until
        return self.state is UserAccountState.GRANTED and self.since <= day and not is_over

    def days_left(self, day: date) -> int | None:
        """How many days it holds after a day; None where it does not hold, or has no end."""
        return (self.until - day).days if self.until is not None and self.holds_on(day) else None

    @property
    def needs_two(self) -> bool:
        """Whether two people have to grant it: nobody stands above a city's own officers."""
        return len(self.area) <= CITY_DIGITS

    def approved(self, by: str) -> UserAccount:
        """The same, approved by a second person."""
        return replace(self, state=UserAccountState.GRANTED, approved_by=by)

    def ended(self, by: str, at: datetime, because: str) -> UserAccount:
        """The same, ended."""
        return replace(self, state=UserAccountState.ENDED, ended_by=by, ended_at=at, because=because)
