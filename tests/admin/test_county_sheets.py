"""A county's values as a sheet and back: what was said comes back, what may not be said does not."""

import io
import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from admin.__main__ import main
from admin.county_sheets import ABOUT, VALUES, YES, as_yaml, export_sheet, import_sheet, read_sheet
from chalicelib.engine.rules.counties import County, read_county
from chalicelib.errors import DeclarationError
from chalicelib.jurisdiction import PACKS, bundles, load_folder
from chalicelib.jurisdiction.diff import differences
from chalicelib.model import AreaCode

FILE = """area: "341621"
title: {zh: 涡阳县, en: Guoyang County}
from: 2025-01-01
authority: "涡阳县人力资源和社会保障局"
reviewed: {by: "涡阳县待遇资格认证岗", date: 2024-12-20}
values:
  - {set: months, tier: 1, to: 9, why: 外出务工返乡周期}
  - {set: threshold, to: 120, why: 公交卡多由家人代刷}
  - {set: points, feed: gas_bills, event: paid, to: 0, why: 户名多未更新}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "bozhou"
    shutil.copytree(PACKS / "bozhou", copy)
    (copy / "counties").mkdir(exist_ok=True)
    (copy / "counties/341621.yaml").write_text(FILE, encoding="utf-8")
    return copy


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def county(folder: Path) -> County:
    return read_county(folder / "counties/341621.yaml")


def filled(sheet: bytes, row: int, to: object, why: str = "本地情况") -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    values = book[VALUES]
    values.cell(row, 10).value, values.cell(row, 11).value = to, why
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_sheet_comes_back_as_the_file_that_it_was_made_of(folder: Path, tmp_path: Path) -> None:
    said, sheet = county(folder), tmp_path / "涡阳县.xlsx"
    assert main(["county", "export", str(folder), "341621", str(sheet)]) == 0
    (folder / "counties/341621.yaml").unlink()
    assert main(["county", "import", str(folder), str(sheet)]) == 0
    back = county(folder)
    assert sorted(back.values, key=lambda v: v.of) == sorted(said.values, key=lambda v: v.of)
    assert back.model_copy(update={"values": ()}) == said.model_copy(update={"values": ()})


def test_the_shipped_county_comes_back_from_its_sheet(folder: Path, tmp_path: Path) -> None:
    path, sheet = folder / "counties/341671.yaml", tmp_path / "亳南新区.xlsx"
    said, version = read_county(path), load_folder(folder).rules.for_area(AreaCode("341671")).version
    assert main(["county", "export", str(folder), "341671", str(sheet)]) == 0
    path.unlink()
    assert main(["county", "import", str(folder), str(sheet)]) == 0
    back = read_county(path)
    assert back.model_copy(update={"values": ()}) == said.model_copy(update={"values": ()})
    assert {value.of: value for value in back.values} == {value.of: value for value in said.values}
    again = load_folder(folder).rules.for_area(AreaCode("341671"))
    assert again.version == version, "the order of the rows says nothing"
    differing = differences(bundles.pack_up(PACKS / "bozhou"), bundles.pack_up(folder))
    assert [d for d in differing if d.file == "counties/341671.yaml"] == []


def test_an_empty_sheet_lists_what_may_be_set(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_sheet(folder, "341623")))
    assert book[ABOUT]["B1"].value == "341623"
    rows = list(book[VALUES].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {"免认证月数", "弱数据组合的月数", "弱数据组合所需分值", "单项分值"}
    assert rows[0][6:9] == (12, 3, 12)  # the city's value and the bounds
    assert all(row[9] is None for row in rows)


def test_a_filled_cell_becomes_a_value(folder: Path) -> None:
    sheet = filled(export_sheet(folder, "341621"), 3, 6)
    import_sheet(folder, sheet, "sheet.xlsx")
    assert (2, 6) in {(value.tier, value.to) for value in county(folder).values}


def test_the_sheet_can_be_read_and_takes_nothing_beyond_the_bounds(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_sheet(folder, "341623")))
    about, values = book[ABOUT], book[VALUES]
    assert about.column_dimensions["B"].width >= 40
    assert values.column_dimensions["F"].width >= 40
    assert values.freeze_panes == "A2"
    choices = {str(choice.sqref): choice for choice in values.data_validations.dataValidation}
    assert set(choices) == {f"J{row}" for row in range(2, values.max_row + 1)}
    first = choices["J2"]
    assert (first.type, first.formula1, first.formula2) == ("whole", "3", "12")
    assert first.error == "请填3到12之间的整数，不调整的留空。"
    assert first.showErrorMessage


def test_the_code_of_a_setting_is_read_like_its_word(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(export_sheet(folder, "341621"), 3, 6)))
    book[VALUES].cell(3, 1).value = "months"
    stream = io.BytesIO()
    book.save(stream)
    assert (2, 6) in {(v.tier, v.to) for v in read_sheet(stream.getvalue(), "s.xlsx").values}


@pytest.mark.parametrize(
    ("to", "says"),
    [(1, "“9个月：高龄.*须在3到12之间。 .*3 to 12"), ("许多", "本县值 to：须为整数。 .*valid integer")],
)
def test_what_may_not_be_set_leaves_the_folder_as_it_was(folder: Path, to: object, says: str) -> None:
    sheet = filled(export_sheet(folder, "341621"), 3, to)
    with pytest.raises(DeclarationError, match=says):
        import_sheet(folder, sheet, "sheet.xlsx")
    assert (folder / "counties/341621.yaml").read_text(encoding="utf-8") == FILE
    (folder / "counties/341621.yaml").unlink()
    with pytest.raises(DeclarationError):
        import_sheet(folder, sheet, "sheet.xlsx")
    assert not (folder / "counties/341621.yaml").exists()


def test_a_value_needs_its_reason_and_a_sheet_its_head(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DeclarationError, match=r"sheet.xlsx:取值:3: 理由 why：请填写。"):
        read_sheet(filled(export_sheet(folder, "341621"), 3, 6, ""), "sheet.xlsx")
    sheet = tmp_path / "341623.xlsx"
    sheet.write_bytes(filled(export_sheet(folder, "341623"), 3, 6))
    assert main(["county", "import", str(folder), str(sheet)]) == 1
    assert "341623.xlsx:县区:5" in capsys.readouterr().out


def test_an_event_beyond_a_benefits_list_is_a_yes(folder: Path) -> None:
    benefit, policy = folder / "benefits/veteran_subsidy.yaml", folder / "policy.yaml"
    listed = "recognises: {strong: [{feed: counter, event: certified}]}\n    amount: rostered"
    benefit.write_text(
        benefit.read_text(encoding="utf-8").replace("amount: rostered", listed), encoding="utf-8"
    )
    allowed = "county_may_set:\n  recognises: [{feed: travel_agency, event: travelled}]"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("county_may_set:", allowed), encoding="utf-8"
    )
    sheet = export_sheet(folder, "341621")
    last = openpyxl.load_workbook(io.BytesIO(sheet))[VALUES].max_row
    import_sheet(folder, filled(sheet, last, YES), "sheet.xlsx")
    (value,) = (v for v in county(folder).values if v.set == "recognises")
    assert (value.benefit, value.feed, value.to) == ("veteran_subsidy", "travel_agency", None)
    assert YES in str(
        openpyxl.load_workbook(io.BytesIO(export_sheet(folder, "341621")))[VALUES].cell(last, 10).value
    )
    assert as_yaml(county(folder)).startswith("# 涡阳县")


def test_every_row_says_in_words_what_it_is_about(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_sheet(folder, "341623")))
    about = [row[5] for row in book[VALUES].iter_rows(min_row=2, values_only=True)]
    assert "重大疾病" in about[2]
    assert "gravely ill" in about[2]
    assert any("刷社保卡乘坐公交" in words for words in about)
    assert all(about)


def headed(sheet: bytes, row: int, to: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    book[ABOUT].cell(row, 2).value = to
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "written", ["2025/1/1", "2025-1-1", "2025年1月1日", "2025.01.01", datetime(2025, 1, 1), 45658]
)
def test_a_day_is_read_as_people_and_spreadsheets_write_it(folder: Path, written: object) -> None:
    sheet = headed(export_sheet(folder, "341621"), 5, written)
    assert read_sheet(sheet, "sheet.xlsx").from_ == date(2025, 1, 1)


def test_what_is_no_day_is_told_with_its_row(folder: Path) -> None:
    sheet = headed(export_sheet(folder, "341621"), 5, "明年初")
    with pytest.raises(DeclarationError, match=r"sheet.xlsx:县区:5: 起始日 from：不是日期.*put it right"):
        read_sheet(sheet, "sheet.xlsx")


def renamed(sheet: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    book[VALUES].title = "Sheet2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_what_is_no_sheet_of_ours_is_told_with_what_to_do(folder: Path) -> None:
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w"):
        pass
    for data in (b"area,341621", empty.getvalue()):
        with pytest.raises(DeclarationError, match="save it as"):
            read_sheet(data, "sheet.xlsx")
    with pytest.raises(DeclarationError, match="取值 is missing"):
        read_sheet(renamed(export_sheet(folder, "341621")), "sheet.xlsx")


def test_a_county_of_another_city_is_refused(folder: Path) -> None:
    sheet = headed(export_sheet(folder, "341621"), 1, "370811")
    with pytest.raises(DeclarationError, match=r"不是本市的县区，代码应以3416开头.*its codes begin 3416"):
        import_sheet(folder, sheet, "sheet.xlsx")
    assert not (folder / "counties/370811.yaml").exists()


def test_a_later_day_is_another_version_and_an_earlier_one_none(folder: Path) -> None:
    sheet = filled(export_sheet(folder, "341621"), 2, 8)
    import_sheet(folder, headed(sheet, 5, "2025-09-01"), "sheet.xlsx")
    again = county(folder)
    assert [(v.from_.isoformat(), v.values[0].to) for v in again.versions] == [
        ("2025-01-01", 9),
        ("2025-09-01", 8),
    ]
    import_sheet(folder, headed(sheet, 5, "2025-09-01"), "sheet.xlsx")
    assert county(folder) == again
    with pytest.raises(DeclarationError, match="may not be before 2025-09-01"):
        import_sheet(folder, sheet, "sheet.xlsx")
