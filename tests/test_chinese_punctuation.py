"""Chinese texts that people read have Chinese punctuation: 逗号、分号、冒号、括号 are full width beside a
character.

Looked at: every text in the code of the platform and of the command line, in the packs, and on the screens.
What is no text (a pattern, a header as departments send it) says so by its form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[1]
_CJK: Final = "\u3400-\u9fff"
HALF_WIDTH: Final = re.compile(
    rf"[{_CJK}“”（）《》〔〕…][,;:?!]|[,;:?!] ?[{_CJK}]|[{_CJK}] ?[()]|[()] ?[{_CJK}]|[{_CJK}]\.(?=\s|$)"
)
_LETTERS: Final = re.compile("[A-Za-z]")
_PATTERN: Final = re.compile(r"\(\?|\\[dswb]|\[[^\]]*[-\]]")  # a regular expression
_TEXT_OF_SCREENS: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


def texts_of_code(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module but its docstrings, what is filled in shown as X."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            seen.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            seen |= {id(part) for part in node.values}
            parts = (str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in seen:
            yield node.lineno, node.value


def texts_of_pack(node: Any) -> Iterator[str]:
    """Every value of a pack's file; keys and names of columns are what departments write."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("also", "not_used", "codes"):
                yield from texts_of_pack(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_of_pack(value)
    elif isinstance(node, str):
        yield node


def is_chinese(text: str) -> bool:
    """Whether a text is one, and no English sentence that quotes a word."""
    return len(re.findall(f"[{_CJK}]", text)) * 2 > len(_LETTERS.findall(text))


def in_code() -> Iterator[tuple[str, str]]:
    for folder in ("chalicelib", "admin"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for line, text in texts_of_code(path):
                if not (_PATTERN.search(text) or path.name == "cells.py"):  # there stands what others write
                    yield f"{path.relative_to(ROOT)}:{line}", text


def in_packs() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "chalicelib/packs").rglob("*.yaml")):
        for text in texts_of_pack(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), text


def on_screens() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "console/src/i18n").glob("*zh.ts")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in _TEXT_OF_SCREENS.finditer(line):
                yield f"{path.relative_to(ROOT)}:{number}", found[1] or found[2] or ""


@pytest.mark.parametrize("texts", [in_code, in_packs, on_screens], ids=lambda f: f.__name__)
def test_no_half_width_punctuation_stands_beside_a_chinese_character(texts: Any) -> None:
    looked_at = list(texts())
    assert sum(bool(re.search(f"[{_CJK}]", text)) for _, text in looked_at) > 100, (
        "there are texts to look at"
    )
    assert [(where, text) for where, text in looked_at if is_chinese(text) and HALF_WIDTH.search(text)] == []


@pytest.mark.parametrize("text", ["请补填, 谢谢", "原因:见说明", "退回(3行)", "共3行)", "好.", "“甲”;乙"])
def test_what_is_looked_for_is_found(text: str) -> None:
    assert HALF_WIDTH.search(text)
