"""实发记录 · What was really paid to people, as authorities report it: apart from their records, without a
lock.

    PAID#<beginning of the id> / <month>#<file>    what a file says was paid to all whose ids begin so

Payments come by the file and are many. So those whose ids begin with the same three letters, 41 people of a
city, share an item for each month and file: `{"<benefit>#<day>": {"<person>": fen}}`, the person followed by
"#<other number>" where it was paid under that. Every writer expects the item as read. Tables of before hold
an item for each payment, `~P#<month>#<benefit>#<day>#<file>` in the person's partition; these are read as
well until `payment_moves` has moved them all. What is taken away before that stays in the item as null: else
whoever is just moving it would put it there again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.errors import ConflictError
from chalicelib.model import BenefitCode, Month, Payment, PersonId
from chalicelib.storage import retries
from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, partition
from chalicelib.storage.dynamodb.tables import People, Work

BEFORE: Final = "~P#"
"""Sort keys of payments of before begin so, in their person's partition."""
LAYOUT: Final = ("PAID", "layout")
"""Where the work table says how far the moving has come; a body of `WHOLE`: all is moved."""
WHOLE: Final = "{}"
_LETTERS: Final = 3  # 32,768 beginnings: 41 people of a city of 1.36 million, some 2 kB a month

_Place = tuple[str, str]  # partition and sort key of an item
_Paid = dict[str, int | None]  # who, then fen; None: taken away, whatever is said of before
_Said = dict[str, _Paid]  # an item's text: benefit and day, then that
_Put = Callable[[_Paid, str, int], object]
_known: Final[set[str]] = set()
on_forget(_known.clear)


def put_payments(payments: Iterable[tuple[PersonId, Payment]]) -> int:
    """Keep what an authority reports as paid; the same payment again changes nothing. Returns how many.

    Two payments for one month stand side by side if they were made on different days, under different numbers
    of the person, or told of by different files.
    """
    return _put_all(payments, dict.__setitem__)


def put_missing(payments: Iterable[tuple[PersonId, Payment]]) -> int:
    """The same, but for what a file has said here already; returns how many it was asked to keep."""
    return _put_all(payments, dict.setdefault)


def take_up_payments(person_id: PersonId, of: PersonId) -> None:
    """Keep what was paid to another number of a person beside what was paid to this one."""
    put_payments((person_id, replace(paid, under=paid.under or of)) for paid in _all_of(of))


def copy_back_payments(person_id: PersonId, to: PersonId) -> None:
    """What was paid to another number stands there again; the same again changes nothing.

    What that number had taken up itself goes along.
    """
    put_payments(
        (to, replace(paid, under=None if paid.under == to else paid.under))
        for paid in _taken_up(person_id, to)
    )


def give_back_payments(person_id: PersonId, to: PersonId) -> None:
    """The same, and it stands no more beside what was paid to this one."""
    copy_back_payments(person_id, to)
    for paid in _taken_up(person_id, to):
        place = paid.month, paid.benefit, paid.paid
        remove_payments(person_id, [place], paid.source, paid.under)


def payments_without(person_id: PersonId, of: PersonId) -> list[Payment]:
    """What was really paid to a person, by month, but for what was paid to another number."""
    known = _numbers_taken_up(of)
    return _once(paid for paid in _all_of(person_id) if paid.under not in known)


def _numbers_taken_up(by: PersonId) -> frozenset[PersonId]:
    """A number, and those whose payments it had taken up."""
    return frozenset({by} | {paid.under for paid in _all_of(by) if paid.under is not None})


def _taken_up(person_id: PersonId, of: PersonId) -> list[Payment]:
    """What was paid to another number, or to one that this had taken up, beside what was paid to this one."""
    known = _numbers_taken_up(of)
    return [paid for paid in _all_of(person_id) if paid.under in known]


def remove_payments(
    person_id: PersonId,
    places: Iterable[tuple[Month, BenefitCode, date]],
    source: str = "",
    under: PersonId | None = None,
) -> None:
    """Take away payments that a file reported in error, by month, benefit and the day they were made.

    `under`: the other number of the person under which they were made, if not their own.
    """
    for month, benefit, paid in places:
        gone = Payment(benefit, month, 0, paid, source, under)
        place, is_moving = _place(person_id, month, source), not all_moved()
        without = _without(_key(person_id, gone), for_good=is_moving)
        _edit(place, without, tables.get(People, *place))
        if is_moving:
            tables.delete(People(partition(person_id), sort_key_of_before(gone)))


def source_of(key: str) -> str:
    """What stands for the name under which a file was dropped: names may say anything."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def payments_of(person_id: PersonId, since: Month | None = None) -> list[Payment]:
    """What was really paid to a person for a month and later ones, by month."""
    return _once(_all_of(person_id, since))


class Ledger:
    """`payments_of` for whoever asks about one person after another, in the order of their ids.

    Who shares an item is read once, and may be a moment old, as in every pass.
    """

    def __init__(self) -> None:
        """Nobody has been asked about."""
        self._pk, self._items = "", list[tuple[str, _Said]]()

    def payments_of(self, person_id: PersonId) -> list[Payment]:
        """What was really paid to a person, by month."""
        if not all_moved():  # what comes into an item after it was read is at its old place no more
            return payments_of(person_id)
        pk = partition_of(person_id)
        if pk != self._pk:
            found = tables.below(People, pk, "~", at_once=False)
            self._items = [(item["sk"]["S"], json.loads(item["body"]["S"])) for item in found]
            self._pk = pk
        return _once(_together(person_id, self._items, ()))


def all_moved() -> bool:
    """Whether no payment stands as before; asked until it is so."""
    if not _known and (row := tables.get(Work, *LAYOUT)) is not None and row.body == WHOLE:
        _known.add(WHOLE)
    return bool(_known)


def sort_key_of_before(payment: Payment) -> str:
    """Where tables of before keep a payment, in its person's partition."""
    source = f"#{payment.source}" if payment.source else ""
    under = f"#{payment.under}" if payment.under is not None else ""
    return f"{BEFORE}{payment.month}#{payment.benefit}#{payment.paid.isoformat()}{source}{under}"


# --- items -----------------------------------------------------------------------------------------


def partition_of(person: PersonId) -> str:
    """The partition in which lies what was paid to a person, and to whoever's id begins so."""
    return f"PAID#{person[:_LETTERS]}"


def _place(person: PersonId, month: Month, source: str) -> _Place:
    return partition_of(person), f"{month}#{source}"


def _key(person: PersonId, payment: Payment) -> tuple[str, str]:
    """Under which two words an item's text keeps what was paid."""
    under = f"#{payment.under}" if payment.under is not None else ""
    return f"{payment.benefit}#{payment.paid.isoformat()}", f"{person}{under}"


def _put_all(payments: Iterable[tuple[PersonId, Payment]], put: _Put) -> int:
    by_place: dict[_Place, dict[tuple[str, str], int]] = defaultdict(dict)
    for person, payment in payments:
        by_place[_place(person, payment.month, payment.source)][_key(person, payment)] = payment.fen
    read = {(item.pk, item.sk): item for item in tables.get_many(People, by_place)}
    for place, paid in by_place.items():
        _edit(place, _with(paid, put), read.get(place))
    return sum(map(len, by_place.values()))


def _with(paid: Mapping[tuple[str, str], int], put: _Put) -> Callable[[_Said], None]:
    def put_each(said: _Said) -> None:
        for (what, whom), fen in paid.items():
            put(said.setdefault(what, {}), whom, fen)

    return put_each


def _without(key: tuple[str, str], *, for_good: bool) -> Callable[[_Said], None]:
    """Take a payment away; `for_good`: whoever moves it there afterwards finds that it is gone."""

    def take(said: _Said) -> None:
        what, whom = key
        if for_good:
            said.setdefault(what, {})[whom] = None
            return
        said.get(what, {}).pop(whom, None)
        if not said.get(what, whom):
            del said[what]

    return take


def _edit(place: _Place, change: Callable[[_Said], None], found: People | None) -> None:
    """Change an item's text; whoever was first is not written over. ConflictError after five."""
    for tries in range(retries.TRIES):
        said: _Said = {} if found is None else json.loads(found.body)
        change(said)
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        if text == ("{}" if found is None else found.body):
            return
        as_read = tables.absent(People) if found is None else People.body == found.body
        try:
            tables.put_if(People(*place, body=text), as_read)
            return
        except ConflictError:
            retries.pause(tries)
            found = tables.get(People, *place)
    raise ConflictError("others keep writing what was paid to the same people")


# --- payments --------------------------------------------------------------------------------------


def _all_of(person: PersonId, since: Month | None = None) -> list[Payment]:
    """Everything that was told of, by month; the same may be told by several files."""
    found = tables.query(People, partition_of(person), People.sk.between(since or "0", "~"))
    items = ((item.sk, json.loads(item.body)) for item in found)
    return _together(person, items, _of_before(person, since))


def _of_before(person: PersonId, since: Month | None = None) -> Iterator[Payment]:
    if not all_moved():
        place = People.sk.between(f"{BEFORE}{since or ''}", f"{BEFORE}~")
        yield from (decode(Payment, item.body) for item in tables.query(People, partition(person), place))


def _together(
    person: PersonId, items: Iterable[tuple[str, _Said]], before: Iterable[Payment]
) -> list[Payment]:
    """One person's of these items, in the stead of the same as they stood before, by month.

    `before` is read first: what is moved meanwhile is found among the items.
    """
    found = {sort_key_of_before(payment): payment for payment in before}
    for sk, said in items:
        month, _, source = sk.partition("#")
        for payment, is_gone in _said_of(person, Month(month), source, said):
            found[sort_key_of_before(payment)] = payment
            if is_gone:
                del found[sort_key_of_before(payment)]
    return [found[key] for key in sorted(found)]


def _said_of(person: PersonId, month: Month, source: str, said: _Said) -> Iterator[tuple[Payment, bool]]:
    """What an item says was paid to a person, and whether it was taken away."""
    for what, by_person in said.items():
        benefit, _, paid = what.partition("#")
        for whom, fen in by_person.items():
            whose, _, under = whom.partition("#")
            if whose == person:
                other, day = PersonId(under) if under else None, date.fromisoformat(paid)
                yield Payment(BenefitCode(benefit), month, fen or 0, day, source, other), fen is None


def _once(payments: Iterable[Payment]) -> list[Payment]:
    """Without what another file has only repeated: the same sum for the same month, made on the same day.

    In doubt it is one payment: nobody is asked back what an authority has told twice. One file that pays it
    under each of two numbers has paid twice.
    """
    told: dict[Payment, Counter[str]] = {}
    for payment in payments:
        told.setdefault(payment, Counter())[payment.source] += 1
    return [payment for payment, files in told.items() for _ in range(max(files.values()))]
