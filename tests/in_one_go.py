"""What schedules have done by passes, done here in one go, over all shards, with what it comes to.

assert send_due() == 2
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib import audit_roots, clock, messages, pay_reconciliation, results, stats
from chalicelib.cases import retention
from chalicelib.intake import interface_queries
from chalicelib.intake.interface_queries import Asked
from chalicelib.model import FeedId, Month
from chalicelib.pay_reconciliation import Authority, Sheet
from chalicelib.runs import Each, run
from chalicelib.stats import Figures
from chalicelib.storage.dynamodb import shards
from chalicelib.storage.s3.audit_roots import NightRoot


def send_due() -> int:
    """Fetch what carriers say, send what is due; how many messages were handed over or printed."""
    if messages.is_quiet_hour():
        return 0
    with run("send_messages") as each:
        with each(part="reports"):
            messages.fetch_reports()
        return sum(messages.send_some(shard, each)[0] for shard in shards.every_shard())


def nightly_audit_roots(attempt: str = "1") -> NightRoot:
    """Sign the root over everybody's chains."""
    with run("nightly_audit_roots") as each:
        of_all = [
            (shard, audit_roots.ends_of_some(shard, clock.today(), each)[0]) for shard in shards.every_shard()
        ]
        return audit_roots.sign_root(of_all, clock.today(), attempt)


def nightly_statistics() -> dict[str, Any]:
    """Count everybody, and keep the figures."""
    with run("nightly_statistics") as each:
        figures, on = Figures(), clock.today()
        for shard in shards.every_shard():
            figures.update(stats.count_some(shard, on, each).figures)
        return stats.keep_figures(sorted(figures.items()), on)


def monthly_results() -> int:
    """Write the lists of every authority; how many lines."""
    on = clock.today()
    with run("monthly_results") as each:
        with each(part="whom no roster lists"):
            results.ask_authorities()
        lines = [line for shard in shards.every_shard() for line in results.lines_of_some(shard, on, each)[0]]
        return results.write_lists(sorted(lines, key=results.in_order), on, each)


def ask_interfaces() -> list[Asked]:
    """Ask every interface about everybody who comes due; what became of it, by feed."""
    on = clock.today()
    with run("ask_interfaces") as each:
        found = [
            asked
            for shard in shards.every_shard()
            for asked in interface_queries.ask_some(shard, on, each)[0]
        ]
        return interface_queries.list_runs(found, on)


def reconcile() -> int:
    """Make the sheets of every month of which a file has come since; how many months."""
    months = pay_reconciliation.begin()
    with run("reconcile") as each:
        for month in months:
            with each(month=month):
                reconcile_month(month)
                pay_reconciliation.made(month)
    return len(months)


def reconcile_month(month: Month) -> dict[Authority, Sheet]:
    """Write a month's sheet for every authority; what stands on them."""
    with run("reconcile_everybody") as each:
        lines = (pay_reconciliation.lines_of_some(shard, month, each)[0] for shard in shards.every_shard())
        return pay_reconciliation.write_sheets(map(pay_reconciliation.to_lines, lines), month)


def apply_retention() -> int:
    """Tidy the lake; on the first of a month let go what is too old, and say how many items went."""
    on = clock.today()
    with run("tidy_lake") as each:
        if not retention.tidy_lake(on, each):
            return 0
        return let_go(on, retention.oldest_days(on), each)


def let_go(on: date, oldest: Mapping[FeedId, date], each: Each) -> int:
    """Let go what everybody's record holds and is too old; how many items went."""
    return sum(retention.let_go_of_some(shard, on, oldest, each)[0] for shard in shards.every_shard())
