"""Figures for everybody who answers for the programme, from a nightly pass, with the day they are of."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from chalicelib import clock
from chalicelib.engine.coverage import certifying_feeds, proofs
from chalicelib.model import (
    Case,
    Entitlement,
    EntitlementStatus,
    Evidence,
    FeedId,
    Month,
    PersonRecord,
    Suspicion,
    Visit,
)
from chalicelib.pack import current
from chalicelib.storage import objects, people

_COUNTED = ("status", "route", "county", "case_state", "suspicion")


def nightly_statistics() -> dict[str, Any]:
    """Count everybody once and keep the result; a rate always comes with its denominator."""
    on = clock.today()
    by: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
    feeds = FeedFigures()
    recipients = 0
    for record in people.everyone(Entitlement, Case, Suspicion, Evidence, Visit):
        recipients += 1
        _count(record, by)
        feeds.count(record)
    figures = {
        "as_of": on.isoformat(),
        "recipients": recipients,
        "entitlements": sum(by["status"].values()),
        **{name: dict(sorted(counter.items())) for name, counter in by.items()},
        **feeds.figures(),
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


class FeedFigures:
    """What each feed contributed to whom in 12 months, and what visits said of it, by month of the visit."""

    def __init__(self) -> None:
        self._certified: Counter[FeedId] = Counter()
        self._alone: Counter[FeedId] = Counter()
        self._checked: Counter[tuple[FeedId, Month]] = Counter()
        self._wrong: Counter[tuple[FeedId, Month]] = Counter()

    def count(self, record: PersonRecord) -> None:
        """Count one person."""
        rules, on = current().rules, clock.today()
        mine = certifying_feeds(record, rules, on)
        self._certified.update(mine)
        if len(mine) == 1:
            self._alone.update(mine)
        for proof in proofs(record, rules):
            self._checked[proof.feed, proof.month] += 1
            self._wrong[proof.feed, proof.month] += proof.wrong

    def figures(self) -> dict[str, Any]:
        """As they stand in the statistics."""
        proved: dict[str, dict[str, dict[str, int]]] = {}
        for (feed, month), checked in sorted(self._checked.items()):
            wrong = self._wrong[feed, month]
            proved.setdefault(feed, {})[month] = {"checked": checked, "wrong": wrong}
        coverage = {
            feed: {"certified": certified, "alone": self._alone[feed]}
            for feed, certified in sorted(self._certified.items())
        }
        return {"feeds": coverage, "proved": proved}


def latest() -> dict[str, Any] | None:
    """The figures of the last pass; None before the first."""
    body = objects.read_statistics()
    return json.loads(body) if body is not None else None
