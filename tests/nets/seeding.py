"""Seeded bugs as they are declared, and how one gets into a copy of the project."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
BUGS: Final = Path(__file__).with_name("bugs.yaml")


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text that stands in a file exactly once, and what a careless hand makes of it."""

    file: str
    before: str
    after: str

    def done_to(self, text: str) -> str:
        """The text of the file with the bug in it; ValueError where it stands there not once."""
        if text.count(self.before) != 1:
            raise ValueError(f"{self.file} has {text.count(self.before)} times:\n{self.before}")
        changed = text.replace(self.before, self.after)
        if self.file.endswith(".py"):
            ast.parse(changed)
        elif self.file.endswith(".json"):
            json.loads(changed)
        else:
            yaml.safe_load(changed)
        return changed


@dataclass(frozen=True, slots=True)
class Bug:
    """One mistake that somebody might make, and the nets: the tests that must notice it, and the promises
    that the fault machine must find broken by it."""

    name: str
    harm: str
    promise: str
    net: tuple[str, ...]
    faults: tuple[str, ...]
    changes: tuple[Replacement, ...]

    def put_into(self, folder: Path) -> None:
        """Put the bug into a copy of the project."""
        for change in self.changes:
            path = folder / change.file
            path.write_text(change.done_to(path.read_text(encoding="utf-8")), encoding="utf-8")

    def take_out_of(self, folder: Path) -> None:
        """Put back what the project has."""
        for change in self.changes:
            shutil.copyfile(ROOT / change.file, folder / change.file)


def bugs() -> list[Bug]:
    """Every seeded bug, in the order in which they are declared."""
    declared: list[dict[str, Any]] = yaml.safe_load(BUGS.read_text(encoding="utf-8"))
    return [
        Bug(
            each["bug"],
            each["harm"],
            each["promise"],
            tuple(each.get("net", ())),
            tuple(each.get("faults", ())),
            tuple(Replacement(**change) for change in each["changes"]),
        )
        for each in declared
    ]


def copy_to(folder: Path) -> None:
    """Copy every file that the project keeps, or is about to: as it is, not as it was last committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
