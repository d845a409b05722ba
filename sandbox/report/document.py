"""The report of a run as JSON; a share always comes with its denominator."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.engine.money.reconciliation import LineKind
from chalicelib.model import (
    Channel,
    EntitlementStatus,
    FeedId,
    FileState,
    InstructionKind,
    InstructionState,
)
from sandbox.checks.promises import Promise
from sandbox.checks.truth import Truth
from sandbox.report.noise import lives_of, noise_of, paid_to_the_dead
from sandbox.report.outcomes import benefits_of, counted, way_of

Json = dict[str, Any]


def report_of(
    truth: Truth, promises: Sequence[Promise], about: Json, sheets: Sequence[Mapping[str, Any]] = ()
) -> Json:
    """The JSON report of a run."""
    became = {index: way_of(truth, index) for index in truth.records}
    return {
        **about,
        "routes": counted(became),
        "benefits": benefits_of(truth),
        "feeds": feeds_of(truth),
        "messages": messages_of(truth),
        "money_fen": money_of(truth),
        "instructions": instructions_of(truth),
        "reconciliation": reconciliation_of(sheets),
        "truth": truth_of(truth, became),
        "noise": noise_of(truth),
        "lives": lives_of(truth),
        "promises": [{"name": p.name, "holds": p.holds, "why": p.why} for p in promises],
    }


def reconciliation_of(sheets: Sequence[Mapping[str, Any]]) -> Json:
    """What became of every pay run: of all months and authorities, by kind of line."""
    kinds: dict[str, Counter[str]] = {kind.value: Counter() for kind in LineKind}
    for sheet in sheets:
        for totals in sheet["totals"].values():
            for kind, figures in totals.items():
                kinds[kind].update(figures)
    names = ("lines", "paid", "difference")
    return {kind: {name: of[name] for name in names} for kind, of in kinds.items()}


def feeds_of(truth: Truth) -> list[Json]:
    """What each feed of the pack sent or was asked, and what came of it.

    `certificates` are claims that rest on the feed at the end, `suspicions` what its records accused of.
    """
    takes = (name for name, feed in truth.pack.feeds.items() if feed.kind != "api")
    rows: dict[str, Counter[str]] = {feed_id: Counter() for feed_id in takes}
    for file in truth.files:
        row = rows.setdefault(file.feed, Counter())
        row.update(files=1, certified=file.certified)
        row["files_superseded" if file.state is FileState.SUPERSEDED else file.state.value] += 1
        if file.state is FileState.LOADED:
            counts = file.counts
            row.update(rows=counts.rows, accepted=counts.accepted, rejected=counts.rejected)
            row.update(strangers=counts.strangers, superseded=counts.superseded)
    for record in truth.records.values():
        for key in (e.evidence for e in record.entitlements if e.evidence is not None):
            rows.setdefault(key.feed, Counter())["certificates"] += 1
        for key in (s.evidence for s in record.suspicions if s.evidence is not None):
            rows.setdefault(key.feed, Counter())["suspicions"] += 1
    names = ("files", "loaded", "held", "refused", "dead", "rows", "accepted", "rejected", "strangers")
    return [
        {
            "feed": feed,
            "title": truth.pack.feeds[FeedId(feed)].title.zh if feed in truth.pack.feeds else "（未知来源）",
            **{name: row[name] for name in (*names, "superseded", "certificates", "suspicions")},
            "people_certified": row["certified"],
        }
        for feed, row in sorted(rows.items())
    ]


def messages_of(truth: Truth) -> Json:
    """What was told to people, by template, and what became of it."""
    by_template: dict[str, Counter[str]] = defaultdict(Counter)
    for record in truth.records.values():
        for message in record.messages:
            by_template[message.template][f"{message.channel}_{message.state}"] += 1
    total: Counter[str] = Counter()
    for states in by_template.values():
        total.update(states)
    handed = Counter(message.status for message in truth.handed)
    return {
        "by_template": {name: dict(sorted(states.items())) for name, states in sorted(by_template.items())},
        "sms_handed_over": sum(handed.values()),
        "sms_delivered": handed["delivered"],
        "sms_failed": handed["failed"],
        "sms_opted_out": handed["opted_out"],
        "notices": sum(n for state, n in total.items() if state.startswith(Channel.NOTICE)),
    }


def money_of(truth: Truth) -> Json:
    """Fen: withheld by suspensions, paid in arrears, and paid for months that were not due."""
    totals: Counter[str] = Counter()
    last = max((month for _, _, month in truth.scene.diary.paid), default="")
    for index, record in truth.records.items():
        claims = {claim.benefit: claim.fen for claim in truth.scene.town.people[index].claims}
        for i in record.instructions:
            if i.state is InstructionState.CANCELLED:
                continue
            if i.kind is InstructionKind.RESUME:
                totals["arrears"] += i.fen
            elif i.kind is InstructionKind.RECOVER:
                totals["overpaid"] += i.fen
        totals["suspended"] += sum(
            claims[e.benefit] * _months(e.stopped_from, last)
            for e in record.entitlements
            if e.status is EntitlementStatus.SUSPENDED and e.stopped_from is not None
        )
    withheld = totals["suspended"] + totals["arrears"]
    return {
        "suspended": withheld,
        "arrears": totals["arrears"],
        "still_withheld": totals["suspended"],
        "overpaid": totals["overpaid"],
        "paid": sum(truth.scene.diary.paid.values()),
    }


def _months(first: str, last: str) -> int:
    if first > last:
        return 0
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1


def instructions_of(truth: Truth) -> Json:
    """What authorities were told, by kind and state."""
    table: dict[str, Counter[str]] = {kind.value: Counter() for kind in InstructionKind}
    for record in truth.records.values():
        for instruction in record.instructions:
            table[instruction.kind][instruction.state.value] += 1
    states = [state.value for state in InstructionState]
    return {kind: {state: counts[state] for state in states} for kind, counts in table.items()}


def truth_of(truth: Truth, became: Mapping[int, str]) -> Json:
    """The figures that only the town can know."""
    people = truth.scene.town.people
    on = truth.scene.today
    wrong = sum(1 for suspended in truth.suspensions if truth.wrong(suspended))
    by_rule = {s.person.index for s in truth.suspensions if s.person.life.lives_on(s.on)}
    certified = sum(
        1 for record in truth.records.values() for e in record.entitlements if e.route is not None
    )
    silent = sum(1 for way in became.values() if way == "silent")
    certifiable = [
        p
        for p in people
        if p.life.lives_on(on) and not p.life.in_custody and became.get(p.index) not in ("as_stated", None)
    ]
    months, fen = paid_to_the_dead(truth)
    silent_certifiable = sum(1 for p in certifiable if became[p.index] == "silent")
    return {
        "wrong_suspensions": {"value": wrong, "of": len(truth.suspensions)},
        "wrong_certifications": {"value": len(truth.wrong_certifications()), "of": certified},
        "living_suspended_by_rule": {"value": len(by_rule), "of": len(people)},
        "months_paid_to_the_dead": {"value": months, "of": _months_paid(truth)},
        "yuan_paid_to_the_dead": {"value": fen // 100, "of": sum(truth.scene.diary.paid.values()) // 100},
        "silent_share": {"value": silent, "of": len(people)},
        "silent_of_certifiable": {"value": silent_certifiable, "of": len(certifiable)},
    }


def _months_paid(truth: Truth) -> int:
    return len({(index, month) for index, _, month in truth.scene.diary.paid})
