"""核定金额 · What the authority sets for a benefit from a roster on, and what it had set before.

A month withheld is owed at what it was set at then (rule 18), whatever a later roster says.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.engine.calendar.periods import next_month
from chalicelib.model import EarlierAmount, Entitlement, Month


def set_anew(entitlement: Entitlement, fen: int, through: Month) -> Entitlement:
    """An entitlement with another amount; `through`: the last month of the one before.

    Back at the amount before after a single month, what was set between was a mistake and held for none:
    an amount that a second month's roster had kept stays owed for the months that it stood.
    """
    if fen == entitlement.fen:
        return entitlement
    last = entitlement.earlier[-1] if entitlement.earlier else None
    if last is not None and last.fen == fen and through <= next_month(last.through):
        return replace(entitlement, fen=fen, earlier=entitlement.earlier[:-1])
    if last is not None and last.through >= through:  # twice within a month: the later word counts
        return replace(entitlement, fen=fen)
    stood = EarlierAmount(through, entitlement.fen)
    return replace(entitlement, fen=fen, earlier=(*entitlement.earlier, stood))
