"""The tests that must notice: which of them run a line, how long each takes, and whether one fails.

Everything runs in forked children. The parent has imported what others wrote (pytest, pydantic, moto),
never the package itself, so that a child begins with a faulty module at little cost; no file is changed.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

import coverage
import hypothesis
import pytest

from tests.mutants.changes import Mutant, Words, mutated

SECONDS: Final = 60
MEMORY: Final = 4_000_000_000  # address space beyond what the parent has, in bytes
OPTIONS: Final = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    OUT_OF_TIME = "out of time"  # killed as well: somebody would have noticed
    SURVIVED = "survived"


@dataclass(slots=True)
class Measured:
    """What the tests do without any fault: which run a line, and how long each takes."""

    by_line: dict[Path, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    modules: list[str] = field(default_factory=list)  # of others, imported on the way

    def by_nearness(self, mutant: Mutant) -> tuple[set[str], set[str]]:
        """The tests that run a mutant's line, and the others that run its file.

        The second matter for what is made once and kept: only the first test runs those lines. What runs
        at import alone (a declared limit) concerns all tests.
        """
        lines = self.by_line.get(mutant.path, {})
        of_line = set(lines.get(mutant.line, ())) - {""}
        if not of_line:
            return set(), set(self.seconds)
        return of_line, {test for tests in lines.values() for test in tests if test} - of_line


class _Measuring:
    """Tells coverage whose lines run, and keeps the time."""

    def __init__(self, lines: coverage.Coverage, measured: Measured) -> None:
        self.lines, self.measured = lines, measured

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.lines.switch_context(item.nodeid)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seconds = self.measured.seconds
        seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration


class _Chosen:
    """Keeps the chosen tests, the fastest first."""

    def __init__(self, chosen: Collection[str], seconds: Mapping[str, float]) -> None:
        self.chosen, self.seconds = chosen, seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self.chosen] or items
        items[:] = sorted(kept, key=lambda item: self.seconds.get(item.nodeid, 0.0))


class _FaultyLoader(SourceFileLoader):
    tree: ast.Module

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree, self.path, "exec", dont_inherit=True)


class _Faulty(MetaPathFinder):
    """Imports one module with a fault in it."""

    def __init__(self, mutant: Mutant, tree: ast.Module) -> None:
        self.mutant, self.tree = mutant, tree

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        file = str(self.mutant.path.resolve())
        loader = _FaultyLoader(fullname, file)
        loader.tree = self.tree
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


def measure(package: Path, tests: Sequence[str]) -> Measured:
    """Run all tests once without a fault; raises RuntimeError if one fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _leave(lambda: _measure(package, tests, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise RuntimeError("without any fault, a test fails")
    measured: Measured = pickle.loads(told)  # noqa: S301  # our own child's
    for name in measured.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    return measured


def _measure(package: Path, tests: Sequence[str], writing: int) -> int:
    lines = coverage.Coverage(data_file=None, config_file=False, source=[str(package)], messages=False)
    measured = Measured()
    lines.start()
    code = _pytest(tests, _Measuring(lines, measured))
    lines.stop()
    data = lines.get_data()
    for path in package.rglob("*.py"):
        measured.by_line[path] = data.contexts_by_lineno(str(path.resolve()))
    measured.modules = [name for name, module in sys.modules.items() if _is_of_others(module)]
    with os.fdopen(writing, "wb") as answer:
        pickle.dump(measured, answer)
    return code


def _is_of_others(module: ModuleType) -> bool:
    return "site-packages" in (getattr(module, "__file__", None) or "")


def outcome(mutant: Mutant, words: Words, measured: Measured) -> Outcome:
    """Whether a test fails of those that a fault can concern."""
    tree = mutated(mutant, words)
    for chosen in measured.by_nearness(mutant):
        if chosen and (found := _run(mutant, tree, chosen, measured)) is not Outcome.SURVIVED:
            return found
    return Outcome.SURVIVED


def _run(mutant: Mutant, tree: ast.Module, chosen: Collection[str], measured: Measured) -> Outcome:
    child = os.fork()
    if child == 0:
        _leave(lambda: _try(mutant, tree, chosen, measured))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == -signal.SIGALRM:
        return Outcome.OUT_OF_TIME
    return Outcome.KILLED if code else Outcome.SURVIVED


def _try(mutant: Mutant, tree: ast.Module, chosen: Collection[str], measured: Measured) -> int:
    signal.alarm(SECONDS)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.meta_path.insert(0, _Faulty(mutant, tree))
    files = sorted({test.partition("::")[0] for test in chosen})
    return _pytest(files, _Chosen(chosen, measured.seconds))


def _pytest(tests: Sequence[str], plugin: Any) -> int:
    """Chance is the same in every run, and a slow machine is no fault."""
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    return int(pytest.main([*OPTIONS, *tests], plugins=[plugin]))


def _leave(work: Callable[[], int]) -> None:
    """End this child with what the work returns, whatever happens in it."""
    code = 70
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
