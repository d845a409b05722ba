"""Arrears on one person's word: three months at once, the others once a second approves them (rule 18)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.money.arrears import Sum, as_rostered, uncredited
from chalicelib.engine.money.arrears_approval import one_word, ordered, released
from chalicelib.engine.rules.money_policy import MoneyTerms
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
)
from tests.engine.judging import RULES
from tests.people import PENSION, a_record, an_entitlement, day, some_evidence

MONTHS = tuple(Month(f"2025-{month:02d}") for month in range(1, 6))
ON = day("2025-06-10")
TOLD = Instruction(
    BenefitCode(PENSION),
    InstructionKind.RESUME,
    Month("2025-06"),
    0,
    "certified again",
    InstructionState.ISSUED,
    ON,
    arrears=MONTHS,
)
OWED = Sum(dict.fromkeys(MONTHS, 15_000))


@pytest.mark.parametrize(
    ("what", "facts", "word"),
    [
        ("counter/certified", {"by": "clerk-7"}, "clerk-7"),
        ("home_visits/seen", {"by": "worker-3", "document": "seen"}, "worker-3"),
        ("home_visits/seen", {"by": "worker-3", "document": "leader-1"}, None),
        ("self_certification/certified", {"by": "somebody"}, None),
        ("hospital_inpatient/admitted", {}, None),
        ("nobody/knows", {"by": "somebody"}, None),
    ],
)
def test_whose_word_alone_it_is(what: str, facts: dict[str, str], word: str | None) -> None:
    item = some_evidence(what, "2025-06-09", **facts)
    entitlement = an_entitlement(evidence=item.key)
    assert one_word(entitlement, [item], RULES) == word
    assert one_word(an_entitlement(), [item], RULES) is None, "it rests on something else"


def test_a_sheet_s_word_is_one_word_too() -> None:
    item = some_evidence("counter/certified", "2025-06-09")
    assert one_word(an_entitlement(evidence=item.key), [item], RULES) == item.file


@pytest.mark.parametrize(
    ("word", "owed", "fen", "held"),
    [
        (None, OWED, 75_000, ()),
        ("clerk-7", OWED, 45_000, MONTHS[3:]),
        ("clerk-7", Sum(dict.fromkeys(MONTHS[:3], 15_000)), 45_000, ()),
        ("clerk-7", Sum(dict.fromkeys(MONTHS[2:], 15_000)), 45_000, ()),
        ("clerk-7", Sum({}), 0, ()),
    ],
)
def test_how_much_it_brings(word: str | None, owed: Sum, fen: int, held: tuple[Month, ...]) -> None:
    told = ordered(TOLD, owed, word)
    assert (told.fen, told.held, told.certified_by) == (fen, held, word if held else None)
    assert set(told.arrears) == set(MONTHS) - set(held)
    assert told.waits_for_a_second is bool(held)


def test_how_many_months_is_declared() -> None:
    told = ordered(TOLD, OWED, "clerk-7", MoneyTerms(months_on_one_word=1))
    assert (told.fen, told.held) == (15_000, MONTHS[1:])


WAITS = ordered(TOLD, OWED, "clerk-7")


def record(told: Instruction, *others: Instruction) -> PersonRecord:
    return a_record(entitlements=[an_entitlement()], instructions=[told, *others])


def test_a_second_person_adds_them_to_what_has_not_been_paid() -> None:
    (told,) = released(record(WAITS), WAITS, "li", as_rostered, ON)
    assert (told.name, told.fen, told.arrears, told.held) == (TOLD.name, 75_000, MONTHS, ())
    paid = Payment(BenefitCode(PENSION), MONTHS[4], 15_000, ON)
    (less,) = released(record(WAITS), WAITS, "li", uncredited(as_rostered, [paid]), ON)
    assert (less.fen, less.reason) == (60_000, "certified again; arrears 2025-01…2025-04 4 × 150.00")


def test_what_has_been_paid_already_is_followed_by_an_order_of_its_own() -> None:
    seen = replace(WAITS, state=InstructionState.SEEN)
    before, order = released(record(seen), seen, "li", as_rostered, ON)
    assert (before.state, before.held) == (InstructionState.SEEN, ())
    assert (order.month, order.fen, order.state, order.issued) == (
        "2025-07",
        30_000,
        InstructionState.ISSUED,
        ON,
    )
    assert order.arrears == MONTHS[3:]
    _, later = released(record(seen), seen, "li", as_rostered, day("2025-09-01"))
    assert later.month == "2025-09"


@pytest.mark.parametrize(
    ("told", "by", "code"),
    [
        (TOLD, "li", "nothing_held"),
        (replace(WAITS, state=InstructionState.CANCELLED), "li", "nothing_held"),
        (WAITS, "clerk-7", "same_person"),
    ],
)
def test_who_approves_nothing(told: Instruction, by: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        released(record(told), told, by, as_rostered, ON)
    assert refused.value.code == code
