"""Copies of the project in which a text of a file is another: what follows from it can be seen."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text that stands in a file exactly once, and what stands there in the copy."""

    file: str
    before: str
    after: str

    def done_to(self, text: str) -> str:
        """The text of the file as it is in the copy; ValueError where `before` stands there not once."""
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


def put_into(folder: Path, changes: Iterable[Replacement]) -> None:
    """Make the changes in a copy of the project, one after another."""
    for change in changes:
        path = folder / change.file
        path.write_text(change.done_to(path.read_text(encoding="utf-8")), encoding="utf-8")


def take_out_of(folder: Path, changes: Iterable[Replacement]) -> None:
    """Put back what the project has."""
    for change in changes:
        shutil.copyfile(ROOT / change.file, folder / change.file)
