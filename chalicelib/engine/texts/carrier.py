"""运营商回执 · What carriers and gateways call it when a message has arrived, has not, or is still under way.

Each speaks a language of its own: SMPP 3.4 and 5.0 (ENROUTE, DELIVRD, UNDELIV), CMPP 2.0 and 3.0 of China
Mobile (the same, and codes of the switching centre such as MB:0010), the states of gateways' callbacks. Only
words whose meaning is beyond doubt stand here: "delivered" lets the notice of a suspension count (rule 10 b),
and whatever is not here goes to a person. Words such as "success" or "0" are not: some mean that the carrier
took the message, others that the phone did.

>>> read("DELIVRD"), read("Temporary-Failure"), read("buffered"), read("UNKNOWN")
(<Report.DELIVERED: 'delivered'>, <Report.FAILED: 'failed'>, <Report.UNDER_WAY: 'under way'>, None)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Report(StrEnum):
    """What a carrier's word means for the message."""

    UNDER_WAY = "under way"  # nothing has been decided: another report follows
    DELIVERED = "delivered"
    FAILED = "failed"
    OPTED_OUT = "opted out"  # failed, and so will every other to this phone


# As `_plain` leaves them: without case, blanks, hyphens and underlines.
_UNDER_WAY: Final = (
    "accepted acceptd acked acknowledged buffered created dispatched enroute inprogress intransit pending "
    "processing queued retrying routed scheduled sending sent submitted waiting "
    "已发送 已提交 发送中 等待发送"
)
_DELIVERED: Final = "delivered delivrd read 已送达 送达"
_FAILED: Final = (
    "failed failure fail undelivered undeliv undeliverable rejected rejectd expired deleted canceled "
    "cancelled skipped blocked bounced deliveryfailed deliveryfailure permanentfailure permanentlyfailed "
    "temporaryfailure technicalfailure unreachable invalidnumber 发送失败 失败 未送达 已过期 被拒绝"
)
_OPTED_OUT: Final = "optedout optout unsubscribed 已退订 退订"
WORDS: Final[Mapping[Report, frozenset[str]]] = {
    Report.UNDER_WAY: frozenset(_UNDER_WAY.split()),
    Report.DELIVERED: frozenset(_DELIVERED.split()),
    Report.FAILED: frozenset(_FAILED.split()),
    Report.OPTED_OUT: frozenset(_OPTED_OUT.split()),
}
# CMPP's status report: the code of the centre that answered with an error, or did not answer.
_CODE_OF_A_CENTRE: Final = re.compile(r"(?:ma|mb|ca|cb):[0-9a-z]{4}")
_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")
_MEANING: Final[Mapping[str, Report]] = {word: report for report, words in WORDS.items() for word in words}


def read(word: str) -> Report | None:
    """What a carrier's word means, however it is written; None for a word that is not declared."""
    plain = _plain(word)
    return Report.FAILED if _CODE_OF_A_CENTRE.fullmatch(plain) else _MEANING.get(plain)


def _plain(word: str) -> str:
    return _BETWEEN_WORDS.sub("", unicodedata.normalize("NFKC", word).casefold())
