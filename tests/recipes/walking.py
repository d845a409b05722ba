"""Reads a recipe of CONTRIBUTING.md and does what its steps say, on a copy of the files that they name.

A block is written as a difference: `+++ path` names the file, lines with a blank stand in it, one below the
other, lines with + come in, lines with - go; `@@` goes on further down. What is no longer found there fails:
a recipe is as true as the code.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
_BLOCK: Final = re.compile(r"^   (`{3,})diff\n(.*?)^   \1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """What one step does to one file, hunk by hunk."""

    file: str
    hunks: tuple[str, ...]

    def done_to(self, text: str) -> str:
        """The text of the file afterwards; AssertionError for a place that is not there."""
        place = 0
        for hunk in self.hunks:
            lines = [(line[:1], line[1:]) for line in hunk.splitlines()]
            before = "".join(f"{line}\n" for mark, line in lines if mark in (" ", "-", ""))
            after = "".join(f"{line}\n" for mark, line in lines if mark in (" ", "+", ""))
            found = text.find(before, place) if before else 0
            assert found >= 0, f"{self.file} has no longer:\n{before}"
            text = text[:found] + after + text[found + len(before) :]
            place = found + len(after)
        return text


def recipe(title: str) -> list[list[Part]]:
    """The parts of each step of a recipe that shows any, in order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    steps = re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]
    shown = [[part for _, block in _BLOCK.findall(step) for part in _parts(block)] for step in steps]
    return [step for step in shown if step]


def _parts(block: str) -> Iterable[Part]:
    lines = "".join(line[3:] if line.strip() else line for line in block.splitlines(keepends=True))
    for part in re.split(r"^\+\+\+ ", lines, flags=re.MULTILINE)[1:]:
        file, _, rest = part.partition("\n")
        yield Part(file, tuple(re.split(r"^@@\n", rest, flags=re.MULTILINE)))


@dataclass(frozen=True)
class Project:
    """A copy of the project, as far as a recipe changes it or a guard reads it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def has(self, *paths: str) -> None:
        """Copy files and folders that are to be read as well."""
        for path in paths:
            there = self.folder / path
            there.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / path).is_dir():
                shutil.copytree(ROOT / path, there, ignore=shutil.ignore_patterns("__pycache__", "packs"))
            elif not there.exists():
                shutil.copyfile(ROOT / path, there)

    def do(self, step: Iterable[Part]) -> None:
        """Do what a step says."""
        for part in step:
            if (ROOT / part.file).exists():
                self.has(part.file)
            file = self.folder / part.file
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(part.done_to(before), encoding="utf-8")

    def load(self, path: str) -> ModuleType:
        """The module that stands there now, beside the project's own of that name."""
        name = "recipes." + path.removesuffix(".py").replace("/", ".")
        spec = spec_from_file_location(name, self.folder / path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        self.monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module


def complaining(*guards: Callable[[], object]) -> set[str]:
    """The names of the guards that complain."""
    found = set()
    for guard in guards:
        try:
            guard()
        except Exception:
            found.add(getattr(guard, "__name__", str(guard)))
    return found
