"""告知书接口 · Printed notices (rule 8): what is to be brought in an area, and who has left which of them."""

from __future__ import annotations

from typing import Any

from chalicelib import cases
from chalicelib.api import access_log, ids, pages
from chalicelib.api.answers.work import NoticeDelivered, NoticesToBring
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.visit_bodies import NoticeDelivery
from chalicelib.engine.texts.channels import printed_on
from chalicelib.messages import text_of
from chalicelib.model import Message
from chalicelib.storage.dynamodb import contacts, people, worklists

notices = Audience(__name__)

Json = dict[str, Any]


@notices.route("GET", "/v1/notices", query=("area", "limit", "cursor"), answer=NoticesToBring)
def list_notices(call: Call) -> Json:
    """The printed notices to be brought in an area, by village and day of printing: to whom and where."""
    area = call.area
    page = pages.page_below(area, call.page(f"notices {area}"))
    rows, following = page.cut(
        access_log.concerned(call, worklists.notices(area, page.after)), lambda row: row.place
    )
    return {"items": [_line(call, row) for row in rows], "next": following}


def _line(call: Call, row: worklists.Row[Message]) -> Json:
    access_log.look_in_list(call, row.person, f"notice {row.item.id}")
    return {
        **_notice(row.item),
        "person": row.person,
        "name": access_log.masked_name(people.identity_of(row.person).name),
        "area": row.area,
        "grid": row.grid,
        "address": contacts.contact_of(row.person).address,
    }


@notices.route("POST", "/v1/notices/{id}/delivery", body=NoticeDelivery, once=True, answer=NoticeDelivered)
def report_delivery(call: Call, id: str) -> Json:
    """A printed notice was left with the person, on which day; the same again changes nothing."""
    person, message = ids.message_id(id)
    left_on = call.body(NoticeDelivery).left_on
    return _notice(cases.notice_left(person, message, on=left_on, by=call.caller.subject))


def _notice(message: Message) -> Json:
    return {
        "id": message.id,
        "title": text_of(message).partition("\n")[0],
        "printed": printed_on(message),
        "state": message.state.value,
        "left_on": message.left_on,
    }
