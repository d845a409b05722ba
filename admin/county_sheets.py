"""A county's own values as an Excel sheet and back: `python -m admin county export|import` (row J4).

The sheet lists everything that the city lets a county set, with the city's value and the bounds; a
county fills in its value and the reason, and the sheet itself takes nothing beyond the bounds. What comes
back is written as `counties/<six digits>.yaml` of the pack's folder and must hold there; otherwise the
folder stays as it was, and whoever filled the sheet in reads in Chinese what to put right.
"""

from __future__ import annotations

import argparse
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import yaml
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError
from rich.console import Console

from admin.workbooks import add_row, empty_book
from chalicelib.engine.certification.rule_lines import tier_line
from chalicelib.engine.rules.counties import County, CountyValue, EarlierValues, Setting, read_county
from chalicelib.engine.rules.policy import Bounds
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.errors import DeclarationError
from chalicelib.jurisdiction import load_folder
from chalicelib.jurisdiction.pages.words import SETTINGS
from chalicelib.model import BenefitCode

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NOT_SAID: Final = ("about", "city", "least", "most")  # the city's columns, for reading
DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")  # as people and spreadsheets write it
SERIAL: Final = re.compile(r"[34567]\d{4}")  # of a cell that is not formatted as a date
ABOUT: Final = "县区"
VALUES: Final = "取值"
HEAD: Final = {
    "代码 area": "area",
    "名称": "zh",
    "name": "en",
    "假设 assumed": "assumed",
    "起始日 from": "from",
    "依据 authority": "authority",
    "审核人 reviewed by": "by",
    "审核日期 reviewed on": "date",
}
COLUMNS: Final = ("set", "tier", "benefit", "feed", "event", "about", "city", "least", "most", "to", "why")
TITLES: Final = (
    "项目 set", "档次 tier", "待遇 benefit", "渠道 feed", "事件 event", "说明 what it is",
    "市定值 city", "最小 least", "最大 most", "本县值 to", "理由 why",
)  # fmt: skip
YES: Final = "是"  # in the column of the county's value: recognised
WORDS: Final = {  # in the first column; the code is read as well
    Setting.MONTHS: "免认证月数",
    Setting.WEAK_MONTHS: "弱数据组合的月数",
    Setting.THRESHOLD: "弱数据组合所需分值",
    Setting.POINTS: "单项分值",
    Setting.RECOGNISES: "另予认可",
}
_WIDTHS: Final = {"set": 20, "tier": 8, "benefit": 16, "feed": 18, "event": 14, "about": 60, "why": 44}
_OTHER_WIDTH: Final = 11
_FAULTS: Final = {  # by the type of pydantic's error
    "int_parsing": "须为整数",
    "int_type": "须为整数",
    "int_from_float": "须为整数",
    "string_too_short": "请填写",
    "missing": "请填写",
    "date_from_datetime_parsing": "不是日期，请写成2026-01-01的形式",
    "string_pattern_mismatch": "格式不正确",
}
_CODES: Final = {word: setting.value for setting, word in WORDS.items()}
console = Console()


def add_to(subjects: Subparsers) -> None:
    """Add `county` and its verbs to the command line."""
    verbs = subjects.add_parser("county", help="a county's values as a sheet").add_subparsers(
        dest="verb", required=True
    )
    export = verbs.add_parser("export", help="write the sheet of a county")
    export.add_argument("folder", type=Path, help="a pack: policy.yaml, feeds/, benefits/, counties/")
    export.add_argument("area", help="six digits")
    export.add_argument("sheet", type=Path, help="the .xlsx file to write")
    back = verbs.add_parser("import", help="take a filled sheet into the pack's folder")
    back.add_argument("folder", type=Path)
    back.add_argument("sheet", type=Path)


def run(options: argparse.Namespace) -> int:
    """Run one verb; 0 if it did what was asked."""
    try:
        if options.verb == "export":
            options.sheet.write_bytes(export_sheet(options.folder, options.area))
            console.print(f"{options.sheet}: fill in 本县值 and 理由, then import it")
        else:
            path = import_sheet(options.folder, options.sheet.read_bytes(), options.sheet.name)
            console.print(
                f"{path}: 已写入，规则可用；理由保存在 why 中，原文件的批注（#）不保留。 "
                "Written, and the pack holds with it; reasons are kept as `why`, comments (#) are not.",
                soft_wrap=True,
            )
    except DeclarationError as error:
        console.print(str(error))
        return 1
    return 0


def export_sheet(folder: Path, area: str) -> bytes:
    """The sheet of a county, with its values if it has set any."""
    path = folder / "counties" / f"{area}.yaml"
    county = read_county(path) if path.exists() else None
    rules = load_folder(folder).rules
    return write_sheet(county, rules, area)


def import_sheet(folder: Path, data: bytes, name: str) -> Path:
    """Write what a sheet says into the folder and return the file; DeclarationError if it does not hold."""
    county = read_sheet(data, name)
    _within(county, load_folder(folder).rules, name)
    path = folder / "counties" / f"{county.area}.yaml"
    if path.exists():
        county = _after(read_county(path), county, name)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(as_yaml(county), encoding="utf-8")
    try:
        load_folder(folder)
    except DeclarationError:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
        raise
    return path


def _within(county: County, rules: RuleBook, name: str) -> None:
    """Refuse what the city does not let a county set, in words; DeclarationError."""
    area = rules.policy.area
    if not county.area.startswith(area):
        raise DeclarationError(
            f"{name}:{ABOUT}:1",
            f"不是本市的县区，代码应以{area}开头。 In this city its codes begin {area}.",
        )
    may = {key: cells for cells, key in _settable(rules)}
    for value in county.values:
        cells = may.get(value.of)
        if cells is None:
            raise DeclarationError(
                f"{name}:{VALUES}",
                f"“{WORDS[value.set]}”市里没有放开，请删去本县值。 The city lets no county set it.",
            )
        *_, about, _, least, most = cells
        if value.to is not None and not least <= value.to <= most:
            raise DeclarationError(
                f"{name}:{VALUES}",
                f"“{about}”的本县值为{value.to}，须在{least}到{most}之间。 "
                f"{value.to} is beyond the bounds, {least} to {most}.",
            )


def _after(known: County, said: County, name: str) -> County:
    """What a sheet says, with what the file says of days before: a later `from` is another version."""
    if said.from_ < known.from_:
        row = list(HEAD.values()).index("from") + 1
        raise DeclarationError(
            f"{name}:{row}",
            f"起始日须不早于现有的 {known.from_}。 Its `from` may not be before {known.from_}.",
        )
    kept = known.earlier
    if said.from_ > known.from_:
        words = known.model_dump(by_alias=True, include={"from_", "authority", "reviewed", "values"})
        kept = (*kept, EarlierValues.model_validate(words))
    return said.model_copy(update={"earlier": kept})


# --- the sheet -------------------------------------------------------------------------------------


def write_sheet(county: County | None, rules: RuleBook, area: str) -> bytes:
    """Everything that the county may set, a row each."""
    book = empty_book()
    about = book.create_sheet(ABOUT)
    said = _said(county) if county else {"area": area}
    for title, word in HEAD.items():
        add_row(about, [title, said.get(word, "")])
    values = book.create_sheet(VALUES)
    add_row(values, TITLES)
    own = {value.of: value for value in county.values} if county else {}
    for row, key in _settable(rules):
        mine = own.get(key)
        filled = (YES if mine.to is None else mine.to, mine.why) if mine else ("", "")
        add_row(values, [WORDS[Setting(row[0])], *row[1:], *filled])
    _laid_out(about, values)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _laid_out(about: Worksheet, values: Worksheet) -> None:
    """Columns wide enough to be read, the header on every page, and in each row what may be chosen there."""
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 60
    for place, word in enumerate(COLUMNS, 1):
        values.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(word, _OTHER_WIDTH)
    for cell in values[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
    values.freeze_panes, values.print_title_rows = "A2", "1:1"
    values.page_setup.orientation, values.page_setup.fitToHeight = "landscape", 0
    values.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    to = get_column_letter(COLUMNS.index("to") + 1)
    for row in values.iter_rows(min_row=2):
        cells = dict(zip(COLUMNS, row, strict=True))
        cells["about"].alignment = cells["why"].alignment = Alignment(wrap_text=True, vertical="top")
        if cells["most"].value == YES:
            choice = DataValidation(type="list", formula1=f'"{YES}"', allow_blank=True)
            choice.error = f"只能填“{YES}”或留空。"
        else:
            least, most = cells["least"].value, cells["most"].value
            choice = DataValidation("whole", formula1=str(least), formula2=str(most), allow_blank=True)
            choice.error = f"请填{least}到{most}之间的整数，不调整的留空。"
        choice.errorTitle, choice.promptTitle, choice.prompt = "不能这样填", "本县值", choice.error
        choice.showErrorMessage = choice.showInputMessage = True
        choice.add(f"{to}{row[0].row}")
        values.add_data_validation(choice)


def _said(county: County) -> Mapping[str, str]:
    return {
        "area": county.area,
        "zh": county.title.zh,
        "en": county.title.en,
        "assumed": county.assumed or "",
        "from": county.from_.isoformat(),
        "authority": county.authority,
        "by": county.reviewed.by,
        "date": county.reviewed.date.isoformat(),
    }


def _settable(rules: RuleBook) -> Iterator[tuple[list[Any], tuple[str, ...]]]:
    """(cells up to the bounds, what the value is about) of everything that a county may set."""
    policy, allowed = rules.policy, rules.policy.county_may_set
    for number, tier in enumerate(policy.periods.tiers, 1):
        zh, en = tier_line(tier)
        yield from _row(Setting.MONTHS, allowed.months, tier.months, tier=number, about=f"{zh} {en}")
    for setting, bounds, value in (
        (Setting.WEAK_MONTHS, allowed.weak_months, policy.periods.weak_months),
        (Setting.THRESHOLD, allowed.threshold, policy.weak.threshold),
    ):
        zh, en = SETTINGS[setting]
        yield from _row(setting, bounds, value, about=f"{zh}{value} {en} {value}")
    for row in policy.weak.points:
        event = rules.events[row.key]
        about = f"{event.zh} {event.en}"
        yield from _row(
            Setting.POINTS, allowed.points, row.points, feed=row.feed, event=row.event, about=about
        )
    for name in policy.county_may_set.recognises:
        event = rules.events[name.key]
        for code in _with_lists(rules):
            title = rules.benefits[BenefitCode(code)].title
            about = f"{title.zh}：{event.zh} {title.en}: {event.en}"
            bounds = Bounds(least=0, most=0)
            yield from _row(Setting.RECOGNISES, bounds, None, code, name.feed, name.event, about=about)


def _with_lists(rules: RuleBook) -> list[str]:
    return [code for code, benefit in rules.benefits.items() if benefit.versions[-1].recognises != "all"]


def _row(
    setting: Setting,
    bounds: Bounds | None,
    city: int | None,
    benefit: str | None = None,
    feed: str | None = None,
    event: str | None = None,
    *,
    about: str,
    tier: int | None = None,
) -> Iterator[tuple[list[Any], tuple[str, ...]]]:
    if bounds is None:
        return
    is_choice = setting is Setting.RECOGNISES
    limits = ["", YES] if is_choice else [bounds.least, bounds.most]
    key = (setting.value, str(tier), str(benefit), str(feed), str(event))
    yield [setting.value, tier, benefit, feed, event, about, city, *limits], key


def read_sheet(data: bytes, name: str) -> County:
    """What a filled sheet says; rows without a value of the county's say nothing."""
    book = _opened(data, name)
    head = {str(row[0]): row[1] for row in book[ABOUT].iter_rows(max_col=2, values_only=True)}
    said = {word: _text(head.get(title)) for title, word in HEAD.items()}
    values = []
    for number, cells in enumerate(book[VALUES].iter_rows(min_row=2, values_only=True), 2):
        row = {word: cell for word, cell in zip(COLUMNS, cells, strict=False) if cell not in (None, "")}
        if "set" in row:
            row["set"] = _CODES.get(str(row["set"]).strip(), row["set"])
        if "to" in row:
            values.append(_value(row, f"{name}:{VALUES}:{number}"))
    document = {
        "area": said["area"],
        "title": {"zh": said["zh"], "en": said["en"]},
        "assumed": said["assumed"] or None,
        "from": _day(said["from"]),
        "authority": said["authority"],
        "reviewed": {"by": said["by"], "date": _day(said["date"])},
        "values": values,
    }
    try:
        return County.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        word = str(first["loc"][-1]) if first["loc"] else ""
        titles = [title for title, of in HEAD.items() if of == word]
        row_number = list(HEAD).index(titles[0]) + 1 if titles else 1
        raise DeclarationError(
            f"{name}:{ABOUT}:{row_number}", _told("".join(titles) or word, first)
        ) from error


def _opened(data: bytes, name: str) -> Any:
    """The workbook, with both of its sheets."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DeclarationError(
            name, "不是 .xlsx 工作簿，请用 Excel 另存为 .xlsx。 No .xlsx workbook: save it as .xlsx."
        ) from error
    for wanted in (ABOUT, VALUES):
        if wanted not in book.sheetnames:
            raise DeclarationError(
                name,
                f"缺少工作表“{wanted}”，请恢复其名称或重新导出。 "
                f"The sheet {wanted} is missing: give it its name back, or export the workbook again.",
            )
    return book


def _day(text: str) -> str:
    """A day in ISO form, if it is one; otherwise as it stands, to be refused."""
    if SERIAL.fullmatch(text):
        return str(from_excel(int(text)).date())
    found = DATE.fullmatch(text.strip())
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else text


def _value(row: dict[str, Any], where: str) -> CountyValue:
    said = {word: cell for word, cell in row.items() if word not in NOT_SAID}
    if said["to"] == YES:
        del said["to"]
    try:
        return CountyValue.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        word = str(first["loc"][-1]) if first["loc"] else ""
        titles = dict(zip(COLUMNS, TITLES, strict=True))
        raise DeclarationError(where, _told(titles.get(word, "本行"), first)) from error


def _told(what: str, fault: Mapping[str, Any]) -> str:
    """What is wrong, in Chinese, with pydantic's own words behind."""
    return f"{what}：{_FAULTS.get(fault['type'], '请更正')}。 Fill it in or put it right: {fault['msg']}"


def _text(cell: object) -> str:
    """A cell as text; a date that Excel keeps as such in ISO form."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell or "")


def as_yaml(county: County) -> str:
    """A county's file as text."""
    document = county.model_dump(mode="json", by_alias=True, exclude_none=True)
    document["from"], document["reviewed"]["date"] = county.from_, county.reviewed.date
    if not county.earlier:
        del document["earlier"]
    text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
    return f"# {county.title.zh}: values of its own, within the bounds of policy.yaml\n{text}"
