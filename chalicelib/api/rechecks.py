"""复核清单接口 · Which of a month's certificates are checked again, and why (rule 21)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.api import access_log, pages, status
from chalicelib.api.answers.figures import Rechecks
from chalicelib.api.middleware import Audience, Call
from chalicelib.cases.rechecks import ABOUT
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.suspicion.rechecks import Signal
from chalicelib.engine.texts import recheck_texts
from chalicelib.model import Month, PersonRecord
from chalicelib.storage.dynamodb import people, recheck_rows
from chalicelib.storage.dynamodb.recheck_rows import Line

rechecks = Audience(__name__)

Json = dict[str, Any]


@rechecks.route("GET", "/v1/rechecks", query=("month", "area", "limit", "cursor"), answer=Rechecks)
def show_rechecks(call: Call) -> Json:
    """A month's checks on certificates: how they were drawn, and each line with why it is looked at.

    Of the month asked for, else of the last one of which anything can have been drawn.
    """
    month = pages.month_of(call.query.get("month")) or month_before(month_of(call.today))
    draw, area = recheck_rows.draw_of(month), call.area
    page = pages.page_below(area, call.page(f"rechecks {month} {area}"))
    mine = (line for line in recheck_rows.lines_of(month, area, page.after) if _concerns(call, line))
    shown, following = page.cut(mine, lambda line: line.place)
    return {
        "month": month,
        "drawn_on": draw.on if draw else None,
        "seed": draw.seed if draw else None,
        "by_hand": asdict(draw.by_hand) if draw else None,
        "silent": asdict(draw.silent) if draw else None,
        "items": [_line(call, month, line) for line in shown],
        "next": following,
    }


def _concerns(call: Call, line: Line) -> bool:
    """Whether a person draws anything of the caller's authority; an office that serves all sees all."""
    return call.reach.authority is None or call.reach.concerns(None, people.load(line.person))


def _line(call: Call, month: Month, line: Line) -> Json:
    record = access_log.look_in_list(call, line.person, f"recheck {month}")
    why = Signal(line.why)
    return {
        "person": line.person,
        "name": access_log.masked_name(people.identity_of(record.person.id).name),
        "area": line.area,
        "grid": line.grid,
        "day": line.day,
        "feed": line.feed,
        "author": line.author or None,
        "why": {
            "code": why.value,
            **status.words(recheck_texts.WHY[why]),
            "what_to_do": status.words(recheck_texts.TO_DO[why]),
        },
        "visit": _visit(record, month, why),
    }


def _visit(record: PersonRecord, month: Month, why: Signal) -> Json | None:
    """What has become of the visit that was ordered for it."""
    about = f"{ABOUT.get(why)}#{month}"
    visit = next((v for v in record.visits if v.about == about), None)
    if visit is None:
        return None
    outcome = visit.outcome.value if visit.outcome else None
    return {"id": f"{record.person.id}.{visit.number}", "due": visit.due, "outcome": outcome, "by": visit.by}
