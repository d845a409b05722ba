"""Live a town once as the platform is, and once without each lever; print the table. `make levers`.

Whom it harms is not decided here: a town without a lever may break promises, and its row still counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bench.changed_copies import Replacement, copy_to, put_into, take_out_of

LEVERS: Final = Path(__file__).with_name("levers.yaml")
AS_IT_IS: Final = "as_it_is"
COLUMNS: Final = (
    ("truth", "living_suspended_by_rule", "living suspended"),
    ("truth", "wrong_certifications", "wrong certificates"),
    ("truth", "months_paid_to_the_dead", "months to the dead"),
    ("truth", "yuan_paid_to_the_dead", "yuan to the dead"),
    ("noise", "first_reminders_before_data", "first reminders in vain"),
    ("noise", "visits_before_data", "visits in vain"),
    ("noise", "most_reminders", "most reminders of one"),
)


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that was decided, and how the project reads without it."""

    name: str
    zh: str
    en: str
    changes: tuple[Replacement, ...]


def levers() -> list[Lever]:
    """Every lever, the platform as it is first."""
    declared: list[dict[str, Any]] = yaml.safe_load(LEVERS.read_text(encoding="utf-8"))
    return [
        Lever(
            each["lever"],
            each["what"]["zh"],
            each["what"]["en"],
            tuple(Replacement(**change) for change in each.get("changes", ())),
        )
        for each in declared
    ]


def main(arguments: Sequence[str]) -> int:
    """Print a row for each lever; 1 where a town did not come to its end."""
    parser = argparse.ArgumentParser(prog="bench.levers")
    parser.add_argument("levers", nargs="*", help="names of levers; all without any")
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    taken = [one for one in levers() if not chosen.levers or one.name in (AS_IT_IS, *chosen.levers)]
    print("| without it |", " | ".join(title for *_, title in COLUMNS), "|")
    print("| --- |", " ---: |" * len(COLUMNS), flush=True)
    missing = 0
    with tempfile.TemporaryDirectory(prefix="levers-") as made:
        folder = Path(made)
        copy_to(folder)
        for one in taken:
            put_into(folder, one.changes)
            report = _lived(folder, chosen.people, chosen.seed)
            take_out_of(folder, one.changes)
            missing += report is None
            said = "did not come to its end" if report is None else " | ".join(_figures(report))
            print(f"| {one.name}: {one.en} | {said} |", flush=True)
    return 1 if missing else 0


def _lived(folder: Path, people: int, seed: int) -> dict[str, Any] | None:
    """The report of a town that a copy of the project lived."""
    path = folder / "build" / "levers.json"
    path.unlink(missing_ok=True)
    town = ["--pack", "bozhou", "--people", str(people), "--seed", str(seed), "--report", str(path)]
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "sandbox", "run", "--once", *town],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if not path.exists():
        return None
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def _figures(report: dict[str, Any]) -> Iterator[str]:
    for part, name, _ in COLUMNS:
        figure = report[part][name]
        yield f"{figure['value']:,} of {figure['of']:,}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
