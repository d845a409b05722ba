"""地址标识 · The ids in addresses: opaque, made of a person's id and what is meant of theirs.

    visit, proposal, objection, recovery  <person>.<number>
    suspicion, stop request   <person>.<kind>.<yyyymmdd>
    instruction      <person>.<yyyy-mm>.<benefit>.<kind>
    owed to heirs    <person>.<benefit>
    limit            <county>.<yyyy-mm>.<benefit>
    file             16 hex digits
    account          the subject whose it is
    subscription     16 hex digits
    benefit          its code
    rule change      the name of its bundle

An id of another shape is an id of nothing: 404, never 422, and never repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import unquote

from chalicelib.api.problems import not_found
from chalicelib.api.subjects import SUBJECT
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    FileId,
    Instruction,
    Month,
    OwedToHeirs,
    PersonId,
    Suspicion,
    SuspicionKind,
)

_LONGEST: Final = 120
_PERSON: Final = re.compile(r"[a-z2-7]{26}", re.ASCII)
_NUMBERED: Final = re.compile(r"([a-z2-7]{26})\.([1-9]\d{0,5})", re.ASCII)
_MESSAGE: Final = re.compile(r"([a-z2-7]{26})\.[0-9a-f]{16}", re.ASCII)
_SUSPICION: Final = re.compile(r"([a-z2-7]{26})\.([a-z_]{1,32})\.(\d{4})(\d{2})(\d{2})", re.ASCII)
_INSTRUCTION: Final = re.compile(r"([a-z2-7]{26})\.(\d{4}-\d{2})\.([a-z_]{1,64})\.([a-z_]{1,16})", re.ASCII)
_OWED: Final = re.compile(r"([a-z2-7]{26})\.([a-z_]{1,64})", re.ASCII)
_LIMIT: Final = re.compile(r"(\d{6})\.(\d{4}-(?:0[1-9]|1[0-2]))\.([a-z_]{1,64})", re.ASCII)
_BENEFIT: Final = re.compile(r"[a-z][a-z_]{0,63}", re.ASCII)
_BUNDLE: Final = re.compile(r"[a-z][a-z_]{0,31}-\d{4}-\d{2}-\d{2}(?:-[0-9a-f]{8}){2,3}", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SuspicionId:
    """Which suspicion of whom."""

    person: PersonId
    kind: SuspicionKind
    day: date


def person_id(text: str) -> PersonId:
    """The person that an address names; Problem 404 if it cannot name one."""
    return PersonId(_match(_PERSON, text)[0])


def person_of(text: str) -> PersonId:
    """The person of whom an address names something, or whom it names; Problem 404."""
    return person_id(unquote(text).partition(".")[0] if len(text) <= _LONGEST else text)


def numbered(text: str) -> tuple[PersonId, int]:
    """The person and the number of a visit or proposal; Problem 404."""
    found = _match(_NUMBERED, text)
    return PersonId(found[1]), int(found[2])


def message_id(text: str) -> tuple[PersonId, str]:
    """The person and the id of a message or notice; Problem 404."""
    found = _match(_MESSAGE, text)
    return PersonId(found[1]), found[0]


def suspicion_id(text: str) -> SuspicionId:
    """The suspicion that an address names; Problem 404."""
    found = _match(_SUSPICION, text)
    try:
        return SuspicionId(
            PersonId(found[1]), SuspicionKind(found[2]), date(int(found[3]), int(found[4]), int(found[5]))
        )
    except ValueError:
        raise not_found() from None


def instruction_id(text: str) -> tuple[PersonId, str]:
    """The person and the name of an instruction ("2025-07#resident_pension#suspend"); Problem 404."""
    found = _match(_INSTRUCTION, text)
    return PersonId(found[1]), "#".join(found.groups()[1:])


def owed_id(text: str) -> tuple[PersonId, BenefitCode]:
    """The person and the benefit of what is owed to heirs; Problem 404."""
    found = _match(_OWED, text)
    return PersonId(found[1]), BenefitCode(found[2])


def limit_id(text: str) -> tuple[AreaCode, Month, BenefitCode]:
    """The county, month and benefit whose suspensions an address names; Problem 404."""
    found = _match(_LIMIT, text)
    return AreaCode(found[1]), Month(found[2]), BenefitCode(found[3])


def file_id(text: str) -> FileId:
    """The file that an address names; Problem 404."""
    return FileId(_match(_HEX, text)[0])


def subscription_id(text: str) -> str:
    """The subscription that an address names; Problem 404."""
    return _match(_HEX, text)[0]


def account_id(text: str) -> str:
    """The subject whose account an address names; Problem 404."""
    return _match(SUBJECT, text)[0]


def benefit_code(text: str) -> BenefitCode:
    """The benefit that an address names; Problem 404."""
    return BenefitCode(_match(_BENEFIT, text)[0])


def rule_change(text: str) -> str:
    """The bundle that an address names; Problem 404."""
    return _match(_BUNDLE, text)[0]


def of_suspicion(person: PersonId, suspicion: Suspicion) -> str:
    """The id of a suspicion."""
    return f"{person}.{suspicion.kind}.{suspicion.day:%Y%m%d}"


def of_owed(person: PersonId, owed: OwedToHeirs) -> str:
    """The id of what is owed to somebody's heirs of one benefit."""
    return f"{person}.{owed.benefit}"


def of_instruction(person: PersonId, instruction: Instruction) -> str:
    """The id of an instruction."""
    return f"{person}.{instruction.name.replace('#', '.')}"


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    # API Gateway hands over decoded ids, Chalice's local gateway does not: decode, once.
    found = pattern.fullmatch(unquote(text)) if len(text) <= _LONGEST else None
    if found is None:
        raise not_found()
    return found


# What {id} stands for below an address, for whoever reads the document of the API.
SHAPES: Final = {
    "persons": _PERSON,
    "visits": _NUMBERED,
    "notices": _MESSAGE,
    "suspension-proposals": _NUMBERED,
    "objections": _NUMBERED,
    "suspicions": _SUSPICION,
    "stop-requests": _SUSPICION,
    "instructions": _INSTRUCTION,
    "recoveries": _NUMBERED,
    "owed-to-heirs": _OWED,
    "files": _HEX,
    "subscriptions": _HEX,
    "accounts": SUBJECT,
    "rules": _BENEFIT,
    "rule-changes": _BUNDLE,
}
