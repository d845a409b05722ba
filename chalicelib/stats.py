"""统计 · Figures for everybody who answers for the programme, from a nightly pass, with the day they are
of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib import clock
from chalicelib.engine.rehearsal.coverage import coverage
from chalicelib.engine.rehearsal.feed_accuracy import proofs
from chalicelib.engine.rehearsal.replay import Subject
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Case,
    Entitlement,
    EntitlementStatus,
    Evidence,
    FeedId,
    Month,
    PersonRecord,
    RelatedEvidence,
    Suspicion,
    Tombstone,
    Visit,
)
from chalicelib.runs import Each, run
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import objects
from chalicelib.storage.s3.lake_snapshot import LakeSnapshot

# With the tombstones: what was taken back counts for nothing.
_KINDS = (Entitlement, Case, Suspicion, Evidence, Tombstone, RelatedEvidence, Visit)
_COUNTED = ("status", "route", "county", "case_state", "suspicion")


def nightly_statistics() -> dict[str, Any]:
    """Count everybody once and keep the result; a rate always comes with its denominator.

    UnreadableError if the lake cannot be read: the figures of the night before stay, with their day.
    UnfinishedError, when all others are counted and told, if somebody could not be.
    """
    with run("nightly_statistics") as each:
        figures = _figures(clock.today(), each)
        objects.put_statistics(json.dumps(figures, ensure_ascii=False).encode())
    return figures


def _figures(on: date, each: Each) -> dict[str, Any]:
    by: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
    paid: Counter[tuple[str, BenefitCode]] = Counter()
    proved = Proved()
    seen = Counter[str]()

    def everybody() -> Iterator[Subject]:
        """The same pass counts all the rest: there is only one over the whole table."""
        for record, evidence in LakeSnapshot().completing(people.everyone(*_KINDS, guard=each)):
            seen["recipients"] += 1
            with each(person=record.person.id):
                _count(record, by)
                paid.update((record.person.area[:6], e.benefit) for e in record.entitlements if _is_paid(e))
                if record.visits:
                    proved.count(replace(record, evidence=tuple(evidence)))
            yield Subject(
                record.person,
                record.entitlements,
                evidence,
                record.refuted,
                record.about_related,
                record.clearances,
            )

    covered = coverage(everybody(), current().rules, on, each)
    return {
        "as_of": on.isoformat(),
        "recipients": seen["recipients"],
        "entitlements": sum(by["status"].values()),
        **{name: dict(sorted(counter.items())) for name, counter in by.items()},
        "paid": _by_county(paid),
        "feeds": {  # also those that certify nobody: a feed that is not named was not counted
            feed: {"certified": covered.by_feed[feed], "alone": covered.only_by_feed[feed]}
            for feed in sorted(current().feeds.keys() | covered.by_feed.keys())
        },
        "proved": proved.figures(),
    }


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


def _is_paid(entitlement: Entitlement) -> bool:
    return entitlement.status is EntitlementStatus.ACTIVE


def _by_county(paid: Counter[tuple[str, BenefitCode]]) -> dict[str, dict[BenefitCode, int]]:
    """County → benefit → to how many it is paid."""
    found: dict[str, dict[BenefitCode, int]] = {}
    for (county, benefit), count in sorted(paid.items()):
        found.setdefault(county, {})[benefit] = count
    return found


class Proved:
    """What visits said of the feeds, by month of the visit."""

    def __init__(self) -> None:
        self._checked: Counter[tuple[FeedId, Month]] = Counter()
        self._wrong: Counter[tuple[FeedId, Month]] = Counter()

    def count(self, record: PersonRecord) -> None:
        """Count the visits to one person."""
        for proof in proofs(record, current().rules):
            self._checked[proof.feed, proof.month] += 1
            self._wrong[proof.feed, proof.month] += proof.wrong

    def figures(self) -> dict[str, dict[str, dict[str, int]]]:
        """Feed → month → people checked, and wrong of them."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for (feed, month), checked in sorted(self._checked.items()):
            found.setdefault(feed, {})[month] = {"checked": checked, "wrong": self._wrong[feed, month]}
        return found


def latest() -> dict[str, Any] | None:
    """The figures of the last pass; None before the first."""
    body = objects.read_statistics()
    return json.loads(body) if body is not None else None
