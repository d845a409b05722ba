"""The file of rejected rows that goes back to a department: opens in Excel and WPS, runs nothing.

UTF-8 with BOM, CRLF, the original columns and four of ours. A cell that a spreadsheet would take
for a formula gets a leading apostrophe (OWASP ASVS 5, 1.2.10), which our readers take off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from chalicelib.model import Rejection

OUR_COLUMNS: Final = ("行号", "字段", "错误码", "错误说明")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> escaped("=1+1")
    "'=1+1"
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def rejected_csv(
    header: Sequence[str], rows: Iterable[Sequence[str | None]], rejections: Iterable[Rejection]
) -> bytes:
    """The rejected rows with the reason of each; `rows` and `rejections` in the same order."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*(escaped(name) for name in header), *OUR_COLUMNS])
    for row, rejection in zip(rows, rejections, strict=True):
        ours = (str(rejection.line), rejection.field, rejection.code, rejection.zh)
        writer.writerow([escaped(cell or "") for cell in (*row, *ours)])
    return text.getvalue().encode("utf-8-sig")
