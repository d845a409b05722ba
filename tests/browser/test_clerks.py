"""A clerk and the officer of a department: what became of a file, and a suspicion that two people verify."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from chalicelib.model import SuspicionState
from chalicelib.storage.dynamodb import files
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens
from tests.workflow.village import Recipient

SEEN = Recipient(980)
CLERK = DemoPerson("medical-1", "市医保局", "officer", "3416", "medical_insurance")
VILLAGE = DemoPerson("village-officer-1", "村干部", "officer", "341602001001")
TOWNSHIP = DemoPerson("township-1", "镇经办", "officer", "341602001")
HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n"
CREMATIONS = "登记状态,殡仪馆名称,身份证号码,死亡日期,姓名,火化日期\n"


def test_a_receipt_says_what_became_of_each_row(screens: Screens) -> None:
    """Counts that add up, and the reason for each row that went back, as a page."""
    village = screens.village
    screens.people += [CLERK, TOWNSHIP]
    village.settle(SEEN)
    good = [f"{SEEN.number},甲,乙,2025-05-{day:02},入院" for day in range(1, 10)]
    village.drop(
        "hospital_inpatient", HOSPITAL + "\n".join([*good, f"{SEEN.number},甲,乙,2025-05-12,闲聊", ""])
    )

    page = screens.open(CLERK.subject)
    page.get_by_role("link", name="文件与回执").click()
    page.get_by_role("link", name="回执", exact=True).click()
    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    expect(page.locator("[data-balance]")).to_contain_text("10 行 = 采用 9 + 退回 1")
    expect(page.get_by_text("被退回的行，按原因")).to_be_visible()
    screens.healthy(page, "receipt", picture="receipt")
    page.get_by_role("link", name="文件与回执").click()
    screens.healthy(page, "files")

    other = screens.open(TOWNSHIP.subject)
    expect(other.get_by_role("heading", name="今日待办")).to_be_visible()
    expect(other.get_by_role("link", name="文件与回执")).to_have_count(0)


def test_a_clerk_mends_what_came_back_and_sends_it_again(screens: Screens, tmp_path: Path) -> None:
    """A dirty file from the form, the rows that came back as a file, one mended, and sent again."""
    village = screens.village
    screens.people += [CLERK]
    village.settle(SEEN)
    rows = [f"{SEEN.number},甲,乙,2025-05-{day:02},入院" for day in range(1, 10)]
    dirty = tmp_path / "住院.csv"
    dirty.write_text(HOSPITAL + "\n".join([*rows, f"{SEEN.number},甲,乙,2025-05-12,闲聊", ""]), "utf-8")

    page = screens.open(CLERK.subject)
    page.get_by_role("link", name="文件与回执").click()
    send(page, dirty)
    village.sandbox.run_until_quiet()
    page.reload()
    page.get_by_role("link", name="回执", exact=True).click()
    expect(page.locator("[data-balance]")).to_contain_text("10 行 = 采用 9 + 退回 1")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="下载被退回的行").click()
    rejected = fetched.value.path().read_text("utf-8-sig")
    assert "闲聊" in rejected

    mended = tmp_path / "住院（更正）.csv"
    mended.write_text(rejected.replace("闲聊", "入院"), "utf-8")
    page.get_by_role("link", name="文件与回执").click()
    send(page, mended)
    village.sandbox.run_until_quiet()
    page.reload()
    receipts = page.get_by_role("link", name="回执", exact=True)
    expect(receipts).to_have_count(2)
    counts = [file.counts for file in files.everything() if file.feed == "hospital_inpatient"]
    assert sorted((c.accepted, c.rejected) for c in counts if c) == [(1, 0), (9, 1)]


def send(page: Page, file: Path) -> None:
    """By the form, as a department does it."""
    form = page.get_by_role("form", name="报送文件")
    form.locator("select").select_option("hospital_inpatient")
    form.locator("input[type=file]").set_input_files(file)
    form.get_by_role("button", name="报送", exact=True).click()
    expect(form.get_by_role("status")).to_be_visible()


def test_two_people_verify_a_suspicion(screens: Screens) -> None:
    """The village says that it is true, the township agrees; nothing happens in between."""
    village = screens.village
    screens.people += [VILLAGE, TOWNSHIP]
    village.settle(SEEN)
    village.drop("cremations", CREMATIONS + f"火化,某馆,{SEEN.number},2025-05-09,孟庆0,2025-05-10\n")

    page = screens.open(VILLAGE.subject)
    page.get_by_role("link", name="疑点核实").click()
    expect(page.locator("tr[data-id]")).to_contain_text("去世")
    screens.healthy(page, "suspicions")
    page.get_by_role("button", name="属实", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("核实方式").select_option("document")
    dialog.get_by_role("button", name="确认办理").click()
    expect(page.locator("tr[data-id]")).to_contain_text(VILLAGE.subject)
    village.sandbox.run_until_quiet()
    assert village.record(SEEN.number).suspicions[-1].state is SuspicionState.OPEN

    other = screens.open(TOWNSHIP.subject)
    screens.go(other, "/suspicions")
    other.get_by_role("button", name="同意（第二人）").click()
    other.get_by_role("dialog").get_by_role("button", name="确认办理").click()
    expect(other.get_by_role("dialog")).to_be_hidden()
    village.sandbox.run_until_quiet()
    suspicion = village.record(SEEN.number).suspicions[-1]
    assert (suspicion.state, suspicion.approved_by) == (SuspicionState.CONFIRMED, TOWNSHIP.subject)
