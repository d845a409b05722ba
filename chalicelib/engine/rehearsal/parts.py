"""分段试算 · A replay of some people as a line to keep, and the lines of all put together.

Counts add up; of the examples of each effect the first few stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.engine.rehearsal.replay import EXAMPLES, Example, Group, Replay
from chalicelib.model import BenefitCode, SuspicionKind

_NUMBERS = ("people", "entitlements", "certified_now", "certified_then")
_Day = str | None


def to_json(replayed: Replay) -> dict[str, Any]:
    """What differs for some people; what holds of the rule books themselves is left out."""
    return {
        **{name: getattr(replayed, name) for name in _NUMBERS},
        "effects": [[effect, *group, count] for (effect, group), count in replayed.effects.items()],
        "suspicions": [[effect, kind, count] for (effect, kind), count in replayed.suspicions.items()],
        "fen": dict(replayed.fen),
        "drawing": dict(replayed.drawing),
        "examples": [
            [effect, *each.group, _said(each.before), _said(each.after), each.why_before, each.why_after]
            for effect, examples in replayed.examples.items()
            for each in examples
        ],
    }


def add(replayed: Replay, part: Mapping[str, Any]) -> None:
    """Add what differs for others, as `to_json` says it."""
    for name in _NUMBERS:
        setattr(replayed, name, getattr(replayed, name) + part[name])
    for effect, benefit, county, band, count in part["effects"]:
        replayed.effects[Effect(effect), Group(BenefitCode(benefit), county, band)] += count
    for effect, kind, count in part["suspicions"]:
        replayed.suspicions[Effect(effect), SuspicionKind(kind)] += count
    replayed.fen.update({Effect(effect): fen for effect, fen in part["fen"].items()})
    replayed.drawing.update({BenefitCode(code): count for code, count in part["drawing"].items()})
    for effect, benefit, county, band, before, after, *why in part["examples"]:
        examples = replayed.examples[Effect(effect)]
        if len(examples) < EXAMPLES:
            group = Group(BenefitCode(benefit), county, band)
            examples.append(Example(group, _day(before), _day(after), *why))


def _said(day: date | None) -> _Day:
    return None if day is None else day.isoformat()


def _day(said: _Day) -> date | None:
    return None if said is None else date.fromisoformat(said)
