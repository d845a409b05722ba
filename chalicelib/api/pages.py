"""分页 · Lists: by page, with an opaque cursor, within the caller's area.

A cursor holds the place after which the next page begins and the list that it belongs to; it grants
nothing, because every page is filtered by the caller's token again. Lists are never counted: a total
would tell what an area filter hides.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final, TypeVar

from chalicelib.api.problems import FieldError, Problem, invalid, not_found
from chalicelib.api.tokens import AREA, Caller
from chalicelib.model import AreaCode, Month

LARGEST: Final = 200
USUAL: Final = 50
MONTH: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])", re.ASCII)
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST_CURSOR: Final = 512
# Characters of our own sort keys. All sort below "~", which closes storage's ranges.
_PLACE: Final = re.compile(r"[0-9A-Za-z#._-]{1,300}", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of which list is wanted: everything after `after`, at most `limit` lines."""

    scope: str
    limit: int
    after: str

    def cut(self, lines: Iterable[T], place: Callable[[T], str]) -> tuple[list[T], str | None]:
        """The lines of this page and the cursor of the next, if there is one.

        `lines` stand in the order of `place`; those up to `after` may be left out or not.
        """
        return self.cut_in_order((line for line in lines if place(line) > self.after), place)

    def cut_in_order(self, lines: Iterable[T], place: Callable[[T], str]) -> tuple[list[T], str | None]:
        """The same for lines in any order of which none up to `after` is left."""
        page = list(islice(lines, self.limit + 1))
        if len(page) <= self.limit:
            return page, None
        return page[:-1], self.behind(place(page[-2]))

    def behind(self, place: str) -> str:
        """The cursor of the page that begins behind a place."""
        return _cursor(self.scope, place)


def page_of(scope: str, limit: str | None, cursor: str | None) -> Page:
    """The page that the parameters name; Problem 422 for a limit or cursor that is none."""
    count = USUAL
    if limit is not None:
        if not (limit.isascii() and limit.isdecimal() and len(limit) <= 3 and 1 <= int(limit) <= LARGEST):
            raise _bad(
                "limit",
                "not_in_range",
                f"须为1至{LARGEST}的整数。",
                f"must be a whole number from 1 to {LARGEST}",
            )
        count = int(limit)
    return Page(_short(scope), count, _place(_short(scope), cursor) if cursor is not None else "")


def page_below(area: AreaCode, page: Page) -> Page:
    """The page, for a list sorted by area; Problem 422 for a cursor that no list below it has given."""
    if page.after and not page.after.startswith(area):
        raise Problem("bad_cursor")
    return page


def area_of(caller: Caller, area: str | None) -> AreaCode:
    """The area to list: the caller's own unless a narrower one is named; outside it, Problem 404."""
    if area is None:
        return caller.area
    if not area.isascii() or not AREA.fullmatch(area):
        raise _bad(
            "area",
            "shape",
            "须为2、4、6、9或12位区划代码。",
            "must be an area code of 2, 4, 6, 9 or 12 digits",
        )
    if not caller.may_see_area(area):
        raise not_found()
    return AreaCode(area)


def month_of(said: str | None) -> Month | None:
    """The month that a query names, if it names one; Problem 422 for anything else."""
    if said is not None and not MONTH.fullmatch(said):
        raise _bad("month", "shape", "须为年-月，如2025-08。", "must be a month, like 2025-08")
    return None if said is None else Month(said)


def _short(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:12]


def _cursor(scope: str, place: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([scope, place]).encode()).decode().rstrip("=")


def _place(scope: str, cursor: str) -> str:
    if len(cursor) > _LONGEST_CURSOR or not cursor.isascii():
        raise Problem("bad_cursor")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise Problem("bad_cursor") from None
    match value:
        case [str(named), str(place)] if named == scope and _PLACE.fullmatch(place):
            return place
        case _:
            raise Problem("bad_cursor")


def _bad(parameter: str, code: str, zh: str, en: str) -> Problem:
    return invalid(FieldError(code, zh, en, parameter=parameter))


def unknown_parameter() -> Problem:
    """422 for a query parameter that the endpoint does not know; its name is not repeated."""
    return invalid(
        FieldError(
            "unknown_parameter", "含有未知的查询参数。", "holds an unknown query parameter", parameter="?"
        )
    )


def repeated_parameter(name: str) -> Problem:
    """422 for a parameter given twice: it would mean two things."""
    return _bad(name, "repeated", "只能给出一次。", "may be given only once")


def one_of(parameter: str, said: str | None, words: Iterable[str]) -> str | None:
    """The word that a query names, if it names one; Problem 422 for any other."""
    known = list(words)
    if said is not None and said not in known:
        told = ", ".join(known)
        raise _bad(parameter, "not_one_of", f"可选值：{told}。", f"must be one of: {told}")
    return said


def day_of(parameter: str, said: str | None) -> date | None:
    """The day that a query names, if it names one; Problem 422 for anything else."""
    if said is None:
        return None
    try:
        if not DAY.fullmatch(said):
            raise ValueError(said)
        return date.fromisoformat(said)
    except ValueError:
        zh, en = "须为年-月-日，如2025-08-31。", "must be a day, like 2025-08-31"
        raise _bad(parameter, "shape", zh, en) from None
