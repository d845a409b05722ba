"""暂停限额接口 · Limits of suspensions (rule 12): officers see which month is stopped; a person of the city
lifts it."""

from __future__ import annotations

from typing import Any, Final

from chalicelib import cases
from chalicelib.api import ids, pages, status
from chalicelib.api.answers.work import SuspensionLimit, SuspensionLimits
from chalicelib.api.bodies import LimitLift
from chalicelib.api.middleware import Audience, Call
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode

limits = Audience(__name__)

Json = dict[str, Any]

_WHAT_TO_DO: Final = {
    "within": ("无需办理。", "Nothing to do."),
    "lifted": (
        "限制已解除，符合条件的名单行按期生效。",
        "Lifted: the lines take effect if all else still holds.",
    ),
    "exceeded": (
        "超过限度，暂不执行。请市级工作人员核对名单，确属应当暂停的，调用本项“解除”接口并写明理由"
        "（POST /v1/suspension-limits/{id}/lift）；不应暂停的，逐行核实。",
        "Beyond the limit: nothing is suspended. Somebody of the city checks the lines and, if they are "
        "right, lifts the limit with a reason (POST /v1/suspension-limits/{id}/lift).",
    ),
}


@limits.route("GET", "/v1/suspension-limits", query=("area", "limit", "cursor"), answer=SuspensionLimits)
def list_limits(call: Call) -> Json:
    """By county, month and benefit: how many are to be suspended, how many may be, and what is to be done."""
    area = call.area
    page = pages.page_below(AreaCode(area[:6]), call.page(f"suspension limits {area}"))
    mine = (found for found in cases.reaches(area) if call.reach.runs(found.benefit))
    shown, following = page.cut(mine, _id)
    return {"items": [_limit(reach) for reach in shown], "next": following}


@limits.route("POST", "/v1/suspension-limits/{id}/lift", body=LimitLift, once=True, answer=SuspensionLimit)
def lift_limit(call: Call, id: str) -> Json:
    """A person of the city, who signed none of the lines, lets as many pass as stand there now."""
    county, month, benefit = ids.limit_id(id)
    reason = call.body(LimitLift).reason
    return _limit(cases.lift(county, month, benefit, by=call.caller.subject, reason=reason))


def _limit(reach: cases.Reach) -> Json:
    lift, title = reach.lift, current().rules.benefit(reach.benefit).title
    state = "exceeded" if reach.is_exceeded else "within" if reach.lines <= reach.most else "lifted"
    zh, en = _WHAT_TO_DO[state]
    return {
        "id": _id(reach),
        "county": reach.county,
        "month": reach.month,
        "benefit": reach.benefit,
        "title": status.words((title.zh, title.en)),
        "lines": reach.lines,
        "most": reach.most,
        "average_of_months_before": round(reach.average, 1),
        "paid": reach.paid,
        "state": state,
        "lifted": None
        if lift is None
        else {"up_to": lift.up_to, "by": lift.by, "reason": lift.reason, "at": lift.at},
        "what_to_do": status.words((zh.replace("{id}", _id(reach)), en.replace("{id}", _id(reach)))),
    }


def _id(reach: cases.Reach) -> str:
    return f"{reach.county}.{reach.month}.{reach.benefit}"
