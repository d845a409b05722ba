"""Who acts in a life: people on the roster, and officers and workers by what they are called.

worker, another worker              grid workers of the village
village officer, township officer   of the village or township; they serve all authorities
county officer, city officer        of the bureau of social security, or `county officer of civil_affairs`
second county officer, third …      other people of the same office
officer of Beijing                  of another region altogether
themselves, the app                 the person, or the app that checks faces
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

from chalicelib.declarations import Declaration
from chalicelib.model import PersonId
from sandbox.town.api_client import Badge
from tests.workflow.village import DUE, number_of

VILLAGE: Final = "341602001001"
AREAS: Final = {"village": VILLAGE, "township": VILLAGE[:9], "county": VILLAGE[:6], "city": VILLAGE[:4]}
PENSION: Final = "城乡居民基本养老保险"
COLUMNS: Final = (
    "身份证号码,姓名,手机号码,区划代码,网格编号,待遇编号,待遇项目,月标准,待遇起始日期,认证有效期至,重点人群,"
    "关联人身份证号码,关联人关系,住址,协助人姓名,协助人电话"
)
FIRST: Final = 100  # reserved sequence numbers begin here

_OFFICER: Final = re.compile(
    r"(?:(?:another|second|third|fourth) )?(village|township|county|city) officer(?: of ([a-z_]+))?"
)


class Townsperson(Declaration):
    """Somebody on the roster. `same_as`: under another number, with the name and payee of somebody else.

    `benefits`: yuan a month, by title; of what has no monthly amount nothing is said. `payee`: under which
    reference they are paid, if not one of their own. `related`: who of the life is their father, mother,
    guardian, spouse. `listed`: whether the first roster has them.
    """

    born: date = date(1950, 3, 7)
    benefits: Mapping[str, float | None] = {PENSION: 200}
    since: date = date(2010, 1, 1)
    until: date | None = DUE
    phone: Literal["own", "none"] | str = "own"
    groups: str = ""
    related: Mapping[str, str] = {}
    helper: bool = False
    area: str = VILLAGE
    same_as: str | None = None
    payee: str | None = None
    listed: bool = True

    def number(self, sequence: int) -> str:
        """The invented number of whoever is the n-th of the village."""
        return number_of(sequence, f"{self.born:%Y%m%d}")


def badge(by: str, person: PersonId) -> Badge:
    """Who somebody is to the platform; ValueError for nobody known."""
    subject = by.replace(" ", "-")
    if by.endswith("worker") and by in ("worker", "another worker", "third worker"):
        return Badge("grid-worker", subject, VILLAGE)
    if by == "themselves":
        return Badge("citizen", f"citizen-{person}", person=person)
    if by == "the app":
        return Badge("app", subject, AREAS["city"])
    if by == "officer of Beijing":
        return Badge("officer", subject, "1101", authority="hrss")
    found = _OFFICER.fullmatch(by)
    if found is None:
        raise ValueError(f"nobody is called {by!r}")
    level, department = found.groups()
    above = level in ("county", "city")
    return Badge("officer", subject, AREAS[level], authority=department or ("hrss" if above else None))
