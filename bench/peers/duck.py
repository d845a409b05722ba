"""The job in DuckDB.

python -m bench.peers.duck build/bench/small answer.json
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from tempfile import NamedTemporaryFile
from typing import Final

import duckdb

from bench.job import ON, Answer, Inputs, Style, write_answers
from bench.peers.words import BORN_FROM, BORN_TO, FULL_WIDTH, SEPARATORS, ZERO_WIDTH, weighted

SQL: Final = Template(Path(__file__).with_name("duckdb.sql").read_text(encoding="utf-8"))
REASONS: Final = "select fault, sum(times)::bigint from sound where fault is not null group by fault"
NEWEST: Final = """
select count(*), sum(days)::bigint, sum(days * pno)::bigint
from (select pno, max(days) as days from sound where fault is null group by pno)
"""


def _replaced(column: str, pairs: dict[str, str]) -> str:
    for text, by in pairs.items():
        column = f"replace({column}, '{text}', '{by}')"
    return column


def statements(path: Path, style: Style) -> str:
    """The SQL for one file."""
    columns = ", ".join(f"'{place}': 'varchar'" for place in range(8 if style.is_ragged else 7))
    line_end = "\\r\\n" if style.line_end == "\r\n" else "\\n"
    options = [
        "auto_detect = false", "header = true", "delim = ','", "quote = '\"'", "escape = '\"'",
        f"columns = {{{columns}}}", f"null_padding = {str(style.is_ragged).lower()}",
        f"new_line = '{line_end}'",
    ]  # fmt: skip
    return SQL.substitute(
        file=path,
        options=", ".join(options),
        torn='"6" is null or "7" is not null' if style.is_ragged else "false",
        weighted=weighted("body", "//"),
        born_from=BORN_FROM,
        born_to=BORN_TO,
        mend_number=_replaced("number", {**FULL_WIDTH, ZERO_WIDTH: "", " ": "", "''": ""}),
        mend_day=_replaced("day", {**FULL_WIDTH, **SEPARATORS}),
        on=ON,
    )


@contextmanager
def in_utf8(path: Path, style: Style) -> Iterator[Path]:
    """The file as UTF-8: DuckDB reads no GB 18030 without a download, so iconv writes it anew."""
    if style.encoding == "utf-8":
        yield path
        return
    with NamedTemporaryFile(suffix=".csv") as file:
        subprocess.run(["iconv", "-f", style.encoding, "-t", "utf-8", path], stdout=file, check=True)
        yield Path(file.name)


def main(inputs: Inputs, result: Path) -> None:
    """Read all files, one after the other."""
    connection = duckdb.connect()
    connection.execute(
        "set threads = 2; set preserve_insertion_order = false; set enable_progress_bar = false"
    )
    connection.execute("create table roster as select number, pno from read_parquet(?)", [str(inputs.roster)])
    answers = []
    for index, path in enumerate(inputs.files):
        style = Style(index)
        with in_utf8(path, style) as readable:
            connection.execute(statements(readable, style))
        rejected: dict[str, int] = dict(connection.execute(REASONS).fetchall())
        strangers = rejected.pop("stranger", 0)
        pairs, days, sums = connection.execute(NEWEST).fetchall()[0]
        [(rows,)] = connection.execute("select sum(times)::bigint from kept").fetchall()
        sound = rows - strangers - sum(rejected.values())
        answers.append(Answer(index, rows, sound, strangers, pairs, days, sums, rejected))
    write_answers(result, answers)


if __name__ == "__main__":
    main(Inputs(Path(sys.argv[1])), Path(sys.argv[2]))
