"""批处理总表 · The passes over everybody: what each does to a slice of a shard, and what it puts together.

Figures wait until all shards are there. Lists of an authority do too: half a list would say that the
other half draws nothing. What concerns one person waits for nobody: cases, messages and retention are done
in their slices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import chain
from typing import Final

from chalicelib import audit_roots, event_push, messages, monthly_sheets, pay_reconciliation, results, stats
from chalicelib.cases import daily_following, daily_run, dates, rechecks, retention
from chalicelib.errors import UnfinishedError
from chalicelib.intake import by_shards, interface_queries
from chalicelib.jurisdiction import drafts
from chalicelib.model import Month
from chalicelib.passes.slices import Found, Function, Slice, Whole
from chalicelib.runs import run
from chalicelib.storage.dynamodb import shards, worklists
from chalicelib.storage.dynamodb.audit_findings import ChainEnds

_DATES: Final = "dates"


def _nothing(whole: Whole) -> None:
    """What is done in the slices is done."""


def _everybody(about: str) -> Sequence[str]:
    return shards.every_shard()


def _whoever_there_is(day: date) -> bool:
    return True


def _side_by_side(count: int) -> Callable[[str], int]:
    return lambda about: count


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass over everybody."""

    does: Function
    do: Callable[[Slice], Found]
    at_once: Callable[[str], int]  # shards at a time, by what an execution is about
    ends: str | None  # the scheduled run whose end it is
    put_together: Callable[[Whole], None] = _nothing
    shards: Callable[[str], Sequence[str]] = _everybody  # by what an execution is about
    is_wanted: Callable[[date], bool] = _whoever_there_is  # on a day; where not, nothing is started


def _count(part: Slice) -> Found:
    """Whoever reads everybody also finds where the chains end: the root of the night reads nobody again."""
    found = stats.count_some(part.shard, part.day, part.each, part.after, part.stop)
    if found.ends is not None:
        audit_roots.leave_ends(part.shard, part.day, part.after, found.ends, found.after)
    return Found(found.after, part.keep(stats.to_lines(found.figures)))


def _keep_figures(whole: Whole) -> None:
    if whole.failed:
        stats.figures_are_missing(whole.day, len(whole.done), len(whole.done) + len(whole.failed))
    _only_complete(whole)
    left_out = sum(shard.left_out for shard in whole.done)
    stats.keep_figures(stats.together(whole.parts()), whole.day, left_out)


def _find_ends(part: Slice) -> Found:
    ends, after = audit_roots.ends_of_some(part.shard, part.day, part.each, part.after, part.stop)
    return Found(after, part.keep(ends))


def _sign_root(whole: Whole) -> None:
    _only_complete(whole)
    shards = sorted(whole.done, key=lambda shard: shard.shard)
    found = ((each.shard, map(ChainEnds._make, chain.from_iterable(whole.parts_of(each)))) for each in shards)
    audit_roots.sign_root(found, whole.day, whole.execution.rpartition(":")[2])


def _list(part: Slice) -> Found:
    lines, after = results.lines_of_some(part.shard, part.day, part.each, part.after, part.stop)
    return Found(after, part.keep(results.to_lines(lines)))


def _write_lists(whole: Whole) -> None:
    _only_complete(whole)
    lines = merge(*map(results.from_lines, whole.parts()), key=results.in_order)
    with run("write_lists") as each:  # UnfinishedError if one could not be written: then they are not made
        results.write_lists(lines, whole.day, each)
    if not any(shard.left_out for shard in whole.done):
        results.made(whole.day)


def _reconcile(part: Slice) -> Found:
    lines, after = pay_reconciliation.lines_of_some(
        part.shard, Month(part.about), part.each, part.after, part.stop
    )
    return Found(after, part.keep(pay_reconciliation.to_lines(lines)))


def _write_reconciliation(whole: Whole) -> None:
    _only_complete(whole)
    pay_reconciliation.write_sheets(whole.parts(), Month(whole.about))
    if not any(shard.left_out for shard in whole.done):
        pay_reconciliation.made(Month(whole.about))


def _find_certificates(part: Slice) -> Found:
    lines, after = rechecks.found_in_some(
        part.shard, Month(part.about), part.day, part.each, part.after, part.stop
    )
    return Found(after, part.keep(lines))


def _draw(whole: Whole) -> None:
    """What is drawn once is drawn of everybody."""
    _only_complete(whole)
    rechecks.draw_and_order(whole.parts, Month(whole.about), whole.day)


def _only_complete(whole: Whole) -> None:
    if whole.failed:
        raise UnfinishedError(f"{whole.execution}: {len(whole.failed)} shards are missing", len(whole.failed))


def _let_go(part: Slice) -> Found:
    oldest = retention.oldest_days(part.day)
    _, after = retention.let_go_of_some(part.shard, part.day, oldest, part.each, part.after, part.stop)
    return Found(after)


def _open_cases(part: Slice) -> Found:
    """Whoever comes due, then whom a date concerns; neither dates nor what walks depend on the lake."""
    if part.after != _DATES:
        with part.each(part="due"):
            *_, after = daily_run.settle_and_open(part.day, part.each, part.shard, part.after, part.stop)
            if after is not None:
                return Found(after)
        if part.stop():
            return Found(_DATES)
    _, are_all = dates.look_ahead(part.day, part.each, part.shard, part.stop)
    return Found(None if are_all else _DATES)


def _follow(part: Slice) -> Found:
    _, after = daily_following.follow_some(part.shard, part.day, part.each, part.after, part.stop)
    return Found(after)


def _is_anybody_due(day: date) -> bool:
    return daily_run.is_anybody_due(day) or dates.is_anybody_looked_at(day)


def _send(part: Slice) -> Found:
    _, after = messages.send_some(part.shard, part.each, part.after, part.stop)
    return Found(after)


def _push(part: Slice) -> Found:
    return Found(event_push.push_some(part.shard, part.each, part.after, part.stop))


def _is_anything_to_push(day: date) -> bool:
    return event_push.is_anything_waiting()


def _write_sheets(part: Slice) -> Found:
    return Found(monthly_sheets.write_some(part.shard, part.day, part.each, part.after, part.stop))


def _counties(about: str) -> Sequence[str]:
    return worklists.counties()


def _ask(part: Slice) -> Found:
    asked, after = interface_queries.ask_some(part.shard, part.day, part.each, part.after, part.stop)
    return Found(after, part.keep(one.to_json() for one in asked))


def _list_runs(whole: Whole) -> None:
    """Also where a shard has failed: the others have been asked about."""
    parts = chain.from_iterable(whole.parts())
    interface_queries.list_runs(map(interface_queries.Asked.of, parts), whole.day)


def _apply(part: Slice) -> Found:
    return Found(by_shards.apply_some(part.about, part.shard, part.stop))


def _finish_file(whole: Whole) -> None:
    if whole.failed:
        by_shards.some_failed(whole.about, whole.failed)
    else:
        by_shards.all_applied(whole.about)


def _rehearse(part: Slice) -> Found:
    found, after = drafts.rehearse_some(part.about, part.shard, part.each, part.after, part.stop)
    return Found(after, part.keep([found]))


def _report(whole: Whole) -> None:
    _only_complete(whole)
    left_out = sum(shard.left_out for shard in whole.done)
    drafts.keep_rehearsed(whole.about, (line for part in whole.parts() for line in part), left_out)


PASSES: Final[Mapping[str, Pass]] = {
    "statistics": Pass(Function.READ, _count, _side_by_side(32), "nightly_statistics", _keep_figures),
    "audit_roots": Pass(Function.READ, _find_ends, _side_by_side(32), "nightly_audit_roots", _sign_root),
    "results": Pass(Function.READ, _list, _side_by_side(32), "monthly_results", _write_lists),
    "reconciliation": Pass(Function.READ, _reconcile, _side_by_side(32), None, _write_reconciliation),
    "retention": Pass(Function.WRITE, _let_go, _side_by_side(8), "tidy_lake"),
    "rechecks": Pass(Function.WRITE, _find_certificates, _side_by_side(8), "monthly_rechecks", _draw),
    "ask": Pass(Function.ASK, _ask, _side_by_side(4), "ask_interfaces", _list_runs),
    "open_cases": Pass(Function.WRITE, _open_cases, _side_by_side(8), "daily_run", is_wanted=_is_anybody_due),
    "follow": Pass(
        Function.WRITE, _follow, _side_by_side(8), None, is_wanted=daily_following.is_anybody_followed
    ),
    "send": Pass(
        Function.SEND, _send, _side_by_side(4), "send_messages", is_wanted=worklists.is_anything_outgoing
    ),
    "push": Pass(Function.SEND, _push, _side_by_side(4), "push_events", is_wanted=_is_anything_to_push),
    "monthly_sheets": Pass(
        Function.SEND,
        _write_sheets,
        _side_by_side(4),
        "monthly_quality",
        shards=_counties,  # the work lists lie by county, and a sheet is a village's
        is_wanted=monthly_sheets.is_anybody_to_be_seen,
    ),
    drafts.REHEARSAL: Pass(Function.READ, _rehearse, _side_by_side(32), None, _report),
    by_shards.APPLY: Pass(
        Function.APPLY, _apply, _side_by_side(by_shards.AT_ONCE), None, _finish_file, by_shards.shards_of
    ),
}
"""By the name that an execution bears. [choice] 8 that write: a new table takes 4,000 units a second."""
