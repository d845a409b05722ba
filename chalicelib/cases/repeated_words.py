"""重复的名单 · What a list says again stays in the lake: a record holds the first word of a state, and the
next that says otherwise (`engine/certification/lazy_renewal.py`, decision 0029)."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from chalicelib.engine.certification import lazy_renewal
from chalicelib.errors import UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, Decision, Evidence, EvidenceKey, PersonRecord
from chalicelib.observability import logger
from chalicelib.storage.s3 import lake


def left_out(record: PersonRecord, new: Sequence[Evidence], *, awaited: bool) -> tuple[Evidence, ...]:
    """Of what a file brings, what a record does not hold already; `awaited`: lists of residents whole."""
    known, rules = _holding(record), current().rules
    return lazy_renewal.said_anew(new, known, rules, _drawn(record), stays=not awaited)


def worth_writing(
    weighed: Sequence[Evidence], record: PersonRecord, decision: Decision, *, awaited: bool
) -> tuple[Evidence, ...]:
    """Of what the lake holds, what a record needs of it (`lazy_renewal.worth_writing`)."""
    known, rules = _holding(record), current().rules
    return lazy_renewal.worth_writing(weighed, known, decision, rules, _drawn(record), awaited=awaited)


def stood_behind(
    left: PersonRecord, gone: AbstractSet[EvidenceKey], found: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """What the lake holds (`found`) of states of which a word was taken back: what repeated it counts now."""
    rules = current().rules
    states = {(key.feed, key.event) for key in gone} & rules.repeated.states.keys()
    said = [item for item in found if (item.key.feed, item.key.event) in states]
    return lazy_renewal.said_anew(said, _holding(left), rules, _drawn(left), stays=False)


def _holding(record: PersonRecord) -> list[Evidence]:
    """The evidence of a record without what people have found wrong: nothing repeats that."""
    return [item for item in record.evidence if item.key not in record.refuted]


def _drawn(record: PersonRecord) -> frozenset[BenefitCode]:
    """What somebody draws, or has drawn."""
    return frozenset(entitlement.benefit for entitlement in record.entitlements)


def in_lake(record: PersonRecord, new: Sequence[Evidence]) -> Sequence[Evidence]:
    """What waits in the lake about somebody of whom a list now says something else.

    A list of an earlier day that comes late must not overtake what was repeated behind it. If the lake cannot
    be read, what came is written as it came.
    """
    if not lazy_renewal.changes_a_word(new, record.evidence, current().rules):
        return ()
    try:
        return lake.evidence_of(record.person.id)
    except UnreadableError:
        logger.warning("a word weighed without the lake", extra={"person": record.person.id})
        return ()
