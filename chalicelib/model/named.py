"""约定名称 · The feeds and events that code names: every pack declares them, or it does not load.

Whatever else departments send is known by its declaration alone. No other place spells the name of a feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from chalicelib.model.names import FeedId

COUNTER: Final = FeedId("counter")
SELF_CERTIFICATION: Final = FeedId("self_certification")
HOME_VISITS: Final = FeedId("home_visits")
ROSTER: Final = FeedId("roster")
PAYMENTS: Final = FeedId("payments")
OUTCOME_SHEET: Final = FeedId("outcome_sheet")
MANUAL_CERTIFICATION: Final = FeedId("manual_certification")
SHEETS: Final = frozenset({OUTCOME_SHEET, MANUAL_CERTIFICATION})  # of which a pack declares one at least

CERTIFIED: Final = "certified"
SEEN: Final = "seen"
NOT_MET: Final = "not_met"
REFUSED: Final = "refused"
NOT_MET_NOTICE_LEFT: Final = "not_met_notice_left"  # a pack's sheet may have these two boxes
NOTICE_LEFT: Final = "notice_left"
REFUSED_IN_PERSON: Final = "refused_in_person"  # not declared by bundles stored before: weighs nothing there

BY_THE_ROSTER: Final = f"feed:{ROSTER}"  # who has changed a record, in its audit chain
BY_PAYMENTS: Final = f"feed:{PAYMENTS}"


class Named(NamedTuple):
    """What a feed must be that code names: of which kind, with which events; of the sheets one will do."""

    kind: str
    events: frozenset[str] = frozenset()


NAMED_BY_CODE: Final[Mapping[FeedId, Named]] = {
    COUNTER: Named("api", frozenset({CERTIFIED})),
    SELF_CERTIFICATION: Named("api", frozenset({CERTIFIED})),
    HOME_VISITS: Named("api", frozenset({SEEN})),
    ROSTER: Named("roster"),
    PAYMENTS: Named("payments"),
    **dict.fromkeys(sorted(SHEETS), Named("evidence", frozenset({SEEN, NOT_MET, REFUSED}))),
}
