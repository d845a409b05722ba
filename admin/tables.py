"""Tables on the terminal: an id is never cut, however narrow the window; long texts are folded."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_TEXT: Final = 48  # characters of a cell of text in one line
_BOUNDLESS: Final = 10_000


def show(console: Console, table: Table, *ids: str) -> None:
    """Print a table; the columns called so stand whole, on a line that the terminal may wrap."""
    for column in table.columns:
        column.no_wrap = column.header in ids
        if not column.no_wrap:
            column.overflow, column.max_width = "fold", _TEXT
    needed = Measurement.get(console, console.options.update(width=_BOUNDLESS), table).maximum
    before, console.width = console.width, max(console.width, needed)
    console.print(table)
    console.width = before
