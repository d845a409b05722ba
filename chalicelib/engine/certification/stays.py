"""住院与入住 · Stays in hospital or a care home: while one lasts, nobody is suspended (rule 10 d)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import Evidence, EvidenceKey, FeedId, Stay


def open_stay(evidence: Iterable[Evidence], rules: RuleBook, on: date) -> EvidenceKey | None:
    """The item that began a stay which lasts on a day; the newest if several do, None if none does.

    A stay ends on the day its feed says so, or is believed to have ended so many days after the last
    word of it (policy.yaml, `stays`): lists of residents are sent anew, departures often are not.
    """
    begun: dict[FeedId, EvidenceKey] = {}
    ended: dict[FeedId, date] = {}
    for item in evidence:
        key = item.key
        event = rules.events.get((key.feed, key.event))
        if event is None or event.stay is None or key.day > on:
            continue
        if event.stay is Stay.BEGINS:
            begun[key.feed] = max(key, begun.get(key.feed, key))
        else:
            ended[key.feed] = max(key.day, ended.get(key.feed, key.day))
    lasting = [
        key
        for feed, key in begun.items()
        if ended.get(feed, date.min) < key.day
        and on <= key.day + timedelta(days=rules.policy.stay_days[feed])
    ]
    return max(lasting, default=None)


def last_departure(evidence: Iterable[Evidence], rules: RuleBook, on: date) -> date | None:
    """The last day up to `on` on which a stay was reported as ended; None if none was."""
    days = (
        item.key.day
        for item in evidence
        if item.key.day <= on
        and (event := rules.events.get((item.key.feed, item.key.event))) is not None
        and event.stay is Stay.ENDS
    )
    return max(days, default=None)
