"""A rule book whose policy has changed twice: shorter periods and more points, then longer and fewer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook, in_turn
from tests.events import RULES

SHIPPED: Final = RULES.policy
SHORTER: Final = date(2024, 9, 1)
LONGER: Final = date(2025, 3, 1)


def _version(
    from_: date, months: int, threshold: int, weak_months: int, lapsed: int = 0
) -> dict[str, object]:
    words = SHIPPED.model_dump(by_alias=True, include={"authority", "reviewed", "periods", "weak"})
    words["periods"]["tiers"] = list(words["periods"]["tiers"])
    words["periods"]["tiers"][0]["months"] = months
    words["periods"]["tiers"] += (
        [{"why": "x", "months": lapsed, "no_strong_within_months": 12}] if lapsed else []
    )
    words["periods"]["weak_months"] = weak_months
    words["weak"]["threshold"] = threshold
    return {"from": from_, **words}


def changed(*versions: dict[str, object]) -> RuleBook:
    """The city's rule book with these versions of its policy, the newest last."""
    *earlier, newest = versions
    policy = Policy.model_validate({**SHIPPED.model_dump(by_alias=True), **newest, "earlier": earlier})
    return in_turn(replace(RULES, policy=policy, counties={}))


FIRST: Final = _version(date(2023, 5, 1), 12, 100, 3)
CHANGED: Final = changed(
    FIRST,
    _version(SHORTER, 9, 120, 2),
    _version(LONGER, 12, 90, 3, lapsed=6),
)
STRICTER: Final = changed(FIRST, _version(SHORTER, 9, 120, 2))
