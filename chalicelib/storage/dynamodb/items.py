"""数据项 · The item of a domain object: its keys, and its JSON text, exact in both directions.

An entitlement is `ENT#<benefit>` in its person's partition, with the text of `encode` as its body; `commit`
in `commits` puts it, in one transaction with the audit entry and the rows of the work lists.

The type hints of the dataclass are the schema. A field that has its default is left out; a field that
the class does not know raises TypeError: an older program must not write back what it does not understand.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from chalicelib.model import (
    Case,
    Entitlement,
    Evidence,
    EvidenceKey,
    Instruction,
    Message,
    Objection,
    OwedToHeirs,
    PersonId,
    Proposal,
    Recovery,
    RelatedEvidence,
    Suspicion,
    Tombstone,
    Visit,
)

T = TypeVar("T")
_Way = Callable[[Any], Any]

_REMEMBERED = 4096  # objects: a few megabytes; frozen, so that they can be shared


def _same(value: Any) -> Any:
    return value


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# --- the sort key of each kind of item of a person -------------------------------------------------

PROFILE = "PROFILE"
INDEX = "ID"  # the sort key of what points from a number to its person
IDENTITY = "~I"  # the sealed identity: read only by who needs it
CONTACT = "~C"  # where they live and who helps them, sealed
ABOVE = "~"  # audit and payments sort after everything that belongs to a PersonRecord

KIND_OF: Mapping[str, type[Any]] = {
    "CASE": Case,
    "ENT": Entitlement,
    "EV": Evidence,
    "HEIR": OwedToHeirs,
    "INS": Instruction,
    "MSG": Message,
    "OBJ": Objection,
    "PROP": Proposal,
    "REC": Recovery,
    "REL": RelatedEvidence,
    "SUS": Suspicion,
    "VISIT": Visit,
    "WD": Tombstone,
}


_NUMBERED: Mapping[type[Any], str] = {Objection: "OBJ", Proposal: "PROP", Recovery: "REC", Visit: "VISIT"}


def partition(person: PersonId) -> str:
    """The partition key of everything about one person."""
    return f"P#{person}"


def sort_key(thing: object) -> str:
    """The sort key under which a domain object stands in its person's partition."""
    match thing:
        case Case():
            return f"CASE#{thing.due.isoformat()}"
        case Entitlement() | OwedToHeirs():
            return f"{'ENT' if isinstance(thing, Entitlement) else 'HEIR'}#{thing.benefit}"
        case Evidence():
            return f"EV#{thing.key}"
        case Instruction():
            return f"INS#{thing.name}"
        case Message():
            return f"MSG#{thing.id}"
        case Objection() | Proposal() | Recovery() | Visit():
            return f"{_NUMBERED[type(thing)]}#{thing.number:04d}"
        case RelatedEvidence() | Suspicion():
            return f"{'SUS' if isinstance(thing, Suspicion) else 'REL'}#{thing.name}"
        case EvidenceKey() | Tombstone():
            return f"WD#{thing if isinstance(thing, EvidenceKey) else thing.key}"
    raise TypeError(f"no item is made of {type(thing).__name__}")


# --- the codec -----------------------------------------------------------------------------------


def encode(thing: Any) -> str:
    """One domain object as canonical JSON text."""
    kind: Any = type(thing)
    return _json_text(_encoder(kind)(thing))


def decode(kind: type[T], text: str) -> T:
    """The domain object that `encode` wrote."""
    return cast(T, _decoded(cast(Any, kind), text))


@lru_cache(_REMEMBERED)  # one message loads its person's record four times, and little of it has changed
def _decoded(kind: Any, text: str) -> Any:
    return _decoder(kind)(json.loads(text))


def canonical(value: Mapping[str, object]) -> str:
    """Plain details as JSON text with one spelling: days and instants in ISO 8601, words as words."""
    return _json_text(_plain(value))


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(str(_plain(inner)) for inner in value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value)


@cache
def _encoder(hint: Any) -> _Way:
    return _ways(hint)[0]


@cache
def _decoder(hint: Any) -> _Way:
    return _ways(hint)[1]


def _ways(hint: Any) -> tuple[_Way, _Way]:
    """How a value of this type is written and read."""
    if isinstance(hint, NewType):
        return _ways(hint.__supertype__)
    if get_origin(hint) is not None or isinstance(hint, types.UnionType):
        return _compound(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass(hint)
    if hint in (str, int, bool):
        return _same, _same
    if hint in (date, datetime):
        return hint.isoformat, hint.fromisoformat
    if issubclass(hint, StrEnum):
        return (lambda word: word.value), hint
    raise TypeError(f"no way to store {hint!r}")


def _compound(hint: Any) -> tuple[_Way, _Way]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Union or isinstance(hint, types.UnionType):
        (present,) = (each for each in inner if each is not types.NoneType)
        write, read = _ways(present)
        return (lambda v: None if v is None else write(v)), (lambda v: None if v is None else read(v))
    if origin is tuple:
        write, read = _ways(inner[0])
        return (lambda v: [write(each) for each in v]), (lambda v: tuple(read(each) for each in v))
    if origin is frozenset:
        write, read = _ways(inner[0])
        return (lambda v: sorted(write(each) for each in v)), (lambda v: frozenset(read(each) for each in v))
    if origin is Mapping:
        write, read = _ways(inner[1])
        return (
            lambda v: {str(key): write(each) for key, each in v.items()},
            lambda v: {key: read(each) for key, each in v.items()},
        )
    raise TypeError(f"no way to store {hint!r}")


def _dataclass(kind: type[Any]) -> tuple[_Way, _Way]:
    hints = get_type_hints(kind)
    ways = [(each.name, _default(each), *_ways(hints[each.name])) for each in fields(kind)]
    readers = {name: read for name, _, _, read in ways}

    def write(thing: Any) -> dict[str, Any]:
        result = {}
        for name, default, write_one, _ in ways:
            value = getattr(thing, name)
            if value != default:
                result[name] = write_one(value)
        return result

    def read(found: dict[str, Any]) -> Any:
        unknown = found.keys() - readers.keys()
        if unknown:
            raise TypeError(f"{kind.__name__} has no field {sorted(unknown)}")
        return kind(**{name: readers[name](value) for name, value in found.items()})

    return write, read


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
