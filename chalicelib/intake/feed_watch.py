"""数据源监测 · Every feed against its rhythm: what stands where, and a reminder to the department that is
late."""

from __future__ import annotations

import json
from datetime import date

from chalicelib import clock
from chalicelib.cases.freshness import FeedNow, feed_now
from chalicelib.jurisdiction import current
from chalicelib.observability import count, logger
from chalicelib.runs import run
from chalicelib.sources.feeds.freshness import FeedState
from chalicelib.storage.s3 import objects

_REMINDED = (FeedState.LATE, FeedState.MISSING)


def watch_feeds() -> dict[str, int]:
    """Remind each late department once per missed day and stage; how many feeds stand in which state."""
    on = clock.today()
    found = {state.value: 0 for state in FeedState}
    with run("watch_feeds") as each:
        for feed in sorted(current().feeds):
            with each(feed=feed):
                now = feed_now(feed, on)
                if now is None:
                    continue
                state = now.freshness.state
                found[state.value] += 1
                if state in _REMINDED and _remind(now, on):
                    logger.info("department reminded", extra={"feed": feed, "state": state})
        counted = (FeedState.LATE, FeedState.MISSING, FeedState.HELD)
        count(**{f"Feeds{state.name.title()}": found[state.value] for state in counted})
    return found


def _remind(now: FeedNow, on: date) -> bool:
    """A note in the department's outbox; no person is named in it."""
    feed, fresh = now.feed, now.freshness
    missing = fresh.state is FeedState.MISSING
    since_zh = f"最近一次入库的数据日期为{fresh.last}，" if fresh.last else "至今没有收到过文件，"
    since_en = f"the newest data loaded are of {fresh.last}" if fresh.last else "no file has ever been loaded"
    hotline = current().rules.policy.messages.hotline
    note = {
        "feed": feed.id,
        "title": {"zh": feed.title.zh, "en": feed.title.en},
        "state": fresh.state.value,
        "last": fresh.last.isoformat() if fresh.last else None,
        "due": fresh.next_due.isoformat() if fresh.next_due else None,
        "written": on.isoformat(),
        "zh": f"“{feed.title.zh}”{since_zh}已超过约定的报送周期。"
        f"请尽快报送；如有困难，请致电{hotline}。"
        + ("在收到之前，依赖该数据的人员不会因此被认定未认证。" if missing else ""),
        "en": f"{feed.title.en}: {since_en}, which is later than agreed. Please send it; "
        f"if you cannot, call {hotline}.",
    }
    name = f"{feed.id}/{fresh.next_due or 'never'}-{fresh.state.value}"
    return objects.put_reminder(
        feed.department, name, json.dumps(note, ensure_ascii=False, indent=2).encode()
    )
