"""部分入库 · What applying a file to some of its people has given; all of it together is what the file has
changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl


@dataclass(frozen=True, slots=True)
class Applied:
    """Counts that add up, and what only the whole file can be asked about.

    `certified`: people whose certificate moved at once. `kept`: people of whom the file says what waits in
    the lake. `withdrawn`, `unmatched`: items that it takes back, and withdrawals that name nothing.
    `changed_nothing`: accepted rows, by reason. `caused`: of a roster that is only counted (`death_limit`).
    `found`: of a roster whose numbers its people bear (`RosterIndex.frame`), of payments whom they pay
    otherwise than due (`payments.FOUND`), of what is counted the phones that change; else nothing.
    """

    certified: int = 0
    kept: int = 0
    withdrawn: int = 0
    unmatched: int = 0
    changed_nothing: Mapping[str, int] = field(default_factory=dict)
    caused: Mapping[str, int] = field(default_factory=dict)
    found: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)

    def counts(self) -> dict[str, Any]:
        """All but what was found, as it is kept."""
        names = (each.name for each in fields(self) if each.name != "found")
        return {name: getattr(self, name) for name in names}


def together(parts: Iterable[Applied]) -> Applied:
    """What several parts of a file have given."""
    every = list(parts)
    nothing, caused = Counter[str](), Counter[str]()
    for part in every:
        nothing.update(part.changed_nothing)
        caused.update(part.caused)
    found = [part.found for part in every if part.found.height]
    return Applied(
        certified=sum(part.certified for part in every),
        kept=sum(part.kept for part in every),
        withdrawn=sum(part.withdrawn for part in every),
        unmatched=sum(part.unmatched for part in every),
        changed_nothing=dict(sorted(nothing.items())),
        caused=dict(sorted(caused.items())),
        found=pl.concat(found) if found else pl.DataFrame(),
    )
