"""The job in plain Python: the standard library's csv, the roster first, each distinct day read once.

python -m bench.peers.plain build/bench/small answer.json
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from bench.job import EPOCH, HEADER, ON, Answer, Inputs, Style, write_answers

DAY_SHAPE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: \d\d:\d\d:\d\d)?", re.ASCII)
COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
SERIAL: Final = re.compile(r"[1-9]\d{4}", re.ASCII)
EIGHTEEN: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
FIGURE: Final = re.compile(r"\d+(\.\d*)?(E\+?\d+)?", re.ASCII)
NARROW: Final = str.maketrans("０１２３４５６７８９", "0123456789", "\u200b' ")
WIDE_DAY: Final = str.maketrans("０１２３４５６７８９", "0123456789")
CHECKS: Final = "0123456789X"


def check_of(digits: str) -> str:
    """The check character: the weights are powers of two modulo 11, and so is 13."""
    return CHECKS[(1 - 2 * int(digits, 13)) % 11]


def fault_of_birth(birth: str) -> str | None:
    """What is wrong with eight digits of a birth date."""
    try:
        day = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        return "number_birth"
    if day > ON:
        return "number_birth_future"
    return (
        "number_birth_too_old" if (day.year + 130, day.month, day.day) < (ON.year, ON.month, ON.day) else None
    )


def number_of(cell: str) -> tuple[str, str | None]:
    """The canonical number that a cell means, or the fault."""
    text = cell.translate(NARROW).upper()
    if len(text) == 15 and text.isdigit():
        digits = text[:6] + "19" + text[6:]
        text = digits + check_of(digits)
    if EIGHTEEN.fullmatch(text):
        if check_of(text[:17]) != text[17]:
            return "", "number_check"
        return text, fault_of_birth(text[6:14])
    if not text:
        return "", "number_empty"
    if "*" in text:
        return "", "number_masked"
    if FIGURE.fullmatch(text) and not text.isdigit():
        return "", "number_as_figure"
    return "", "number_characters" if len(text) in (15, 18) else "number_length"


def day_of(cell: str) -> int | str:
    """The day that a cell means, counted from 1970, or the fault."""
    text = cell.translate(WIDE_DAY).strip()
    if not text:
        return "cell_empty"
    if SERIAL.fullmatch(text):
        day = date(1899, 12, 30) + timedelta(days=int(text))
    else:
        parts = DAY_SHAPE.fullmatch(text) or COMPACT.fullmatch(text)
        if parts is None:
            return "day_unreadable"
        try:
            day = date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            return "day_impossible"
    if day > ON:
        return "day_future"
    return "day_too_early" if day.year < 1900 else (day - EPOCH).days


class Days(dict[str, "int | str"]):
    """Each distinct cell's day, read when first asked for."""

    def __missing__(self, cell: str) -> int | str:
        self[cell] = day = day_of(cell)
        return day


class Births(dict[str, "str | None"]):
    """What is wrong with each distinct birth date."""

    def __missing__(self, birth: str) -> str | None:
        self[birth] = fault = fault_of_birth(birth)
        return fault


def unknown(number: str, roster: dict[str, int], births: Births) -> tuple[int | None, str | None]:
    """Who a number means that the roster does not know as it is written, or the fault."""
    if len(number) == 18 and EIGHTEEN.fullmatch(number) and check_of(number[:17]) == number[17]:
        return None, births[number[6:14]]
    number, fault = number_of(number)
    return roster.get(number), fault


def read(path: Path, index: int, roster: dict[str, int]) -> Answer:
    """One feed's file."""
    style = Style(index)
    newest: dict[int, int] = {}
    rejected: Counter[str] = Counter()
    rows = strangers = sound = 0
    days, births = Days(), Births()
    with path.open(encoding="utf-8-sig" if style.encoding == "utf-8" else style.encoding, newline="") as file:
        for cells in islice(csv.reader(file), 1, None):
            if len(cells) != len(HEADER):
                rejected["ragged_row"] += bool(cells)
                rows += bool(cells)
                continue
            rows += 1
            pno, fault = roster.get(cells[2]), None
            if pno is None:
                pno, fault = unknown(cells[2], roster, births)
            if fault is not None:
                rejected[fault] += 1
            elif pno is None:
                strangers += 1
            elif isinstance(day := days[cells[3][:10] if len(cells[3]) == 19 else cells[3]], str):
                rejected[day] += 1
            else:
                sound += 1
                if day > newest.get(pno, -1):
                    newest[pno] = day
    weighted = sum(pno * day for pno, day in newest.items())
    rejected = +rejected
    return Answer(index, rows, sound, strangers, len(newest), sum(newest.values()), weighted, rejected)


def main(inputs: Inputs, result: Path) -> None:
    """Read all files, one after the other."""
    with inputs.roster_csv.open(encoding="utf-8", newline="") as file:
        roster = {number: int(pno) for number, pno in csv.reader(file)}
    write_answers(result, [read(path, index, roster) for index, path in enumerate(inputs.files)])


if __name__ == "__main__":
    main(Inputs(Path(sys.argv[1])), Path(sys.argv[2]))
