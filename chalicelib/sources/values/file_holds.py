"""文件暂存原因 · Why a whole file waits or goes back: a value, with what to do in Chinese and English.

HELD waits for a person, or for another file; REFUSED has to be sent again. In both cases the state
reached by earlier files stays as it is (rules 11 and 25).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from chalicelib.model import FileState


class HoldCode(StrEnum):
    """What is wrong with a file as a whole."""

    NOT_A_FILE_FEED = "not_a_file_feed"
    EMPTY = "empty"
    NO_ROWS = "no_rows"
    NOT_FILLED_IN = "not_filled_in"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    OLD_EXCEL = "old_excel"
    UNSAFE_WORKBOOK = "unsafe_workbook"
    SHEET_TOO_LARGE = "sheet_too_large"
    NOT_A_TABLE = "not_a_table"
    UNSAFE_ARCHIVE = "unsafe_archive"
    DAMAGED_ARCHIVE = "damaged_archive"
    ARCHIVE_PASSWORD = "archive_password"  # noqa: S105 - a word, no password
    SEVERAL_FILES = "several_files"
    NOT_LINES = "not_lines"
    LINE_TOO_LONG = "line_too_long"
    SEVERAL_SHEETS = "several_sheets"
    SHEET_HIDDEN = "sheet_hidden"
    ROWS_HIDDEN = "rows_hidden"
    KIND_NOT_AGREED = "kind_not_agreed"
    UNCLOSED_QUOTE = "unclosed_quote"
    COLUMN_MISSING = "column_missing"
    SEPARATOR_UNKNOWN = "separator_unknown"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_TWICE = "column_twice"
    NUMBERS_DAMAGED = "numbers_damaged"
    AS_OF_FUTURE = "as_of_future"
    NO_ROSTER_YET = "no_roster_yet"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_MANY_REJECTED = "too_many_rejected"
    TOO_MANY_BLANK = "too_many_blank"
    TOO_MANY_DOUBTFUL = "too_many_doubtful"
    TOO_MANY_DEATHS = "too_many_deaths"
    TOO_MANY_WITHDRAWALS = "too_many_withdrawals"
    ROSTER_CHANGES_MUCH = "roster_changes_much"
    NAMES_CHANGED = "names_changed"
    MANIFEST_UNREADABLE = "manifest_unreadable"
    MANIFEST_ROWS = "manifest_rows"
    MANIFEST_DIGEST = "manifest_digest"
    MANIFEST_LOAD = "manifest_load"
    MANIFEST_PERIOD = "manifest_period"


@dataclass(frozen=True, slots=True)
class FileHold:
    """A file that is not loaded: `state` is HELD or REFUSED, the sentences say what to do.

    `what` is what they are about: column names, a line, or figures.
    """

    state: FileState
    code: HoldCode
    zh: str
    en: str
    what: str = ""


_HELD: Final = frozenset(
    {
        HoldCode.NO_ROSTER_YET,
        HoldCode.TOO_FEW_ROWS,
        HoldCode.TOO_MANY_REJECTED,
        HoldCode.TOO_MANY_BLANK,
        HoldCode.TOO_MANY_DOUBTFUL,
        HoldCode.NUMBERS_DAMAGED,
        HoldCode.TOO_MANY_DEATHS,
        HoldCode.TOO_MANY_WITHDRAWALS,
        HoldCode.ROSTER_CHANGES_MUCH,
        HoldCode.NAMES_CHANGED,
        HoldCode.ROWS_HIDDEN,
        HoldCode.MANIFEST_UNREADABLE,
        HoldCode.MANIFEST_ROWS,
        HoldCode.MANIFEST_DIGEST,
        HoldCode.MANIFEST_LOAD,
        HoldCode.MANIFEST_PERIOD,
    }
)

_SENTENCES: Final[dict[HoldCode, tuple[str, str]]] = {
    HoldCode.NOT_A_FILE_FEED: (
        "此数据来源由平台自身产生，不接收文件。请确认投放目录。",
        "This feed is written by the platform itself and takes no files. Check the folder.",
    ),
    HoldCode.EMPTY: (
        "文件是空的。请重新导出后再次投放。",
        "The file is empty. Export it again and drop it again.",
    ),
    HoldCode.NO_ROWS: (
        "文件只有表头，没有数据。确无数据时不必投放；否则请重新导出。",
        "The file has a header and no rows. If there is nothing to report, send no file; "
        "else export it again.",
    ),
    HoldCode.NOT_FILLED_IN: (
        "表中各行均未填写：{what}都是空的。请填好后再投放。",
        "Nobody has filled in the sheet: {what} are blank in every row. Fill them in and drop it again.",
    ),
    HoldCode.TOO_LARGE: (
        "文件过大。大文件请用CSV格式投放（可用gzip或zip压缩）；或分成几个较小的文件分别投放。",
        "The file is too large. Drop large data as CSV (gzip or zip is fine), or in several smaller files.",
    ),
    HoldCode.UNREADABLE: (
        "文件无法读取，可能已损坏、编码不对或混用多种编码。请另存为CSV（UTF-8或GB18030）或xlsx后再次投放。",
        "The file cannot be read: damaged, in another encoding, or in several. "
        "Save it as CSV (UTF-8 or GB 18030) or xlsx and drop it again.",
    ),
    HoldCode.OLD_EXCEL: (
        "文件是旧版Excel（xls）或设有密码。请去掉密码，另存为xlsx后再次投放。",
        "The file is an old Excel workbook (xls) or has a password. Save it as xlsx without a password.",
    ),
    HoldCode.UNSAFE_WORKBOOK: (
        "工作簿结构异常（压缩比、单元格范围或内部文件超出限制）。请将数据复制到新建工作簿，另存为xlsx或CSV。",
        "The workbook's structure is out of bounds (compression, cell range or parts). "
        "Copy the data into a new workbook and save it as xlsx or CSV.",
    ),
    HoldCode.SHEET_TOO_LARGE: (
        "工作表过大（最多{what}行，列多的更少）。请改用CSV格式（行数不限），或拆成几个文件分别投放。",
        "The sheet is too large ({what} rows at most, fewer where there are many columns). "
        "Drop the data as CSV, which may have any number of rows, or in several smaller files.",
    ),
    HoldCode.NOT_A_TABLE: (
        "文件不是数据表（可能是PDF、图片、网页或其他格式），仅改扩展名无效。请从原系统导出CSV或xlsx后投放。",
        "The file is no table (a PDF, a picture, a web page or another format): renaming it does not help. "
        "Export CSV or xlsx from the original system.",
    ),
    HoldCode.UNSAFE_ARCHIVE: (
        "压缩包异常（解压后过大、压缩比过高或压缩包内还有压缩包）。请直接投放CSV或xlsx文件。",
        "The archive is out of bounds (size, compression, or an archive inside it). "
        "Drop the CSV or xlsx file itself.",
    ),
    HoldCode.DAMAGED_ARCHIVE: (
        "压缩包已损坏或不完整，可能上传未完成。请重新压缩后再次投放。",
        "The archive is damaged or incomplete; the upload may have been cut off. "
        "Pack it again and drop it again.",
    ),
    HoldCode.ARCHIVE_PASSWORD: (
        "压缩包设有密码。请去掉密码后再次投放。",
        "The archive has a password. Pack it without one and drop it again.",
    ),
    HoldCode.SEVERAL_FILES: (
        "压缩包内应只有一个文件，现有{what}个。请每个压缩包只放一个文件。",
        "An archive must hold one file; this one holds {what}. Pack each file by itself.",
    ),
    HoldCode.NOT_LINES: (
        "JSON文件应每行一条记录（JSON Lines），每条为一个不嵌套的对象。请按此格式重新导出。",
        "A JSON file must hold one record a line (JSON lines), each a flat object. Export it so.",
    ),
    HoldCode.LINE_TOO_LONG: (
        "第{what}行附近的一行过长，可能缺少换行。请检查导出设置后重新导出。",
        "A line near line {what} is far too long: line breaks may be missing. "
        "Check the export and send it again.",
    ),
    HoldCode.SEVERAL_SHEETS: (
        "工作簿中有多个含数据的工作表，无法判断应读哪一个。请每个文件只保留一个工作表。",
        "Several sheets hold data and we cannot tell which one counts. Keep one sheet per file.",
    ),
    HoldCode.SHEET_HIDDEN: (
        "含数据的工作表是隐藏的。请取消隐藏，只保留要报送的工作表后重新投放。",
        "The sheet with the data is hidden. Show it, keep only the sheet that is meant, and drop it again.",
    ),
    HoldCode.ROWS_HIDDEN: (
        "工作表中有隐藏的行（第{what}行），可能是筛选所致，无法判断是否一并报送。请清除筛选、取消隐藏，"
        "删去不报送的行后重新投放；若隐藏的行也要报送，请告知我们放行。",
        "Rows of the sheet are hidden (line {what}), by a filter perhaps: we cannot tell whether they are "
        "meant. Clear the filter, show all rows, delete those that are not meant and drop the file again; "
        "or tell us that all of them count and we release it.",
    ),
    HoldCode.KIND_NOT_AGREED: (
        "此数据来源约定的文件格式不是这一种。请按数据说明中的格式投放。",
        "This feed was agreed in another file format. Drop it in the agreed format.",
    ),
    HoldCode.UNCLOSED_QUOTE: (
        "英文双引号没有成对，其后的行会被吞掉，因此整份文件未读入。请检查第{what}行附近的双引号。",
        "A double quote is not closed and would swallow the rows after it, so nothing was read. "
        "Look at the quotes near line {what}.",
    ),
    HoldCode.SEPARATOR_UNKNOWN: (
        "列名都在，但表头或数据各列之间的分隔符无法识别（如全角逗号、顿号、空格，或几种混用），"
        "或各列挤在同一个单元格。"
        "请统一用英文逗号分隔后重新导出。",
        "The columns are there, but what stands between the cells of header or rows cannot be told "
        "(full-width commas, blanks, several kinds), or all of them stand in one cell. Export with commas.",
    ),
    HoldCode.COLUMN_MISSING: (
        "缺少约定的列：{what}。请补上后重新投放；若列名有变更，请先告知我们。",
        "Agreed columns are missing: {what}. Add them and drop the file again; "
        "tell us first if a name changed.",
    ),
    HoldCode.COLUMN_UNKNOWN: (
        "有未约定的列：{what}。请删去后重新投放；若需新增，请先告知我们。",
        "Columns that were not agreed: {what}. Remove them and drop the file again, "
        "or tell us about them first.",
    ),
    HoldCode.COLUMN_TWICE: (
        "列名重复：{what}。请只保留一列后重新投放。",
        "A column stands twice: {what}. Keep one and drop the file again.",
    ),
    HoldCode.NUMBERS_DAMAGED: (
        "大量身份证号码以000结尾或显示为3.41E+17，是被表格软件截断。请从原系统重新导出："
        "直接导出CSV且不要用表格软件打开保存，或先将该列设为文本格式再粘贴。",
        "Many identity numbers end in 000 or read like 3.41E+17: a spreadsheet has cut them. "
        "Export again from the original system, straight to CSV without opening it in a spreadsheet, "
        "or with the column set to text first.",
    ),
    HoldCode.AS_OF_FUTURE: (
        "名单日期（目录中的日期）晚于今天。请改正目录日期后重新投放。",
        "The list's day (the date in the folder) lies in the future. Correct it and drop the file again.",
    ),
    HoldCode.NO_ROSTER_YET: (
        "尚无领取人员名册，文件已保留，名册到达后会自动读取，无需重新投放。",
        "There is no roster yet. The file is kept and read when the roster arrives; nothing to do.",
    ),
    HoldCode.TOO_FEW_ROWS: (
        "行数远低于预期（{what}）。若文件不完整，请重新投放完整文件；若确实如此，请告知我们放行。",
        "The file is far below its expected rows ({what}). Drop the complete file, "
        "or tell us that it is right and we release it.",
    ),
    HoldCode.TOO_MANY_REJECTED: (
        "被退回的行过多（{what}）。请按退回清单改正后重新投放；若无法改正，请告知我们放行其余各行。",
        "Too many rows were rejected ({what}). Correct them by the list of rejects and drop the file again, "
        "or tell us to release the rest.",
    ),
    HoldCode.TOO_MANY_BLANK: (
        "列的空白过多：{what}。请补全后重新投放；若确实如此，请告知我们放行。",
        "Too many blank cells in: {what}. Fill them in and drop the file again, or tell us to release it.",
    ),
    HoldCode.TOO_MANY_DOUBTFUL: (
        "不可信的内容过多：{what}（行数 / 总行数）。可能串列或年份有误，请核对后重新投放；"
        "若确实如此，请告知我们放行。",
        "Too many cells that cannot be so: {what} of the rows. Columns may have slipped, or years are wrong: "
        "check and drop the file again, or tell us to release it.",
    ),
    HoldCode.TOO_MANY_DEATHS: (
        "近期所报死亡人数远超常情（{what}）。请核对是否误报；若确实如此，请告知我们放行。"
        "放行之前任何人不因此被核查。",
        "With this file far more deaths than usual are reported ({what}). Check whether they are right, or "
        "tell us that they are and we release it; until then nobody is looked into because of it.",
    ),
    HoldCode.TOO_MANY_WITHDRAWALS: (
        "近期撤销的人数远超常情（{what}），其中已停发的将恢复并补发。请核对是否误撤；若确应撤销，"
        "请告知我们放行。放行之前不撤回任何记录。",
        "With this file far more people than usual are taken back ({what}): where payment has ended it "
        "would resume with arrears. Check whether they are right, or tell us that they are and we release "
        "it; until then nothing is taken back.",
    ),
    HoldCode.ROSTER_CHANGES_MUCH: (
        "名册与此前相比变动过大（{what}）。请核对是否误填或错列；若确实如此，请告知我们放行。"
        "放行之前原有信息不变。",
        "The roster changes far more than usual ({what}). Check whether columns were mixed up or filled in "
        "wrongly, or tell us that it is right and we release it; until then nothing changes.",
    ),
    HoldCode.NAMES_CHANGED: (
        "再次报送的{what}行仍把已登记的身份证号码用于另一个姓名。请核对证件后告知我们：确系同一人的予以放行，"
        "以新姓名为准；否则请更正后再次投放。",
        "{what} rows that were sent again still give a registered identity number to another name. Check the "
        "documents: if each is one person, tell us to release it and the new names count; "
        "else correct it and drop it again.",
    ),
    HoldCode.MANIFEST_UNREADABLE: (
        "清单文件（manifest.json）无法读取或有未知项。请按说明改正清单后重新投放，或告知我们不看清单直接放行。",
        "The manifest cannot be read or says something unknown. Correct it and drop both again, "
        "or tell us to release the file without it.",
    ),
    HoldCode.MANIFEST_ROWS: (
        "行数与清单不符（{what}）。文件可能不完整，请重新投放完整文件及清单；若文件无误，请告知我们放行。",
        "The rows differ from the manifest ({what}). The file may be incomplete: "
        "drop it again with its manifest, or tell us that it is right.",
    ),
    HoldCode.MANIFEST_DIGEST: (
        "文件摘要与清单不符（{what}）。文件可能在传输中受损或被替换，请重新投放文件及清单。",
        "The file's digest differs from the manifest ({what}). "
        "It may have been damaged or replaced on the way: drop file and manifest again.",
    ),
    HoldCode.MANIFEST_LOAD: (
        "清单称此文件为增量（delta），而此数据来源约定每次报送全量名单（{what}）。请报送全量名单。",
        "The manifest calls this file a delta, and this feed is agreed to send whole lists ({what}). "
        "Send the whole list.",
    ),
    HoldCode.MANIFEST_PERIOD: (
        "清单所称的时段与目录中的日期不符（{what}）。请改正目录日期或清单后重新投放；"
        "若两者无误，请告知我们放行。",
        "The manifest names another period than the folder ({what}). "
        "Correct the folder's day or the manifest and drop both again, or tell us that they are right.",
    ),
}

# What a release can do for a file whose numbers are cut: a column of names is what people are recovered by.
_RECOVERED_BY_NAME: Final = (
    "确无法重新导出的，请告知我们放行：只有姓名相符且前15位唯一的行可以恢复，其余各行退回。",
    "If that cannot be done, tell us to release it: only rows whose first 15 digits and name fit one person "
    "are recovered, the others go back.",
)
_NOT_RECOVERED: Final = (
    "确无法重新导出的，请告知我们放行：号码完整的行照常入库，号码被截断的行无法恢复。",
    "If that cannot be done, tell us to release it: rows with a whole number are loaded, "
    "those with a cut one cannot be recovered.",
)


def numbers_damaged(*, names_are_read: bool) -> FileHold:
    """The hold of a file whose numbers a spreadsheet has cut; it promises no more than the feed allows."""
    held = hold(HoldCode.NUMBERS_DAMAGED)
    zh, en = _RECOVERED_BY_NAME if names_are_read else _NOT_RECOVERED
    return replace(held, zh=held.zh + zh, en=f"{held.en} {en}")


def hold(code: HoldCode, what: str | Sequence[str] = "") -> FileHold:
    """The hold for a code; `what` fills its blank: column names, a line, or figures, never a cell."""
    filled = what if isinstance(what, str) else "、".join(what)
    zh, en = _SENTENCES[code]
    state = FileState.HELD if code in _HELD else FileState.REFUSED
    return FileHold(state, code, zh.replace("{what}", filled), en.replace("{what}", filled), filled)
