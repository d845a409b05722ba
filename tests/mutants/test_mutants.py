"""What nobody notices survives, and is named."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.mutants.changes import mutants, mutated, words_of

ROOT = Path(__file__).parents[2]

FARES = '''
"""Nobody pays below six."""

def fare(age: int) -> int:
    if age < 6:
        return 0
    return max(age, 6) - age + 2
'''
CHECKS = """
from shop.fares import fare

def test_fare():
    assert [fare(age) for age in (5, 6, 70)] == [0, 2, 2]
"""


def test_a_fault_that_changes_an_answer_is_killed_and_one_that_changes_none_survives(tmp_path: Path) -> None:
    """From six on, `max(age, 6) - age` is nothing: with 5 for 6 it is nothing still."""
    for name, text in {
        "shop/__init__.py": "",
        "shop/fares.py": FARES,
        "checks/test_fares.py": CHECKS,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    command = [sys.executable, "-m", "tests.mutants", "--package", "shop", "--tests", "checks"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    survivors = [line for line in done.stdout.splitlines() if line.startswith("survived")]
    assert survivors == ["survived: shop/fares.py:7: 6  ->  5"], done.stdout + done.stderr
    assert "14 of 14 mutants (seed 1): killed 13" in done.stdout
    assert (tmp_path / "shop/fares.py").read_text(encoding="utf-8") == FARES


def shown(path: Path, text: str) -> set[tuple[str, str]]:
    path.write_text(text, encoding="utf-8")
    return {(mutant.before, mutant.after) for mutant in mutants(path, words_of(path.parent))}


def test_words_are_changed_where_they_are_compared(tmp_path: Path) -> None:
    text = "class Way(StrEnum):\n    SEA = 1\n    AIR = 2\nx = way is Way.SEA or way == 'rail'\n"
    assert shown(tmp_path / "ways.py", text) >= {
        ("way is Way.SEA", "way is Way.AIR"),
        ("way is Way.SEA", "way is not Way.SEA"),
        ("way == 'rail'", "way == 'rail mutated'"),
    }


def test_text_and_types_are_left_alone(tmp_path: Path) -> None:
    text = (
        '@cache(size=1)\ndef zh(day: Literal[1]) -> "1":\n    """Day 1."""\n    raise Wrong("1 of" + " 2")\n'
    )
    assert shown(tmp_path / "text.py", text) == set()


def test_one_fault_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "sums.py"
    path.write_text("total = 1 + 1\n", encoding="utf-8")
    assert [ast.unparse(mutated(mutant, {})) for mutant in mutants(path, {})] == [
        "total = 1 - 1",
        "total = 2 + 1",
        "total = 0 + 1",
        "total = 1 + 2",
        "total = 1 + 0",
    ]
