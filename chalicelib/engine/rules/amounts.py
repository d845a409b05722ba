"""待遇标准 · What a benefit pays a month, and where it paid too little or too much (rule 16).

The amount due is what the authority set when it granted the benefit (`rostered`: a pension that
depends on what was paid in), nothing (`none`: a fee relief), or the first band whose terms hold on the
first day of the month. A fact that nobody has reported leaves the amount open, and nobody is accused.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.conditions import Term

Fen = Annotated[int, Field(ge=1, le=10_000_000)]


class Band(Declaration):
    """An amount a month, and for whom it is meant: every term must hold."""

    fen: Fen
    where: tuple[Term, ...] = ()


def _word_or_more(value: object) -> str:
    return "word" if isinstance(value, str) else "more"


Amount: TypeAlias = Annotated[
    Annotated[Literal["rostered", "none"], Tag("word")]
    | Annotated[tuple[Band, ...], Field(min_length=1), Tag("more")],
    Discriminator(_word_or_more),
]
