"""Damaged files of every feed: read or refused, never a crash, and every row accounted for."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import LARGEST_PEAK, what_fails
from tests.fuzz.judging import what_is_wrong
from tests.fuzz.mutations import MUTATIONS, mutants, read_mutant, samples

pytestmark = pytest.mark.slow

FILES = 300  # `make fuzz` reads 5,000, each in a process of its own


def test_every_feed_and_every_mutation_takes_part() -> None:
    names = [mutant.name for mutant in mutants(FILES, seed=1)]
    assert {name.split()[1] for name in names} == {feed.id for feed, _ in samples()}
    assert all(any(mutation.__name__ in name for name in names) for mutation in MUTATIONS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_damaged_files_are_read_or_refused_and_add_up() -> None:
    wrong = {}
    for mutant in mutants(FILES, seed=1):
        why = what_is_wrong(mutant.feed, read_mutant(mutant))
        if why:
            wrong[mutant.name] = why
    assert wrong == {}


@pytest.mark.parametrize(
    ("outcomes", "peak", "why"),
    [
        ({"fine": 5}, LARGEST_PEAK, []),
        ({"fine": 5}, LARGEST_PEAK + 1, ["700 MB"]),
        ({"fine": 4, "hang": 1}, 0, ["1 of 5"]),
        ({"crash": 5}, LARGEST_PEAK * 2, ["5 of 5", "1400 MB"]),
    ],
)
def test_a_run_fails_for_a_file_that_is_not_read_and_for_one_that_takes_too_much_memory(
    outcomes: dict[str, int], peak: int, why: list[str]
) -> None:
    told = what_fails(outcomes, 5, peak)
    assert len(told) == len(why)
    assert all(words in each for words, each in zip(why, told, strict=True))
