"""统计 · Figures for everybody who answers for the programme, from a nightly pass, with the day they are
of.

A part of the pass counts some people of one shard: a number per word, or words; and parts add up. Those of
villages, authorities and benefits go into a table of the lake (docs/statistics.md), a part of which is summed
up for whoever asks about an area.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from heapq import merge
from itertools import groupby
from typing import Any, Final, NamedTuple

from chalicelib.engine.rehearsal.coverage import coverage
from chalicelib.engine.rehearsal.feed_accuracy import proofs
from chalicelib.engine.rehearsal.replay import Subject
from chalicelib.engine.statistics.cells import STATED, Amount, Cell, Figure, Level, cells_of
from chalicelib.engine.statistics.summary import Report, report
from chalicelib.jurisdiction import current
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Case,
    Entitlement,
    EntitlementStatus,
    Evidence,
    Instruction,
    PersonId,
    PersonRecord,
    Recovery,
    RelatedEvidence,
    Suspicion,
    Tombstone,
    Visit,
)
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.storage.dynamodb import everybody, shards
from chalicelib.storage.dynamodb.audit_findings import ChainEnds
from chalicelib.storage.s3 import objects, statistics_table
from chalicelib.storage.s3.lake_snapshot import LakeSnapshot

# With the tombstones: what was taken back counts for nothing.
_KINDS = (
    Entitlement,
    Case,
    Suspicion,
    Evidence,
    Tombstone,
    RelatedEvidence,
    Visit,
    Instruction,
    Recovery,
)
_COUNTED = ("status", "route", "county", "case_state", "suspicion")
Figures = Counter[tuple[str, ...]]
"""What was counted, word by word: ("status", "active") → how many."""
Counted = tuple[tuple[str, ...], int]
_CELL: Final = "cell"  # before the words of a cell, and the name of one of its amounts
_AMOUNTS: Final = Amount._fields
_DIGITS: Final = {2: 4, 4: 6, 6: 9, 9: 12, 12: 12}  # of an area → of those just below it


class Counting(NamedTuple):
    """What was counted of some, behind whom to go on (None: at the end), and where the chains of all ended.

    `ends`: None where somebody could not be read, who must not be missing in silence.
    """

    figures: Figures
    after: str | None
    ends: list[ChainEnds] | None


def count_some(shard: str, on: date, each: Each, after: str = "", stop: Stop = never) -> Counting:
    """Count the people of a shard behind one of them."""
    figures, ends, unread = Figures(), list[ChainEnds](), list[PersonId]()
    walk = Walk(everybody.ids_of(shard, after), stop)

    def records() -> Iterator[PersonRecord]:
        for person in walk:
            unread.append(person)
            seen = None
            with each(person=person):
                seen = everybody.record_and_ends(person, _KINDS)
                unread.pop()
            if seen is None:
                continue
            ends.append(seen.ends)
            if seen.record is not None:
                yield seen.record

    def subjects() -> Iterator[Subject]:
        """The same pass counts all the rest: nobody is read twice."""
        start = "" if shard == shards.EVERYBODY else shard
        for record, evidence in LakeSnapshot(start).completing(records()):
            figures["recipients",] += 1
            with each(person=record.person.id):
                _count(record, figures, on)
                if record.visits:
                    _count_proofs(replace(record, evidence=tuple(evidence)), figures)
            yield Subject.of(record, evidence)

    covered = coverage(subjects(), current().rules, on, each)
    figures.update({("certified", feed): count for feed, count in covered.by_feed.items()})
    figures.update({("alone", feed): count for feed, count in covered.only_by_feed.items()})
    return Counting(figures, None if walk.is_over else walk.last, None if unread else ends)


def keep_figures(counted: Iterable[Counted], on: date, left_out: int = 0) -> dict[str, Any]:
    """Keep the figures of a day, in place of those of the day before.

    `counted`: in the order of the words. `left_out`: how many could not be read, and are counted nowhere.
    """
    figures = Figures()

    def cells() -> Iterator[Counted]:
        for words, number in counted:
            if words[0] == _CELL:
                yield words[1:], number
            else:
                figures[words] += number

    statistics_table.put(on, _lines(cells()))
    told = {**_as_told(figures, on), "left_out": left_out}
    statistics_table.put_told(on, told)
    objects.put_statistics(json.dumps(told, ensure_ascii=False).encode())
    return told


def _lines(cells: Iterable[Counted]) -> Iterator[statistics_table.Line]:
    """One line for each cell, with all of its amounts."""
    for words, some in groupby(cells, key=lambda counted: counted[0][:-1]):
        amounts = {name: number for (*_, name), number in some}
        yield (*words, *(amounts.get(name, 0) for name in _AMOUNTS))


def figures_are_missing(on: date, done: int, of: int) -> None:
    """That not all shards could be counted on a day: the figures of the day before stay."""
    objects.put_awaited_statistics(json.dumps({"as_of": str(on), "shards": done, "of": of}).encode())


def awaited() -> dict[str, Any] | None:
    """The day whose figures are not there because shards are missing, and of how many; None if none is."""
    body = objects.read_awaited_statistics()
    told = None if body is None else json.loads(body)
    kept = latest()
    return None if told is None or (kept and kept["as_of"] >= told["as_of"]) else told


def of_area(day: date, area: AreaCode, authority: str | None = None) -> Report | None:
    """The figures of an area and of those just below it; None if there is no table of the day.

    `authority`: the people and the entitlements of one alone.
    """
    lines = statistics_table.below(day, area, _DIGITS[len(area)])
    return None if lines is None else report(map(_cell, lines), authority)


def _cell(line: statistics_table.Line) -> tuple[Cell, Amount]:
    area, level, authority, benefit, figure, *words = line[: -len(_AMOUNTS)]
    cell = Cell(AreaCode(area), Level(level), authority, BenefitCode(benefit), Figure(figure), *words)
    return cell, Amount(*line[-len(_AMOUNTS) :])


def to_lines(figures: Figures) -> Iterator[list[str | int]]:
    """The figures of a part as they are kept until all parts are there."""
    return ([*words, count] for words, count in sorted(figures.items()))


def together(parts: Iterable[Iterable[list[Any]]]) -> Iterator[Counted]:
    """What `to_lines` made of all parts, added up in the order of the words; no part is held as a whole."""
    counted = merge(*(((tuple(words), count) for *words, count in lines) for lines in parts))
    for words, some in groupby(counted, key=lambda counted: counted[0]):
        yield words, sum(number for _, number in some)


def _as_told(figures: Figures, on: date) -> dict[str, Any]:
    by = {name: _of(figures, name) for name in _COUNTED}
    certified, alone = _of(figures, "certified"), _of(figures, "alone")
    return {
        "as_of": on.isoformat(),
        "recipients": figures["recipients",],
        "entitlements": sum(by["status"].values()),
        **by,
        "paid": _nested(figures, "paid"),
        "feeds": {  # also those that certify nobody: a feed that is not named was not counted
            feed: {"certified": certified.get(feed, 0), "alone": alone.get(feed, 0)}
            for feed in sorted(current().feeds.keys() | certified.keys())
        },
        "proved": {  # what visits said of the feeds, by month of the visit
            feed: {
                month: {"checked": checked, "wrong": figures["wrong", feed, month]}
                for month, checked in months.items()
            }
            for feed, months in _nested(figures, "checked").items()
        },
    }


def _of(figures: Figures, name: str) -> dict[str, int]:
    return {words[1]: count for words, count in sorted(figures.items()) if words[0] == name}


def _nested(figures: Figures, name: str) -> dict[str, dict[str, int]]:
    """Outer word → inner word → how many."""
    found: dict[str, dict[str, int]] = {}
    for words, count in sorted(figures.items()):
        if words[0] == name:
            found.setdefault(words[1], {})[words[2]] = count
    return found


def _count(record: PersonRecord, figures: Figures, on: date) -> None:
    county = record.person.area[:6]
    figures["county", county] += 1
    for e in record.entitlements:
        figures["status", e.status_on(on).value] += 1
        if e.status is EntitlementStatus.ACTIVE:
            figures["paid", county, e.benefit] += 1
            if e.valid_until >= on:
                figures["route", e.route.value if e.route else STATED] += 1
    if record.open_case is not None:
        figures["case_state", record.open_case.state.value] += 1
    for suspicion in record.open_suspicions:
        figures["suspicion", suspicion.kind.value] += 1
    for cell, amount in cells_of(record, current().rules, on):
        for name, number in zip(_AMOUNTS, amount, strict=True):
            if number:
                figures[(_CELL, *map(str, cell), name)] += number


def _count_proofs(record: PersonRecord, figures: Figures) -> None:
    """What the visits to one person said of feeds."""
    for proof in proofs(record, current().rules):
        figures["checked", proof.feed, proof.month] += 1
        figures["wrong", proof.feed, proof.month] += proof.wrong


def latest() -> dict[str, Any] | None:
    """The figures of the last pass; None before the first."""
    body = objects.read_statistics()
    return json.loads(body) if body is not None else None


def as_of(day: date) -> dict[str, Any] | None:
    """The figures of a day, or of the last within a month before it; None if there are none."""
    return statistics_table.told(day)
