"""Who answers about two numbers under one payee dies; done again, both records say the same (rule 19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from chalicelib import cases
from chalicelib.cases import two_numbers
from chalicelib.model import PersonId, SuspicionKind, SuspicionState, Verification
from chalicelib.storage.dynamodb import people
from tests.workflow.crashes import outline, same, sweep
from tests.workflow.test_crash_points_of_decisions import PENSION, Work, folk_of, once
from tests.workflow.village import AUTHORITY, DUE, ROSTER, Recipient, Village

FIRST_OF_THE_OTHERS: Final = 600


def other(recipient: Recipient) -> Recipient:
    """The number under the same payee."""
    return replace(recipient, sequence=recipient.sequence + FIRST_OF_THE_OTHERS)


def id_of(recipient: Recipient) -> PersonId:
    found = people.person_id_of(recipient.number)
    assert found is not None
    return found


def settle_both(village: Village, folk: list[Recipient]) -> None:
    """List everybody's other number as well."""
    lines = [line for each in (*folk, *map(other, folk)) for line in each.lines()]
    village.drop("roster", "\n".join([ROSTER, *lines]) + "\n", "both.csv")


@pytest.mark.parametrize("one_person", [True, False])
def test_dying_while_two_numbers_are_answered(village: Village, one_person: bool) -> None:
    folk = folk_of(village, 20, DUE)
    settle_both(village, folk)

    def answer(recipient: Recipient) -> Work:
        pair = id_of(recipient), id_of(other(recipient))
        two_numbers.numbers_shared([(*pair, PENSION)])
        (asked,) = people.load(pair[0]).open_suspicions
        how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}
        return once(
            lambda: cases.suspicion_verified(
                pair[0], SuspicionKind.TWO_NUMBERS, asked.day, confirmed=one_person, by="officer", **how
            )
        )

    def end(recipient: Recipient) -> dict[str, Any]:
        both = [people.load(id_of(each)) for each in (recipient, other(recipient))]
        return {
            "records": [outline(record) for record in both],
            "asked": [[(s.state, s.verified_by) for s in record.suspicions] for record in both],
        }

    assert sweep(answer, end, same, list(folk)) >= 3
    found = SuspicionState.CONFIRMED if one_person else SuspicionState.CLEARED
    assert end(folk[0])["asked"] == [[(found, "officer")]] * 2
