"""答复 · Whose a number is, what came of certifying, and the trail of a person."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import JsonValue

from chalicelib.api.answers.shared import Answer, Next
from chalicelib.api.answers.status import BenefitStatus
from chalicelib.storage.dynamodb.audit import Difference


class PersonFound(Answer):
    """The opaque id of whoever bears a number."""

    id: str


class Certified(Answer):
    """Whether everything is certified now, and how each benefit stands."""

    person: str
    as_of: date
    certified: bool
    benefits: list[BenefitStatus]


class TrailEntry(Answer):
    """A step of a record, or a look at it; details are words and figures."""

    sequence: int
    at: datetime
    action: str
    actor: str
    details: dict[str, JsonValue]
    hash: str


class AuditFinding(Answer):
    """What of a record is not as its chain says: the chain itself, or the item of this name."""

    difference: Difference
    item: str


class Trail(Answer):
    """A page of a person's trail; auditors are told whether record and chain are as they were written."""

    items: list[TrailEntry]
    next: Next
    chain_holds: bool | None = None
    findings: list[AuditFinding] | None = None


class Taken(Answer):
    """That a gateway's reports are stored."""

    code: str


class Document(Answer):
    """The OpenAPI document: its parts are described by the OpenAPI specification itself."""

    openapi: str
    info: dict[str, JsonValue]
    servers: list[dict[str, JsonValue]]
    security: list[dict[str, JsonValue]]
    tags: list[dict[str, JsonValue]]
    paths: dict[str, JsonValue]
    components: dict[str, JsonValue]
