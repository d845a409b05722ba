"""名册匹配 · Roster first: which rows are about somebody on the roster, before anything else of them is read.

Three quarters of all rows are about nobody on the roster. A clean number that the roster knows is
valid by construction; of the others the check is computed only to tell a stranger (counted, never
kept) from a malformed number (sent back). Python reads only the distinct cells that need thought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of, places_of
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.people.identity_numbers import (
    MAY_BE_ANOTHER_DOCUMENT,
    canonical,
    faults_of,
    first_fifteen,
    is_sound,
    malformed,
    mended,
    pack,
    packed_if_clean,
    packed_if_fifteen,
    repairs_of,
)
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.cells import Value, clean
from chalicelib.sources.values.identity_documents import (
    FIRST,
    IDENTITY_CARD,
    KINDS,
    kind_of,
    may_be,
    packed_document,
    plain,
)
from chalicelib.sources.values.row_faults import Fault

PACKED: Final = "packed"
PERSON: Final = "person"
RULE: Final = "rule"
RAW: Final = "raw"
_CELL: Final = "~cell"
REPAIRED: Final = {LINE: pl.Int64, RULE: pl.String, RAW: pl.String}


@dataclass(frozen=True, slots=True)
class Documents:
    """Which documents other than the resident's number count in a file, and how a row tells that it has one.

    `column` names the kind, in `words`; without its word a number must tell by itself that it is one of
    `kinds`. Those of a file about people of the roster are whatever stands on it: then `kinds` is empty.
    """

    kinds: AbstractSet[str] = frozenset()
    column: str | None = None
    words: Mapping[str, str] | None = None

    def packed(self, cell: str, word: str | None) -> int | None:
        """The packed number of the document that a cell means; None if it means none that counts."""
        said = (self.words or {}).get(clean(word or "", inside=True))
        is_one = (
            said != IDENTITY_CARD and may_be(cell)
            if said in KINDS or not self.kinds
            else kind_of(cell) in self.kinds
        )
        return packed_document(plain(cell)) if is_one else None


BORNE: Final = Documents()  # whatever document somebody on the roster bears


@dataclass(frozen=True, slots=True)
class Matched:
    """A batch after matching: its rows that are not ragged = hits + rejected + strangers."""

    hits: pl.DataFrame  # line, the columns that are read, packed, person
    rejected: pl.DataFrame  # line, all columns, fault
    strangers: int
    repaired: pl.DataFrame  # of the hits: line, rule, raw
    cut_rows: int  # numbers that end in 000
    cut_numbers: int  # distinct ones
    figures: int  # rows whose number is written 3.41602E+17


def read_distinct(
    cells: pl.Series, read: Callable[[str], Value | Fault | None], kind: type[pl.DataType]
) -> tuple[pl.Series, pl.Series]:
    """Each cell's value, and each cell's fault; `read` is called once per distinct cell."""
    distinct = cells.unique()
    results = [read(cell or "") for cell in distinct.to_list()]
    faults = [result.value if isinstance(result, Fault) else None for result in results]
    values = [result if fault is None else None for result, fault in zip(results, faults, strict=True)]
    table = pl.DataFrame(
        [
            distinct.alias(_CELL),
            pl.Series("value", values, dtype=kind),
            pl.Series(FAULT, faults, dtype=pl.String),
        ]
    )
    column = cells.alias(_CELL).to_frame()
    found = column.join(table, on=_CELL, how="left", nulls_equal=True, maintain_order="left")
    return found["value"], found[FAULT]


def match(
    batch: Batch,
    layout: Layout,
    roster: RosterIndex | None,
    on: date,
    *,
    damaged: bool = False,
    documents: Documents | None = None,
) -> Matched:
    """Match a batch by its numbers; without a roster (the roster itself) all sound rows hit.

    `damaged`: a spreadsheet has cut the column, so that a number ending in 000 is nobody's. `documents`:
    those that a roster may name beside the resident's number; other files ask who bears one.
    """
    if roster is not None:
        documents = BORNE if roster.has_documents else None
    column = layout.positions["number"]
    lines, packed = batch.seen[LINE], packed_if_clean(batch.seen[column])
    is_cut = (packed % 1100 == 0).fill_null(False)  # it ends in 000
    cut = packed.filter(is_cut)
    packed = packed.set(is_cut, None) if damaged else packed
    hit, people, doubtful = _divided(packed, roster, on)
    kinds = [documents.column] if documents is not None and documents.column is not None else []
    asked = batch.rows_at(lines.gather(doubtful), [column, *kinds])
    late = _late(asked, column, roster, on, documents, damaged=damaged)
    whose = pl.DataFrame([lines.gather(hit), packed.gather(hit).alias(PACKED), people.alias(PERSON)])
    if late.found.height:
        whose = pl.concat([whose, late.found.select(whose.columns)]).sort(LINE)
    return Matched(
        batch.rows_at(whose[LINE], layout.read).hstack([whose[PACKED], whose[PERSON]]),
        batch.rows_at(late.wrong[LINE], layout.columns).hstack([late.wrong[FAULT]]),
        lines.len() - whose.height - late.wrong.height,
        _repaired(late.found, column, ours="'" if layout.is_sent_again else ""),
        cut.len(),
        cut.n_unique(),
        int((late.wrong[FAULT] == Fault.NUMBER_AS_FIGURE.value).sum()),
    )


def _divided(
    packed: pl.Series, roster: RosterIndex | None, on: date
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Places of rows about people of the roster, these people, and places of numbers that are not sound."""
    if roster is None:
        sound = is_sound(packed, on)
        hit = places_of(sound)
        return hit, all_of(None, hit.len(), pl.String), places_of(~sound)
    hit, people = roster.people_of(packed)
    is_other = all_of(True, packed.len(), pl.Boolean).scatter(hit, False)
    others = places_of(is_other)
    return hit, people, others.filter(~is_sound(packed.filter(is_other), on))


@dataclass(frozen=True, slots=True)
class _Late:
    """Rows whose number took some thought; those that are neither of these are strangers."""

    found: pl.DataFrame  # on the roster: line, the number's cell, packed, person
    wrong: pl.DataFrame  # line, the number's cell, fault


def _late(
    rows: pl.DataFrame,
    column: str,
    roster: RosterIndex | None,
    on: date,
    documents: Documents | None,
    *,
    damaged: bool,
) -> _Late:
    packed, faults = read_numbers(rows[column], on, damaged=damaged)
    if documents is not None:
        others = _documents_in(rows, column, faults, documents)
        if roster is not None:  # nobody's document is no better than a number that is none
            borne, _ = roster.people_of(others)
            others = all_of(None, others.len(), pl.Int64).scatter(borne, others.gather(borne))
        packed, faults = packed.zip_with(others.is_null(), others), faults.set(others.is_not_null(), None)
    wrong = rows.hstack([faults.alias(FAULT)]).filter(faults.is_not_null())
    sound = places_of(packed.is_not_null())
    hit, people = (
        (sound, all_of(None, sound.len(), pl.String)) if roster is None else roster.people_of(packed)
    )
    return _Late(rows[hit].hstack([packed.gather(hit).alias(PACKED), people.alias(PERSON)]), wrong)


def _documents_in(rows: pl.DataFrame, column: str, faults: pl.Series, documents: Documents) -> pl.Series:
    """The packed number of each row that bears another document than the resident's number, else null."""
    nothing = all_of(None, rows.height, pl.Int64)
    places = places_of(faults.is_in([fault.value for fault in MAY_BE_ANOTHER_DOCUMENT]).fill_null(False))
    if places.is_empty():
        return nothing
    asked = rows[places]
    words = asked[documents.column].to_list() if documents.column is not None else [None] * asked.height
    found = [
        documents.packed(cell or "", word) for cell, word in zip(asked[column].to_list(), words, strict=True)
    ]
    return nothing.scatter(places, pl.Series(found, dtype=pl.Int64))


def read_numbers(cells: pl.Series, on: date, *, damaged: bool = False) -> tuple[pl.Series, pl.Series]:
    """What each cell means as a packed number, and what is wrong with it: one of both is null.

    The commonest repairs and faults are told for all cells at once; only what is left is read cell by cell.
    """
    if cells.is_empty():
        return pl.Series(dtype=pl.Int64), pl.Series(dtype=pl.String)
    bare = mended(cells)
    whole = packed_if_clean(bare)
    whole = whole.zip_with(whole.is_not_null(), packed_if_fifteen(bare))
    looks = pl.DataFrame({"whole": whole, "wrong": faults_of(whole, on), "malformed": malformed(bare)})
    number, wrong, shape = pl.col("whole"), pl.col("wrong"), pl.col("malformed")
    is_number = number.is_not_null() & (number % 1100 != 0)
    # In a damaged file a figure has lost its last digits, like a number that ends in 000.
    is_malformed = (
        number.is_null() & shape.is_not_null() & ~((shape == Fault.NUMBER_AS_FIGURE.value) & damaged)
    )
    told = looks.select(
        packed=pl.when(is_number & wrong.is_null()).then(number),
        fault=pl.when(is_number).then(wrong).when(is_malformed).then(shape),
        is_sure=is_number | is_malformed,
    )
    packed, faults, unsure = told["packed"], told["fault"], places_of(~told["is_sure"])
    if unsure.is_empty():
        return packed, faults
    slow = read_distinct(cells.gather(unsure), lambda cell: _packed(cell, on, damaged=damaged), pl.Int64)
    return packed.scatter(unsure, slow[0]), faults.scatter(unsure, slow[1])


def _packed(cell: str, on: date, *, damaged: bool) -> int | Fault:
    number = canonical(cell, on)
    fifteen = first_fifteen(cell)
    if fifteen is not None and (damaged or isinstance(number, Fault)):
        # The check character of a number that a spreadsheet has cut says nothing about the typist.
        return Fault.NUMBER_CUT if damaged or number is not Fault.NUMBER_AS_FIGURE else number
    return number if isinstance(number, Fault) else pack(number)


def _repaired(rows: pl.DataFrame, column: str, *, ours: str) -> pl.DataFrame:
    """The ledger of repairs: one line per rule and cell. What we put before the number is no repair."""
    rows = rows.filter(pl.col(PACKED) < FIRST)  # another document is kept as said
    if rows.is_empty():
        return pl.DataFrame(schema=REPAIRED)
    found = [
        (line, rule.value, raw)
        for line, raw in rows.select(LINE, column).iter_rows()
        for rule in repairs_of(raw.removeprefix(ours))
    ]
    return pl.DataFrame(found, schema=REPAIRED, orient="row")
