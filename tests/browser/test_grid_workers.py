"""A grid worker's phone: outcomes in two taps, also where a village lane has no signal."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from admin.__main__ import main as admin
from chalicelib.model import Route, StateName, VisitOutcome
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens, cut_off, signal_again
from tests.workflow.village import Recipient

LANE = [Recipient(980 + n, phone=f"1380000000{n}", groups="失能") for n in range(3)]
WORKER = DemoPerson("grid-worker-1", "网格员", "grid-worker", "341602001001")
ELSEWHERE = DemoPerson("grid-worker-2", "邻村网格员", "grid-worker", "341602001002")


def knock(page: Page, name: str, outcome: str) -> None:
    """Two taps: what was found, and yes."""
    card = page.locator("article", has_text=name)
    card.get_by_role("button", name=outcome, exact=True).click()
    page.get_by_role("button", name="确定").click()


def test_three_are_visited_without_signal_and_are_reported_with_it(screens: Screens) -> None:
    """What was found outlives the signal and the sign-in, and counts once."""
    village = screens.village
    screens.people += [WORKER, ELSEWHERE]
    village.settle(*LANE)
    for each in LANE:
        village.until_state(each.number, StateName.DISPATCH_HOME_VISIT)
    due = max(visit.not_before for each in LANE for visit in village.record(each.number).visits)
    village.days((due - village.sandbox.today()).days)
    village.sandbox.advance(days=10 / 24)  # in the morning

    page = screens.open(WORKER.subject, phone=True)
    page.clock.set_fixed_time(village.sandbox.now() - timedelta(minutes=5))
    expect(page.locator("article")).to_have_count(3)
    screens.healthy(page, "my list", picture="grid-worker")

    cut_off(page, screens.servers)
    knock(page, "孟*0", "见到本人")
    knock(page, "孟*1", "没找到")
    knock(page, "孟*2", "见到本人")
    expect(page.locator("[data-waiting]")).to_contain_text("3 条待发送")
    expect(page.locator("article")).to_have_count(0)
    assert [len(outcomes_of(screens, each)) for each in LANE] == [0, 0, 0]

    page.evaluate("sessionStorage.clear()")  # the token has come to its end
    page.reload()
    signal_again(page, screens.servers)
    screens.sign_in(page, WORKER.subject)
    page.get_by_role("link", name="待发送").click()
    expect(page.locator('article[data-state="sent"]')).to_have_count(3)
    screens.healthy(page, "what was sent")
    village.sandbox.run_until_quiet()
    assert [outcomes_of(screens, each) for each in LANE] == [
        [VisitOutcome.SEEN],
        [VisitOutcome.NOT_FOUND],
        [VisitOutcome.SEEN],
    ]

    neighbour = screens.open(ELSEWHERE.subject, phone=True)
    expect(neighbour.get_by_text("您的名单上没有待上门的人")).to_be_visible()


def test_whoever_is_met_is_certified_though_nobody_was_sent(screens: Screens) -> None:
    """In a lane without signal: a tap, and yes; it certifies once the phone has signal."""
    village = screens.village
    screens.people += [WORKER, ELSEWHERE]
    village.settle(*LANE)
    village.sandbox.advance(days=10 / 24)
    page = screens.open(WORKER.subject, phone=True)
    page.clock.set_fixed_time(village.sandbox.now() - timedelta(minutes=5))
    page.get_by_role("link", name="全村").click()
    people = page.locator("article[data-person]")
    expect(people).to_have_count(3)
    screens.healthy(page, "the village", picture="village")
    page.get_by_label("按姓或网格查找").fill("孟*1")
    expect(people).to_have_count(1)

    cut_off(page, screens.servers)
    people.get_by_role("button", name="见到本人").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("[data-waiting]")).to_contain_text("1 条待发送")
    assert outcomes_of(screens, LANE[1]) == []
    signal_again(page, screens.servers)
    page.get_by_role("link", name="待发送").click()
    expect(page.locator('article[data-state="sent"]')).to_contain_text("见到本人")
    village.sandbox.run_until_quiet()
    assert outcomes_of(screens, LANE[1]) == [VisitOutcome.SEEN]
    (pension,) = village.record(LANE[1].number).entitlements
    assert pension.route is Route.VISIT

    neighbour = screens.open(ELSEWHERE.subject, phone=True)
    neighbour.get_by_role("link", name="全村").click()
    expect(neighbour.get_by_text("村里还没有领取待遇的人")).to_be_visible()


def test_a_phone_that_is_lost_forgets_what_it_keeps(screens: Screens) -> None:
    """At its next contact after somebody has ended the account: the list, what was not sent, and the key."""
    village = screens.village
    screens.people.append(WORKER)
    village.settle(*LANE)
    village.sandbox.advance(days=10 / 24)
    page = screens.open(WORKER.subject, phone=True)
    page.get_by_role("link", name="全村").click()
    expect(page.locator("article[data-person]")).to_have_count(3)
    cut_off(page, screens.servers)
    page.locator("article[data-person]").first.get_by_role("button", name="见到本人").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("[data-waiting]")).to_contain_text("1 条待发送")
    assert kept_on(page)["found"] == 1
    assert admin(["tokens", "revoke", "--subject", WORKER.subject]) == 0
    village.sandbox.advance(hours=1)
    signal_again(page, screens.servers)
    page.get_by_role("link", name="我的名单").click()
    expect(page.get_by_text("本机保存的名单和未发送的结果已清除")).to_be_visible()
    assert kept_on(page) == {"lists": 0, "found": 0, "keys": 0}
    assert [outcomes_of(screens, each) for each in LANE] == [[], [], []]


def kept_on(page: Page) -> dict[str, int]:
    """How much lies in the phone's database, by table."""
    counted: dict[str, int] = page.evaluate(
        """() => new Promise((told) => {
          const asked = indexedDB.open("wugan-phone");
          asked.onsuccess = async () => {
            const names = [...asked.result.objectStoreNames];
            const count = (name) => new Promise((counted) => {
              const found = asked.result.transaction(name).objectStore(name).count();
              found.onsuccess = () => counted([name, found.result]);
            });
            const counts = Object.fromEntries(await Promise.all(names.map(count)));
            asked.result.close();
            told(counts);
          };
        })"""
    )
    return counted


def outcomes_of(screens: Screens, recipient: Recipient) -> list[VisitOutcome]:
    visits = screens.village.record(recipient.number).visits
    return [visit.outcome for visit in visits if visit.outcome is not None]
