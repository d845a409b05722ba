"""`python -m admin rules …`: from a changed YAML file to a rule book in force, with a rehearsal between."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

from admin import rehearsal
from admin.again import decided_again
from admin.pages.differing import sentences
from chalicelib import clock
from chalicelib.api.problems import Problem
from chalicelib.api.tokens import Caller, Role, caller_of
from chalicelib.declarations import place_of
from chalicelib.engine.coverage import coverage, would_add
from chalicelib.engine.replay import BANDS, Effect, Replay, Subject, replay
from chalicelib.errors import DeclarationError, NotFoundError, WuganError
from chalicelib.model import Change, PersonId
from chalicelib.pack import PACKS, Pack, bundles, changes, current, load_folder
from chalicelib.pack.differing import differences
from chalicelib.pack.histories import untold
from chalicelib.settings import settings
from chalicelib.storage import people, rulebooks
from chalicelib.storage.gist import Gist

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

TOKEN: Final = "WUGAN_TOKEN"  # noqa: S105 - the name of a variable
PLATFORM: Final = "WUGAN_PACK"  # where this is not set, there is no rule book in force to ask for
console = Console()


def add_to(subjects: Subparsers) -> None:
    """Add `rules` and its verbs to the command line."""
    verbs = subjects.add_parser("rules", help="rule books").add_subparsers(dest="verb", required=True)
    for verb, help_ in (
        ("check", "does this folder hold, and tell what it changes about feeds? (file and line if not)"),
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
            parser.add_argument("--on", type=date.fromisoformat, help="as of this day (default: today)")
            parser.add_argument("--page", type=Path, help="write the report as HTML to this file")
        if verb == "propose":
            parser.add_argument("--note", required=True, help="why, in one sentence")
            _needs_token(parser)
    approving = verbs.add_parser("approve", help="agree to a proposal of somebody else's")
    approving.add_argument("bundle")
    approving.add_argument("--rehearsal", required=True, help="the digest of the report that you have read")
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
        missing = list(untold(_before(options).feeds, pack.feeds, clock.today()))
    else:
        console.print("未连接平台，未与现行规则比对。 No platform here: not held against what is in force.")
    for each in missing:
        where = place_of(options.folder / "feeds" / f"{each.feed}.yaml", ("changes",))
        console.print(f"[red]{where}[/]: {each.zh} {each.en}", highlight=False, soft_wrap=True)
    if missing:
        sys.exit(1)
    name = bundles.name_of(bundles.pack_up(options.folder))
    console.print(f"{name}: {len(pack.rules.benefits)} benefits, {len(pack.feeds)} feeds")


def in_force() -> bytes:
    """The bundle in force, as bytes: an activated one, or the pack as shipped."""
    name = changes.active()
    return bundles.read(name) if name else bundles.pack_up(PACKS / settings().pack)


def _before(options: argparse.Namespace) -> Pack:
    """What a folder is held against: another folder, or the rule book in force."""
    return load_folder(options.against) if options.against else changes.newest()


def diff(options: argparse.Namespace) -> None:
    """Print what differs: about feeds in sentences, and everything value by value."""
    for zh, en in sentences(_before(options), load_folder(options.folder)):
        console.print(f"{zh}\n  {en}", highlight=False, soft_wrap=True)
    table = Table("file", "value", "before", "after", box=None)
    before = bundles.pack_up(options.against) if options.against else in_force()
    for found in differences(before, bundles.pack_up(options.folder)):
        table.add_row(found.file, found.key, found.before or "—", found.after or "—")
    console.print(table)


def subjects() -> Iterator[Subject]:
    """Everybody with all that is known of them, on their record or in the lake; UnreadableError."""
    for record, evidence in Gist().completing(people.everyone()):
        yield Subject(record.person, record.entitlements, evidence, record.refuted, record.about_related)


def rehearse(options: argparse.Namespace) -> Replay:
    """Decide everybody by both rule books, print the effects and write the page where one is wanted."""
    new = load_folder(options.folder)
    on = options.on or clock.today()
    everybody = track(subjects(), "people 人", console=console, transient=True)
    replayed = replay(everybody, current().rules, new.rules, on)
    table = Table("effect", "影响", "entitlements", box=None)
    for effect in Effect:
        table.add_row(effect, rehearsal.TITLES[effect][0], f"{replayed.total(effect):,}")
    console.print(table)
    console.print(
        f"certified as of {on}: {replayed.certified_now:,} now, {replayed.certified_then:,} then, "
        f"of {replayed.entitlements:,} entitlements of {replayed.people:,} people"
    )
    if options.page is not None:
        options.page.write_bytes(_page(replayed, options.folder, new))
    return replayed


def _page(replayed: Replay, folder: Path, new: Pack) -> bytes:
    differing = differences(in_force(), bundles.pack_up(folder))
    return rehearsal.page(replayed, differing, new.rules, list(sentences(changes.newest(), new)))


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
            console.print(f"{word}: 请写作 年龄段=比例，如 60-69=0.3。 Write BAND=SHARE: {bands}; 0 to 1.")
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
    record = people.change(person, lambda _: looked(caller))
    again = decided_again(record, people.audit_trail(person), options.entry)
    table = Table("benefit", "待遇", "stored 原决定", "again 重算", "same", "line 规则", box=None)
    rules = bundles.for_rules(again.decision.rules).rules
    for benefit in sorted(again.stored.keys() | again.now.keys()):
        stored, now = again.stored.get(benefit, "—"), again.now.get(benefit, "—")
        same = "是 yes" if stored == now else "否 no"
        table.add_row(benefit, rules.benefit(benefit).title.zh, stored, now, same, again.lines(benefit))
    console.print(table)
    for key in again.lost:
        console.print(f"{key}: 此后已撤回或已过保存期。 Since withdrawn or no longer kept.", highlight=False)
    console.print(f"entry {again.number}, {again.decision.on}, {again.decision.rules}", highlight=False)
    for zh, en in zip(again.receipt.zh, again.receipt.en, strict=True):
        console.print(f"{zh}\n  {en}", highlight=False)
    if not again.is_same:
        console.print(
            "重算结果与原决定不一致，请核对此后撤回或更正的数据。 "
            "It does not come out as it was stored: see what has been withdrawn or corrected since."
        )
        sys.exit(1)


def looked(caller: Caller) -> Change:
    """The look as an entry of the person's chain (rule 26)."""
    details = {"what": "decision made again", "role": caller.role.value, "area": caller.area}
    return Change("looked", caller.subject, clock.now(), details)


# --- changing ------------------------------------------------------------------------------------


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


def propose(options: argparse.Namespace) -> None:
    """Rehearse a folder and propose it with the report."""
    by = officer(options).subject
    data = bundles.pack_up(options.folder)
    page = _page(rehearse(options), options.folder, load_folder(options.folder))
    proposal = changes.propose(data, by=by, note=options.note, rehearsal=page)
    console.print(f"proposed {proposal.bundle}\nrehearsal {proposal.rehearsal}", highlight=False)


def approve(options: argparse.Namespace) -> None:
    """Agree to a proposal."""
    approved = changes.approve(options.bundle, by=officer(options).subject, rehearsal=options.rehearsal)
    console.print(f"approved {approved.bundle} by {approved.approved_by}", highlight=False)


def activate(options: argparse.Namespace) -> None:
    """Put an approved bundle in force."""
    active = changes.activate(options.bundle, by=officer(options).subject, from_=options.from_)
    console.print(f"in force from {active.from_}: {active.bundle}", highlight=False)


def show(options: argparse.Namespace) -> None:
    """Print proposals and activations."""
    table = Table("bundle", "proposed by", "approved by", "in force from", "note", box=None)
    days = {a.bundle: a.from_.isoformat() for a in rulebooks.activations()}
    for name in rulebooks.proposal_names():
        p = changes.proposal_of(name)
        table.add_row(p.bundle, p.proposed_by, p.approved_by or "—", days.get(name, "—"), p.note)
    console.print(table)


_VERBS: Final[dict[str, Any]] = {
    "check": check,
    "diff": diff,
    "replay": rehearse,
    "coverage": show_coverage,
    "new-feed": show_new_feed,
    "decision": show_decision,
    "propose": propose,
    "approve": approve,
    "activate": activate,
    "list": show,
}
