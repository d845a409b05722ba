"""条件 · What PynamoDB makes of conditions and updates, as far as the project uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Item = Mapping[str, Mapping[str, Any]]

_WORDS: Final = re.compile(r"\s*(\(|\)|,|<>|<=|>=|=|<|>|[A-Za-z_][\w.]*|[#:][\w.]+)")
_COMPARED: Final = {"=": (0,), "<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1), "<>": (-1, 1)}


def holds(asked: Mapping[str, Any], item: Item | None) -> bool:
    """Whether the condition of a write holds for what stands there (None: nothing does)."""
    text = asked.get("ConditionExpression")
    return text is None or _Reader(text, asked, item or {}).whole()


class _Reader:
    """Reads one condition, from left to right."""

    def __init__(self, text: str, asked: Mapping[str, Any], item: Item) -> None:
        self._words = _WORDS.findall(text)
        self._names: Mapping[str, str] = asked.get("ExpressionAttributeNames") or {}
        self._values: Mapping[str, Any] = asked.get("ExpressionAttributeValues") or {}
        self._item = item

    def whole(self) -> bool:
        """Terms joined by OR."""
        found = self._all()
        while self._is_next("OR"):
            other = self._all()
            found = found or other
        return found

    def _all(self) -> bool:
        found = self._one()
        while self._is_next("AND"):
            other = self._one()
            found = found and other
        return found

    def _one(self) -> bool:
        if self._is_next("NOT"):
            return not self._one()
        if self._is_next("("):
            found = self.whole()
            self._words.pop(0)
            return found
        first = self._words.pop(0)
        if first in ("attribute_not_exists", "attribute_exists"):
            _, name, _ = (self._words.pop(0) for _ in range(3))
            return (self._names.get(name, name) in self._item) is (first == "attribute_exists")
        if first in ("begins_with", "contains"):
            _, name, _, value, _ = (self._words.pop(0) for _ in range(5))
            whole, part = self._said(name) or {}, self._said(value) or {}
            if first == "contains":
                return part["S"] in whole.get("SS", ())
            return str(whole.get("S", "")).startswith(part["S"])
        return self._compare(self._said(first), self._words.pop(0), self._said(self._words.pop(0)))

    def _said(self, word: str) -> Mapping[str, Any] | None:
        """What a word stands for: a value, or what the item holds under a name."""
        return self._values[word] if word.startswith(":") else self._item.get(self._names.get(word, word))

    @staticmethod
    def _compare(mine: Mapping[str, Any] | None, word: str, theirs: Mapping[str, Any] | None) -> bool:
        if mine is None or theirs is None or mine.keys() != theirs.keys():
            return word == "<>"
        a, b = (float(v["N"]) if "N" in v else str(v["S"]) for v in (mine, theirs))
        return ((a > b) - (a < b)) in _COMPARED[word]  # type: ignore[operator]

    def _is_next(self, word: str) -> bool:
        if self._words and self._words[0] == word:
            self._words.pop(0)
            return True
        return False


def updated(asked: Mapping[str, Any], item: Item | None) -> dict[str, Any]:
    """An item after an update; ValueError for a clause that nobody here uses."""
    names = asked.get("ExpressionAttributeNames") or {}
    values = asked.get("ExpressionAttributeValues") or {}
    after: dict[str, Any] = {**(item or {}), **asked["Key"]}
    clauses = re.split(r"\b(SET|ADD|REMOVE|DELETE)\b", asked["UpdateExpression"])[1:]
    for clause, said in zip(clauses[::2], clauses[1::2], strict=True):
        for one in said.split(","):
            name, *rest = re.findall(r"[#:]?\w+", one)
            place = names.get(name, name)
            if clause == "SET" and len(rest) == 1:
                after[place] = values[rest[0]]
            elif clause == "ADD":
                after[place] = _added(after.get(place), values[rest[0]])
            elif clause == "REMOVE":
                after.pop(place, None)
            else:
                raise ValueError(f"no way to {clause} {one.strip()}")
    return after


def _added(before: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """A number, or a set of texts, with what is added to it."""
    if "SS" in more:
        return {"SS": sorted({*(before or {}).get("SS", ()), *more["SS"]})}
    return {"N": f"{float((before or {}).get('N', '0')) + float(more['N']):.15g}"}
