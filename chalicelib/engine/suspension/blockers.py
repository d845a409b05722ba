"""暂停阻断 · What holds a suspension: suspicion, objection, stay, absence, stale or missing data (rules 10
and 11)."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, zh_day
from chalicelib.engine.certification.stays import open_stay
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import is_unresolved
from chalicelib.engine.suspicion.two_numbers import certified_elsewhere
from chalicelib.engine.suspicion.unlisted import asked_until
from chalicelib.model import (
    Decision,
    Entitlement,
    EntitlementStatus,
    FeedId,
    PersonRecord,
    Reason,
    SuspicionKind,
)

PROTECTED: Final = timedelta(days=90)  # rule 11: for at most so long; from then on the visits made say enough


_ASKED: Final = Reason(
    "no_longer_listed",
    "领取名册不再列有本人，已请发放部门说明；答复期内不上门，不暂停待遇。",
    "No roster lists the person any more, and the authority has been asked: until it has had its time to "
    "answer nobody is visited and nothing is suspended.",
)


@dataclass(frozen=True, slots=True)
class SuspensionBlocker:
    """Why nothing may be proposed or suspended now, and the day to look again."""

    reason: Reason
    until: date


def last_certificate(record: PersonRecord) -> Entitlement | None:
    """Of what is being paid, the entitlement whose certificate by evidence reaches furthest."""
    certified = (
        e for e in record.entitlements if e.status is EntitlementStatus.ACTIVE and e.evidence is not None
    )
    return max(certified, key=lambda e: e.valid_until, default=None)


def holds(
    record: PersonRecord,
    decision: Decision,
    revisit: date | None,
    rules: RuleBook,
    on: date,
    missing: AbstractSet[FeedId] = frozenset(),
    elsewhere: date | None = None,
) -> Iterator[SuspensionBlocker]:
    """Everything that holds a case on a day, given the feeds late or held.

    `revisit`: from when to come again after a visit that explained an absence.

    `elsewhere`: through which day another number of the same person is certified.
    """
    yield from _feed_missing(record, rules, on, missing)
    again = on + timedelta(days=rules.policy.suspension.look_again_days)
    if elsewhere is not None and on <= elsewhere:
        yield SuspensionBlocker(certified_elsewhere(elsewhere), min(again, elsewhere + ONE_DAY))
    if decision.on != on:
        why = Reason("stale_data", "须先比对当日数据。", f"The data were matched on {decision.on}.")
        yield SuspensionBlocker(why, on + ONE_DAY)
    if _is_suspected(record, decision):
        yield SuspensionBlocker(
            Reason("open_suspicion", "有疑点尚未核实完毕。", "A suspicion is being verified."), again
        )
    answered = asked_until(record, rules.policy)
    if answered is not None and on <= answered:
        yield SuspensionBlocker(_ASKED, answered + ONE_DAY)
    if record.holding_objections:
        answer_by = min(objection.decide_by for objection in record.holding_objections)
        why = Reason(
            "open_objection",
            f"已有异议，应于{zh_day(answer_by)}前答复；答复前不暂停待遇。",
            f"An objection is to be answered by {answer_by}: until it is, nothing is suspended.",
        )
        yield SuspensionBlocker(why, again)
    stay = open_stay(record.evidence, rules, on)
    if stay is not None:
        event = rules.events[stay.feed, stay.event]
        why = Reason(
            "stay",
            f"本人自{zh_day(stay.day)}起“{event.zh}”，期间不暂停待遇。",
            f"“{event.en}” since {stay.day}: nothing is suspended during a stay.",
            stay,
        )
        yield SuspensionBlocker(why, again)
    if revisit is not None and on < revisit:
        why = Reason(
            "revisit",
            f"上门得知本人住院、外出、已搬迁，或身边的人说近日见过本人，{zh_day(revisit)}后再次上门。",
            "In hospital, away, moved or lately seen by somebody close, as a visit found; "
            f"to be visited again from {revisit}.",
        )
        yield SuspensionBlocker(why, revisit)


_HOLD_NOTHING: Final = (SuspicionKind.UNLISTED, SuspicionKind.UPCOMING)


def _is_suspected(record: PersonRecord, decision: Decision) -> bool:
    """Whether people have still to look, or to end what they found; the unlisted are held for a term, what a
    date will change is no doubt of today."""
    waiting = (*record.open_suspicions, *record.unfinished_suspicions)
    suspected = any(s.kind not in _HOLD_NOTHING for s in waiting)
    return suspected or any(is_unresolved(f, record.suspicions) for f in decision.findings)


def _feed_missing(
    record: PersonRecord, rules: RuleBook, on: date, missing: AbstractSet[FeedId]
) -> Iterator[SuspensionBlocker]:
    """A feed that is late or held is not evidence of absence (rule 11)."""
    last = last_certificate(record)
    if last is None or last.evidence is None or last.evidence.feed not in missing:
        return
    end = last.valid_until + PROTECTED
    if on <= end:
        again = on + timedelta(days=rules.policy.suspension.look_again_days)
        why = Reason(
            "feed_missing",
            "上次认证所依据的数据来源未按时报送，暂不能据此认定本人未认证。",
            "The feed that certified last time is late or held: its silence says nothing.",
            last.evidence,
        )
        yield SuspensionBlocker(why, min(again, end + ONE_DAY))
