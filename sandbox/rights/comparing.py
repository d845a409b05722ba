"""What is granted, what is used and what is explained, held against each other.

A right that changes something (`calls.WRITES`) and that no function uses is a right too many. It goes, or
`.chalice/policy-reasons.yaml` says why it stays; a reason that no unused right needs any more is a fault too.

Of all tests together nothing may be too much (`tests/rights_used.py`); a town's year does less than they, and
must not do what a reason says is never done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

from infra.template import ROOT
from sandbox.rights.calls import WRITES
from sandbox.rights.statements import Grant

REASONS: Final = Path(".chalice/policy-reasons.yaml")
_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Reason(BaseModel):
    """Why a function may do what it is never seen to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    function: _Word  # logical id in the template
    action: _Word
    resource: _Word  # as the policy file spells it: `spelled`
    reason: Annotated[_Word, StringConstraints(min_length=20)]

    def explains(self, grant: Grant) -> bool:
        """Whether it is about a right."""
        return (self.function, self.action, self.resource) == (grant.function, grant.action, grant.resource)


def reasons(project: Path = ROOT) -> list[Reason]:
    """The reasons that the project gives; pydantic's ValidationError where one is not whole."""
    said = yaml.safe_load((project / REASONS).read_text(encoding="utf-8"))
    return TypeAdapter(list[Reason]).validate_python(said or [])


def too_much(
    granted: Collection[Grant], used: Collection[Grant], explained: Collection[Reason]
) -> Iterator[str]:
    """Every right that changes something, is never used and is not explained; every reason without need."""
    unused = sorted(grant for grant in granted if grant.action in WRITES and grant not in used)
    for grant in unused:
        if not any(reason.explains(grant) for reason in explained):
            yield (
                f"{grant.function} may {grant.action} on {grant.resource} ({grant.sid}) and never does: "
                f"take it from the policy, or say in {REASONS} why it stays"
            )
    for reason, times in Counter(explained).items():
        about = f"{REASONS} explains why {reason.function} may {reason.action} on {reason.resource}"
        if times > 1:
            yield f"{about} {times} times"
        if not any(reason.explains(grant) for grant in unused):
            yield f"{about}, {_contradicted(reason, granted)}"


def refuted(used: Collection[Grant], explained: Collection[Reason]) -> Iterator[str]:
    """Every right that was used, although a reason says why it is never seen."""
    for reason in explained:
        if any(reason.explains(grant) for grant in used):
            yield (
                f"{reason.function} used {reason.action} on {reason.resource}: {REASONS} says why it never "
                "does; a test should do it, and the reason go"
            )


def _contradicted(reason: Reason, granted: Collection[Grant]) -> str:
    return "which it does" if any(reason.explains(grant) for grant in granted) else "which it may not"
