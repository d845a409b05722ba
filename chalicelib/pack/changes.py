"""A change of the rule book: proposed with its rehearsal, approved by somebody else, in force from a day.

No single person changes who is certified: whoever proposed a bundle can neither approve it nor, alone,
put it in force. The approver names the rehearsal that was read, by its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from chalicelib import clock
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.pack import bundles
from chalicelib.pack.activation import current
from chalicelib.pack.declared import Pack, load
from chalicelib.pack.histories import untold
from chalicelib.settings import settings
from chalicelib.storage import rulebooks

DIGEST: Final = 16  # characters of a rehearsal's SHA-256 that people have to type


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bundle that somebody wants in force; `approved_by` is empty until a second person agrees."""

    bundle: str
    proposed_by: str
    proposed_at: datetime
    note: str
    rehearsal: str
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
            words["approved_by"],
            datetime.fromisoformat(approved) if approved else None,
        )


def propose(data: bytes, *, by: str, note: str, rehearsal: bytes) -> Proposal:
    """Store a bundle and propose it with the report of its rehearsal; proposed again, it needs approval anew.

    Raises DeclarationError for a bundle that does not hold, RefusedError for one of another jurisdiction,
    one that is in force already, or one that changes a feed without telling it in the feed's history.
    """
    pack, now = bundles.unpack(data), current().rules
    new = pack.rules
    if new.policy.jurisdiction != now.policy.jurisdiction:
        raise RefusedError(
            "other_jurisdiction",
            f"该规则属于{new.policy.jurisdiction}，本平台为{now.policy.jurisdiction}，请核对后重新提交。",
            f"rules of {new.policy.jurisdiction}, not of {now.policy.jurisdiction}: check the folder",
        )
    if active() == bundles.name_of(data):
        raise RefusedError(
            "in_force_already", "该规则版本已在执行，无需提交。", "this bundle is in force already"
        )
    for missing in untold(newest().feeds, pack.feeds, clock.today()):
        raise RefusedError("change_untold", f"{missing.feed}：{missing.zh}", f"{missing.feed}: {missing.en}")
    name = bundles.keep(data)
    digest = digest_of(rehearsal)
    rulebooks.put_rehearsal(name, digest, rehearsal)
    proposal = Proposal(name, by, clock.now(), note, digest)
    known = rulebooks.read_proposal(name)
    rulebooks.put_proposal(name, proposal.to_json(), instead_of=known[1] if known else None)
    return proposal


def digest_of(rehearsal: bytes) -> str:
    """The short digest by which a rehearsal is named."""
    return hashlib.sha256(rehearsal).hexdigest()[:DIGEST]


def active() -> str | None:
    """The bundle activated last, whether or not its day has come; None: only the shipped one."""
    activations = rulebooks.activations()
    return activations[-1].bundle if activations else None


def newest() -> Pack:
    """The pack activated last, whether or not its day has come; without any, the shipped one."""
    name = active()
    return bundles.fetch(name) if name else load(settings().pack)


def proposal_of(name: str) -> Proposal:
    """A proposal; NotFoundError if nobody has proposed this bundle."""
    return _read(name)[0]


def _read(name: str) -> tuple[Proposal, str]:
    found = rulebooks.read_proposal(name)
    if found is None:
        raise NotFoundError(f"nobody has proposed {name!r}")
    return Proposal.from_json(found[0]), found[1]


def approve(name: str, *, by: str, rehearsal: str) -> Proposal:
    """Agree to a proposal after reading its rehearsal; RefusedError for the proposer, or another report."""
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
            "演练报告已更新或编号有误，请阅读当前报告后再审批。",
            f"read the current rehearsal first: its digest is {proposal.rehearsal}",
        )
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
    if from_ <= clock.today():
        raise RefusedError(
            "not_in_the_future",
            "执行日期须晚于今天。",
            "choose a day after today: a rule book never acts backwards",
        )
    activation = rulebooks.Activation(name, from_, by, clock.now())
    rulebooks.activate(activation)
    return activation
