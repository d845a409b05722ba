"""Builders that let a test name only what matters: people, what they draw, evidence, cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Case,
    Channel,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Finding,
    Message,
    MessageState,
    Objection,
    ObjectionAbout,
    ObjectionState,
    Person,
    PersonId,
    PersonRecord,
    Proposal,
    ProposalState,
    Reason,
    StateName,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Visit,
    VisitOutcome,
    VisitPurpose,
)

PENSION = BenefitCode("resident_pension")
Day = date | str


def day(text: Day) -> date:
    """A day from its ISO form."""
    return date.fromisoformat(text) if isinstance(text, str) else text


def a_person(born: Day = "1958-03-01", **named: Any) -> Person:
    """A pensioner of 67 in Qiaocheng with a phone, unless a test says otherwise."""
    given: dict[str, Any] = {
        "id": PersonId("A" * 26),
        "area": AreaCode("341602001001"),
        "grid": "341602001001-01",
        "has_phone": True,
        **named,
    }
    given["key_groups"] = frozenset(given.get("key_groups", ()))
    if given.get("deceased_on") is not None:
        given["deceased_on"] = day(given["deceased_on"])
    return Person(born=day(born), **given)


def an_entitlement(
    benefit: str = PENSION, certified_until: Day = "2024-12-31", since: Day = "2018-04-01", **named: Any
) -> Entitlement:
    """A monthly pension of 150 yuan whose roster certificate ended long ago."""
    given: dict[str, Any] = {
        "status": EntitlementStatus.ACTIVE,
        "fen": 15_000,
        "valid_until": day(certified_until),
        "payee": "RE-000001",
        **named,
    }
    given["valid_until"] = day(given["valid_until"])
    return Entitlement(
        benefit=BenefitCode(benefit), certified_until=day(certified_until), since=day(since), **given
    )


def a_key(what: str, happened: Day) -> EvidenceKey:
    """The key of "feed/event" on a day."""
    feed, _, event = what.partition("/")
    return EvidenceKey(day(happened), FeedId(feed), event)


def some_evidence(what: str, happened: Day, **facts: str) -> Evidence:
    """One item: "hospital_inpatient/admitted" on a day."""
    return Evidence(a_key(what, happened), FileId("file-1"), 2, facts)


def a_case(due: Day = "2025-06-30", **named: Any) -> Case:
    """An open case, opened as its window opened."""
    given: dict[str, Any] = {
        "opened": day(due) - timedelta(days=90),
        "generation": 1,
        "state": StateName.LAST_LOOK,
        **named,
    }
    return Case(due=day(due), **given)


def a_visit(
    at: str, outcome: VisitOutcome | None = VisitOutcome.NOT_FOUND, due: Day = "2025-06-30", **named: Any
) -> Visit:
    """A visit at a Chinese time ("2025-06-16 10:00") that left a notice, unless a test says otherwise."""
    time = datetime.fromisoformat(f"{at}+08:00").astimezone(UTC)
    given: dict[str, Any] = {
        "number": 1,
        "purpose": VisitPurpose.CERTIFY,
        "not_before": time.date(),
        "due": time.date(),
        "made": time,
        "notice_left": True,
        **named,
    }
    return Visit(about=day(due).isoformat(), outcome=outcome, **given)


def a_message(
    state: MessageState = MessageState.DELIVERED,
    template: Template = Template.REMIND,
    due: Day = "2025-06-30",
    on: Day = "2025-04-01",
    **named: Any,
) -> Message:
    """A reminder of a case by SMS."""
    given: dict[str, Any] = {"id": "m1", "channel": Channel.SMS, "words": {}, **named}
    return Message(template=template, about=day(due).isoformat(), day=day(on), state=state, **given)


def a_proposal(
    state: ProposalState = ProposalState.APPROVED,
    due: Day = "2025-06-30",
    judged: dict[str, Day] | None = None,
    **named: Any,
) -> Proposal:
    """A line of July's list, confirmed by one and approved by another person, effective in August."""
    rests_on = {BenefitCode(code): day(until) for code, until in (judged or {PENSION: "2025-06-30"}).items()}
    given: dict[str, Any] = {
        "number": 1,
        "benefits": tuple(rests_on),
        "proposed": date(2025, 7, 20),
        "confirmed_by": "township-1",
        "approved_by": "county-1",
        "decided": date(2025, 7, 22),
        "effective": "2025-08",
        **named,
    }
    return Proposal(due=day(due), judged=rests_on, state=state, **given)


def a_reason(code: str = "death") -> Reason:
    """Any reason."""
    return Reason(code, "待核实。", "To be verified.")


def a_finding(kind: SuspicionKind = SuspicionKind.DEATH, on: Day = "2025-05-10", **named: Any) -> Finding:
    """A crematorium's word, to be verified."""
    given: dict[str, Any] = {"evidence": a_key("cremations/cremated", on), "reason": a_reason(kind), **named}
    return Finding(kind=kind, day=day(on), **given)


def a_suspicion(
    kind: SuspicionKind = SuspicionKind.DEATH,
    on: Day = "2025-05-10",
    state: SuspicionState = SuspicionState.OPEN,
    **named: Any,
) -> Suspicion:
    """An open suspicion of death, resting on a crematorium's word."""
    given: dict[str, Any] = {
        "opened": day(on),
        "evidence": a_key("cremations/cremated", on),
        "reason": a_reason(kind),
        **named,
    }
    return Suspicion(kind=kind, day=day(on), state=state, **given)


def an_objection(
    state: ObjectionState = ObjectionState.OPEN,
    about: ObjectionAbout = ObjectionAbout.SUSPENSION,
    **named: Any,
) -> Objection:
    """The person's own objection of 23 June 2025, a Monday."""
    given: dict[str, Any] = {"raised_by": "citizen", "decide_by": day("2025-07-14"), **named}
    return Objection(number=1, about=about, raised=day("2025-06-23"), state=state, **given)


def a_record(
    person: Person | None = None, entitlements: Iterable[Entitlement] | None = None, **named: Any
) -> PersonRecord:
    """A record of one person with one pension."""
    return PersonRecord(
        person=person or a_person(),
        entitlements=tuple((an_entitlement(),) if entitlements is None else entitlements),
        **{name: tuple(items) for name, items in named.items()},
    )
