"""姓名不符 · Rows that name somebody else than the roster does under the same number.

Such presence certifies nobody by itself, and the department is told; a loss is verified by somebody who is
told so too. Which names are certainly others, `names.is_another` says.
"""

from __future__ import annotations

import polars as pl

from chalicelib.model.evidence import ANOTHER, NAME_SENT
from chalicelib.sources.field_reading import FIELD, RECOVERED, Fields
from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of, places_of
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.people.matching import PACKED
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.identity_documents import FIRST
from chalicelib.sources.values.person_names import is_another, same_name
from chalicelib.sources.values.row_faults import Fault


def with_names_compared(fields: Fields, batch: Batch, layout: Layout, roster: RosterIndex) -> Fields:
    """Sound rows with a column that says "another" where the name certainly is; each such row is noted."""
    column, rows = layout.positions.get("name"), fields.sound
    if column is None:
        return fields
    told = all_of(None, rows.height, pl.String).alias(NAME_SENT)
    said, known = batch.rows_at(rows[LINE], [column])[column], roster.names_of(rows[PACKED])
    unlike = places_of((said != known).fill_null(value=False))
    pairs = zip(unlike.to_list(), said.gather(unlike).to_list(), known.gather(unlike).to_list(), strict=True)
    wrong = [place for place, name, its in pairs if is_another(name, its)]
    if not wrong:
        return Fields(rows.hstack([told]), fields.rejected, fields.noted)
    noted = rows[wrong].select(
        LINE, pl.lit("name").alias(FIELD), pl.lit(Fault.NAME_OF_ANOTHER.value).alias(FAULT)
    )
    told = told.scatter(wrong, ANOTHER)
    return Fields(rows.hstack([told]), fields.rejected, pl.concat([fields.noted, noted]))


def certain_by_name(
    hits: pl.DataFrame, batch: Batch, layout: Layout, roster: RosterIndex | None
) -> pl.DataFrame:
    """Matched rows with whether it is only likely whom they are about (`recovered`).

    A number of 18 characters is its bearer's. Another document's has no check character, and two countries
    may give the same one: it is its bearer's where the name says so too.
    """
    unsure = all_of(False, hits.height, pl.Boolean).alias(RECOVERED)
    others = places_of(hits[PACKED] >= FIRST)
    if roster is None or others.is_empty():
        return hits.hstack([unsure])
    rows, column = hits[others], layout.positions.get("name")
    said = batch.rows_at(rows[LINE], [column])[column].to_list() if column is not None else []
    known = roster.names_of(rows[PACKED]).to_list()
    said = said or [None] * rows.height
    alike = [same_name(name or "", its or "") for name, its in zip(said, known, strict=True)]
    return hits.hstack([unsure.scatter(others, [not is_so for is_so in alike])])


def with_documents_noted(fields: Fields) -> Fields:
    """A roster's rows, those noted whose bearer has another document: data find them by nothing else."""
    others = fields.sound.filter(pl.col(PACKED) >= FIRST)
    if others.is_empty():
        return fields
    noted = others.select(
        LINE, pl.lit("number").alias(FIELD), pl.lit(Fault.NUMBER_OF_ANOTHER_DOCUMENT.value).alias(FAULT)
    )
    return Fields(fields.sound, fields.rejected, pl.concat([fields.noted, noted]))
