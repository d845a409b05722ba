"""Whose a number is, and whether a name goes with it."""

from __future__ import annotations

import pytest

from chalicelib.storage.dynamodb import lookups, tables
from chalicelib.storage.dynamodb.items import IDENTITY
from chalicelib.storage.dynamodb.tables import People
from tests.storage.builders import NAME, NUMBER, known

pytestmark = pytest.mark.usefixtures("aws")


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "written before there were marks"])
def test_a_name_goes_with_a_number_or_does_not(marked: bool) -> None:
    person = known()
    if not marked:
        box = tables.get(People, f"P#{person}", IDENTITY)
        assert box is not None
        tables.put(People(box.pk, box.sk, sealed=box.sealed, mark=box.mark))
    for name, found in ((None, person), (NAME, person), ("别人", None), ("", None)):
        record = lookups.find(NUMBER, name)
        assert (record.person.id if record else None) == found, name
    assert lookups.find("341602194803054321", NAME) is None
