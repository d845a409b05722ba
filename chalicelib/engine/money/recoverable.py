"""应追回金额 · Which months brought what an order to recover asks for (rule 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.model import Instruction, InstructionState, Month


def by_order(orders: Iterable[Instruction], shown: Mapping[Month, int]) -> dict[str, Mapping[Month, int]]:
    """The sums of a benefit's orders to recover, by order and month; nothing of one that was called off.

    `shown`: what each month brought too much, as all payments files together show. It belongs to the orders
    that are settled first, then to the open ones; what no file explains of these stands in their own month.
    A settled one that says its months shrinks with what the files show of them.
    """
    left = {month: shown[month] for month in sorted(shown)}
    found: dict[str, Mapping[Month, int]] = {}
    for told in sorted(orders, key=lambda order: (order.state is not InstructionState.SEEN, order.month)):
        months: dict[Month, int] = {}
        rest = 0 if told.state is InstructionState.CANCELLED else told.fen
        for month in left:
            taken = min(rest, left[month])
            left[month] -= taken
            rest -= taken
            if taken > 0:
                months[month] = taken
        shrinks = told.state is InstructionState.SEEN and told.arrears  # the open ones are amended themselves
        if rest > 0 and not shrinks:
            months[told.month] = months.get(told.month, 0) + rest
        found[told.name] = months
    return found
