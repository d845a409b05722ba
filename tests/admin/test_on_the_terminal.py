"""What an operator sees: ids whole in a narrow window, and days by the sandbox's clock."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from admin import __main__ as command_line
from admin import file_commands
from admin.tables import show
from chalicelib import clock
from tests.api.town import a_file

THERE = "2027-03-05T01:00:00+00:00"


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def narrow() -> Console:
    return Console(file=io.StringIO(), width=80)


def test_an_id_stands_whole_and_a_long_text_is_folded() -> None:
    console, file, text = narrow(), "0123456789abcdef", "很长的理由" * 30
    table = Table("file", "feed", "who", "reason", box=None)
    table.add_row(file, "household_deregistration_of_the_county", "P" * 26, text)
    show(console, table, "file", "feed", "who")
    told = printed(console)
    for whole in (file, "household_deregistration_of_the_county", "P" * 26):
        assert whole in told
    assert "…" not in told
    assert sum(line.count("理") for line in told.splitlines()) == 30


@pytest.mark.usefixtures("aws")
def test_the_files_are_listed_with_their_whole_ids_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    console, held = narrow(), a_file()
    monkeypatch.setattr(file_commands, "console", console)
    assert command_line.main(["files", "list"]) == 0
    assert held.id in printed(console)
    assert held.code in printed(console)


@pytest.fixture
def jumping_clock() -> Iterator[str]:
    """The address of a clock like the sandbox's."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"now": THERE}).encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("sourced", [False, True], ids=["from the file", "in the environment"])
def test_beside_a_sandbox_it_is_the_day_of_the_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, jumping_clock: str, sourced: bool
) -> None:
    """Also where its settings were sourced into the shell, as README does."""
    monkeypatch.setattr(clock, "_source", clock._source)
    settings = tmp_path / "settings.env"
    settings.write_text(f"export WUGAN_PACK=bozhou WUGAN_CLOCK_URL={jumping_clock}\n")
    for name, value in (("WUGAN_PACK", "bozhou"), ("WUGAN_CLOCK_URL", jumping_clock)):
        monkeypatch.setenv(name, value)
        if not sourced:
            monkeypatch.delenv(name)
    command_line.find_deployment(settings)
    assert clock.now() == datetime.fromisoformat(THERE)
