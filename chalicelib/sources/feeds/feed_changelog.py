"""数据源变更记录 · What has changed about a feed, as its YAML file says: since which day, in a sentence for
its users.

Benefits have dated versions; a feed has one declaration, and this list beside it. It decides nothing.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from chalicelib.declarations import Declaration, NonEmptyText


class FeedChange(Declaration):
    """Since which day something is read, proves or is kept otherwise than before, and what."""

    from_: date = Field(alias="from")
    zh: NonEmptyText
    en: NonEmptyText
    assumed: NonEmptyText | None = None  # what no document says and we chose, with the reason


def _newest_last(changes: tuple[FeedChange, ...]) -> tuple[FeedChange, ...]:
    for before, after in pairwise(changes):
        if before.from_ >= after.from_:
            raise ValueError(
                f"the newest stands last, one a day: {after.from_} does not follow {before.from_}"
            )
    return changes


History: TypeAlias = Annotated[tuple[FeedChange, ...], AfterValidator(_newest_last)]
