"""规则变更说明 · What a changed rule book changes, in sentences; each value stands in `diff`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.engine.certification.rule_lines import Bilingual, tier_line, weak_months_line
from chalicelib.engine.rules.counties import County
from chalicelib.engine.rules.policy import Policy
from chalicelib.jurisdiction import feed_history_check
from chalicelib.jurisdiction.loader import Pack
from chalicelib.jurisdiction.pages.benefit import between, of_value
from chalicelib.jurisdiction.pages.words import PROVES, ROUTES, STAYS, STRENGTHS, SUSPICIONS, TRACES
from chalicelib.jurisdiction.version_check import substance
from chalicelib.model import FeedId
from chalicelib.sources.feeds.event_declarations import EventDeclaration
from chalicelib.sources.feeds.feed import Feed

_NONE: Bilingual = ("无", "none")


def sentences(before: Pack, after: Pack) -> Iterator[Bilingual]:
    """What differs about the policy, counties, benefits and feeds, a sentence each."""
    yield from _of_policy(before.rules.policy, after.rules.policy)
    yield from _of_counties(before, after)
    yield from _of_benefits(before, after)
    yield from _of_feeds(before, after)


def _of_policy(old: Policy, new: Policy) -> Iterator[Bilingual]:
    if substance(old) == substance(new):
        return
    was, becomes = (list(_of_periods(policy)) for policy in (old, new))
    yield from ((f"政策原为：{zh}", f"Policy, before: {en}") for zh, en in was if (zh, en) not in becomes)
    yield from (
        (f"政策自{new.from_}起改为：{zh}", f"Policy from {new.from_}: {en}")
        for zh, en in becomes
        if (zh, en) not in was
    )
    rest = [substance(policy) for policy in (old, new)]
    for words in rest:
        del words["periods"], words["weak"]
    if rest[0] != rest[1]:
        yield (
            "政策中办理时限、告知、名单等取值有变，见逐项对照。",
            "What the policy says of cases, messages and lists differs; see the values.",
        )


def _of_periods(policy: Policy) -> Iterator[Bilingual]:
    weak = policy.weak
    for zh, en in (*(tier_line(tier) for tier in policy.periods.tiers), weak_months_line(policy)):
        yield f"{zh}。", f"{en}."
    yield f"组合所需分值：{weak.threshold}。", f"Points that weak items need: {weak.threshold}."
    for fade in weak.fade:
        yield (
            f"{fade.within_days}日内的弱认证数据按{fade.percent}%计分。",
            f"Weak items within {fade.within_days} days count {fade.percent} %.",
        )


def _of_counties(before: Pack, after: Pack) -> Iterator[Bilingual]:
    counties = [{a: b.county for a, b in p.rules.counties.items() if b.county} for p in (before, after)]
    for area in sorted(counties[0].keys() | counties[1].keys()):
        old, new = (each.get(area) for each in counties)
        was = dict(_of_county(old, before)) if old else {}
        becomes = dict(_of_county(new, after)) if new else {}
        title = (new or old or counties[0][area]).title
        for zh, en in was.items():
            if becomes.get(zh) != en:
                yield f"{title.zh}不再：{zh}。", f"{title.en}, no more: {en}."
        for zh, en in becomes.items():
            if was.get(zh) != en and new is not None:
                yield f"{title.zh}自{new.from_}起：{zh}。", f"{title.en} from {new.from_}: {en}."


def _of_county(county: County, pack: Pack) -> Iterator[Bilingual]:
    yield from (of_value(value, pack) for value in county.values)


def _of_benefits(before: Pack, after: Pack) -> Iterator[Bilingual]:
    old, new = before.rules.benefits, after.rules.benefits
    for code in sorted(old.keys() | new.keys()):
        was, becomes = old.get(code), new.get(code)
        if was is None and becomes is not None:
            yield f"新增待遇“{becomes.title.zh}”。", f"A new benefit: {becomes.title.en}."
        elif becomes is None and was is not None:
            yield f"不再有待遇“{was.title.zh}”。", f"No benefit any more: {was.title.en}."
        elif was is not None and becomes is not None:
            last, now = was.versions[-1], becomes.versions[-1]
            if substance(last) != substance(now):
                for zh, en in between(last, now, before, after):
                    yield f"“{becomes.title.zh}”{zh}", f"{becomes.title.en}: {en}"


def _of_feeds(before: Pack, after: Pack) -> Iterator[Bilingual]:
    """One sentence for each feed and event that comes, goes, or is worth something else."""
    for name in sorted(before.feeds.keys() | after.feeds.keys()):
        old, new = before.feeds.get(name), after.feeds.get(name)
        if old is None and new is not None:
            yield f"新增数据来源“{new.title.zh}”。", f"A new feed: {new.title.en}."
            yield from (_comes(new, event) for event in new.declared_events.values())
        elif new is None and old is not None:
            yield f"不再使用数据来源“{old.title.zh}”。", f"No feed any more: {old.title.en}."
        elif old is not None and new is not None:
            yield from _of_one(old, new, before, after)


def _of_one(old: Feed, new: Feed, before: Pack, after: Pack) -> Iterator[Bilingual]:
    for code in dict.fromkeys([*old.declared_events, *new.declared_events]):
        was, becomes = old.declared_events.get(code), new.declared_events.get(code)
        if was is None and becomes is not None:
            yield _comes(new, becomes)
        elif becomes is None and was is not None:
            yield f"“{old.title.zh}”不再有“{was.zh}”。", f"{old.title.en}: no event any more: {was.en}."
        elif was is not None and becomes is not None:
            worth = _points(before, old, code), _points(after, new, code)
            yield from _is_worth(
                new, becomes, {**_says(was, old), **worth[0]}, {**_says(becomes, new), **worth[1]}
            )
    yield from _codes(old, new)
    if _otherwise(old) != _otherwise(new):
        yield (
            f"“{new.title.zh}”的读取、询问、报送要求或保存期限有变，见逐项对照。",
            f"{new.title.en}: how it is read, asked, expected or kept differs; see the values.",
        )


def _comes(feed: Feed, event: EventDeclaration) -> Bilingual:
    zh, en = PROVES[event.proves]
    strong = STRENGTHS[event.strength] if event.strength else None
    worth_zh, worth_en = (f"（{strong[0]}）", f" ({strong[1]})") if strong else ("", "")
    return (
        f"“{feed.title.zh}”新增“{event.zh}”：{zh}{worth_zh}。",
        f"{feed.title.en}, a new event: {event.en}: {en}{worth_en}.",
    )


def _says(event: EventDeclaration, feed: Feed) -> dict[str, tuple[Bilingual, Bilingual]]:
    """What an event is worth: by key, what that is called and what it is."""
    back = feed.declared_events[event.withdraws] if event.withdraws else None
    return {
        "proves": (("证明", "proves"), PROVES[event.proves]),
        "strength": (("强弱", "strength"), STRENGTHS[event.strength] if event.strength else _NONE),
        "trace": (("痕迹", "trace"), TRACES[event.trace] if event.trace else _NONE),
        "route": (("途径", "route"), ROUTES[event.route]),
        "stay": (("住院或入住", "stay"), STAYS[event.stay] if event.stay else _NONE),
        "suspicion": (("疑点", "suspicion"), SUSPICIONS[event.suspicion] if event.suspicion else _NONE),
        "withdraws": (("撤回", "takes back"), (back.zh, back.en) if back else _NONE),
    }


def _points(pack: Pack, feed: Feed, code: str) -> dict[str, tuple[Bilingual, Bilingual]]:
    points = pack.rules.policy.weak.worth.get((FeedId(feed.id), code))
    return {"points": (("分值", "points"), _NONE if points is None else (str(points), str(points)))}


def _is_worth(
    feed: Feed,
    event: EventDeclaration,
    was: Mapping[str, tuple[Bilingual, Bilingual]],
    becomes: Mapping[str, tuple[Bilingual, Bilingual]],
) -> Iterator[Bilingual]:
    """One sentence for everything that changes about one event."""
    changed = [(becomes[key][0], was[key][1], becomes[key][1]) for key in was if was[key] != becomes[key]]
    if changed:
        zh = "，".join(f"{name[0]}由“{old[0]}”改为“{new[0]}”" for name, old, new in changed)
        en = ", ".join(f"{name[1]} from “{old[1]}” to “{new[1]}”" for name, old, new in changed)
        yield f"“{feed.title.zh}”的“{event.zh}”：{zh}。", f"{feed.title.en}, {event.en}: {en}."


def _codes(old: Feed, new: Feed) -> Iterator[Bilingual]:
    """The department's words that now mean another event."""
    was, becomes = old.codes_of("event"), new.codes_of("event")
    for code in dict.fromkeys([*was, *becomes]):
        if was.get(code) != becomes.get(code):
            before, after = _event(old, was.get(code)), _event(new, becomes.get(code))
            yield (
                f"“{new.title.zh}”的代码“{code}”：由“{before[0]}”改为“{after[0]}”。",
                f"{new.title.en}, the code “{code}”: from “{before[1]}” to “{after[1]}”.",
            )


def _event(feed: Feed, code: str | None) -> Bilingual:
    return (feed.declared_events[code].zh, feed.declared_events[code].en) if code else _NONE


def _otherwise(feed: Feed) -> object:
    """What a feed does beside its events and their codes."""
    words = feed_history_check.substance(feed)
    coded = feed.fields.get("event")
    if coded is not None:
        words["columns"][coded]["codes"] = {}
    return {key: value for key, value in words.items() if key != "events"}
