"""The other figures of the bench: they still run, whatever the project's settings and models become."""

from __future__ import annotations

import os

import pytest
from rich.table import Table

from bench import decisions, rehearsing, report, status
from chalicelib.engine.rehearsal.replay import Effect
from chalicelib.settings import settings


def test_everybody_is_decided_for() -> None:
    seconds, verdicts = decisions.cpu_seconds(50)
    assert seconds > 0
    assert verdicts >= 50


def test_everybody_is_rehearsed_for() -> None:
    cpu, peak, replayed = rehearsing.rehearse(50)
    assert cpu > 0
    assert peak > 0
    assert replayed.people == 50
    assert replayed.total(Effect.SHORTER) + replayed.total(Effect.CERTIFICATE_LOST) > 25


def test_the_status_is_told_and_so_is_the_bare_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    settings.cache_clear()
    monkeypatch.setattr(status, "ROUNDS", 1)
    found = status.measured(2)
    assert min(found.ours, found.new_token, found.bare) > 0
    assert found.queries == 1, "the record is read once"


def test_a_table_of_the_terminal_becomes_one_of_the_page() -> None:
    table = Table(caption="and why")
    table.add_column("what")
    table.add_column("how much")
    table.add_row("writes", "5")
    assert report.as_markdown(table).splitlines() == [
        "| what | how much |", "| --- | ---: |", "| writes | 5 |", "", "and why",
    ]  # fmt: skip


@pytest.mark.parametrize(("figure", "more", "kept"), [(2, False, True), (4, False, False), (4, True, True)])
def test_a_budget_is_kept_on_its_better_side(figure: float, more: bool, kept: bool) -> None:
    assert report.Budget("x", figure, 3, 1, "times", more_is_better=more).is_kept is kept
