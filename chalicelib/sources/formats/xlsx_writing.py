"""导出工作簿 · What leaves as a workbook: every text is a text, and nothing in it runs.

A workbook of inline texts and figures, as ECMA-376 has it, without formulas, macros or links; the same rows
give the same bytes. What a spreadsheet might take for a formula once somebody edits the cell is marked as a
text there too (`csv_writing.would_run`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from chalicelib.sources.formats.csv_writing import Cell, would_run

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WHEN: Final = (1980, 1, 1, 0, 0, 0)
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REPLACED: Final = "\ufffd"  # for a character that no workbook can hold
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_WIDEST: Final = 60  # a longer text is read in its cell
_PLAIN, _TEXT, _AMOUNT, _HEAD = range(4)
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEADING: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES: Final = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf/><xf numFmtId="49" quotePrefix="1" applyNumberFormat="1"/><xf numFmtId="4" applyNumberFormat="1"/>'
    '<xf fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

Sheet = tuple[Sequence[str], Iterable[Sequence[Cell]]]
"""The header of a sheet, and its rows in their order."""


def xlsx_of(sheets: Mapping[str, Sheet]) -> bytes:
    """A workbook of some sheets by name; a figure with a fraction is shown as an amount."""
    return packed({name: _sheet(*sheet) for name, sheet in sheets.items()}, _STYLES)


def packed(sheets: Mapping[str, str], styles: str, names: str = "") -> bytes:
    """A workbook of sheets that are written already; `names` stands behind the list of them."""
    files = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(list(sheets), names),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)),
                ("styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": styles,
    }
    for number, sheet in enumerate(sheets.values(), 1):
        files[f"xl/worksheets/sheet{number}.xml"] = sheet
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), _HEADING + text, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _sheet(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    cells = [header, *rows]
    lines = [_row(number, row, head=number == 1) for number, row in enumerate(cells, 1)]
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>{_widths(cells)}'
    return f'<worksheet xmlns="{MAIN}">{view}<sheetData>{"".join(lines)}</sheetData></worksheet>'


def _widths(rows: Sequence[Sequence[Cell]]) -> str:
    """Columns as wide as what stands in them, up to a line of text."""
    columns = max(map(len, rows), default=0)
    wide = [max(width_of(row[place]) if place < len(row) else 0 for row in rows) for place in range(columns)]
    told = (
        f'<col min="{n}" max="{n}" width="{min(max(w + 2, 8), _WIDEST)}" customWidth="1"/>'
        for n, w in enumerate(wide, 1)
    )
    return f"<cols>{''.join(told)}</cols>" if wide else ""


def width_of(cell: Cell) -> int:
    """How wide a cell is shown, in figures of the usual size: a Chinese character takes two.

    >>> width_of("退回 12"), width_of(None)
    (7, 0)
    """
    text = "" if cell is None else str(cell)
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _row(number: int, cells: Sequence[Cell], *, head: bool = False) -> str:
    written = (_cell(f"{column_of(place)}{number}", cell, head) for place, cell in enumerate(cells))
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, value: Cell, head: bool) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, int | float):
        style = _AMOUNT if isinstance(value, float) else _PLAIN
        return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'
    text = value.isoformat() if isinstance(value, date) else value
    return text_cell(place, text, _TEXT if would_run(text.lstrip("'")) else _HEAD if head else _PLAIN)


def text_cell(place: str, text: str, style: int) -> str:
    """A cell that holds a text, or nothing, in a style."""
    if not text:
        return f'<c r="{place}" s="{style}"/>'
    told = escape(_NO_XML.sub(_REPLACED, text))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'


def column_of(place: int) -> str:
    """The letters of a column, from 0.

    >>> [column_of(place) for place in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    place += 1
    while place:
        place, last = divmod(place - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def sheet_name(name: str) -> str:
    """What a workbook can call a sheet."""
    return _NO_NAME.sub("", name)[:31]


def _book(sheets: Sequence[str], names: str) -> str:
    told = "".join(
        f'<sheet name={quoteattr(sheet_name(name))} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>{told}</sheets>{names}</workbook>'


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _content_types(sheets: int) -> str:
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    parts |= {f"/xl/worksheets/sheet{n}.xml": "worksheet" for n in range(1, sheets + 1)}
    told = "".join(
        f'<Override PartName="{name}" ContentType="{_SHEET}.{kind}+xml"/>' for name, kind in parts.items()
    )
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    usual = {"rels": rels, "xml": "application/xml"}
    defaults = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in usual.items())
    return f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{told}</Types>'
