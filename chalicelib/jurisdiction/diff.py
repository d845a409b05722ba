"""规则差异 · What differs between two bundles, value by value, as an officer reads YAML."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.declarations import read_yaml
from chalicelib.jurisdiction import bundles


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that two bundles give differently; None where one of them does not say it."""

    file: str
    key: str
    before: str | None
    after: str | None


def differences(before: bytes, after: bytes) -> list[Difference]:
    """Every value that is not the same, by file and place; comments and order do not count."""
    old, new = _values(before), _values(after)
    return [
        Difference(*place, old.get(place), new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    ]


def _values(bundle: bytes) -> dict[tuple[str, str], str]:
    with tempfile.TemporaryDirectory(prefix="wugan-") as name:
        folder = Path(name)
        bundles.lay_out(bundle, folder)
        return {
            (path.relative_to(folder).as_posix(), key): value
            for path in folder.rglob("*.yaml")
            for key, value in flat("", read_yaml(path))
        }


def flat(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every value of a nested document by its place, written as an officer would point at it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(f"{place}.{key}" if place else str(key), inner)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from flat(f"{place}[{_mark(inner, position)}]", inner)
    else:
        yield place, str(value)


def _mark(item: Any, position: int) -> str:
    """What an entry of a list is called: by its own name if it has one: an insertion stays one line."""
    if isinstance(item, dict):
        words = [
            str(item[name])
            for name in ("from", "set", "tier", "feed", "event", "benefit", "template", "when")
            if name in item
        ]
        if words:
            return "/".join(words)
    return str(position)
