"""Who acts in a life: people on the roster, and officers and workers by what they are called.

worker, another worker              grid workers of the village
village officer, township officer   of the village or township; they serve all authorities
county officer, city officer        of the bureau of social security, or `county officer of civil_affairs`
second county officer, third …      other people of the same office
officer of Beijing                  of another region altogether
worker in 341621001001              any of these, of another village or its county
themselves, the app                 the person, or the app that checks faces
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, PersonId
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.api_client import Badge
from tests.events import ALL_FEEDS, ALL_RULES
from tests.workflow.village import DUE, number_of

DIGITS: Final = {"village": 12, "township": 9, "county": 6, "city": 4}
COLUMNS: Final = (
    "身份证号码,姓名,手机号码,区划代码,网格编号,待遇编号,待遇项目,月标准,待遇起始日期,认证有效期至,重点人群,"
    "关联人身份证号码,关联人关系,住址,协助人姓名,协助人电话"
)
FIRST: Final = 100  # reserved sequence numbers begin here


@dataclass(frozen=True)
class Home:
    """Where a life is lived: the pack, its village, and the pension that most draw there."""

    pack: str
    village: str
    pension: str

    @property
    def feeds(self) -> Mapping[str, Feed]:
        """The pack's feeds by name."""
        return {str(name): feed for name, feed in ALL_FEEDS[self.pack].items()}

    @property
    def rules(self) -> RuleBook:
        """The pack's rule book."""
        return ALL_RULES[self.pack]

    @property
    def titles(self) -> Mapping[str, BenefitCode]:
        """The benefits' codes by title."""
        return {rules.title.zh: code for code, rules in self.rules.benefits.items()}

    def title(self, benefit: BenefitCode) -> str:
        """The title of a benefit."""
        return self.rules.benefits[benefit].title.zh


HOMES: Final = {
    home.pack: home
    for home in (
        Home("bozhou", "341602001001", "城乡居民基本养老保险"),
        Home("jining", "370811001001", "社保待遇资格认证"),
        Home("anhui", "341602001001", "城乡居民基本养老保险待遇"),
    )
}

_OFFICER: Final = re.compile(
    r"(?:(?:another|second|third|fourth) )?(village|township|county|city) officer(?: of ([a-z_]+))?"
)


class Townsperson(Declaration):
    """Somebody on the roster: of the village, drawing a pension of 200 yuan, if nothing else is said.

    `same_as`: under another number, with the name and payee of somebody else. `called`: under which name, if
    it has changed.

    `benefits`: yuan a month, by title; of what has no monthly amount nothing is said. `until`: through which
    day all of them are certified, or by title. `payee`: under which
    reference they are paid, if not one of their own. `related`: who of the life is their father, mother,
    guardian, spouse. `listed`: whether the first roster has them.
    """

    born: date = date(1950, 3, 7)
    benefits: Mapping[str, float | None] = {}
    since: date = date(2010, 1, 1)
    until: date | Mapping[str, date] | None = DUE
    phone: Literal["own", "none"] | str = "own"
    groups: str = ""
    related: Mapping[str, str] = {}
    helper: bool = False
    area: str = ""
    same_as: str | None = None
    called: str | None = None
    payee: str | None = None
    listed: bool = True

    def at(self, home: Home) -> Townsperson:
        """The same person with what is usual at a home."""
        usual = {"benefits": self.benefits or {home.pension: 200}, "area": self.area or home.village}
        return self.model_copy(update=usual)

    def certified_until(self, title: str) -> date | None:
        """Through which day a benefit is certified, as the authority says."""
        return self.until[title] if isinstance(self.until, Mapping) else self.until

    def number(self, sequence: int) -> str:
        """The invented number of whoever is the n-th of the village."""
        return number_of(sequence, f"{self.born:%Y%m%d}")


def badge(by: str, person: PersonId, home: Home) -> Badge:
    """Who somebody is to the platform; ValueError for nobody known."""
    subject = by.replace(" ", "-")
    by, _, elsewhere = by.partition(" in ")
    village = elsewhere or home.village
    if by in ("worker", "another worker", "third worker"):
        return Badge("grid-worker", subject, village)
    if by == "themselves":
        return Badge("citizen", f"citizen-{person}", person=person)
    if by == "the app":
        return Badge("app", subject, village[: DIGITS["city"]])
    if by == "officer of Beijing":
        return Badge("officer", subject, "1101", authority="hrss")
    found = _OFFICER.fullmatch(by)
    if found is None:
        raise ValueError(f"nobody is called {by!r}")
    level, department = found.groups()
    above = level in ("county", "city")
    authority = department or ("hrss" if above else None)
    return Badge("officer", subject, village[: DIGITS[level]], authority=authority)
