"""What holds a suspension: suspicion, stay, an explained absence, stale data (rule 10 d and e)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.engine.periods import ONE_DAY, zh_day
from chalicelib.engine.rulebook import RuleBook
from chalicelib.engine.stays import open_stay
from chalicelib.engine.suspicion import is_unresolved
from chalicelib.engine.visits import Knock, revisit_day
from chalicelib.model import Decision, PersonRecord, Reason


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing may be proposed or suspended now, and the day to look again."""

    reason: Reason
    until: date


def holds(
    record: PersonRecord, decision: Decision, made: tuple[Knock, ...], rules: RuleBook, on: date
) -> Iterator[Hold]:
    """Everything that holds a case on a day; `made` are the visits of the case."""
    again = on + timedelta(days=rules.policy.suspension.look_again_days)
    if decision.on != on:
        why = Reason("stale_data", "须先比对当日数据。", f"The data were matched on {decision.on}.")
        yield Hold(why, on + ONE_DAY)
    if record.open_suspicions or any(is_unresolved(f, record.suspicions) for f in decision.findings):
        yield Hold(Reason("open_suspicion", "有疑点尚未核实完毕。", "A suspicion is being verified."), again)
    stay = open_stay(record.evidence, rules, on)
    if stay is not None:
        event = rules.events[stay.feed, stay.event]
        why = Reason(
            "stay",
            f"本人自{zh_day(stay.day)}起“{event.zh}”，期间不暂停待遇。",
            f"“{event.en}” since {stay.day}: nothing is suspended during a stay.",
            stay,
        )
        yield Hold(why, again)
    revisit = revisit_day(made, rules.policy)
    if revisit is not None and on < revisit:
        why = Reason(
            "revisit",
            f"上门得知本人住院、外出或已搬迁，{zh_day(revisit)}后再次上门。",
            f"In hospital, away or moved, as a visit found; to be visited again from {revisit}.",
        )
        yield Hold(why, revisit)
