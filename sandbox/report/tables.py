"""The report of a run for people: tables that line up in a terminal of 120 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from chalicelib.engine.money.reconciliation import LineKind
from chalicelib.engine.texts.reconciliation_texts import KINDS as RECONCILED
from chalicelib.model import InstructionState
from sandbox.report.outcomes import WAYS

Json = dict[str, Any]

TRUTHS: Final = {
    "wrong_suspensions": "错误暂停",
    "wrong_certifications": "错误认证",
    "living_suspended_by_rule": "依规暂停的在世者",
    "months_paid_to_the_dead": "去世后仍发放的人月",
    "yuan_paid_to_the_dead": "去世后仍发放（元）",
    "silent_share": "静默认证占比",
    "silent_of_certifiable": "可认证者中静默占比",
}
NOISE: Final = {
    "first_reminders_before_data": "首次提醒后由数据认证",
    "visits_before_data": "已派上门后由数据认证",
    "reminded_more_than_three_times": "收到三次以上提醒的人",
    "most_reminders": "一人最多收到的提醒",
}
KINDS: Final = {
    "suspend": "暂停",
    "resume": "续发补发",
    "pause": "中止",
    "terminate": "停发",
    "recover": "追回",
    "adjust": "调整",
    "pay_in_person": "当面领取",
    "pay_heirs": "发给继承人",
}


def show(report: Json, console: Console) -> None:
    """Print the report as tables."""
    console.print(_routes(report))
    console.print(_benefits(report["benefits"]))
    console.print(_feeds(report["feeds"]))
    console.print(_messages(report["messages"]))
    console.print(_instructions(report["instructions"]))
    console.print(_reconciliation(report["reconciliation"]))
    console.print(_money(report["money_fen"]))
    console.print(_figures("Truth, as only the town knows it  真相", TRUTHS, report["truth"]))
    console.print(_figures("Noise  打扰", NOISE, report["noise"]))
    console.print(_lives(report["lives"]))
    console.print(_promises(report["promises"]))


def _table(title: str, *columns: str, words: int = 1) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(
            column, justify="left" if number < words else "right", no_wrap=number >= words, overflow="fold"
        )
    return table


def _routes(report: Json) -> Table:
    total = sum(report["routes"].values())
    table = _table("What became of whom  各归其途", "", "", "people 人", "share", words=2)
    for way, count in report["routes"].items():
        table.add_row(WAYS[way], way.replace("_", " "), f"{count:,}", _share(count, total))
    table.add_section()
    table.add_row("合计", "all", f"{total:,}", "")
    return table


def _benefits(benefits: Iterable[Json]) -> Table:
    columns = ("people\n人", "silent\n静默", "self\n自助", "desk\n窗口", "visit\n上门")
    stopped = ("back\n续发", "susp.\n暂停", "ended\n停发", "open\n未办")
    table = _table("Benefits  待遇", "", *columns, *stopped, "wrong s.\n错误暂停", "wrong c.\n错误认证")
    for row in benefits:
        ways = row["ways"]
        table.add_row(
            row["title"],
            f"{row['recipients']:,}",
            f"{ways['silent']:,}",
            f"{ways['self'] + ways['assisted'] + ways['remote']:,}",
            f"{ways['counter']:,}",
            f"{ways['visit']:,}",
            f"{ways['resumed']:,}",
            f"{ways['suspended']:,}",
            f"{ways['paused'] + ways['terminated']:,}",
            f"{ways['in_a_case'] + ways['as_stated']:,}",
            f"{row['wrong_suspensions']}/{row['suspensions']:,}",
            f"{row['wrong_certifications']}/{row['certified']:,}",
        )
    return table


def _feeds(feeds: Iterable[Json]) -> Table:
    columns = ("files\n文件", "rows\n行", "taken\n采用", "back\n退回")
    came = ("renewed\n获认证", "rest on\n凭据", "doubts\n疑点")
    table = _table("Feeds  数据来源", "", "", *columns, *came, words=2)
    names = ("files", "rows", "accepted", "rejected", "people_certified", "certificates", "suspicions")
    for feed in feeds:
        table.add_row(feed["feed"], feed["title"], *(f"{feed[name]:,}" for name in names))
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


def _reconciliation(kinds: Json) -> Table:
    columns = ("lines 笔", "paid 实发（元）", "difference 差额（元）")
    table = _table("Pay runs, told against paid  发放对账", "", "", *columns, words=2)
    for kind, of in kinds.items():
        zh = RECONCILED[LineKind(kind)][0]
        amounts = (f"{of[name] / 100:,.2f}" for name in ("paid", "difference"))
        table.add_row(zh, kind.replace("_", " "), f"{of['lines']:,}", *amounts)
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


def _figures(title: str, names: Mapping[str, str], figures: Json) -> Table:
    """Figures that have a denominator each."""
    table = _table(title, "", "", "value 数", "of 分母", "share", words=2)
    for name, zh in names.items():
        value, of = figures[name]["value"], figures[name]["of"]
        table.add_row(zh, name.replace("_", " "), f"{value:,}", f"{of:,}", _share(value, of))
    return table


def _lives(lives: Iterable[Json]) -> Table:
    table = _table("Kinds of life  各种经历", "", "", "how it ended 结果", "people 人", words=3)
    for row in lives:
        ended = "，".join(f"{WAYS[way]} {count}" for way, count in sorted(row["ended"].items()))
        if not row["known"]:
            ended = "本地数据无此情形 no such life in this pack"
        table.add_row(row["title"], row["kind"].replace("_", " "), ended, f"{row['people']:,}")
    return table


def _promises(promises: Iterable[Json]) -> Table:
    table = _table("Promises  承诺", "", "", "why 原因", words=3)
    for promise in promises:
        mark = "[green]✓[/]" if promise["holds"] else "[bold red]✗[/]"
        table.add_row(mark, promise["name"], promise["why"])
    return table


def _share(value: int, of: int) -> str:
    return f"{100 * value / of:.1f} %" if of else "–"
