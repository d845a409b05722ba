"""表头 · Which line of a file is its header, what stands between its cells, and which column is which.

Titles may stand above the header, columns in any order and under known synonyms. A column that was
agreed and is read must be there; one that is not used, or that only helps to tell who is meant, may be
missing, and is remarked on. A column that nobody agreed holds the file: it may be the new name of one that
matters. A running number or a remark is neither (`HARMLESS`). A column without any name is the
spreadsheet's own as long as nothing stands in it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from chalicelib.sources.feeds.columns import NUMBERS, name_of
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_quotes import tightened
from chalicelib.sources.values.cells import clean
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold

MOST_COLUMNS: Final = 1_000  # a line of separators is no header
MOST_TITLES: Final = 20  # lines above the header
SEPARATORS: Final = (",", "\t", "|", ";", "^", "~", "\x01")
OTHERS: Final = ("，", "；", "、", "｜")  # what people type, and nobody can read for certain
FIRST_ROWS: Final = 20  # below the header, that show what stands between cells
OUR_COLUMNS: Final = ("行号", "字段", "错误码", "错误说明")  # what we write beside rejected rows
# What clerks put beside any list, and nobody reads: no code, no state and no day stands there.
HARMLESS: Final = ("序号", "序", "顺序号", "No.", "NO.", "备注", "备注说明", "附注")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are laid out; plain words and figures, so that it can be handed on."""

    kind: str  # csv, jsonl or xlsx
    encoding: str  # utf-8, gb18030 or xlsx
    separator: str
    header: tuple[str, ...]  # as the department wrote it
    positions: dict[str, str]  # our field → column of the frames
    titles: int  # rows above the header that are not blank
    line: int  # the line on which the rows begin
    unsent: tuple[str, ...] = ()  # agreed, not needed, and not sent
    identifying: tuple[str, ...] = ()  # fields that are looked at only where a number cannot be read
    boxes: dict[str, str] = field(default_factory=dict)  # word of the event → column with its ticks
    may_lack: int = 0  # so many cells at its end a row may lack: those of columns that may be empty
    unseen: tuple[str, ...] = ()  # columns that are read and that the sender's sheet hides
    aside: tuple[str, ...] = ()  # further sheets of the workbook, which name nobody and are not read

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.header)

    @property
    def nameless(self) -> list[str]:
        """The columns whose header is blank."""
        return [str(place) for place, column in enumerate(self.header) if not name_of(column)]

    @property
    def is_sent_again(self) -> bool:
        """Whether these are rejected rows on their way back to us: our own columns are still in them."""
        return not {name_of(column) for column in self.header}.isdisjoint(OUR_COLUMNS)

    @property
    def columns(self) -> list[str]:
        """Every column of the frames."""
        return [str(place) for place in range(len(self.header))]

    @property
    def read(self) -> list[str]:
        """The columns of which something is kept."""
        kept = {place for name, place in self.positions.items() if name not in self.identifying}
        return sorted(kept | set(self.boxes.values()), key=int)


Record = tuple[int, int, Sequence[str]]  # the line on which it begins, the line after it, its cells


def layout_of(head: str, feed: Feed, kind: str, encoding: str) -> Layout | FileHold:
    """The layout of a text that begins so; the header stands in its first lines."""
    if kind == "jsonl":
        return _layout_of_objects(head, feed, encoding)
    nearest: tuple[int, FileHold] | None = None
    for separator in SEPARATORS:
        records = _records(head, separator)
        found = (
            records
            if isinstance(records, FileHold)
            else find_header(records, feed, kind, encoding, separator)
        )
        if isinstance(found, Layout):
            return found
        lacking = len(feed.columns) + 1
        if not isinstance(records, FileHold):
            lacking = min((len(_lacking(cells, feed)) for _, _, cells in records), default=lacking)
        if nearest is None or lacking < nearest[0]:
            nearest = lacking, found
    return nearest[1] if nearest else hold(HoldCode.EMPTY)


def _records(head: str, separator: str) -> list[Record] | FileHold:
    """The first rows of a text, cut off inside the last of them perhaps."""
    reader = csv.reader(tightened(head, separator).split("\n"), delimiter=separator, strict=True)
    records: list[Record] = []
    line = 1
    try:
        for cells in islice(reader, MOST_TITLES + 1):
            records.append((line, reader.line_num + 1, cells))
            line = reader.line_num + 1
    except csv.Error:
        # The header is behind us, or it is what cannot be read.
        return records or hold(HoldCode.UNCLOSED_QUOTE, str(line))
    return records


def find_header(
    records: Sequence[Record], feed: Feed, kind: str, encoding: str, separator: str = ""
) -> Layout | FileHold:
    """The layout by the first of these rows that names every column that is read."""
    filled = [(line, after, cells) for line, after, cells in records if any(cell.strip() for cell in cells)]
    for titles, (_, after, cells) in enumerate(filled):
        if _lacking(cells, feed):
            continue
        positions = _positions(cells, feed)
        if isinstance(positions, FileHold):
            return positions
        unsent = [column for column in feed.not_used if name_of(column) not in map(name_of, cells)]
        unsent += [feed.fields[name] for name in ("name",) if name in feed.identifying - positions.keys()]
        return Layout(
            kind,
            encoding,
            separator,
            header=tuple(cells),
            positions=positions,
            titles=titles,
            line=after,
            unsent=tuple(unsent),
            identifying=tuple(sorted(feed.identifying)),
            boxes=_boxes(cells, feed),
            may_lack=_may_lack(cells, positions, feed),
        )
    nearest = min((cells for _, _, cells in filled), key=lambda row: len(_lacking(row, feed)), default=())
    lacking = _lacking(nearest, feed)
    if set(lacking) <= _run_together(nearest, feed):
        return hold(HoldCode.SEPARATOR_UNKNOWN)
    return hold(HoldCode.COLUMN_MISSING, lacking)


def _may_lack(header: Sequence[str], positions: dict[str, str], feed: Feed) -> int:
    """How many columns at the end may be empty, so that programs leave out their separators, too."""
    needed = (
        name for name, _ in positions.items() if name in feed.required and not feed.column_of[name].empty_if
    )
    return len(header) - 1 - max(int(positions[name]) for name in needed)


def _run_together(row: Sequence[str], feed: Feed) -> set[str]:
    """The columns whose names stand in one cell with those of others: something else parts them."""
    names = sorted(_names(feed).items(), key=lambda each: -len(each[0]))
    found: set[str] = set()
    for cell in map(name_of, row):
        here: set[str] = set()
        for name, column in names:  # the longest first: 身份证号码 is part of 关联人身份证号码
            if name in cell:
                cell = cell.replace(name, "\n")  # noqa: PLW2901 - what is left of it
                here.add(column)
        found |= here if len(here) > 1 else set()
    return found


def is_parted_otherwise(rows: str, layout: Layout) -> bool:
    """Whether something else stands between the cells of the first rows than between those of the header."""
    lines = [line for line in rows.split("\n") if line.strip()][:FIRST_ROWS]
    if layout.width == 1 or not lines or any(layout.separator in line for line in lines):
        return False
    others = (*SEPARATORS, *OTHERS)
    return any(all(line.count(other) >= layout.width - 1 for line in lines) for other in others)


def _names(feed: Feed) -> dict[str, str]:
    """Every name of a column that is read, as compared → the column as declared."""
    agreed = {name_of(name): column for column, it in feed.columns.items() for name in (column, *it.also)}
    usual = dict.fromkeys(NUMBERS, feed.fields["number"])
    return {name: column for name, column in usual.items() if name not in feed.not_used} | agreed


def _words(feed: Feed) -> dict[str, str]:
    """Every header of a box, as compared → the word that a tick in it means."""
    return {name_of(code): code for column in feed.columns.values() if column.boxes for code in column.codes}


def _boxes(header: Sequence[str], feed: Feed) -> dict[str, str]:
    """The word of each box that this header names → its column."""
    words = _words(feed)
    return {words[name]: str(place) for place, cell in enumerate(header) if (name := name_of(cell)) in words}


def _lacking(header: Sequence[str], feed: Feed) -> list[str]:
    """The columns that are read and that this header does not name, by themselves or by their boxes."""
    known = _names(feed)
    there = {known.get(name_of(cell)) for cell in header}
    if _boxes(header, feed):
        there |= {name for name, column in feed.columns.items() if column.boxes}
    return [name for name, column in feed.columns.items() if name not in there and not column.optional]


def _positions(header: Sequence[str], feed: Feed) -> dict[str, str] | FileHold:
    """Our field → column of the frames, or the hold that names what stands there twice or is unknown."""
    if len(header) > MOST_COLUMNS:
        return filled_nameless([str(MOST_COLUMNS)])
    # Rejected rows come back with our own columns still in them.
    others = (*HARMLESS, *OUR_COLUMNS, *feed.not_used, *_words(feed).values())
    known = {name_of(column): column for column in others} | _names(feed)
    names = [name_of(cell) for cell in header]
    meant = [known.get(name) for name in names]
    said = [column or name for column, name in zip(meant, names, strict=True)]
    unread = (*HARMLESS, *OUR_COLUMNS)
    often = {name for name in said if name and name not in unread and said.count(name) > 1}
    twice = sorted({_title(header[i], i) for i, name in enumerate(said) if name in often})
    if _boxes(header, feed):  # the outcome in a column of its own as well: which of them counts?
        twice += [name for name, column in feed.columns.items() if column.boxes and name in meant]
    if twice:
        return hold(HoldCode.COLUMN_TWICE, twice)
    unknown = [_title(header[i], i) for i, column in enumerate(meant) if column is None and names[i]]
    if unknown:
        return hold(HoldCode.COLUMN_UNKNOWN, unknown)
    return {column.field: str(meant.index(name)) for name, column in feed.columns.items() if name in meant}


def filled_nameless(columns: Sequence[str]) -> FileHold:
    """The hold of a file with these columns, which have no name and should not be there."""
    return hold(HoldCode.COLUMN_UNKNOWN, [_title("", int(column)) for column in columns])


def _title(column: str, position: int) -> str:
    """The column's name, quoted only if it looks like one: without a header line it would be a record."""
    title = clean(column)
    sayable = title and len(title) <= 20 and not any(character.isdigit() for character in title)
    return title if sayable else f"第{position + 1}列"


def _layout_of_objects(head: str, feed: Feed, encoding: str) -> Layout | FileHold:
    """The layout of JSON lines: the columns that the first object names, and others that were agreed.

    Programs leave out what is null, so that no object need name every column: one that is read is there all
    the same. But what no row may lack must be named by some object of the head.
    """
    lines = [line for line in head.split("\n") if line.strip()]
    if not lines:
        return hold(HoldCode.EMPTY)
    objects = [found for line in lines if (found := object_in(line, once=False)) is not None]
    if len(objects) * 2 < len(lines):
        return hold(HoldCode.NOT_LINES)
    first = next((each for each in objects if len(set(map(name_of, each))) == len(each)), objects[0])
    header = [*first, *_left_out(first, objects, feed)]
    return find_header([(1, 1, header)], feed, "jsonl", encoding)


def _left_out(first: Iterable[str], objects: Iterable[Iterable[str]], feed: Feed) -> list[str]:
    """The agreed columns that the first object does not name and that are there all the same."""
    known = _names(feed) | {name_of(column): column for column in feed.not_used}
    named = {known.get(name_of(name)) for name in first}
    lacking = [column for column in (*feed.columns, *feed.not_used) if column not in named]
    if not lacking:
        return []
    later = {known.get(name_of(name)) for each in objects for name in each}
    may_be_blank = {column for column, it in feed.columns.items() if it.field not in feed.required}
    return [column for column in lacking if column in later | may_be_blank]


def object_in(text: str, *, once: bool = True) -> dict[str, object] | None:
    """The object that a text is, its figures as they are written; None if it is none, only part of one, or
    names something twice (unless `once` is not asked).
    """
    try:
        found = json.loads(
            text,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            object_pairs_hook=_named_once if once else None,
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def places_of_names(layout: Layout, feed: Feed) -> dict[str, int | None]:
    """Every agreed name, as compared → its place in a row; None where the column is neither sent nor read."""
    known = {name_of(column): column for column in (*HARMLESS, *feed.not_used)} | _names(feed)
    at = {known.get(name, name): place for place, name in enumerate(map(name_of, layout.header))}
    return {**{name: at.get(column) for name, column in known.items()}, **at}
