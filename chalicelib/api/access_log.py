"""查询留痕 · Looking at a person: within the caller's area, recorded, and the person can see who looked (rule
26).

Every endpoint comes through here before it shows anything about anybody. A look of somebody other
than the person is an entry of the person's own chain of looks, written before the answer is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from chalicelib.api.problems import not_found
from chalicelib.api.tokens import Role
from chalicelib.model import Message, Objection, PersonId, PersonRecord, Suspicion, Visit
from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import access_log, people, worklists

if TYPE_CHECKING:
    from chalicelib.api.middleware import Call

T = TypeVar("T", Visit, Suspicion, Objection, Message)

LOOKED: Final = "looked"
_LINES_KEPT: Final = 50_000
_shown_on: Final[dict[tuple[str, PersonId, str], date]] = {}
on_forget(_shown_on.clear)


def record_for(call: Call, person: PersonId) -> PersonRecord:
    """The record of a person found on the way, for a caller who may know of them; else Problem 404.

    Not a look yet. Whom the address or the body names is `call.record`: the edge has looked.
    """
    record = people.load(person)
    if not call.caller.may_see(person, record.person.area):
        raise not_found()
    return record


def shown(call: Call, record: PersonRecord, what: str) -> PersonRecord:
    """A record that the caller is about to be shown; the look is on record when this returns.

    It comes from `call.record` or `record_for`.
    """
    caller = call.caller
    if caller.role is not Role.CITIZEN:
        details = {"what": what, "role": caller.role.value, "area": caller.area}
        access_log.record(record.person.id, LOOKED, caller.subject, call.at, details)
    return record


def concerned(call: Call, rows: Iterable[worklists.Row[T]]) -> Iterator[worklists.Row[T]]:
    """The rows of a list that are the caller's authority's business; of an office that serves all, all."""
    for row in rows:
        named = row.item.benefit if isinstance(row.item, Suspicion | Objection) else None
        if call.reach.authority is None or call.reach.concerns(named, people.load(row.person)):
            yield row


def look_in_list(call: Call, person: PersonId, what: str) -> PersonRecord:
    """A person's record for a line of a list, which is opened many times a day."""
    return shown_once(call, record_for(call, person), what)


def shown_once(call: Call, record: PersonRecord, what: str) -> PersonRecord:
    """As `shown`; the same again to the same caller on the same day by the same process is one look."""
    line = (call.caller.subject, record.person.id, what)
    if _shown_on.get(line) == call.today:
        return record
    shown(call, record, what)
    if len(_shown_on) >= _LINES_KEPT:
        _shown_on.clear()  # at worst a look is recorded twice
    _shown_on[line] = call.today
    return record


def masked_name(name: str) -> str:
    """A name of which one can tell whether it is the one on the door, and no more.

    >>> masked_name("孟晓华"), masked_name("李四"), masked_name("买买提·吐尔逊")
    ('孟*华', '李*', '买****逊')
    """
    if len(name) < 2:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 4)}{name[-1]}"
