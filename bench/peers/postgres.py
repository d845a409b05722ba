"""The job in PostgreSQL 15: a server of its own on loopback, started here and stopped after.

    python -m bench.peers.postgres build/bench/small answer.json

The server is a child of this process, so that its CPU seconds are among those of its children.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from string import Template
from tempfile import mkdtemp
from typing import Final

from bench.job import ON, Answer, Inputs, Style, write_answers
from bench.peers.words import BORN_FROM, BORN_TO, weighted

PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
PACKAGE: Final = "postgresql-15"
PORT: Final = 5439
UNPRIVILEGED: Final = "postgres"  # made by the package; the server refuses to run as root
HERE: Final = Path(__file__)
# For CPU seconds: nothing is written ahead or flushed, no second process shares a query.
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1", "port": str(PORT), "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
    "shared_buffers": "256MB", "temp_buffers": "256MB", "work_mem": "1GB", "hash_mem_multiplier": "2",
    "max_parallel_workers_per_gather": "0", "jit": "off",
}  # fmt: skip


def install() -> None:
    """Install Debian's package where it is missing; raises CalledProcessError."""
    if not (PROGRAMS / "postgres").exists():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "--no-install-recommends", "-y", PACKAGE]):
            subprocess.run(["apt-get", "-qq", *words], check=True, env=environment)


def _user() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None


def make_cluster() -> Path:
    """An empty cluster in a folder of its own under the folder for temporary files."""
    folder = Path(mkdtemp(prefix="wugan-bench-"))
    if _user():
        shutil.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
    command: list[str | Path] = [
        PROGRAMS / "initdb",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--username=postgres",
    ]
    subprocess.run(
        [*command, "--pgdata", folder / "data"],
        check=True,
        user=_user(),
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    return folder


@contextmanager
def server(folder: Path) -> Iterator[None]:
    """The server of a cluster, running; stopped when the block ends."""
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command: list[str | Path] = [PROGRAMS / "postgres", "-D", folder / "data", "-k", folder, *options]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, user=_user(), cwd=folder, stdout=log, stderr=log)
        try:
            while subprocess.run(
                [PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(PORT)], check=False
            ).returncode:
                if running.poll() is not None:
                    raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
                time.sleep(0.05)
            yield
        finally:
            running.terminate()
            running.wait()


def ask(script: str) -> str:
    """What psql answers to a script, one line per row."""
    command: list[str | Path] = [
        PROGRAMS / "psql",
        "-h",
        "127.0.0.1",
        "-p",
        str(PORT),
        "-U",
        "postgres",
        "-XqAt",
        "-v",
        "ON_ERROR_STOP=1",
    ]
    done = subprocess.run(command, input=script, text=True, check=True, stdout=subprocess.PIPE)
    return str(done.stdout)


def _days_of_the_year() -> str:
    days = (date(2023, 1, 1) + timedelta(days=number) for number in range(365))
    return ", ".join(str(day.month * 100 + day.day) for day in days)


def script(inputs: Inputs, readable: Sequence[Path], roster: Path) -> str:
    """The whole job as one session."""
    setup = Template(HERE.with_name("postgres_setup.sql").read_text(encoding="utf-8"))
    each = Template(HERE.with_name("postgres.sql").read_text(encoding="utf-8"))
    rules = {
        "weighted": weighted("body", "/"), "days_of_the_year": _days_of_the_year(),
        "born_from": BORN_FROM, "born_to": BORN_TO, "on": ON,
    }  # fmt: skip
    parts = [setup.substitute(rules, roster=roster)]
    for index, path in enumerate(readable):
        style = Style(index)
        # COPY stops at a row with a cell too many or too few: awk leaves those out, and blank lines.
        source = f"program 'awk -F, NF==7 {path}'" if style.is_ragged else f"filename '{path}'"
        encoding = "GB18030" if style.encoding == "gb18030" else "UTF8"
        parts.append(each.substitute(rules, source=source, encoding=encoding, index=index))
    return "\n".join([*parts, "select row_to_json(answers) from answers order by file;"])


def linked(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The files under names that the server's user can reach, whoever owns the folders above them."""
    for path in paths:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy(path, folder / path.name)
    return [folder / path.name for path in paths]


def _ragged(path: Path) -> int:
    """Rows that awk leaves out: neither blank nor of seven cells."""
    command: list[str | Path] = ["awk", "-F,", "NF!=7 && NF {count++} END {print count+0}", path]
    return int(subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout)


def _answer(line: str, files: Sequence[Path]) -> Answer:
    said = json.loads(line)
    rejected: dict[str, int] = {reason: int(times) for reason, times in said["reasons"].items()}
    strangers = rejected.pop("stranger", 0)
    sound = said["rows"] - strangers - sum(rejected.values())
    ragged = _ragged(files[said["file"]]) if Style(said["file"]).is_ragged else 0
    if ragged:
        rejected["ragged_row"] = ragged
    return Answer(
        said["file"],
        said["rows"] + ragged,
        sound,
        strangers,
        said["pairs"],
        said["days"],
        said["weighted"],
        rejected,
    )


def main(inputs: Inputs, result: Path, folder: Path) -> None:
    """Read all files in one session of a server started for it."""
    *readable, roster = linked([*inputs.files, inputs.roster_csv], folder)
    with server(folder):
        said = ask(script(inputs, readable, roster))
    write_answers(result, [_answer(line, inputs.files) for line in said.splitlines()])


if __name__ == "__main__":
    main(Inputs(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
