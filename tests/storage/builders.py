"""Invented people and what they draw: name only what the test is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Change,
    Channel,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Identity,
    Message,
    MessageState,
    Person,
    PersonId,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Visit,
    VisitPurpose,
)
from chalicelib.storage.dynamodb import people

AT = datetime(2025, 7, 1, 2, tzinfo=UTC)
AREA = AreaCode("341602100201")
NUMBER = "34160219500101001X"
NAME = "测试甲"
PHONE = "13800138000"


def identity(number: str = NUMBER, name: str = NAME, phone: str | None = PHONE) -> Identity:
    return Identity(number, name, phone)


def person(**also: Any) -> Person:
    described: dict[str, Any] = {
        "id": PersonId(""),
        "area": AREA,
        "grid": "g7",
        "born": date(1950, 1, 1),
        "has_phone": True,
    }
    return Person(**described | also)


def entitlement(benefit: str = "resident_pension", **also: Any) -> Entitlement:
    described: dict[str, Any] = {
        "benefit": BenefitCode(benefit),
        "status": EntitlementStatus.ACTIVE,
        "fen": 19500,
        "since": date(2012, 3, 1),
        "certified_until": date(2025, 9, 30),
        "valid_until": date(2025, 9, 30),
        "payee": "BZ-0001",
    }
    return Entitlement(**described | also)


def known(*entitlements: Entitlement, number: str = NUMBER, area: str = AREA) -> PersonId:
    """A person whom the platform knows."""
    drawn = entitlements or (entitlement(),)
    return people.create(identity(number), person(area=AreaCode(area)), drawn, AT, "feed:roster").person


def key(day: str = "2025-06-20", feed: str = "hospital_inpatient", event: str = "admitted") -> EvidenceKey:
    return EvidenceKey(date.fromisoformat(day), FeedId(feed), event)


def evidence(day: str = "2025-06-20", event: str = "admitted", file: str = "f1", **facts: str) -> Evidence:
    return Evidence(key(day, event=event), FileId(file), 7, facts)


def visit(number: int = 1, due: str = "2025-08-31", **also: Any) -> Visit:
    return Visit(
        number, VisitPurpose.CERTIFY, "2025-09-30", date(2025, 7, 1), date.fromisoformat(due), **also
    )


def suspicion(day: str = "2025-06-01", **also: Any) -> Suspicion:
    described: dict[str, Any] = {
        "kind": SuspicionKind.DEATH,
        "day": date.fromisoformat(day),
        "opened": date(2025, 7, 1),
        "state": SuspicionState.OPEN,
        "evidence": None,
        "reason": Reason("cremated", "火化", "cremated"),
    }
    return Suspicion(**described | also)


def message(
    of: PersonId, template: Template = Template.REMIND, day: str = "2025-07-01", n: int = 1
) -> Message:
    return Message(
        id=f"{of}.{template}{n:04d}",
        template=template,
        about="2025-09-30",
        channel=Channel.SMS,
        words={"deadline": "9月30日"},
        day=date.fromisoformat(day),
        state=MessageState.PENDING,
    )


def change(action: str = "tested", **items: Any) -> Change:
    return Change(action, "test", AT, **items)


def put(of: PersonId, **items: Any) -> None:
    """Bring items into a person's record."""
    people.change(of, lambda _record: change(**items))
