"""Invented names, identity numbers and places; none belongs to anybody.

Identity numbers use four county codes of the pack and the sequence numbers from 901 up, which we
keep for invented people; they carry a right check character (GB 11643).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Final

from stdnum.iso7064 import mod_11_2

COUNTIES: Final[dict[str, dict[str, str]]] = {
    "bozhou": {"341602": "谯城区", "341621": "涡阳县", "341622": "蒙城县", "341623": "利辛县"},
    "jining": {"370811": "任城区", "370829": "嘉祥县", "370832": "梁山县", "370883": "邹城市"},
    "anhui": {"340104": "蜀山区", "340304": "禹会区", "341202": "颍州区", "341602": "谯城区"},
}
FIRST_SEQUENCE: Final = 901  # not 900: with a check of 0 it looks like a number that a spreadsheet cut

SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
DOUBLE_SURNAMES: Final = ("欧阳", "上官", "司马", "诸葛", "夏侯")
GIVEN_MEN: Final = "国建军德明志强永华文学贵福根财宝林成海山河春生庆传启家保良正忠义"
GIVEN_WOMEN: Final = "秀英桂兰芳珍玉梅凤霞素云翠莲淑华爱香月娥巧菊彩萍荣侠金銮"
RARE: Final = "䶮㛃㙦䲟燊喆堃玥"  # the first four lie outside GBK: only GB 18030 and Unicode carry them
MIDDLE_DOTS: Final = "·•．‧"

TOWNSHIPS_PER_COUNTY: Final = 3
GRIDS_PER_VILLAGE: Final = 4


def name_of(male: bool, rng: Random) -> str:
    """An invented name; about 1 in 100 holds a rare character, 1 in 200 a middle dot."""
    draw = rng.random()
    given = GIVEN_MEN if male else GIVEN_WOMEN
    if draw < 0.005:
        return f"{rng.choice('阿买吐艾')}{rng.choice('依力尔丽')}·{rng.choice(given)}{rng.choice('木江提汗')}"
    surname = rng.choice(DOUBLE_SURNAMES) if draw > 0.99 else rng.choice(SURNAMES)
    first = rng.choice(RARE) if 0.005 <= draw < 0.015 else rng.choice(given)
    return surname + first + (rng.choice(given) if rng.random() < 0.75 else "")


def number_of(county: str, born: date, sequence: int) -> str:
    """The 18-character identity number with its check character.

    >>> number_of("110105", date(1949, 12, 31), 2)
    '11010519491231002X'
    """
    body = f"{county}{born:%Y%m%d}{sequence:03d}"
    return body + mod_11_2.calc_check_digit(body)


class Numbers:
    """Hands out identity numbers so that no two people of the town share one."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, date, bool], int] = {}

    def next(self, county: str, born: date, male: bool) -> str | None:
        """The next free number of that county, day and sex (odd = male); None when all are taken."""
        key = (county, born, male)
        sequence = self._next.get(key, FIRST_SEQUENCE + (0 if male else 1))
        if sequence > 999:
            return None
        self._next[key] = sequence + 2
        return number_of(county, born, sequence)


def short_number(number: str) -> str | None:
    """The 15-digit form that cards of the first generation bore; None for the born after 1999."""
    return number[:6] + number[8:17] if number[6:8] == "19" else None


def counties_of(pack: str) -> tuple[str, ...]:
    """The codes of the counties in which a pack's town lies; a pack of several cities has one of each."""
    return tuple(COUNTIES[pack])


def issuing(county: str, pack: str) -> str:
    """The county whose code numbers bear that are issued in another: a new district has had none so far."""
    return county if county in COUNTIES[pack] else next(iter(COUNTIES[pack]))


def villages(people: int, counties: Sequence[str]) -> list[str]:
    """The 12-digit codes of the villages, about 60 recipients each, dealt over counties and townships."""
    count = max(2, round(people / 60))
    codes = []
    for index in range(count):
        county = counties[index % len(counties)]
        township = index // len(counties) % TOWNSHIPS_PER_COUNTY
        village = index // (len(counties) * TOWNSHIPS_PER_COUNTY)
        codes.append(f"{county}{100 + township}{200 + village}")
    return codes
