"""弱认证期限 · How long weak evidence alone may carry: a card outlives its owner.

Counted from the day on which the last certificate by strong evidence or by hand ran out, or the one that the
authority stated. Whoever goes on being heard of is left in peace until then, and is asked once afterwards.
"""

from __future__ import annotations

from datetime import date

from chalicelib.engine.calendar.periods import ONE_DAY, zh_day
from chalicelib.engine.certification.reasons import LazyReason
from chalicelib.engine.certification.weighing import Weight
from chalicelib.engine.rules.quantities import MOST_MONTHS
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import Reason


def last_day_alone(certified: date, rules: RuleBook) -> date | None:
    """Through which day weak evidence may carry whose last other certificate ran out on a day; None: ever."""
    months = rules.policy.periods.weak_alone_months
    return None if months is None else rules.last_day(certified + ONE_DAY, months)


def within(weak: Weight, end: date, rules: RuleBook) -> Weight:
    """A weak combination, cut where weak evidence may carry no further; the period is then the whole one."""
    return weak._replace(until=min(weak.until, end), months=_months(rules))


def nothing(weak: Weight, certified: date, rules: RuleBook) -> Weight:
    """One from after that day: it carries nothing at all."""
    return weak._replace(until=certified - ONE_DAY, months=_months(rules))


def _months(rules: RuleBook) -> int:
    return rules.policy.periods.weak_alone_months or MOST_MONTHS


def run_out(weak: Weight) -> Reason:
    """Somebody is still heard of, and nobody has seen her for too long."""
    return LazyReason("weak_alone", _run_out, (weak.day,), weak.keys[-1])


def _run_out(day: date) -> tuple[str, str]:
    return (
        f"{zh_day(day)}的弱认证数据（刷卡等）已不能再单独续期，须由本人自助、到窗口或上门认证一次。",
        f"The weak evidence of {day} (cards) may carry alone no further: the person has to be seen once.",
    )
