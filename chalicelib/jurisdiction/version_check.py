"""版本校验 · Whether what differs in benefits, policy and counties bears a day to come and a review of its
own.

What has held up to a day stays as it was said: past months are computed by it, certificates rest on it,
and decisions name it. So a difference is a new version, from a day to come. As with feeds, what is done
is asked, never how it is described: titles, reasons and sources may be put better at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from chalicelib.declarations import Declaration, Place
from chalicelib.engine.rules.benefit_files import SHARED, VERSIONS, Origins
from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.counties import County, EarlierValues
from chalicelib.engine.rules.policy import Policy, Reviewed
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode

AHEAD: Final = timedelta(days=366)  # a later day is a slip of the pen
_DESCRIPTION: Final = frozenset(
    {"authority", "reviewed", "why", "because", "title", "assumed", "from", "earlier"}
)


class UndeclaredChange(NamedTuple):
    """What is wrong with a file, at which place of it, and what to do about it."""

    file: str
    place: Place
    zh: str
    en: str


def substance(declared: Declaration) -> Any:
    """What a declaration does, without how it is described and since when it holds."""
    return _bare(declared.model_dump(mode="json", by_alias=True))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if key not in _DESCRIPTION}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def unversioned(before: RuleBook, after: RuleBook, today: date) -> Iterator[UndeclaredChange]:
    """What differs without a version of a day to come, by file."""
    yield from _policy(before.policy, after.policy, today)
    found = (each for code in before.benefits for each in _benefit(code, before, after, today))
    yield from dict.fromkeys(found)  # what most benefits share is found for each that it reaches
    for area in sorted(before.counties.keys() | after.counties.keys()):
        old, new = (book.counties.get(area) for book in (before, after))
        yield from _county(
            f"counties/{area}.yaml", old.county if old else None, new.county if new else None, today
        )


# --- benefits ------------------------------------------------------------------------------------


def _benefit(code: BenefitCode, before: RuleBook, after: RuleBook, today: date) -> Iterator[UndeclaredChange]:
    """What differs about a benefit: complete versions are held against each other, whatever file says it."""
    old, new, stands = before.benefits[code], after.benefits.get(code), after.origins_of(code)
    file = f"benefits/{code}.yaml"
    if new is None:
        yield UndeclaredChange(
            file, (), "该待遇仍有人领取，不得删除。", "people draw this benefit: its file has to stay"
        )
        return
    edited = next(_edited(old, new, before.origins_of(code), stands, today), None)
    if edited is not None:
        yield edited
        return
    known = [(version.from_, substance(version)) for version in old.versions]
    added = [n for n, v in enumerate(new.versions) if (v.from_, substance(v)) not in known]
    for number in added:
        version, place = new.versions[number], (VERSIONS, number, "from")
        reviewed = _reviewed_before(new, number, stands)
        where = stands.file(place), stands.at(place).place
        yield from _to_come(*where, version.from_, version.reviewed, reviewed, today)
    if (old.kind, old.run_by) != (new.kind, new.run_by) and not added:
        yield UndeclaredChange(
            file,
            ("kind",),
            "类型或主管部门有变，须新增版本，写明自何日起。",
            "its kind or authority differs: add a version that says from when",
        )


def _edited(
    old: Benefit, new: Benefit, stood: Origins, stands: Origins, today: date
) -> Iterator[UndeclaredChange]:
    """Where versions in force say something else than before, have come too late, or are gone."""
    was, becomes = _held(old, today), _held(new, today)
    for day in sorted(was.keys() | becomes.keys()):
        if day in was and day in becomes:
            (before, then), (number, now) = was[day], becomes[day]
            for key in (key for key in now if now[key] != then.get(key)):
                place: Place = (VERSIONS, number, key)
                shared = stands.is_shared(place) and stood.is_shared((VERSIONS, before, key))
                yield _put_back(stands, place, today, is_shared=shared)
        else:
            where, number = (stands, becomes[day][0]) if day in becomes else (stood, was[day][0])
            yield _put_back(where, (VERSIONS, number), today, is_shared=where.is_shared((VERSIONS, number)))


def _held(benefit: Benefit, today: date) -> dict[date, tuple[int, dict[str, Any]]]:
    """The versions that hold or have held, by day: their number, and what they say."""
    return {v.from_: (n, substance(v)) for n, v in enumerate(benefit.versions) if v.from_ <= today}


def _put_back(stands: Origins, place: Place, today: date, *, is_shared: bool) -> UndeclaredChange:
    """What to do about a change in what most benefits share, or else in the benefit's own file."""
    if is_shared:
        return UndeclaredChange(
            stands.file(place),
            stands.at(place).place,
            "多数待遇共用的规则已生效，不得修改或删除，请恢复原文，"
            f"另在 benefits 末尾新增一条（from 晚于{today}）。",
            "what most benefits share has come into force and stays as it is: put it back, and add another "
            f"entry at the end of `benefits` with `from` later than {today}",
        )
    return UndeclaredChange(
        stands.path.relative_to(stands.folder).as_posix(),
        (VERSIONS,) if stands.is_shared(place) else stands.at(place).place,
        f"已生效的版本不得修改或删除，请恢复原文，另在 versions 末尾新增版本（from 晚于{today}）。",
        "a version that has come into force stays as it is: put it back, and add another at the end "
        f"with `from` later than {today}",
    )


def _reviewed_before(benefit: Benefit, number: int, stands: Origins) -> Reviewed | None:
    """The review of what stands before a version in its file: of the benefit, or of what most share."""
    place = stands.at((VERSIONS, number)).place
    if place[0] == SHARED:
        return stands.shared.entries[int(place[1]) - 1].reviewed
    own = [v for n, v in enumerate(benefit.versions[:number]) if not stands.is_shared((VERSIONS, n))]
    return own[-1].reviewed if own else None


# --- policy and counties -------------------------------------------------------------------------


def _policy(old: Policy, new: Policy, today: date) -> Iterator[UndeclaredChange]:
    file = "policy.yaml"
    if _weighed(old, today) != _weighed(new, today):
        yield UndeclaredChange(
            file,
            ("earlier",),
            "以往数据的有效期和计分须照原规则：请把原来的 from、authority、reviewed、periods、weak "
            f"原样写入 earlier（已有的保留），新规则的 from 须晚于{today}。",
            "what has happened keeps its period and points: put the from, authority, reviewed, periods and "
            f"weak in force under `earlier` (keep what stands there), with new ones from a day after {today}",
        )
    if substance(old) != substance(new):
        yield from _to_come(file, ("from",), new.from_, new.reviewed, old.reviewed, today)
    elif old.from_ != new.from_:
        yield _moved(file)


def _weighed(policy: Policy, today: date) -> list[tuple[date, Any]]:
    """What evidence is worth, from which day on, of all days up to today."""
    found: list[tuple[date, Any]] = []
    for day in (date.min, *(turn for turn in policy.turns if turn <= today)):
        held = policy.on(day)
        worth = substance(held.periods), substance(held.weak)
        if not found or found[-1][1] != worth:
            found.append((day, worth))
    return found


def _county(file: str, old: County | None, new: County | None, today: date) -> Iterator[UndeclaredChange]:
    if new is None:
        yield UndeclaredChange(
            file, (), "县区取值仍在执行，不得删除。", "these values have been in force: the file has to stay"
        )
    elif old is not None and _set(old, today) != _set(new, today):
        yield UndeclaredChange(
            file,
            ("earlier",),
            "以往数据照原取值计算：请把原来的 from、authority、reviewed、values 原样写入 earlier"
            f"（已有的保留），新取值的 from 须晚于{today}。",
            "what has happened keeps what it was worth: put the from, authority, reviewed and values in "
            f"force under `earlier` (keep what stands there), with new ones from a day after {today}",
        )
    elif old is None or values_of(old) != values_of(new):
        reviewed = old.reviewed if old is not None else None
        yield from _to_come(file, ("from",), new.from_, new.reviewed, reviewed, today)


def _set(county: County, today: date) -> list[tuple[date, Any]]:
    return [(v.from_, values_of(v)) for v in county.versions if v.from_ <= today]


def values_of(county: EarlierValues) -> dict[tuple[str, ...], int | None]:
    """What a county sets, whatever the order in which it says so."""
    return {value.of: value.to for value in county.values}


def _moved(file: str) -> UndeclaredChange:
    return UndeclaredChange(
        file,
        ("from",),
        "内容未变而起始日（from）有变，请恢复原日期。",
        "its `from` has moved and nothing else differs: put the day back",
    )


def _to_come(
    file: str,
    place: Place,
    from_: date,
    reviewed: Reviewed,
    before: Reviewed | None,
    today: date,
) -> Iterator[UndeclaredChange]:
    """Whether a new version holds from a day to come, after a review of its own."""
    if not today < from_ <= today + AHEAD:
        yield UndeclaredChange(
            file,
            place,
            f"内容有变，起始日（from）须晚于{today}，且不超过一年，原为{from_}。",
            f"it says something else than before: its `from` must be later than {today}, a year ahead at "
            f"most, and is {from_}",
        )
    if reviewed.date > today or (before is not None and reviewed.date <= before.date):
        since = before.date if before is not None else None
        yield UndeclaredChange(
            file,
            (*place[:-1], "reviewed"),
            "内容有变，须重新审核：reviewed 的日期须"
            + (f"晚于{since}，" if since else "")
            + f"不晚于{today}。",
            "it says something else than before: it needs a review of its own, dated "
            + (f"after {since} and " if since else "")
            + f"no later than {today}",
        )
