"""What became of whom, by person and by benefit: each counted once, under the most laborious way.

Whoever needed a visit is counted under visit, though data came as well. Which ways somebody went is
told by the town's own diary and the files that were accepted, not by the platform.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.model import (
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    InstructionKind,
    PersonRecord,
    Proves,
    Route,
)
from sandbox.checks.expected_certificates import Known
from sandbox.checks.truth import Truth

Json = dict[str, Any]

WAYS: Final = {
    "silent": "静默认证",
    "self": "自助认证",
    "assisted": "协助认证",
    "remote": "异地认证",
    "counter": "窗口认证",
    "visit": "上门认证",
    "resumed": "暂停后续发",
    "suspended": "暂停中",
    "paused": "中止",
    "terminated": "停发",
    "in_a_case": "办理中",
    "as_stated": "未到期",
}
LABOUR: Final = (Route.VISIT, Route.COUNTER, Route.REMOTE, Route.ASSISTED, Route.SELF)
STOPPED: Final = (EntitlementStatus.TERMINATED, EntitlementStatus.PAUSED, EntitlementStatus.SUSPENDED)


def way_of(truth: Truth, index: int) -> str:
    """Under which word a person is counted."""
    record = truth.records[index]
    return _way(record, record.entitlements, truth.known.get(index, ()))


def _way(record: PersonRecord, entitlements: Iterable[Entitlement], known: Iterable[Known]) -> str:
    drawn = {entitlement.benefit: entitlement for entitlement in entitlements}
    statuses = {entitlement.status for entitlement in drawn.values()}
    stopped = next((status for status in STOPPED if status in statuses), None)
    if stopped is not None:
        return str(stopped.value)
    if any(i.kind is InstructionKind.RESUME and i.benefit in drawn for i in record.instructions):
        return "resumed"
    if all(entitlement.route is None for entitlement in drawn.values()):
        return "in_a_case" if record.open_case is not None else "as_stated"
    routes = {k.event.route for k in known if k.event.proves is Proves.PRESENCE}
    return str(next((route for route in LABOUR if route in routes), Route.SILENT).value)


def benefits_of(truth: Truth) -> list[Json]:
    """How it went with each benefit: recipients by way, and what was wrong by the known truth.

    `suspensions` are those that ever took effect and `certified` the claims renewed at least once: the
    denominators of `wrong_suspensions` and `wrong_certifications`.
    """
    ways: dict[str, Counter[str]] = {code: Counter() for code in sorted(truth.pack.rules.benefits)}
    for index, record in truth.records.items():
        for entitlement in record.entitlements:
            row = ways[entitlement.benefit]
            known = _recognised(truth, entitlement.benefit, truth.known.get(index, ()))
            row.update([_way(record, [entitlement], known), "recipients"])
            row["certified"] += entitlement.route is not None
    for suspended in truth.suspensions:
        for benefit, until in suspended.judged.items():
            ways[benefit]["suspensions"] += 1
            alone = replace(suspended, judged={benefit: until})
            ways[benefit]["wrong_suspensions"] += bool(truth.wrong(alone))
    for wrong in truth.wrong_certifications():
        ways[wrong.benefit]["wrong_certifications"] += 1
    figures = ("certified", "suspensions", "wrong_suspensions", "wrong_certifications")
    return [
        {
            "benefit": code,
            "title": truth.pack.rules.benefits[BenefitCode(code)].title.zh,
            "recipients": row["recipients"],
            "ways": {way: row[way] for way in WAYS},
            **{name: row[name] for name in figures},
        }
        for code, row in ways.items()
    ]


def _recognised(truth: Truth, benefit: BenefitCode, known: Iterable[Known]) -> list[Known]:
    book = truth.pack.rules
    return [
        k for k in known if book.benefit_on(benefit, k.day).recognises_event((k.event.feed, k.event.event))
    ]


def counted(ways: Mapping[int, str]) -> dict[str, int]:
    """People by way, every way named."""
    found = Counter(ways.values())
    return {way: found[way] for way in WAYS}
