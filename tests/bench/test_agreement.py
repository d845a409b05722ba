"""Programs that are compared must do the same job: each gives the answer that the generator knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench import ours
from bench.data import DIRT, KINDS, generate
from bench.job import TINY, Answer, Inputs, differences, read_answers
from bench.peers import duck, plain


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return generate(TINY, tmp_path_factory.mktemp("bench"))


def truth(inputs: Inputs) -> list[Answer]:
    return read_answers(inputs.truth)


PROGRAMS = {
    "wugan": ours.main,
    "wugan, in ranges": partial(ours.main, large=0),
    "duckdb": duck.main,
    "python": plain.main,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_each_program_finds_the_truth(
    program: Callable[[Inputs, Path], None], inputs: Inputs, tmp_path: Path
) -> None:
    program(inputs, tmp_path / "answer.json")
    assert differences(truth(inputs), read_answers(tmp_path / "answer.json"), "it") == []


def test_every_row_is_about_somebody_or_rejected(inputs: Inputs) -> None:
    for answer in truth(inputs):
        assert answer.rows == answer.sound + answer.strangers + sum(answer.rejected.values())


def test_the_data_hold_every_kind_of_dirt(inputs: Inputs) -> None:
    found = {reason for answer in truth(inputs) for reason in answer.rejected}
    assert found == {reason for reason in DIRT.values() if reason} | {"ragged_row"}
    assert len(KINDS) == 23


def test_a_wrong_answer_is_named_by_file_and_figure(inputs: Inputs) -> None:
    first, *rest = truth(inputs)
    wrong = [replace(first, pairs=first.pairs + 1), *rest]
    assert differences(truth(inputs), wrong, "x") == [
        f"x, file 0, pairs: {first.pairs + 1} instead of {first.pairs}"
    ]


def test_the_same_size_is_the_same_data(inputs: Inputs, tmp_path: Path) -> None:
    again = generate(TINY, tmp_path)
    assert [path.read_bytes() for path in again.files] == [path.read_bytes() for path in inputs.files]
