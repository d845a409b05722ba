"""规则变更提案 · A change of the rule book: proposed with its rehearsal, approved by somebody else, in force
from a day.

No single person changes who is certified: whoever proposed a bundle can neither approve it nor, alone,
put it in force. The approver names the rehearsal that was read, by the number that the report itself
states. A rehearsal compares with one rule book: when another has been activated since, the change is
proposed again, or what that one changed would be lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from chalicelib import clock
from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import bundles
from chalicelib.jurisdiction.feed_history_check import undeclared_feed_changes
from chalicelib.jurisdiction.loader import PACKS, Pack, load
from chalicelib.jurisdiction.version_check import UndeclaredChange, substance, unversioned
from chalicelib.settings import settings
from chalicelib.storage.s3 import rulebooks

DIGEST: Final = 16  # characters of a rehearsal's SHA-256 that people have to type
NOT_PROPOSED: Final = "未提交 not proposed"  # what stands there until then
NUMBER: Final = "{number of the report}"  # where a report is to state its number


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bundle that somebody wants in force; `approved_by` is empty until a second person agrees."""

    bundle: str
    proposed_by: str
    proposed_at: datetime
    note: str
    rehearsal: str
    against: str  # the bundle that it would replace, with which the rehearsal compares it
    approved_by: str = ""
    approved_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """As kept in S3."""
        return {
            "bundle": self.bundle,
            "proposed_by": self.proposed_by,
            "proposed_at": self.proposed_at.isoformat(),
            "note": self.note,
            "rehearsal": self.rehearsal,
            "against": self.against,
            "approved_by": self.approved_by,
            "approved_at": self.approved_at.isoformat() if self.approved_at else None,
        }

    @classmethod
    def from_json(cls, words: dict[str, Any]) -> Proposal:
        """As read from S3."""
        approved = words["approved_at"]
        return cls(
            words["bundle"],
            words["proposed_by"],
            datetime.fromisoformat(words["proposed_at"]),
            words["note"],
            words["rehearsal"],
            words["against"],
            words["approved_by"],
            datetime.fromisoformat(approved) if approved else None,
        )


def check(data: bytes) -> Pack:
    """The pack of a bundle that may be proposed.

    Raises DeclarationError for a bundle that does not hold, RefusedError for one of another jurisdiction,
    one that is in force already, or one that changes something without saying from when.
    """
    pack, before = bundles.unpack(data), newest()
    theirs, ours = pack.rules.policy.jurisdiction, before.rules.policy.jurisdiction
    if theirs != ours:
        raise RefusedError(
            "other_jurisdiction",
            f"该规则属于{theirs}，本平台为{ours}，请核对后重新提交。",
            f"rules of {theirs}, not of {ours}: check the folder",
        )
    if data == newest_data():
        raise RefusedError(
            "in_force_already", "该规则版本已在执行，无需提交。", "this bundle is in force already"
        )
    for missing in undeclared_changes(before, pack, clock.today()):
        raise RefusedError("change_untold", f"{missing.file}：{missing.zh}", f"{missing.file}: {missing.en}")
    return pack


def undeclared_changes(before: Pack, after: Pack, today: date) -> Iterator[UndeclaredChange]:
    """What differs without saying so: a version of a day to come, or for a feed an entry of its history."""
    yield from unversioned(before.rules, after.rules, today)
    yield from undeclared_feed_changes(before.feeds, after.feeds, today)


def propose(data: bytes, *, by: str, note: str, rehearsal: bytes, against: str) -> Proposal:
    """Store a bundle and propose it with the report of its rehearsal; proposed again, it needs approval anew.

    `against` is the newest bundle when the rehearsal began. Raises as `check`.
    """
    check(data)
    name = bundles.keep(data)
    digest = digest_of(rehearsal)
    rulebooks.put_rehearsal(name, digest, rehearsal.replace(NUMBER.encode(), digest.encode()))
    proposal = Proposal(name, by, clock.now(), note, digest, against)
    known = rulebooks.read_proposal(name)
    rulebooks.put_proposal(name, proposal.to_json(), instead_of=known[1] if known else None)
    return proposal


def digest_of(rehearsal: bytes) -> str:
    """The short digest by which a rehearsal is named."""
    return hashlib.sha256(rehearsal).hexdigest()[:DIGEST]


def newest() -> Pack:
    """The pack activated last, whether or not its day has come; without any, the shipped one."""
    name = _activated()
    return bundles.fetch(name) if name else load(settings().pack)


def newest_data() -> bytes:
    """The same as a bundle's bytes."""
    name = _activated()
    return bundles.read(name) if name else bundles.pack_up(PACKS / settings().pack)


def newest_name() -> str:
    """The same as a bundle's name."""
    return _activated() or bundles.name_of(newest_data())


def _activated() -> str | None:
    activations = rulebooks.activations()
    return activations[-1].bundle if activations else None


def proposal_of(name: str) -> Proposal:
    """A proposal; NotFoundError if nobody has proposed this bundle."""
    return _read(name)[0]


def report_of(name: str) -> bytes:
    """The report that is attached to a proposal; NotFoundError if nobody has proposed this bundle."""
    page = rulebooks.read_rehearsal(name, proposal_of(name).rehearsal)
    if page is None:
        raise NotFoundError(f"the report of {name!r} is not stored: propose the change again")
    return page


def _read(name: str) -> tuple[Proposal, str]:
    found = rulebooks.read_proposal(name)
    if found is None:
        raise NotFoundError(f"nobody has proposed {name!r}")
    return Proposal.from_json(found[0]), found[1]


def approve(name: str, *, by: str, rehearsal: str) -> Proposal:
    """Agree to a proposal after reading its rehearsal.

    RefusedError for the proposer, for the number of another report, and for a report that compares with
    what is no longer the newest rule book.
    """
    proposal, etag = _read(name)
    if by == proposal.proposed_by:
        raise RefusedError(
            "two_people",
            "提交人不得审批自己的方案，请由另一名负责人审批。",
            "whoever proposed a change may not approve it: ask another officer",
        )
    if rehearsal != proposal.rehearsal:
        raise RefusedError(
            "other_rehearsal",
            "报告编号不符。请用 rules report 打开当前演练报告，阅读后填写报告上的编号。",
            "no such number: read the current report (rules report) and give the number that it states",
        )
    check_newest(proposal.bundle, proposal.against, newest_name())
    approved = Proposal.from_json(
        {**proposal.to_json(), "approved_by": by, "approved_at": clock.now().isoformat()}
    )
    rulebooks.put_proposal(name, approved.to_json(), instead_of=etag)
    return approved


def activate(name: str, *, by: str, from_: date) -> rulebooks.Activation:
    """Put an approved bundle in force from a day after today; RefusedError otherwise.

    Never from today: what was decided this morning was decided by the rules of this morning.
    """
    proposal, _ = _read(name)
    if not proposal.approved_by:
        raise RefusedError(
            "not_approved", "该方案尚未审批，不能执行。", "nobody has approved this proposal yet"
        )
    activations, etag = rulebooks.read_activations()
    check_newest(name, proposal.against, activations[-1].bundle if activations else newest_name())
    if from_ <= clock.today():
        raise RefusedError(
            "not_in_the_future",
            "执行日期须晚于今天。",
            "choose a day after today: a rule book never acts backwards",
        )
    _check_day(newest(), bundles.fetch(name), from_)
    activation = rulebooks.Activation(name, from_, by, clock.now())
    rulebooks.put_activations((*activations, activation), instead_of=etag)
    return activation


def _check_day(before: Pack, after: Pack, from_: date) -> None:
    """What a version says holds from its own day: the bundle may be in force no later.

    What the policy says of cases and messages bears no day of its own, and holds with the bundle: no earlier.
    """
    for late in undeclared_changes(before, after, from_ - ONE_DAY):
        raise RefusedError(
            "acts_backwards",
            f"若自{from_}起执行，{late.file}：{late.zh}请改选更早的执行日期，或修改后重新提交。",
            f"in force from {from_}, {late.file}: {late.en}; choose an earlier day, or propose it again",
        )
    old, new = before.rules.policy, after.rules.policy
    if from_ != new.from_ and substance(old) != substance(new):
        raise RefusedError(
            "policy_from",
            f"policy.yaml 自{new.from_}起执行，请选择该日。",
            f"policy.yaml holds from {new.from_}: activate it from that day",
        )


def check_newest(bundle: str, against: str, newest_one: str) -> None:
    """A bundle says everything: put in force over one that it was not compared with, it would undo that one.

    RefusedError then.

    The bundle that is the newest itself may be activated again, for another day.
    """
    if newest_one not in (against, bundle):
        raise RefusedError(
            "rehearsed_against_another",
            "提交之后已有其他方案生效或待生效，本方案的演练报告已不适用。请在最新规则的基础上修改，重新提交。",
            "another change has been activated since this one was proposed, and its report compares with "
            "what was before: make the change in the newest rules and propose it again",
        )
