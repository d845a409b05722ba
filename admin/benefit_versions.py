"""待遇版本 · A new version written into a pack's folder, as the difference; what holds, and where it is said.

    python -m admin rules amend FOLDER old_age_allowance --from 2027-01-01 --authority "…" \\
        --reviewed-by "…" --reviewed-on 2026-11-20 --source "[pub] …" cutoff_day=20
    python -m admin rules benefit FOLDER old_age_allowance --on 2027-01-01

With `policy` in the place of a benefit, what most benefits share is amended. Values are YAML, as they would
stand in the file; those that hold already are left out, and so are bands of an amount that stay.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from rich.console import Console
from rich.table import Column, Table

from chalicelib import clock
from chalicelib.declarations import Place
from chalicelib.engine.rules.amounts import Band
from chalicelib.engine.rules.benefit_files import SHARED, VERSIONS, read_policy
from chalicelib.errors import DeclarationError, NotFoundError, RefusedError
from chalicelib.jurisdiction import load_folder
from chalicelib.model import BenefitCode

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

POLICY: Final = "policy"
SOURCE: Final = re.compile(r"\[(J|A|B|pub|choice)\] \S.*")
console = Console()


def add_to(verbs: Subparsers) -> None:
    """Add `amend` and `benefit` to the verbs of `rules`."""
    amending = verbs.add_parser("amend", help="write another version into a folder: what differs, no more")
    amending.add_argument("folder", type=Path, help="a pack: policy.yaml, feeds/, benefits/")
    amending.add_argument("what", help=f"a benefit's code; `{POLICY}`: what most benefits share")
    amending.add_argument("--from", dest="from_", type=date.fromisoformat, required=True)
    amending.add_argument("--authority", required=True, help="the document on which it stands")
    amending.add_argument("--reviewed-by", required=True, help="office and post")
    amending.add_argument("--reviewed-on", type=date.fromisoformat, required=True)
    amending.add_argument("--source", required=True, help="beside each value: [pub] …, [choice] why, …")
    amending.add_argument("values", nargs="+", metavar="KEY=VALUE", help="as YAML, such as cutoff_day=20")
    showing = verbs.add_parser(
        "benefit", help="all that holds for a benefit, and in which file and line it stands"
    )
    showing.add_argument("folder", type=Path)
    showing.add_argument("what", help="a benefit's code")
    showing.add_argument("--on", type=date.fromisoformat, help="on this day (default: today)")


# --- amending ------------------------------------------------------------------------------------


def amend(options: argparse.Namespace) -> None:
    """Write a version that says what differs; the file stays as it was where that does not hold."""
    path, section = _place(options.folder, options.what)
    values = dict(_value(word) for word in options.values)
    if not SOURCE.fullmatch(options.source):
        raise RefusedError(
            "no_source",
            "请写明出处，如“[pub] 文号”或“[choice] 理由”。",
            "say where it comes from: “[pub] …” or “[choice] …”",
        )
    _, shared = read_policy(options.folder / "policy.yaml")
    if not shared.entries:
        raise RefusedError(
            "spelled_out",
            "该规则包未在 policy.yaml 中写明共用规则（benefits），每个版本须写全，请直接编辑文件。",
            "policy.yaml says nothing of most benefits, so each version says everything: edit the file",
        )
    before = path.read_text(encoding="utf-8")
    try:
        _write(path, before, section, options, values)
        differing = _differing(options, values)
        if not differing:
            raise RefusedError(
                "nothing_differs", "所填取值与现行规则相同，无需新增版本。", "all of that holds already"
            )
        added = _write(path, before, section, options, differing)
        load_folder(options.folder)
    except (DeclarationError, RefusedError):
        path.write_text(before, encoding="utf-8")
        raise
    console.print(f"{path}\n{added}", highlight=False, markup=False, soft_wrap=True, end="")


def _place(folder: Path, what: str) -> tuple[Path, str]:
    """The file, and its list of versions."""
    if what == POLICY:
        return folder / "policy.yaml", SHARED
    path = folder / "benefits" / f"{what}.yaml"
    if not path.exists():
        raise NotFoundError(f"no benefit {what!r} in {folder}")
    return path, VERSIONS


def _value(word: str) -> tuple[str, str]:
    key, is_value, value = word.partition("=")
    if not is_value or not value.strip() or "\n" in word or key in ("from", "authority", "reviewed"):
        raise RefusedError("no_value", f"{word}：请写作 项目=取值。", f"{word}: write KEY=VALUE, in one line")
    return key, value.strip()


def _write(
    path: Path, before: str, section: str, options: argparse.Namespace, values: Mapping[str, str]
) -> str:
    """Put an entry at the end of a list in a file; returns its lines."""
    quoted = {
        name: json.dumps(getattr(options, name), ensure_ascii=False) for name in ("authority", "reviewed_by")
    }
    reviewed = f"{{by: {quoted['reviewed_by']}, date: {options.reviewed_on}}}"
    said = {"from": options.from_, "authority": quoted["authority"], "reviewed": reviewed, **values}
    lines = [f"{key}: {value} # {options.source}\n" for key, value in said.items()]
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


def _differing(options: argparse.Namespace, values: Mapping[str, str]) -> dict[str, str]:
    """Those of the values that do not hold already, by the folder into which all of them are written."""
    if options.what == POLICY:
        _, shared = read_policy(options.folder / "policy.yaml")
        *earlier, newest = shared.entries
        held = {
            key: next((v for e in reversed(earlier) if (v := getattr(e, key)) is not None), None)
            for key in values
        }
        return {key: value for key, value in values.items() if getattr(newest, key) != held[key]}
    benefit = load_folder(options.folder).rules.benefit(BenefitCode(options.what))
    number = [version.from_ for version in benefit.versions].index(options.from_)
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


# --- showing -------------------------------------------------------------------------------------


def show(options: argparse.Namespace) -> None:
    """Print every value of the version in force on a day, and in which file and line it is said."""
    rules, code = load_folder(options.folder).rules, BenefitCode(options.what)
    benefit, on = rules.benefit(code), options.on or clock.today()
    version, stands = benefit.on(on), rules.origins_of(code)
    here: Place = (VERSIONS, benefit.versions.index(version))
    table = Table(*(Column(word, overflow="fold") for word in ("value", "", "where")), box=None)
    for place, value in _flat((), version.model_dump(mode="json", by_alias=True, exclude_unset=True)):
        where = stands.where((*here, *place)).removeprefix(f"{options.folder}/")
        table.add_row(
            ".".join(str(part + 1 if isinstance(part, int) else part) for part in place), value, where
        )
    console.print(f"“{benefit.title.zh}” {benefit.title.en}, {on}", highlight=False)
    console.print(table)


def _flat(place: Place, value: Any) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat((*place, key), inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat((*place, number), inner)
    else:
        yield place, str(value)
