"""`python -m admin rules …`: from a changed YAML file to a rule book in force, with a rehearsal between."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

from admin import benefit_versions, rule_changes
from admin.replay_decision import decided_again
from admin.rule_changes import TOKEN, officer, subjects
from chalicelib import clock
from chalicelib.declarations import place_of
from chalicelib.engine.rehearsal.coverage import coverage, would_add
from chalicelib.engine.rehearsal.replay import BANDS
from chalicelib.errors import DeclarationError, NotFoundError, WuganError
from chalicelib.jurisdiction import Pack, bundles, current, load_folder, proposals
from chalicelib.jurisdiction.diff import differences
from chalicelib.jurisdiction.pages.differing import sentences
from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import access_log, people

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

PLATFORM: Final = "WUGAN_PACK"  # where this is not set, there is no rule book in force to ask for
console = Console()


def add_to(subjects: Subparsers) -> None:
    """Add `rules` and its verbs to the command line."""
    verbs = subjects.add_parser("rules", help="rule books").add_subparsers(dest="verb", required=True)
    for verb, help_ in (
        ("check", "does this folder hold, and say from when it changes what? (file and line if not)"),
        ("diff", "what differs from the rule book in force"),
        ("replay", "what the folder's rules would do to everybody"),
        ("propose", "propose the folder, with its rehearsal"),
    ):
        parser = verbs.add_parser(verb, help=help_)
        parser.add_argument("folder", type=Path, help="a pack: policy.yaml, feeds/, benefits/")
        if verb in ("check", "diff"):
            parser.add_argument(
                "--against", type=Path, help="another pack's folder (default: the rule book in force)"
            )
        if verb in ("replay", "propose"):
            parser.add_argument(
                "--on",
                type=date.fromisoformat,
                help="as of this day (default: today, or when all new versions hold)",
            )
            parser.add_argument("--page", type=Path, help="write the report as HTML to this file")
        if verb == "propose":
            parser.add_argument("--note", required=True, help="why, in one sentence")
            _needs_token(parser)
    benefit_versions.add_to(verbs)
    reading = verbs.add_parser("report", help="read the report of a proposal: approving asks for its number")
    reading.add_argument("bundle")
    reading.add_argument("--page", type=Path, help="write it as HTML to this file, to read and print")
    approving = verbs.add_parser("approve", help="agree to a proposal of somebody else's")
    approving.add_argument("bundle")
    approving.add_argument(
        "--rehearsal", required=True, help="the number that the report states which you have read"
    )
    _needs_token(approving)
    activating = verbs.add_parser("activate", help="put an approved bundle in force from a day to come")
    activating.add_argument("bundle")
    activating.add_argument("--from", dest="from_", type=date.fromisoformat, required=True)
    _needs_token(activating)
    verbs.add_parser("list", help="proposals and activations")
    verbs.add_parser("coverage", help="what each feed is worth: who would be visited without it")
    adding = verbs.add_parser("new-feed", help="how many more a new strong feed would certify")
    adding.add_argument(
        "reach",
        nargs="+",
        metavar="BAND=SHARE",
        help=f"share of an age band: {', '.join(b for _, b in BANDS)}",
    )
    deciding = verbs.add_parser("decision", help="make a stored decision again, by the rules that made it")
    deciding.add_argument("person", help="the person's id here (never a number)")
    deciding.add_argument("--entry", type=int, help="of the audit chain (default: the newest decision)")
    _needs_token(deciding)


def _needs_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--token", help=f"your own token, as an officer (default: ${TOKEN})")


def run(options: argparse.Namespace) -> int:
    """Run one verb; 0 if it did what was asked, 1 with the reason in both languages."""
    try:
        _VERBS[options.verb](options)
    except DeclarationError as error:
        console.print(f"[red]{error.where}[/]: {error.what}", highlight=False)
        return 1
    except WuganError as error:
        console.print(f"[red]{getattr(error, 'zh', '')}[/] {error}", highlight=False)
        return 1
    return 0


# --- looking -------------------------------------------------------------------------------------


def check(options: argparse.Namespace) -> None:
    """Say what a folder declares; exits with file and line if it does not hold or leaves a change untold."""
    pack = load_folder(options.folder)
    missing = []
    if options.against or PLATFORM in os.environ:
        missing = list(proposals.undeclared_changes(_before(options), pack, clock.today()))
    else:
        console.print("未连接平台，未与现行规则比对。 No platform here: not held against what is in force.")
    for each in missing:
        path = options.folder / each.file
        where = place_of(path, each.place) if path.exists() else f"{path}:1"
        console.print(f"[red]{where}[/]: {each.zh} {each.en}", highlight=False, soft_wrap=True)
    if missing:
        sys.exit(1)
    name = bundles.name_of(bundles.pack_up(options.folder))
    console.print(f"{name}: {len(pack.rules.benefits)} benefits, {len(pack.feeds)} feeds")


def _before(options: argparse.Namespace) -> Pack:
    """What a folder is held against: another folder, or the rule book in force."""
    return load_folder(options.against) if options.against else proposals.newest()


def diff(options: argparse.Namespace) -> None:
    """Print what differs: about feeds in sentences, and everything value by value."""
    for zh, en in sentences(_before(options), load_folder(options.folder)):
        console.print(f"{zh}\n  {en}", highlight=False, soft_wrap=True)
    table = Table("file", "value", "before", "after", box=None)
    before = bundles.pack_up(options.against) if options.against else proposals.newest_data()
    for found in differences(before, bundles.pack_up(options.folder)):
        table.add_row(found.file, found.key, found.before or "—", found.after or "—")
    console.print(table)


def show_coverage(options: argparse.Namespace) -> None:
    """Print per feed whom it certifies and whom it alone certifies."""
    counted = coverage(
        track(subjects(), "people 人", console=console, transient=True), current().rules, clock.today()
    )
    table = Table("feed", "数据来源", "certifies", "it alone", "share of people", box=None)
    feeds = current().feeds
    for feed, count in counted.by_feed.most_common():
        alone = counted.only_by_feed[feed]
        title = feeds[feed].title.zh if feed in feeds else ""
        table.add_row(feed, title, f"{count:,}", f"{alone:,}", f"{alone / counted.people:.1%}")
    console.print(table)
    console.print(f"{counted.certified:,} of {counted.people:,} people certified on {counted.on}")


def show_new_feed(options: argparse.Namespace) -> None:
    """Print how many people a feed that reaches these shares would certify beyond those certified now."""
    reach = {}
    for word in options.reach:
        band, _, share = word.partition("=")
        try:
            reach[band] = float(share)
            if not (0 <= reach[band] <= 1 and band in {name for _, name in BANDS}):
                raise ValueError(word)
        except ValueError:
            bands = ", ".join(name for _, name in BANDS)
            console.print(f"{word}：请写作 年龄段=比例，如 60-69=0.3。 Write BAND=SHARE: {bands}; 0 to 1.")
            sys.exit(2)
    everybody = track(subjects(), "people 人", console=console, transient=True)
    counted = coverage(everybody, current().rules, clock.today())
    table = Table("age", "uncertified 未认证", "reached", "would add 约增加", box=None)
    for _, band in BANDS:
        missing, share = counted.uncertified[band], reach.get(band, 0.0)
        added = would_add(counted, {band: share})
        table.add_row(band, f"{missing:,}", f"{share:.0%}", f"{added:,.1f}")
    console.print(table)
    added, uncertified = would_add(counted, reach), sum(counted.uncertified.values())
    console.print(
        f"约增加 {added:,.1f} 人（未认证 {uncertified:,} 人，共 {counted.people:,} 人）；"
        "假定未认证人员与同龄人同样会出现在新数据中，通常偏高。\n"
        f"About {added:,.1f} of {uncertified:,} uncertified people, of {counted.people:,}; it takes them "
        "to be reached like anybody else of their age, and they seldom are."
    )


def show_decision(options: argparse.Namespace) -> None:
    """Make a stored decision again and explain it; the look is on the person's record."""
    caller = officer(options)
    person = PersonId(options.person)
    if not caller.may_see(person, people.load(person).person.area):
        raise NotFoundError("no such person")  # as for a person whom nobody knows
    details = {"what": "decision made again", "role": caller.role.value, "area": caller.area}
    access_log.record(person, "looked", caller.subject, clock.now(), details)  # rule 26
    record = people.load(person)
    again = decided_again(record, people.audit_trail(person), options.entry)
    words = ("benefit", "待遇", "stored 原决定", "again 重算", "same", "line 规则")
    table = Table(*(Column(word, overflow="fold") for word in words), box=None)
    rules = bundles.for_rules(again.decision.rules).rules
    for benefit in sorted(again.stored.keys() | again.now.keys()):
        stored, now = again.stored.get(benefit, "—"), again.now.get(benefit, "—")
        same = "是 yes" if stored == now else "否 no"
        table.add_row(benefit, rules.benefit(benefit).title.zh, stored, now, same, again.lines(benefit))
    console.print(table)
    for key in again.lost:
        console.print(f"{key}：此后已撤回或已过保存期。 Since withdrawn or no longer kept.", highlight=False)
    console.print(f"entry {again.number}, {again.decision.on}, {again.decision.rules}", highlight=False)
    for zh, en in zip(again.receipt.zh, again.receipt.en, strict=True):
        console.print(f"{zh}\n  {en}", highlight=False)
    if not again.is_same:
        console.print(
            "重算结果与原决定不一致，请核对此后撤回或更正的数据。 "
            "It does not come out as it was stored: see what has been withdrawn or corrected since."
        )
        sys.exit(1)


_VERBS: Final[dict[str, Any]] = {
    "check": check,
    "diff": diff,
    "amend": benefit_versions.amend,
    "benefit": benefit_versions.show,
    "replay": rule_changes.rehearse,
    "coverage": show_coverage,
    "new-feed": show_new_feed,
    "decision": show_decision,
    "propose": rule_changes.propose,
    "report": rule_changes.report,
    "approve": rule_changes.approve,
    "activate": rule_changes.activate,
    "list": rule_changes.show,
}
