"""新增版本 · A new version written into a pack's folder, as the difference; and what holds, line by line.

Values are YAML, as they would stand in the file; those that hold already are left out, and so are bands of
an amount that stay. With `policy` in the place of a benefit, what most benefits share is amended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from chalicelib.declarations import Place
from chalicelib.engine.rules.amounts import Band
from chalicelib.engine.rules.benefit_files import SHARED, VERSIONS, read_policy
from chalicelib.errors import DeclarationError, NotFoundError, RefusedError
from chalicelib.jurisdiction.loader import Pack, load_folder
from chalicelib.model import BenefitCode

POLICY: Final = "policy"
KEY: Final = re.compile(r"[a-z][a-z_]*")
SOURCE: Final = re.compile(r"\[(J|A|B|pub|choice)\] \S[^\n]*")


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to hold from a day: of one benefit, or of what most share; on which document, reviewed by whom.

    `source` stands beside each value.
    """

    what: str
    from_: date
    authority: str
    reviewed_by: str
    reviewed_on: date
    source: str
    values: Mapping[str, str]

    def __post_init__(self) -> None:
        """RefusedError where it says no source, or a value that is none."""
        if not SOURCE.fullmatch(self.source):
            raise RefusedError(
                "no_source",
                "请写明出处，如“[pub] 文号”或“[choice] 理由”。",
                "say where it comes from: “[pub] …” or “[choice] …”",
            )
        for key, value in self.values.items():
            said = f"{key}={value}"
            if (
                not KEY.fullmatch(key)
                or not value
                or "\n" in said
                or key in ("from", "authority", "reviewed")
            ):
                raise RefusedError(
                    "no_value", f"{said}：请写作 项目=取值。", f"{said}: write KEY=VALUE, in one line"
                )


class Value(NamedTuple):
    """A value that holds: its key in the version, and the file and line that say it."""

    key: str
    value: str
    file: str
    line: int
    source: str  # what stands beside it: [pub] …, [choice] why


def amend(folder: Path, amendment: Amendment) -> tuple[Path, str]:
    """Write a version that says what differs; the file, and its new lines.

    The file stays as it was where the folder would not hold with it (DeclarationError), or where nothing
    differs, or the pack is spelled out (RefusedError).
    """
    path, section = _place(folder, amendment.what)
    _, shared = read_policy(folder / "policy.yaml")
    if not shared.entries:
        raise RefusedError(
            "spelled_out",
            "该规则包未在 policy.yaml 中写明共用规则（benefits），每个版本须写全，请直接编辑文件。",
            "policy.yaml says nothing of most benefits, so each version says everything: edit the file",
        )
    before = path.read_text(encoding="utf-8")
    try:
        _write(path, before, section, amendment, amendment.values)
        differing = _differing(folder, amendment)
        if not differing:
            raise RefusedError(
                "nothing_differs", "所填取值与现行规则相同，无需新增版本。", "all of that holds already"
            )
        added = _write(path, before, section, amendment, differing)
        load_folder(folder)
    except (DeclarationError, RefusedError):
        path.write_text(before, encoding="utf-8")
        raise
    return path, added


def _place(folder: Path, what: str) -> tuple[Path, str]:
    """The file, and its list of versions."""
    if what == POLICY:
        return folder / "policy.yaml", SHARED
    path = folder / "benefits" / f"{what}.yaml"
    if not path.exists():
        raise NotFoundError(f"no benefit {what!r} in {folder}")
    return path, VERSIONS


def _write(path: Path, before: str, section: str, amendment: Amendment, values: Mapping[str, str]) -> str:
    """Put an entry at the end of a list in a file; returns its lines."""
    quoted = {
        name: json.dumps(getattr(amendment, name), ensure_ascii=False)
        for name in ("authority", "reviewed_by")
    }
    reviewed = f"{{by: {quoted['reviewed_by']}, date: {amendment.reviewed_on}}}"
    said = {"from": amendment.from_, "authority": quoted["authority"], "reviewed": reviewed, **values}
    lines = [f"{key}: {value} # {amendment.source}\n" for key, value in said.items()]
    added = "".join(f"{'    ' if number else '  - '}{line}" for number, line in enumerate(lines))
    stand = before.splitlines(keepends=True)
    end = _end_of(path, before, section)
    after = [*stand[:end], added, *stand[end:]]
    path.write_text("".join(after), encoding="utf-8")
    return added


def _end_of(path: Path, text: str, section: str) -> int:
    """The line after the last one of a list."""
    document = yaml.compose(text, yaml.CSafeLoader)
    for key, value in document.value if isinstance(document, yaml.MappingNode) else ():
        if key.value == section and not value.flow_style:
            return _last_line(value) + 1
    raise DeclarationError(f"{path}:1", f"{section}: write its entries one below the other, or edit the file")


def _last_line(node: yaml.Node) -> int:
    """The line, from 0, on which the last word of a node stands; comments and blank lines are beyond."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line)


def _differing(folder: Path, amendment: Amendment) -> dict[str, str]:
    """Those of the values that do not hold already, by the folder into which all of them are written."""
    values = amendment.values
    if amendment.what == POLICY:
        _, shared = read_policy(folder / "policy.yaml")
        *earlier, newest = shared.entries
        held = {
            key: next((v for e in reversed(earlier) if (v := getattr(e, key)) is not None), None)
            for key in values
        }
        return {key: value for key, value in values.items() if getattr(newest, key) != held[key]}
    benefit = load_folder(folder).rules.benefit(BenefitCode(amendment.what))
    number = [version.from_ for version in benefit.versions].index(amendment.from_)
    was, becomes = benefit.versions[number - 1], benefit.versions[number]
    return {
        key: _changed(was.amount, becomes.amount) or value if key == "amount" else value
        for key, value in values.items()
        if getattr(was, key) != getattr(becomes, key)
    }


def _changed(was: str | tuple[Band, ...], becomes: str | tuple[Band, ...]) -> str | None:
    """The bands that change, where all are meant for whom they were meant before."""
    if (
        isinstance(was, str)
        or isinstance(becomes, str)
        or [b.where for b in was] != [b.where for b in becomes]
    ):
        return None
    bands = [
        band.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for old, band in zip(was, becomes, strict=True)
        if old != band
    ]
    words = yaml.safe_dump(
        {"changed": bands}, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    )
    return words.strip()


# --- what holds ----------------------------------------------------------------------------------


def values_of(folder: Path, pack: Pack, code: BenefitCode, on: date) -> Iterator[Value]:
    """Every value of the version in force on a day, and in which file and line it is said."""
    benefit, stands = pack.rules.benefit(code), pack.rules.origins_of(code)
    version = benefit.on(on)
    here: Place = (VERSIONS, benefit.versions.index(version))
    for place, value in _flat((), version.model_dump(mode="json", by_alias=True, exclude_unset=True)):
        path, _, line = stands.where((*here, *place)).rpartition(":")
        key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        file = Path(path)
        yield Value(key, value, file.relative_to(folder).as_posix(), int(line), _beside(file, int(line)))


def _beside(path: Path, line: int) -> str:
    """What the line says of where its value comes from; empty where it says nothing."""
    found = SOURCE.search(path.read_text(encoding="utf-8").splitlines()[line - 1])
    return found[0].strip() if found else ""


def _flat(place: Place, value: Any) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat((*place, key), inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat((*place, number), inner)
    else:
        yield place, str(value)
