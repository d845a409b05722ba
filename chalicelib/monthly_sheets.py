"""每月上门表 · Each grid's sheet and each village's lists, monthly, in the township's outbox.

A grid's sheet names whom its worker is to see; the village's list names all of these and whom something is
to be verified about, and has empty rows for whom the village reports. Both are the outcome sheet: filled in,
the file is the upload. They name people: they lie under the key of files with numbers in clear, for two
months.

Made county by county, a village at a time: what is to be done stands in the work lists by area, so that
nobody else's record is read. Each of those named was looked at (rule 26), once a day however often made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Final

from chalicelib import clock, confirmed_sheets
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.texts.visit_words import verification_asked
from chalicelib.model import AreaCode, PersonId
from chalicelib.runs import Each, Stop, Walk
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import access_log, worklists
from chalicelib.storage.s3 import objects
from chalicelib.visit_sheets import (
    CERTIFIERS,
    Line,
    line_of,
    line_of_visit,
    looked,
    sheet_feed,
    sheet_of,
    visits_due,
)

BY: Final = "monthly-sheets"
REPORTED: Final = 10  # empty rows of a village's list, for whom it reports
_PLAIN: Final = re.compile(r"[0-9A-Za-z_-]{1,10}")  # shorter than a phone's number


def is_anybody_to_be_seen(day: date) -> bool:
    """Whether a sheet would name anybody."""
    if next(chain(worklists.visits(""), worklists.suspicions("")), None) is not None:
        return True
    return confirmed_sheets.is_anything_confirmed(month_before(month_of(day)))


def write_some(county: str, on: date, each: Each, after: str, stop: Stop) -> str | None:
    """Write the sheets of a county's villages behind one of them; behind which to go on, None at the end."""
    walk = Walk((area for area in _villages(county, on) if area > after), stop)
    for village in walk:
        with each(village=village):
            write_village(village, on)
    return None if walk.is_over else walk.last


def _villages(county: str, on: date) -> list[AreaCode]:
    """Where anybody is to be seen, or something was confirmed last month."""
    to_see = {row.area for row in worklists.visits(county)}
    confirmed = confirmed_sheets.villages(county, month_before(month_of(on)))
    return sorted(to_see | confirmed | {row.area for row in worklists.suspicions(county)})


def write_village(village: AreaCode, on: date) -> int:
    """Write the sheet of each grid of a village, and its lists; how many are to be seen."""
    _write_confirmed(village, on)
    feed, month, township = sheet_feed(), month_of(on), village[:9]
    worker = CERTIFIERS["grid"]
    grids: dict[str, list[Line]] = defaultdict(list)
    listed = _lines(village, on)
    for line, is_visit in listed:
        if is_visit:
            grids[line.grid].append(line)
    for grid, lines in sorted(grids.items()):
        sheet = sheet_of(feed, worker, lines, place=f"网格{grid}", on=on)
        objects.put_for_township(township, f"sheets/{month}/{village}-{_in_key(grid)}.xlsx", sheet)
    if not listed:
        return 0
    everybody = sorted((line for line, _ in listed), key=lambda line: line.grid)
    whole = sheet_of(feed, worker, everybody, place="村（社区）月度名单", on=on, empty=REPORTED)
    objects.put_for_township(township, f"sheets/{month}/{village}.xlsx", whole)
    return len(listed)


def _write_confirmed(village: AreaCode, on: date) -> None:
    month = month_before(month_of(on))
    named = confirmed_sheets.people_of(village, month)
    for person in named:
        _looked_once(person, on)
    if named:
        sheet = confirmed_sheets.sheet_of(village, month, named, on)
        objects.put_for_township(village[:9], f"sheets/{month_of(on)}/{village}-confirmed.xlsx", sheet)


def _in_key(grid: str) -> str:
    """A grid as a key may bear it: whatever is no short plain code may be anybody's name or number."""
    return grid if _PLAIN.fullmatch(grid) else hmac_ids.grid_mark(grid)


def _lines(village: AreaCode, on: date) -> Sequence[tuple[Line, bool]]:
    """(line, whether a visit for a certificate is due) of everybody to be seen, by due day; each once."""
    found: dict[PersonId, tuple[Line, bool]] = {}
    for row in visits_due(village):
        if row.person not in found:
            _looked_once(row.person, on)
            found[row.person] = line_of_visit(row, on), True
    for suspicion in worklists.suspicions(village):
        asked = verification_asked(suspicion.item, on)
        if suspicion.person in found:
            line, is_visit = found[suspicion.person]
            found[suspicion.person] = replace(line, due=f"{line.due}\n{asked}"), is_visit
        else:
            _looked_once(suspicion.person, on)
            found[suspicion.person] = line_of(suspicion, asked), False
    return list(found.values())


def _looked_once(person: PersonId, on: date) -> None:
    """Record the look, unless this very run of the day has done so: a slice may be done again."""
    if not any(day == on for day in _own_looks(person)):
        looked(person, BY, "township")


def _own_looks(person: PersonId) -> Iterator[date]:
    return (clock.civil_date(look.at) for look in access_log.looks_at(person) if look.actor == BY)
