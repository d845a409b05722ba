"""Damaged files of every feed: read or refused, never a crash, and every row accounted for."""

from __future__ import annotations

import pytest

from tests.fuzz.mutations import MUTATIONS, mutants, read_mutant, samples, what_is_wrong

FILES = 300  # `make fuzz` reads thousands


def test_every_feed_and_every_mutation_takes_part() -> None:
    names = [mutant.name for mutant in mutants(FILES, seed=1)]
    assert {name.split()[1] for name in names} == {feed.id for feed, _ in samples()}
    assert all(any(mutation.__name__ in name for name in names) for mutation in MUTATIONS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_damaged_files_are_read_or_refused_and_add_up() -> None:
    wrong = {}
    for mutant in mutants(FILES, seed=1):
        why = what_is_wrong(mutant, read_mutant(mutant))
        if why:
            wrong[mutant.name] = why
    assert wrong == {}
