"""填报表样 · A workbook to print, to fill in and to send back: large type, lines around every cell, a list
where there are words to choose from, the header on every page and the page's number below.

Like every workbook that leaves (`xlsx_writing`) it holds texts alone, and nothing in it runs; the same form
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from chalicelib.sources.formats.csv_writing import would_run
from chalicelib.sources.formats.xlsx_writing import MAIN, column_of, packed, sheet_name, text_cell

POINTS: Final = 16
SMALL: Final = 10
PAGE_WIDTH: Final = 145  # of A4 across, in characters of the usual size: a wider one would be printed smaller
_TITLE, _HOW, _HEAD, _CELL, _FINE, _BOX = range(1, 7)
_EDGES: Final = "".join(f'<{edge} style="thin"/>' for edge in ("left", "right", "top", "bottom"))
_FONTS: Final = "".join(
    f'<font>{"<b/>" if bold else ""}<sz val="{size}"/></font>'
    for bold, size in ((False, 11), (True, POINTS), (False, POINTS), (False, SMALL))
)
_WRAPPED: Final = '<alignment vertical="center" wrapText="1"/>'
_CENTRED: Final = '<alignment horizontal="center" vertical="center" wrapText="1"/>'


def _format(font: int, border: int, alignment: str) -> str:
    return (
        f'<xf numFmtId="49" fontId="{font}" borderId="{border}" quotePrefix="1" applyNumberFormat="1" '
        f'applyFont="1" applyBorder="1" applyAlignment="1">{alignment}</xf>'
    )


_STYLES: Final = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="4">{_FONTS}</fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    f'<borders count="2"><border/><border>{_EDGES}</border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7"><xf/>'
    f"{_format(1, 0, '')}{_format(2, 0, '')}{_format(1, 1, _CENTRED)}{_format(2, 1, _WRAPPED)}"
    f"{_format(3, 1, _WRAPPED)}{_format(2, 1, _CENTRED)}</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Form:
    """What stands on the sheet. A column that is named in `choices` offers these words and no others."""

    name: str
    titles: Sequence[str]  # lines above the header
    header: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    widths: Mapping[str, int]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fine: frozenset[str] = frozenset()  # columns in small type
    boxes: frozenset[str] = frozenset()  # columns to tick
    title_height: int = 26  # points
    head_height: int = 90  # a box is as narrow as two characters of its name
    row_height: int = 84

    @property
    def first(self) -> int:
        """The number of the first row below the header."""
        return len(self.titles) + 2


def form_of(form: Form) -> bytes:
    """The form as a workbook of one sheet, A4 across, one page wide."""
    above = len(form.titles) + 1
    names = (
        '<definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">'
        f"{escape(_quoted(form.name))}!$1:${above}</definedName></definedNames>"
    )
    return packed({form.name: _sheet(form, above)}, _STYLES, names)


def _quoted(name: str) -> str:
    return f"'{sheet_name(name)}'"


def _sheet(form: Form, above: int) -> str:
    top = f"A{above + 1}"
    pane = f'<pane ySplit="{above}" topLeftCell="{top}" activePane="bottomLeft" state="frozen"/>'
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{form.widths[name]}" customWidth="1"/>'
        for n, name in enumerate(form.header, 1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews><cols>{columns}</cols>'
        f"<sheetData>{''.join(_rows(form))}</sheetData>{_lists(form)}"
        '<pageMargins left="0.3" right="0.3" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )


def _rows(form: Form) -> Iterable[str]:
    for number, title in enumerate(form.titles, 1):
        style = _TITLE if number == 1 else _HOW
        yield _row(number, form.title_height, [text_cell(f"A{number}", title, style)])
    head = form.first - 1
    yield _row(
        head,
        form.head_height,
        [text_cell(f"{column_of(n)}{head}", name, _HEAD) for n, name in enumerate(form.header)],
    )
    styles = [_FINE if name in form.fine else _BOX if name in form.boxes else _CELL for name in form.header]
    for number, row in enumerate(form.rows, form.first):
        cells = (
            text_cell(f"{column_of(n)}{number}", cell or "", style)
            for n, (cell, style) in enumerate(zip(row, styles, strict=True))
        )
        yield _row(number, form.row_height, cells)


def _row(number: int, height: int, cells: Iterable[str]) -> str:
    return f'<row r="{number}" ht="{height}" customHeight="1">{"".join(cells)}</row>'


def _lists(form: Form) -> str:
    last = form.first + len(form.rows) - 1
    offered = [name for name in form.header if name in form.choices] if form.rows else []
    told = "".join(_list(form, name, last) for name in offered)
    return f'<dataValidations count="{len(offered)}">{told}</dataValidations>' if offered else ""


def _list(form: Form, name: str, last: int) -> str:
    words, letter = form.choices[name], column_of(list(form.header).index(name))
    assert not any(would_run(word) or "," in word for word in words), "a list is written with commas"
    return (
        '<dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1" '
        f'errorTitle="不能这样填" error={quoteattr("请从列表中选择：" + "、".join(words))} '
        f'promptTitle="请选择" prompt={quoteattr("、".join(words))} '
        f'sqref="{letter}{form.first}:{letter}{last}">'
        f"<formula1>{escape(chr(34) + ','.join(words) + chr(34))}</formula1></dataValidation>"
    )
