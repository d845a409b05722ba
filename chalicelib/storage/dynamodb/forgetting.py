"""不再保存 · Evidence that may not be kept any longer goes off a record; what was done with it stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.model import Change, EvidenceKey, PersonId, RelatedEvidence
from chalicelib.storage.dynamodb import commits
from chalicelib.storage.dynamodb.items import partition, sort_key
from chalicelib.storage.dynamodb.people import load
from chalicelib.storage.dynamodb.tables import Delete, People


def forget_evidence(
    person_id: PersonId, items: Sequence[EvidenceKey | RelatedEvidence], at: datetime, actor: str
) -> None:
    """Take evidence that may not be kept any longer off a record; the audit chain keeps its keys."""
    keys = [item if isinstance(item, EvidenceKey) else item.evidence.key for item in items]
    places = [f"EV#{item}" if isinstance(item, EvidenceKey) else sort_key(item) for item in items]
    gone = [Delete(People(partition(person_id), place)) for place in places]
    change = Change("evidence no longer kept", actor, at, {"evidence": [str(key) for key in keys]})
    plan = commits.Plan(change, also=gone)
    commits.commit_with_retry(lambda: load(person_id), lambda _record: (plan, None))
