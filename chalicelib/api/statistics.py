"""统计接口 · For apps, officers and auditors: the figures of a day, of an area, an authority and a benefit.

Figures of the whole jurisdiction stand beside those of the area asked for, which lies within the caller's.
An app is told of no area smaller than a county: in a village a number may be a person.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from chalicelib import stats
from chalicelib.api import pages
from chalicelib.api.answers.figures import Figures
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.policy import COUNTY_DIGITS
from chalicelib.api.problems import FieldError, invalid, not_found
from chalicelib.api.tokens import Role
from chalicelib.engine.rules.benefits import Authority
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, BenefitCode

statistics = Audience(__name__)

Json = dict[str, Any]
DAY: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_VILLAGE_DIGITS: Final = 12


@statistics.route("GET", "/v1/stats", query=("area", "authority", "as_of"), answer=Figures)
def show_stats(call: Call) -> Json:
    """The figures of the last night, or of a day: of the jurisdiction, of an area and just below it."""
    area = _area(call)
    authority, day = _authority(call.query.get("authority")), _day(call.query.get("as_of"))
    told, awaited = (stats.latest() if day is None else stats.as_of(day)), stats.awaited()
    if told is None:
        if day is not None:
            raise not_found()
        none = {"as_of": None, "awaited": awaited, "area": area, "authority": authority}
        return Figures.model_validate(none).model_dump()
    seen = {
        name: {c: n for c, n in told.get(name, {}).items() if c.startswith(area) or area.startswith(c)}
        for name in ("county", "paid")
    }
    whole = {
        "left_out": 0,
        **told,
        **seen,
        "awaited": awaited,
        "area": area,
        "authority": authority,
    }
    return {**whole, **_of_area(call, area, authority, date.fromisoformat(told["as_of"]))}


def _of_area(call: Call, area: AreaCode, authority: str | None, day: date) -> Json:
    found = stats.of_area(day, area, authority)
    if found is None:
        return {"figures": None, "below": [], "by_authority": [], "by_benefit": []}
    is_last = len(area) == _VILLAGE_DIGITS or (call.caller.role is Role.APP and len(area) >= COUNTY_DIGITS)
    return {
        "figures": asdict(found.area),
        "below": [] if is_last else [{"area": a, "figures": asdict(f)} for a, f in found.below.items()],
        "by_authority": [{"authority": a, "figures": asdict(f)} for a, f in found.by_authority.items()],
        "by_benefit": [
            {"benefit": code, "title": _title(code), "figures": asdict(figures)}
            for code, figures in found.by_benefit.items()
        ],
    }


def _title(code: str) -> Json | None:
    declared = current().rules.benefits.get(BenefitCode(code))
    return None if declared is None else {"zh": declared.title.zh, "en": declared.title.en}


def _area(call: Call) -> AreaCode:
    area = pages.area_of(call.caller, call.query.get("area"))
    return AreaCode(area[:COUNTY_DIGITS]) if call.caller.role is Role.APP else area


def _authority(said: str | None) -> str | None:
    if said is not None and said not in set(Authority):
        zh, en = "没有这个发放主管部门。", "must be an authority of benefits"
        raise invalid(FieldError("not_one_of", zh, en, parameter="authority"))
    return said


def _day(said: str | None) -> date | None:
    if said is None:
        return None
    try:
        if DAY.fullmatch(said):
            return date.fromisoformat(said)
    except ValueError:
        pass
    raise invalid(
        FieldError("shape", "须为日期，如2025-08-01。", "must be a day, like 2025-08-01", parameter="as_of")
    )
