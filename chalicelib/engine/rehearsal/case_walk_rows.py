"""个案推演表 · What other times and visits would have made of a year's cases, as rows of a report."""

from __future__ import annotations

from typing import Final

from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.rehearsal.case_walks import CaseWalks, Walk

TITLES: Final[dict[Walk, Bilingual]] = {
    Walk.FIRST_MESSAGE_EARLIER: ("首次提醒提前", "first message on an earlier day"),
    Walk.FIRST_MESSAGE_LATER: ("首次提醒推迟", "first message on a later day"),
    Walk.NO_MESSAGE_ANY_MORE: ("认证在先，不再提醒", "certified before any message"),
    Walk.MESSAGE_NEWLY: ("认证前新增提醒", "a message before what certified them"),
    Walk.MESSAGES: ("提醒次数", "messages"),
    Walk.VISITS: ("上门次数", "visits"),
    Walk.LIST_EARLIER: ("列入拟暂停名单提前", "on a suspension list in an earlier month"),
    Walk.LIST_LATER: ("列入拟暂停名单推迟", "on a suspension list in a later month"),
    Walk.NO_LIST_ANY_MORE: ("不再列入拟暂停名单", "on no suspension list any more"),
    Walk.LIST_NEWLY: ("新列入拟暂停名单", "newly on a suspension list"),
    Walk.NEXT_MESSAGE_EARLIER: (
        "下一期首次提醒提前（届时仍未认证的）",
        "next first message earlier, if still needed",
    ),
    Walk.NEXT_MESSAGE_LATER: (
        "下一期首次提醒推迟（届时仍未认证的）",
        "next first message later, if still needed",
    ),
    Walk.CHECKS_BY_HAND: ("每月抽查人工认证", "checks a month of certificates by hand"),
    Walk.CHECKS_OF_SILENT: ("每月抽查静默认证", "checks a month of whom data certify"),
}
BOTH: Final = (Walk.MESSAGES, Walk.VISITS, Walk.CHECKS_BY_HAND, Walk.CHECKS_OF_SILENT)
ASSUMED: Final[Bilingual] = (
    "按近一年已有个案推算：个案仍在实际结束之日结束；提前或推迟的提醒、上门本身会促成或妨碍什么，记录无从得知。",
    "Reckoned on the cases of a year, each ending on the day on which it did: what a message or a visit on "
    "another day would itself have brought, no record tells.",
)


def rows(walks: CaseWalks) -> list[tuple[str, str, str, str, str]]:
    """English, Chinese, by the rules in force, by the proposed ones, and how many people or cases moved."""
    found = []
    for walk in Walk:
        zh, en = TITLES[walk]
        if walk in BOTH:
            found.append((en, zh, f"{walks.now[walk]:,}", f"{walks.then[walk]:,}", ""))
        elif walks.counts[walk]:
            found.append((en, zh, "", "", f"{walks.counts[walk]:,}"))
    return found
