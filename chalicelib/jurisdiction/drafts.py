"""规则变更草案 · A changed value that somebody tries: written as a new version, and rehearsed before it is
proposed.

A draft is a bundle like any other, made of the newest one. A pass over everybody rehearses it, and leaves
what it has found beside the draft; then it is proposed with that report (`proposals`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from chalicelib import clock
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import amendment as amendments
from chalicelib.jurisdiction import bundles, proposals, rehearsal, rehearsal_report
from chalicelib.jurisdiction.amendment import Amendment
from chalicelib.jurisdiction.diff import differences
from chalicelib.jurisdiction.rehearsal import Rehearsed
from chalicelib.model import PersonRecord
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.storage.dynamodb import everybody, shards
from chalicelib.storage.s3 import rulebooks
from chalicelib.storage.s3.lake_snapshot import LakeSnapshot

REHEARSAL: Final = "rehearsal"  # the pass


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants otherwise, of what and from when, and in which bundle it stands."""

    bundle: str
    against: str  # the newest bundle when it was drafted, with which it is compared
    on: date  # as of which day it is rehearsed
    by: str
    at: datetime
    what: str
    from_: date
    note: str
    values: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As kept in S3."""
        days = {"on": self.on.isoformat(), "at": self.at.isoformat(), "from": self.from_.isoformat()}
        words = {name: getattr(self, name) for name in ("bundle", "against", "by", "what", "note")}
        return {**words, **days, "values": dict(self.values)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Draft:
        """As read from S3."""
        return cls(
            said["bundle"],
            said["against"],
            date.fromisoformat(said["on"]),
            said["by"],
            datetime.fromisoformat(said["at"]),
            said["what"],
            date.fromisoformat(said["from"]),
            said["note"],
            said["values"],
        )


def draft(amendment: Amendment, *, by: str, note: str) -> Draft:
    """Write a version into the newest rule book and keep the bundle, to be rehearsed.

    Raises as `amendments.amend` and `proposals.check`.
    """
    before = proposals.newest_data()
    with tempfile.TemporaryDirectory(prefix="wugan-") as name:
        folder = Path(name)
        bundles.lay_out(before, folder)
        amendments.amend(folder, amendment)
        data = bundles.pack_up(folder)
    after = proposals.check(data)
    on = rehearsal.compared(proposals.newest(), after).on
    made = Draft(
        bundles.keep(data),
        bundles.keep(before),
        on,
        by,
        clock.now(),
        amendment.what,
        amendment.from_,
        note,
        amendment.values,
    )
    rulebooks.put_draft(made.bundle, made.to_json())
    return made


def draft_of(name: str) -> Draft:
    """A draft; NotFoundError if nobody has drafted this bundle here."""
    said = rulebooks.read_draft(name)
    if said is None:
        raise NotFoundError(f"nobody has drafted {name!r}")
    return Draft.from_json(said)


def propose(name: str, *, by: str) -> proposals.Proposal:
    """Propose a draft with the report of its rehearsal.

    RefusedError while it is rehearsed, and where another change has been activated since it was drafted.
    """
    made, found = draft_of(name), rulebooks.read_rehearsed(name)
    if found is None:
        raise RefusedError(
            "not_rehearsed",
            "试算尚未完成，请待试算报告生成后再提交。",
            "the rehearsal is not done yet: propose it when its report is there",
        )
    proposals.check_newest(name, made.against, proposals.newest_name())
    return proposals.propose(
        bundles.read(name), by=by, note=made.note, rehearsal=found[1], against=made.against
    )


# --- rehearsed shard by shard ----------------------------------------------------------------------


def rehearse_some(
    name: str, shard: str, each: Each, after: str = "", stop: Stop = never
) -> tuple[dict[str, Any], str | None]:
    """What a draft would do to people of a shard behind one of them; and behind whom to go on."""
    walk = Walk(everybody.ids_of(shard, after), stop)

    def records() -> Iterator[PersonRecord]:
        for person in walk:
            record = None
            with each(person=person):
                record = everybody.record_of(person)
            if record is not None:
                yield record

    start = "" if shard == shards.EVERYBODY else shard
    found = _rehearsal(draft_of(name)).replayed(LakeSnapshot(start).completing(records()))
    return found.to_json(), None if walk.is_over else walk.last


def keep_rehearsed(name: str, parts: Iterable[Mapping[str, Any]], left_out: int = 0) -> None:
    """Put together what all parts have found, and keep figures and report beside the draft."""
    made = draft_of(name)
    comparison = _rehearsal(made)
    whole = comparison.put_together(parts)
    differing = differences(bundles.read(made.against), bundles.read(name))
    page = comparison.report(whole, differing)
    rulebooks.put_rehearsed(name, {**_figures(whole), "left_out": left_out}, page)


def _rehearsal(made: Draft) -> rehearsal.Rehearsal:
    return rehearsal.compared(bundles.fetch(made.against), bundles.fetch(made.bundle), made.on)


def _figures(found: Rehearsed) -> dict[str, Any]:
    """What a screen shows of a rehearsal; the report says all of it."""
    replayed = found.replayed
    return {
        "on": replayed.on.isoformat(),
        "at": clock.now().isoformat(),
        "people": replayed.people,
        "entitlements": replayed.entitlements,
        "certified_now": replayed.certified_now,
        "certified_then": replayed.certified_then,
        "certified_less_long": rehearsal_report.earlier(replayed),
        "effects": [
            {"effect": effect.value, "entitlements": total, "fen": replayed.fen.get(effect)}
            for effect in Effect
            if (total := replayed.total(effect))
        ],
    }
