"""发放对账接口 · Pay-run reconciliation: what an authority was told against what it paid (rule 23)."""

from __future__ import annotations

from typing import Any, Final

from chalicelib import pay_reconciliation
from chalicelib.api import access_log, pages, status
from chalicelib.api.answers.money import PayRun
from chalicelib.api.middleware import Audience, Call
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.money.reconciliation import LineKind
from chalicelib.engine.texts import reconciliation_texts
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, BenefitCode, PersonId

reconciliation = Audience(__name__)

Json = dict[str, Any]
_FIGURES: Final = ("lines", "due", "arrears", "paid", "difference")


@reconciliation.route("GET", "/v1/reconciliation", query=("month", "area", "limit", "cursor"), answer=PayRun)
def show_reconciliation(call: Call) -> Json:
    """A month's pay run: totals by what became of it, and each line that is not simply paid as due.

    Of the month asked for, else of this one or, while it has no sheet, of the one before. Counties within the
    area; the gravest lines first.
    """
    sheet = _sheet(call)
    month = str(sheet["month"])
    page = call.page(f"reconciliation {call.reach.authority} {call.area} {month}")
    lines = (line for line in sheet["lines"] if line["area"].startswith(call.area))
    mine = (line for line in lines if call.reach.runs(BenefitCode(line["benefit"])))
    shown, following = page.cut(mine, lambda line: str(line["place"]))
    return {
        "month": month,
        "made_on": sheet["made_on"],
        "totals": _totals(sheet["totals"], call.area),
        "items": [_line(call, month, line) for line in shown],
        "next": following,
    }


def _sheet(call: Call) -> Json:
    asked, authority = pages.month_of(call.query.get("month")), call.reach.authority or ""
    this = month_of(call.today)
    months = [this, month_before(this)] if asked is None else [asked]
    for month in months:
        found = pay_reconciliation.latest(authority, month)
        if found is not None:
            return found
    return {"month": months[0], "made_on": None, "totals": {}, "lines": []}


def _totals(by_county: dict[str, Json], area: AreaCode) -> list[Json]:
    inside = [of for county, of in sorted(by_county.items()) if county.startswith(area)]
    totals = []
    for kind in LineKind:
        mine = [of[kind.value] for of in inside if kind.value in of]
        if mine:
            sums = {name: sum(each[name] for each in mine) for name in _FIGURES}
            totals.append({**_said(kind), **sums})
    return totals


def _said(kind: LineKind) -> Json:
    return {
        "kind": kind.value,
        "title": status.words(reconciliation_texts.KINDS[kind]),
        "what_to_do": status.words(reconciliation_texts.TO_DO[kind]),
    }


def _line(call: Call, month: str, line: Json) -> Json:
    if line["person"]:
        access_log.look_in_list(call, PersonId(line["person"]), f"reconciliation {month}")
    title = current().rules.benefit(BenefitCode(line["benefit"])).title
    return {
        "person": line["person"] or None,
        "payee": line["payee"] or None,
        "area": line["area"],
        "benefit": {"benefit": line["benefit"], "title": status.words((title.zh, title.en))},
        **_said(LineKind(line["kind"])),
        **{name: line[name] for name in ("due", "arrears", "paid", "difference", "owed")},
        "instructions": line["orders"],
    }
