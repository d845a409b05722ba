"""Figures for everybody who answers for the programme, from a nightly pass, with the day they are of."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from chalicelib import clock
from chalicelib.model import Case, Entitlement, EntitlementStatus, PersonRecord, Suspicion
from chalicelib.storage import objects, people


def nightly_statistics() -> dict[str, Any]:
    """Count everybody once and keep the result; a rate always comes with its denominator."""
    on = clock.today()
    by: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "route", "county", "case_state", "suspicion")
    }
    recipients = 0
    for record in people.everyone(Entitlement, Case, Suspicion):
        recipients += 1
        _count(record, by)
    figures = {
        "as_of": on.isoformat(),
        "recipients": recipients,
        "entitlements": sum(by["status"].values()),
        **{name: dict(sorted(counter.items())) for name, counter in by.items()},
    }
    objects.put_statistics(json.dumps(figures, ensure_ascii=False).encode())
    return figures


def _count(record: PersonRecord, by: dict[str, Counter[str]]) -> None:
    on = clock.today()
    by["county"][record.person.area[:6]] += 1
    for e in record.entitlements:
        by["status"][e.status_on(on).value] += 1
        if e.status is EntitlementStatus.ACTIVE and e.valid_until >= on:
            by["route"][e.route.value if e.route else "as_stated_by_the_authority"] += 1
    if record.open_case is not None:
        by["case_state"][record.open_case.state.value] += 1
    for suspicion in record.open_suspicions:
        by["suspicion"][suspicion.kind.value] += 1


def latest() -> dict[str, Any] | None:
    """The figures of the last pass; None before the first."""
    body = objects.read_statistics()
    return json.loads(body) if body is not None else None
