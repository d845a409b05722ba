"""规则试算 · What a changed rule book would do to everybody: both decide, and the report says what differs.

`compared` says which two rule books, as of which day; `replayed` decides some people or all by both;
`report` is the page that people read. At a keyboard everybody is decided in one go; a pass over everybody
decides them shard by shard, and puts the parts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib import clock
from chalicelib.engine.rehearsal import parts
from chalicelib.engine.rehearsal.case_walks import CaseWalks
from chalicelib.engine.rehearsal.effects import Books, takes_hold
from chalicelib.engine.rehearsal.record_as_of import as_of
from chalicelib.engine.rehearsal.replay import Replay, Subject, replay
from chalicelib.jurisdiction import rehearsal_report
from chalicelib.jurisdiction.diff import Difference
from chalicelib.jurisdiction.loader import Pack
from chalicelib.jurisdiction.pages.differing import sentences
from chalicelib.model import Evidence, PersonRecord

Known = tuple[PersonRecord, Sequence[Evidence]]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal has found: of certificates and amounts, and of cases and visits."""

    replayed: Replay
    walks: CaseWalks

    def to_json(self) -> dict[str, Any]:
        """What was found about some people, to be put together."""
        return {"replayed": parts.to_json(self.replayed), "walks": self.walks.to_json()}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Two packs held against each other on a day.

    Both rule books are taken as if they had always held. The day on which a change comes into force shows
    little: what has happened by then keeps its period.
    """

    before: Pack
    after: Pack
    on: date

    def replayed(self, known: Iterable[Known]) -> Rehearsed:
        """Decide people by both, with all that is known of each, here or in the lake."""
        walks = self._walks()
        bygone = self.on if self.on < clock.today() else None
        everybody = subjects(known, bygone, walks)
        now, then = self.before.rules.as_if_always(), self.after.rules.as_if_always()
        return Rehearsed(replay(everybody, now, then, self.on), walks)

    def put_together(self, found: Iterable[Mapping[str, Any]]) -> Rehearsed:
        """What all parts of everybody have found."""
        now, then = self.before.rules.as_if_always(), self.after.rules.as_if_always()
        on_an_event = Books(now, then, self.on).on_an_event
        whole = Rehearsed(Replay(self.on, now.version, then.version, on_an_event=on_an_event), self._walks())
        for part in found:
            parts.add(whole.replayed, part["replayed"])
            whole.walks.add(part["walks"])
        return whole

    def report(self, rehearsed: Rehearsed, differing: Sequence[Difference]) -> bytes:
        """The page for whoever has to agree; its number is filled in when it is attached to a proposal."""
        before, after = self.before, self.after
        walks = rehearsed.walks.finish() if rehearsed.walks.differ else rehearsed.walks
        said = list(sentences(before, after))
        return rehearsal_report.page(rehearsed.replayed, differing, before.rules, after.rules, said, walks)

    def _walks(self) -> CaseWalks:
        now, then = self.before.rules.as_if_always(), self.after.rules.as_if_always()
        return CaseWalks(now, now.policy, then.policy, self.on)


def compared(before: Pack, after: Pack, on: date | None = None) -> Rehearsal:
    """Two packs as of a day; without one, today, or when all that is new holds."""
    return Rehearsal(before, after, on or takes_hold(before.rules, after.rules, clock.today()))


def subjects(
    known: Iterable[Known], on: date | None = None, walks: CaseWalks | None = None
) -> Iterator[Subject]:
    """People as decisions see them, on an earlier day if one is given; `walks` takes each on the way."""
    for today, evidence in known:
        record = today if on is None else as_of(today, on)
        if walks is not None and walks.differ:
            walks.take(record)
        yield Subject.of(record, evidence)
