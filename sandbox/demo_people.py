"""Whom one may be in the sandbox's screens: somebody of every role, level and authority of the pack.

Wherever two people have to agree, there are two. Citizens are people of the town, named by kind and age only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from chalicelib.jurisdiction import Pack
from chalicelib.model import PersonId
from sandbox.sign_in import DemoPerson
from sandbox.town.names import COUNTIES, villages

CITIZENS: Final = 6
VERY_OLD: Final = 80
_TOWN: Final = 240  # people of a town that has four villages


def demo_people(pack: Pack, name: str) -> Iterator[DemoPerson]:
    """Those who serve: officers of city, county, township and village, grid workers, auditor, app."""
    counties = {code: title for code, title in COUNTIES[name].items() if code.startswith(_city(name))}
    for department, title in _departments(pack).items():
        yield _officer(f"{title}（市级）", _city(name), department, "city")
        for code, county in counties.items():
            yield _officer(f"{county}{title} 经办", code, department, "first")
            yield _officer(f"{county}{title} 复核", code, department, "second")
    for code in villages(_TOWN, list(counties)):
        county = counties[code[:6]]
        for post in ("经办", "复核"):
            subject = f"township-{code[:9]}-{'first' if post == '经办' else 'second'}"
            yield DemoPerson(subject, f"{county}某镇 {post}", "officer", code[:9])
        yield DemoPerson(f"village-officer-{code[6:]}-of-{code[:6]}", f"{county}某村 村干部", "officer", code)
        yield DemoPerson(f"grid-worker-{code[6:]}-of-{code[:6]}", f"{county}某村 网格员", "grid-worker", code)
    yield DemoPerson("auditor-city", "市审计人员", "auditor", _city(name))
    yield DemoPerson("provincial-app", "省级政务应用", "app", _city(name))


def demo_citizens(on: date, born: Mapping[PersonId, date]) -> Iterator[DemoPerson]:
    """Some of the town, the very old first; born: when, of those who live."""
    old = [(person, day) for person, day in born.items() if _age(day, on) >= VERY_OLD][: CITIZENS // 2]
    rest = [(person, day) for person, day in born.items() if _age(day, on) < VERY_OLD]
    for number, (person, day) in enumerate([*old, *rest][:CITIZENS], 1):
        yield DemoPerson(
            f"citizen-{number}", f"领取人 {number}（{_age(day, on)}岁）", "citizen", person=person
        )


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _city(name: str) -> str:
    return next(iter(COUNTIES[name]))[:4]


def _officer(title: str, area: str, authority: str, which: str) -> DemoPerson:
    return DemoPerson(f"{authority}-{area}-{which}", title, "officer", area, authority)


def _departments(pack: Pack) -> dict[str, str]:
    """Who runs benefits or sends files, with the name that the feeds give."""
    titles = {feed.owner.department: feed.owner.title.zh for feed in pack.feeds.values()}
    runs = {benefit.run_by.value for benefit in pack.rules.benefits.values()}
    return {name: titles.get(name, name) for name in sorted(runs | titles.keys())}
