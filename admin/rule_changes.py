"""From a changed folder to a rule book in force: rehearsed, proposed, read, approved, activated.

Two officers who answer for the whole jurisdiction, each with a token of their own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

from admin import tables
from chalicelib.api.problems import Problem
from chalicelib.api.tokens import Caller, Role, caller_of
from chalicelib.engine.rehearsal import case_walk_rows
from chalicelib.engine.rehearsal.case_walks import CaseWalks
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.engine.rehearsal.replay import Subject
from chalicelib.jurisdiction import bundles, load_folder, proposals, rehearsal, rehearsal_report
from chalicelib.jurisdiction.diff import differences
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import rulebooks
from chalicelib.storage.s3.lake_snapshot import LakeSnapshot

TOKEN: Final = "WUGAN_TOKEN"  # noqa: S105 - the name of a variable
console = Console()


def officer(options: argparse.Namespace) -> Caller:
    """Who is at the keyboard, by a token that the issuer signed; exits without an officer's."""
    token = options.token or os.environ.get(TOKEN, "")
    try:
        caller = caller_of({"x-wugan-token": token})
    except Problem:
        caller = None
    if caller is None or caller.role is not Role.OFFICER:
        console.print("请使用本人的经办人令牌。 Use your own token, as an officer.")
        sys.exit(1)
    return caller


def who_may_change(options: argparse.Namespace) -> str:
    """The officer at the keyboard; exits unless the whole jurisdiction lies in their area.

    Who answers for a part of it (a county, a village, one city of a province) changes no rule of the whole.
    """
    caller, area = officer(options), proposals.newest().rules.policy.area
    if not caller.may_see_area(area):
        console.print(
            f"修改规则须由本平台所辖地区（{area}）本级或上级的经办人办理。 "
            f"Rules are changed by officers of the whole area ({area}), or of one that it lies in."
        )
        sys.exit(1)
    return caller.subject


def subjects() -> Iterator[Subject]:
    """Everybody with all that is known of them, on their record or in the lake; UnreadableError."""
    return rehearsal.subjects(LakeSnapshot().completing(people.everyone()))


def rehearse(options: argparse.Namespace) -> None:
    """Decide everybody by the newest rule book and by the folder's; write the page where one is wanted."""
    page = _rehearsed(options)
    if options.page is not None:
        options.page.write_bytes(page.replace(proposals.NUMBER.encode(), proposals.NOT_PROPOSED.encode()))


def _rehearsed(options: argparse.Namespace) -> bytes:
    """The report, without a number as yet; the effects are printed."""
    before, new = proposals.newest(), load_folder(options.folder)
    comparison = rehearsal.compared(before, new, options.on)
    known = LakeSnapshot().completing(people.everyone())
    rehearsed = comparison.replayed(track(known, "people 人", console=console, transient=True))
    differing = differences(proposals.newest_data(), bundles.pack_up(options.folder))
    page = comparison.report(rehearsed, differing)
    replayed, walks = rehearsed.replayed, rehearsed.walks
    table = Table("effect", "影响", "entitlements", box=None)
    for effect in Effect:
        table.add_row(effect, rehearsal_report.TITLES[effect][0], f"{replayed.total(effect):,}")
    console.print(table)
    if walks.differ:
        console.print(_walked(walks))
    console.print(
        f"certified as of {comparison.on}: {replayed.certified_now:,} now, {replayed.certified_then:,} then, "
        f"of {replayed.entitlements:,} entitlements of {replayed.people:,} people; "
        f"{rehearsal_report.earlier(replayed):,} certificates would end earlier"
    )
    for zh, en in rehearsal_report.ASSUMED:
        console.print(f"{zh} {en}", highlight=False)
    return page


def _walked(walks: CaseWalks) -> Table:
    table = Table("cases and visits", "个案与上门", "now 现行", "then 拟用", "people 人次", box=None)
    for row in case_walk_rows.rows(walks):
        table.add_row(*row)
    return table


def propose(options: argparse.Namespace) -> None:
    """Rehearse a folder and propose it with the report."""
    by, data, against = who_may_change(options), bundles.pack_up(options.folder), proposals.newest_name()
    proposals.check(data)  # before everybody is decided twice
    page = _rehearsed(options)
    proposal = proposals.propose(data, by=by, note=options.note, rehearsal=page, against=against)
    if options.page is not None:
        options.page.write_bytes(proposals.report_of(proposal.bundle))
    console.print(
        f"proposed {proposal.bundle}\n"
        "请另一名负责人用 rules report 阅读报告，并以报告上的编号审批。 "
        "Another officer reads the report (rules report) and approves with the number that it states.",
        highlight=False,
    )


def report(options: argparse.Namespace) -> None:
    """Show the report that is attached to a proposal, or write it as HTML."""
    page = proposals.report_of(options.bundle)
    if options.page is None:
        console.print(rehearsal_report.words_of(page), highlight=False, markup=False, soft_wrap=True)
    else:
        options.page.write_bytes(page)
        console.print(f"{options.page}：演练报告 the report of {options.bundle}", highlight=False)


def approve(options: argparse.Namespace) -> None:
    """Agree to a proposal."""
    approved = proposals.approve(options.bundle, by=who_may_change(options), rehearsal=options.rehearsal)
    console.print(f"approved {approved.bundle} by {approved.approved_by}", highlight=False)


def activate(options: argparse.Namespace) -> None:
    """Put an approved bundle in force."""
    active = proposals.activate(options.bundle, by=who_may_change(options), from_=options.from_)
    console.print(f"in force from {active.from_}: {active.bundle}", highlight=False)


def show(options: argparse.Namespace) -> None:
    """Print proposals and activations."""
    table = Table("bundle", "proposed by", "approved by", "in force from", "note", box=None)
    days = {a.bundle: a.from_.isoformat() for a in rulebooks.activations()}
    for name in rulebooks.proposal_names():
        p = proposals.proposal_of(name)
        table.add_row(p.bundle, p.proposed_by, p.approved_by or "—", days.get(name, "—"), p.note)
    tables.show(console, table, "bundle", "proposed by", "approved by")
