"""What became of whom: the report of a run, as JSON and as tables for people.

Everybody is counted once, under the most laborious way in which they were certified: whoever needed a
visit is counted under visit, though data came as well. A share always comes with its denominator.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from chalicelib.model import (
    Channel,
    EntitlementStatus,
    FeedId,
    InstructionKind,
    InstructionState,
    PersonRecord,
    Proves,
    Route,
)
from sandbox.promises import Promise
from sandbox.truth import Truth

Json = dict[str, Any]

WAYS: Final = {
    "silent": "静默认证",
    "self": "自助认证",
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
TRUTHS: Final = {
    "wrong_suspensions": "错误暂停",
    "wrong_certifications": "错误认证",
    "living_suspended_by_rule": "依规暂停的在世者",
    "silent_share": "静默认证占比",
    "silent_of_certifiable": "可认证者中静默占比",
}
KINDS: Final = {
    "suspend": "暂停",
    "resume": "续发补发",
    "pause": "中止",
    "terminate": "停发",
    "recover": "追回",
}


def report_of(truth: Truth, promises: Sequence[Promise], about: Json) -> Json:
    """The JSON report of a run."""
    became = {index: way_of(truth, record) for index, record in truth.records.items()}
    routes = Counter(became.values())
    return {
        **about,
        "routes": {way: routes[way] for way in WAYS},
        "feeds": feeds_of(truth),
        "messages": messages_of(truth),
        "money_fen": money_of(truth),
        "instructions": instructions_of(truth),
        "truth": truth_of(truth, became),
        "promises": [{"name": p.name, "holds": p.holds, "why": p.why} for p in promises],
    }


def way_of(truth: Truth, record: PersonRecord) -> str:
    """Under which word a person is counted."""
    statuses = {e.status for e in record.entitlements}
    for status in (EntitlementStatus.TERMINATED, EntitlementStatus.PAUSED, EntitlementStatus.SUSPENDED):
        if status in statuses:
            return str(status.value)
    if any(i.kind is InstructionKind.RESUME for i in record.instructions):
        return "resumed"
    renewed = [e for e in record.entitlements if e.route is not None]
    events = [truth.pack.rules.events.get((e.key.feed, e.key.event)) for e in record.evidence]
    routes = {event.route for event in events if event is not None and event.proves is Proves.PRESENCE}
    if not renewed:
        return "in_a_case" if record.open_case is not None else "as_stated"
    return str(next((route for route in LABOUR if route in routes), Route.SILENT).value)


def feeds_of(truth: Truth) -> list[Json]:
    """What each feed sent and what came of it."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for file in truth.files:
        row = rows[file.feed]
        row.update(files=1, certified=file.certified)
        row[file.state.value] += 1
        if file.state.value == "loaded":
            counts = file.counts
            row.update(rows=counts.rows, accepted=counts.accepted, rejected=counts.rejected)
            row.update(strangers=counts.strangers, superseded=counts.superseded)
    names = ("files", "loaded", "held", "refused", "dead", "rows", "accepted", "rejected")
    return [
        {
            "feed": feed,
            "title": truth.pack.feeds[FeedId(feed)].title.zh if feed in truth.pack.feeds else "（未知来源）",
            **{name: row[name] for name in (*names, "strangers", "superseded")},
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
    silent_certifiable = sum(1 for p in certifiable if became[p.index] == "silent")
    return {
        "wrong_suspensions": {"value": wrong, "of": len(truth.suspensions)},
        "wrong_certifications": {"value": len(truth.wrong_certifications()), "of": certified},
        "living_suspended_by_rule": {"value": len(by_rule), "of": len(people)},
        "silent_share": {"value": silent, "of": len(people)},
        "silent_of_certifiable": {"value": silent_certifiable, "of": len(certifiable)},
    }


# --- for people ----------------------------------------------------------------------------------


def show(report: Json, console: Console) -> None:
    """Print the report as tables."""
    console.print(_routes(report))
    console.print(_feeds(report["feeds"]))
    console.print(_messages(report["messages"]))
    console.print(_instructions(report["instructions"]))
    console.print(_money(report["money_fen"]))
    console.print(_truth(report["truth"]))
    console.print(_promises(report["promises"]))


def _table(title: str, *columns: str, words: int = 1) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < words else "right", no_wrap=number >= words)
    return table


def _routes(report: Json) -> Table:
    total = sum(report["routes"].values())
    table = _table("What became of whom  各归其途", "", "", "people 人", "share", words=2)
    for way, count in report["routes"].items():
        table.add_row(WAYS[way], way.replace("_", " "), f"{count:,}", _share(count, total))
    table.add_section()
    table.add_row("合计", "all", f"{total:,}", "")
    return table


def _feeds(feeds: Iterable[Json]) -> Table:
    columns = ("files\n文件", "rows\n行", "accepted\n采用", "rejected\n退回", "strangers\n非领取人")
    table = _table("Feeds  数据来源", "", "", *columns, "certified\n获认证人次", words=2)
    for feed in feeds:
        names = ("files", "rows", "accepted", "rejected", "strangers", "people_certified")
        table.add_row(feed["title"], feed["feed"], *(f"{feed[name]:,}" for name in names))
    return table


def _messages(messages: Json) -> Table:
    table = _table(
        "Messages  短信与告知书", "", "sms 短信", "delivered 送达", "failed 失败", "notices 告知书"
    )
    for template, states in messages["by_template"].items():
        sms = sum(n for state, n in states.items() if state.startswith("sms"))
        notices = sum(n for state, n in states.items() if state.startswith("notice"))
        delivered, failed = states.get("sms_delivered", 0), states.get("sms_failed", 0)
        table.add_row(template.replace("_", " "), f"{sms:,}", f"{delivered:,}", f"{failed:,}", f"{notices:,}")
    return table


def _instructions(instructions: Json) -> Table:
    states = [state.value for state in InstructionState]
    table = _table("Instructions to authorities  发放指令", "", "", *states, words=2)
    for kind, counts in instructions.items():
        table.add_row(KINDS[kind], kind, *(f"{counts[state]:,}" for state in states))
    return table


def _money(money: Json) -> Table:
    table = _table("Money  资金（元）", "", "", "yuan 元", words=2)
    labels = {
        "paid": "实发",
        "suspended": "暂停",
        "arrears": "补发",
        "still_withheld": "仍暂停",
        "overpaid": "多发应追回",
    }
    for name, zh in labels.items():
        table.add_row(zh, name.replace("_", " "), f"{money[name] // 100:,}.{money[name] % 100:02d}")
    return table


def _truth(truth: Json) -> Table:
    table = _table("Truth, as only the town knows it  真相", "", "", "value 数", "of 分母", "share", words=2)
    for name, zh in TRUTHS.items():
        value, of = truth[name]["value"], truth[name]["of"]
        table.add_row(zh, name.replace("_", " "), f"{value:,}", f"{of:,}", _share(value, of))
    return table


def _promises(promises: Iterable[Json]) -> Table:
    table = _table("Promises  承诺", "", "", "why 原因", words=3)
    for promise in promises:
        mark = "[green]✓[/]" if promise["holds"] else "[bold red]✗[/]"
        table.add_row(mark, promise["name"], promise["why"])
    return table


def _share(value: int, of: int) -> str:
    return f"{100 * value / of:.1f} %" if of else "–"
