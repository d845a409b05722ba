"""答复 · What a person is told of their benefits, and of what is open about them."""

from __future__ import annotations

from datetime import date

from chalicelib.api.answers.shared import Answer, Why, Words
from chalicelib.api.answers.stop_requests import StopRequest
from chalicelib.model import (
    Channel,
    EntitlementStatus,
    MessageState,
    ObjectionAbout,
    Route,
    StateName,
    SuspicionKind,
    Template,
)


class BenefitStatus(Answer):
    """One benefit today: whether it is paid, until when it is certified, why, and what to do."""

    benefit: str
    title: Words
    authority: str
    status: EntitlementStatus
    valid_until_at_least: date
    route: Route | None
    stopped_from: str | None
    what_holds: Words
    why: list[Why]
    what_to_do: Words


class OpenCase(Answer):
    """A case that walks: where it stands, until when, and the code by which our messages are known."""

    state: StateName
    since: date
    due: date
    deadline: date
    days_left: int
    check_code: str


class Verified(Answer):
    """What people are verifying about somebody."""

    kind: SuspicionKind
    benefit: str | None
    opened: date
    verify_by: date | None
    why: Why


class OpenObjection(Answer):
    """What somebody has objected to, and by when it is answered."""

    about: ObjectionAbout
    benefit: str | None
    raised: date
    decide_by: date
    holds: bool
    what_happens: Words


class Notice(Answer):
    """What somebody was told, as it went out; a decision has its written notice beside it."""

    template: Template
    channel: Channel
    day: date
    state: MessageState
    left_on: date | None
    text: str
    document: str | None


class Status(Answer):
    """The whole status of a person, as far as it concerns who asks."""

    person: str
    as_of: date
    benefits: list[BenefitStatus]
    case: OpenCase | None
    verifying: list[Verified]
    objections: list[OpenObjection]
    stop_requests: list[StopRequest]
    notices: list[Notice]
    hotline: str
