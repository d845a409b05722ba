"""Files and feeds on the operator's command line."""

from __future__ import annotations

import pytest
from rich.console import Console

from admin import file_commands
from admin.__main__ import main as admin
from chalicelib.model import FileState
from chalicelib.storage.dynamodb import files
from tests.api.town import a_file

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(record=True, width=200, quiet=False)
    monkeypatch.setattr(file_commands, "console", console)
    return console


@pytest.mark.parametrize(("verb", "state"), [("release", FileState.RELEASED), ("refuse", FileState.REFUSED)])
def test_a_held_file_is_decided_once(printed: Console, verb: str, state: FileState) -> None:
    held = a_file()
    assert admin(["files", verb, held.id, "--reason", "已电话核实", "--by", "officer-7"]) == 0
    decided = files.find(held.id)
    assert (decided.state, decided.steps[-1].by, decided.steps[-1].reason) == (
        state,
        "officer-7",
        "已电话核实",
    )
    other = {"release": "refuse", "refuse": "release"}[verb]
    assert admin(["files", other, held.id, "--reason", "已电话核实"]) == 1
    assert "not held" in printed.export_text()


def test_a_file_that_does_not_exist(printed: Console) -> None:
    assert admin(["files", "release", "0" * 16, "--reason", "已电话核实"]) == 1
    assert "no such file" in printed.export_text()


def test_the_feeds_with_their_states_and_no_file_name(printed: Console) -> None:
    a_file(state=FileState.LOADED)
    assert admin(["feeds"]) == 0
    text = printed.export_text()
    assert "cremations" in text
    assert "missing" in text
    assert "孟晓华" not in text


def test_files_are_listed_and_dead_ones_redriven(printed: Console) -> None:
    held, dead = a_file(), a_file(state=FileState.DEAD)
    assert admin(["files", "list", "--state", "held"]) == 0
    assert held.id in printed.export_text()
    assert admin(["files", "redrive"]) == 0
    text = printed.export_text()
    assert dead.id in text
    assert held.id not in text
