"""办理中人员 · Whom something waits for: one look at the work lists, for a whole file or a slice of a shard.

Each list is read when it is first asked for, and holds everybody: read again for every part of a file, the
lists would cost more than what they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from chalicelib import clock
from chalicelib.cases import evidence_effects, payment_comparison
from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import worklists


class InProgress:
    """The work lists as they stood when each was first asked for."""

    @cached_property
    def awaited(self) -> frozenset[PersonId]:
        """Whose evidence is needed at once."""
        return worklists.awaited(evidence_effects.awaited_until(clock.today()))

    @cached_property
    def told(self) -> frozenset[PersonId]:
        """About whom an authority has been told what it has not carried out yet."""
        return frozenset(person for person, _ in worklists.open_instructions())

    @cached_property
    def paid_back(self) -> frozenset[PersonId]:
        """Of whom months are, or were, to be paid in arrears or taken back."""
        return worklists.paid_back()

    @cached_property
    def suspected(self) -> frozenset[PersonId]:
        """Who is suspected to be paid otherwise than due."""
        return payment_comparison.suspected()

    @cached_property
    def related(self) -> Mapping[PersonId, Sequence[PersonId]]:
        """Whom rosters name as related to recipients, and to which."""
        return worklists.related_to()
