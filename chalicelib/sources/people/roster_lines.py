"""名册行 · Who stands on whose roster: the lines of all areas together, so that a move is told from drawing
twice.

A roster is full for each county and benefit of which it has lines: whoever stood there and does not any
more has left. Files of one day stand beside each other (a county may send one for each township), and a
file that drops far more than usual makes nobody leave. Who has left stays known, with the day of the roster
that no longer lists them: a number may come back under the same payee, and absence closes nothing (rule 20).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

SCHEMA: Final = {
    "person": pl.String,
    "benefit": pl.String,
    "area": pl.String,
    "payee": pl.String,
    "since": pl.Date,
    "day": pl.Date,  # of the roster that lists it
}
_LEFT: Final = {**SCHEMA, "left": pl.Date}  # of the first roster that no longer lists it; null: it stands
_COUNTY: Final = pl.col("area").str.slice(0, 6).alias("county")
_ROSTER: Final = ["county", "benefit"]
_LINE: Final = ["person", "benefit", "area"]


@dataclass(frozen=True, slots=True)
class Listings:
    """All lines after a roster has come, and how many it would have dropped beyond the limit.

    `gone` are those that no roster lists any more, whoever draws the benefit in no other place.
    """

    lines: pl.DataFrame
    gone: pl.DataFrame
    missing: int = 0
    of: int = 0

    @property
    def everything(self) -> pl.DataFrame:
        """What stands and what has left, as it is kept."""
        standing = self.lines.with_columns(pl.lit(None, dtype=pl.Date).alias("left"))
        return pl.concat([standing, self.gone]).sort("person", "benefit", "area", "payee")

    @property
    def in_several_places(self) -> pl.DataFrame:
        """Who (person, benefit) stands in several places for one benefit."""
        return several(self.lines).select("person", "benefit").unique()

    def together(self, people: pl.Series) -> pl.DataFrame:
        """The lines of those of some people who stand in several places for one benefit."""
        return several(self.lines.filter(pl.col("person").is_in(people.implode())))


def several(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of whoever stands in several places for one benefit."""
    return lines.filter(pl.struct("area", "payee").n_unique().over("person", "benefit") > 1)


def kept(data: bytes | None) -> pl.DataFrame:
    """What stands on the rosters and what has left them, from where it is kept; None before the first."""
    if data is None:
        return pl.DataFrame(schema=_LEFT)
    found = pl.read_parquet(io.BytesIO(data))
    if "left" not in found.columns:  # as it was written before those who left stayed known
        found = found.with_columns(pl.lit(None, dtype=pl.Date).alias("left"))
    return found.select(list(_LEFT))


def standing(everything: pl.DataFrame) -> pl.DataFrame:
    """The lines that stand on some roster now."""
    return everything.filter(pl.col("left").is_null()).drop("left")


def after_roster(
    everything: pl.DataFrame,
    roster: pl.DataFrame,
    exceeds: Callable[[int, int], bool],
    *,
    is_whole: bool = True,
) -> Listings:
    """The lines after a roster of one day; `exceeds(missing, of)` says when it drops too many.

    Of one that is not whole (rejected rows that came back) nobody is missing. What an older roster says of a
    county and benefit counts for nothing beside a newer one.
    """
    before, roster = standing(everything).with_columns(_COUNTY), roster.with_columns(_COUNTY)
    newest = before.group_by(_ROSTER).agg(pl.col("day").max().alias("newest"))
    known = roster.join(newest, on=_ROSTER, how="left")
    roster = known.filter(~(pl.col("newest") > pl.col("day")).fill_null(False)).drop("newest")
    covered = roster.select(*_ROSTER, pl.col("day").alias("now")).unique(_ROSTER)
    if not is_whole:
        covered = covered.clear()
    rest = before.join(roster, on=_LINE, how="anti")  # said again: the later word counts
    gone = rest.join(covered, on=_ROSTER, how="inner").filter(pl.col("day") < pl.col("now"))
    sizes = before.group_by(_ROSTER).len("of")
    missing = gone.group_by(_ROSTER).len("missing").join(sizes, on=_ROSTER)
    short = [
        (county, benefit, count, of)
        for county, benefit, count, of in missing.iter_rows()
        if exceeds(count, of)
    ]
    excused = pl.DataFrame(
        [pair[:2] for pair in short], schema=dict.fromkeys(_ROSTER, pl.String), orient="row"
    )
    left = gone.join(excused, on=_ROSTER, how="anti")
    lines = pl.concat([rest.join(left, on=[*_LINE, "payee"], how="anti"), roster.select(before.columns)])
    lines = lines.select(list(SCHEMA)).sort("person", "benefit", "area", "payee")
    dropped = left.select(*SCHEMA, pl.col("now").alias("left"))
    gone = pl.concat([everything.filter(pl.col("left").is_not_null()), dropped])
    return Listings(
        lines,
        gone.join(lines, on=["person", "benefit"], how="anti"),
        sum(count for _, _, count, _ in short),
        sum(of for _, _, _, of in short),
    )
