"""记录 · What accepted rows say: evidence as columns, the entries of a roster, payments.

A file may speak of a million people: kept as columns, evidence takes some 60 bytes a row. Objects are made
only of those people whom somebody asks about.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, Final

import polars as pl

from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    KeyGroup,
    Month,
    Payment,
    PersonId,
    Proves,
    Relation,
    Strength,
)
from chalicelib.model.evidence import NAME_SENT, WITHDRAWS
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import CONTACT, RECOVERED
from chalicelib.sources.formats.csv_rows import LINE
from chalicelib.sources.people.identity_numbers import born, unpack
from chalicelib.sources.people.matching import PACKED, PERSON

_OWN: Final = {PERSON: pl.String, "day": pl.Date, "event": pl.String, LINE: pl.Int64, RECOVERED: pl.Boolean}
_NONE: Final = pl.DataFrame(schema=_OWN)
_SLICE: Final = 20_000  # rows made into objects at a time


@dataclass(frozen=True, slots=True)
class EvidenceRead:
    """What accepted rows of evidence say."""

    frame: pl.DataFrame  # person, day, event, line, facts…, recovered; "name" where a row names somebody else
    withdrawals: dict[PersonId, list[EvidenceKey]]  # records that the department takes back
    said: pl.DataFrame  # see `SAID`


def evidence_in(rows: pl.DataFrame, feed: Feed, as_of: date) -> EvidenceRead:
    """What rows with their fields read say, in the file's order."""
    whole = _evidence_frame(rows, feed, as_of)
    frame, withdrawals = _withdrawals_of(whole, feed)
    return EvidenceRead(frame, withdrawals, _said_by(whole, feed))


def _evidence_frame(rows: pl.DataFrame, feed: Feed, as_of: date) -> pl.DataFrame:
    """Read rows as [person, day, event, line, facts…, recovered], in the file's order.

    "name" is among the facts where a row names somebody else than the roster does.
    """
    has_others = NAME_SENT in rows.columns and rows[NAME_SENT].null_count() < rows.height
    facts = [*feed.facts, NAME_SENT] if has_others else feed.facts
    return rows.select(
        PERSON,
        day=pl.col("day") if "day" in rows.columns else pl.lit(as_of, dtype=pl.Date),
        event=pl.col("event") if "event" in rows.columns else pl.lit(feed.event, dtype=pl.String),
    ).hstack([rows[LINE], *(rows[fact].cast(pl.String) for fact in facts), rows[RECOVERED]])


def _withdrawals_of(
    frame: pl.DataFrame, feed: Feed
) -> tuple[pl.DataFrame, dict[PersonId, list[EvidenceKey]]]:
    """The frame without the events by which a department takes a record back, and what these take back."""
    back = {code: event for code, event in feed.events.items() if event.proves is Proves.WITHDRAWAL}
    if not back:
        return frame, {}
    is_back = pl.col("event").is_in(list(back))
    taken: dict[PersonId, list[EvidenceKey]] = {}
    for person, day, event in frame.filter(is_back).select(PERSON, "day", "event").iter_rows():
        key = EvidenceKey(day, FeedId(feed.id), str(back[event].withdraws))
        taken.setdefault(PersonId(person), []).append(key)
    return frame.filter(~is_back), taken


SAID: Final = {
    PERSON: pl.String,
    "day": pl.Date,
    "event": pl.String,
    "says": pl.String,
    RECOVERED: pl.Boolean,
    NAME_SENT: pl.String,
}


def _said_by(frame: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """What each row of an evidence frame says, so that files can be held against each other: see `SAID`.

    `says` are its facts in one text.
    """
    facts = [name for name in frame.columns if name not in _OWN]
    words = [pl.col(fact).fill_null("") for fact in facts] or [pl.lit("")]
    back = [code for code, event in feed.events.items() if event.proves is Proves.WITHDRAWAL]
    event = pl.col("event")
    return frame.select(
        PERSON,
        "day",
        pl.when(event.is_in(back)).then(WITHDRAWS + event).otherwise(event).alias("event"),
        pl.concat_str(words, separator="\0").alias("says"),
        RECOVERED,
        pl.col(NAME_SENT) if NAME_SENT in facts else pl.lit(None, dtype=pl.String).alias(NAME_SENT),
    )


def newest(frame: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Of strong presence each person's newest item of each event; everything else is kept whole.

    Weak items certify only in combination, over several days: each of them may be the one that counts.
    The same goes for stays, and for what was recovered or is under another name: it certifies nobody.
    """
    strong = [code for code, e in feed.events.items() if e.strength is Strength.STRONG and e.stay is None]
    sole = pl.col("event").is_in(strong) & ~pl.col(RECOVERED)
    if NAME_SENT in frame.columns:
        sole &= pl.col(NAME_SENT).is_null()
    last = frame.filter(sole).sort("day", maintain_order=True).unique([PERSON, "event"], keep="last")
    return pl.concat([frame.filter(~sole), last]).sort(LINE)


class EvidenceByPerson(Mapping[PersonId, list[Evidence]]):
    """A frame of evidence, looked at person by person; objects are made when they are asked for."""

    def __init__(self, frame: pl.DataFrame | None, feed: FeedId, file: FileId) -> None:
        """Take a frame [person, day, event, line, facts…, recovered]; None for a file without evidence."""
        self._unsorted: Final = _NONE if frame is None else frame
        self._feed: Final = feed
        self._file: Final = file

    def __repr__(self) -> str:
        return f"EvidenceByPerson({self._unsorted.height} rows)"

    @cached_property
    def _frame(self) -> pl.DataFrame:
        return self._unsorted.sort(PERSON, LINE)

    def __len__(self) -> int:
        return self._frame[PERSON].n_unique()

    def __iter__(self) -> Iterator[PersonId]:
        return map(PersonId, self._frame[PERSON].unique(maintain_order=True))

    def __getitem__(self, person: PersonId) -> list[Evidence]:
        people = self._frame[PERSON]
        start, end = people.search_sorted(person, "left"), people.search_sorted(person, "right")
        if start == end:
            raise KeyError(person)
        return [evidence for _, evidence in self._made(self._frame[start:end])]

    def items(self) -> ItemsView[PersonId, list[Evidence]]:
        """Person after person, each with their evidence in the file's order."""
        return _Items(self)

    def values(self) -> ValuesView[list[Evidence]]:
        """Each person's evidence in the file's order."""
        return _Values(self)

    def _made(self, rows: pl.DataFrame) -> Iterator[tuple[PersonId, Evidence]]:
        names = [name for name in rows.columns if name not in _OWN]
        columns = rows.select(PERSON, "day", "event", LINE, RECOVERED, *names)
        for person, day, event, line, recovered, *facts in columns.iter_rows():
            told = {name: fact for name, fact in zip(names, facts, strict=True) if fact is not None}
            key = EvidenceKey(day, self._feed, event)
            yield PersonId(person), Evidence(key, self._file, line, told, recovered)


class _Items(ItemsView[PersonId, list[Evidence]]):
    """Person after person; no more than a slice of the rows is made into objects at a time."""

    _mapping: EvidenceByPerson

    def __iter__(self) -> Iterator[tuple[PersonId, list[Evidence]]]:
        rows = self._mapping._frame.iter_slices(_SLICE)
        made = (pair for some in rows for pair in self._mapping._made(some))
        for person, pairs in groupby(made, key=lambda pair: pair[0]):
            yield person, [evidence for _, evidence in pairs]


class _Values(ValuesView[list[Evidence]]):
    _mapping: EvidenceByPerson

    def __iter__(self) -> Iterator[list[Evidence]]:
        return (items for _, items in self._mapping.items())


# --- rosters ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One line of a roster: one recipient's claim to one benefit, as the authority states it.

    `born` is the first day of the month of birth, None where another document than the resident's number does
    not tell it and the roster does not say it; `fen` is 0 for a relief without an amount. Where the
    authority has not certified a new recipient yet, `certified_until` is None.
    `name` is "" where none is said. Where no address or helper is said, they are None.
    """

    number: str
    name: str
    phone: str | None
    area: AreaCode
    grid: str
    born: date | None
    benefit: BenefitCode
    fen: int
    since: date
    certified_until: date | None
    payee: str
    key_groups: frozenset[KeyGroup]
    line: int
    related: str | None = None  # the number of somebody whom a condition asks about
    relation: Relation | None = None
    address: str | None = None
    helper_name: str | None = None
    helper_phone: str | None = None

    def __repr__(self) -> str:
        return f"RosterEntry(line {self.line})"


def entries_of(good: pl.DataFrame) -> list[RosterEntry]:
    """The entries of a roster, in the file's order."""
    fields: tuple[str, ...] = (
        "name",
        "phone",
        "area",
        "grid",
        "benefit",
        "fen",
        "since",
        "certified_until",
        "payee",
    )
    if "related" in good.columns:
        fields = (*fields, "related", "relation")
    fields = (*fields, *(name for name in ("born", *CONTACT) if name in good.columns))
    return [
        _entry(packed, str(groups or ""), dict(zip(fields, rest, strict=True)), line)
        for packed, groups, line, *rest in good.select(PACKED, "key_groups", LINE, *fields).iter_rows()
    ]


def _entry(packed: int, groups: str, words: dict[str, Any], line: int) -> RosterEntry:
    number = unpack(packed)
    day = born(number) or words.get("born")
    related, relation = words.pop("related", None), words.pop("relation", None)
    if related is not None and relation is not None and related != number:  # nobody is their own parent
        words |= {"related": related, "relation": Relation(relation)}
    return RosterEntry(
        **words
        | {"name": words["name"] or "", "grid": words["grid"] or "", "fen": words["fen"] or 0}
        | {"born": day.replace(day=1) if day is not None else None},
        number=number,
        key_groups=frozenset(KeyGroup(group) for group in groups.split(",") if group),
        line=line,
    )


# --- payments --------------------------------------------------------------------------------------


def said_by_payments(good: pl.DataFrame) -> pl.DataFrame:
    """What each row of payments says: person, day, event (month#benefit), says (the sum of its parts)."""
    whole = [PERSON, "benefit", "month"]
    return good.select(
        PERSON,
        pl.col("paid").max().over(whole).alias("day"),
        pl.concat_str("month", "benefit", separator="#").alias("event"),
        pl.col("fen").sum().over(whole).cast(pl.String).alias("says"),
    )


def payments_of(good: pl.DataFrame) -> list[tuple[PersonId, Payment]]:
    """One payment per person, benefit and month: several parts in one file are one sum.

    A part is paid again in the same month when arrears come separately; `paid` is the last day.
    """
    months = good.group_by([PERSON, "benefit", "month"], maintain_order=True).agg(
        pl.col("fen").sum(), pl.col("paid").max()
    )
    return [
        (PersonId(person), Payment(BenefitCode(benefit), Month(month), fen, paid))
        for person, benefit, month, fen, paid in months.iter_rows()
    ]
