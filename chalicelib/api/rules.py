"""规则接口 · The rules, for whoever works by them; and changes of them, by two people (rows J4 and B4).

A change is drafted as a value, rehearsed by a pass over everybody, read, proposed, approved by somebody else
and put in force from a day: by the same functions as at the command line (`chalicelib.jurisdiction`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from chalice.app import Response

from chalicelib.api import ids, pages, status
from chalicelib.api.answers.rules import (
    RuleChange,
    RuleChanges,
    RuleChangeState,
    RuleChangeWithEffects,
    Rules,
    RulesOfBenefit,
)
from chalicelib.api.bodies import NoBody
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import not_found
from chalicelib.api.rule_bodies import RuleActivation, RuleApproval, RuleDraft
from chalicelib.cases import executions
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.engine.rules.benefits import Benefit, BenefitRules
from chalicelib.errors import DeclarationError, NotFoundError, RefusedError
from chalicelib.jurisdiction import activation, amendment, bundles, current, drafts, proposals
from chalicelib.jurisdiction.amendment import POLICY, Amendment
from chalicelib.jurisdiction.diff import differences
from chalicelib.jurisdiction.loader import Pack, load_folder
from chalicelib.jurisdiction.pages.benefit import sentences_of
from chalicelib.jurisdiction.pages.differing import sentences
from chalicelib.jurisdiction.rehearsal_report import TITLES
from chalicelib.model import BenefitCode
from chalicelib.storage.s3 import rulebooks

rules = Audience(__name__)

Json = dict[str, Any]


# --- what holds ------------------------------------------------------------------------------------


@rules.route("GET", "/v1/rules", query=("on",), answer=Rules)
def list_rules(call: Call) -> Json:
    """Every benefit of the rule book that holds on a day (`on`; without it, today), and since when."""
    on = pages.day_of("on", call.query.get("on")) or call.today
    book = bundles.unpack(activation.data_on(on), is_kept=True).rules
    return {
        "on": on,
        "jurisdiction": book.policy.jurisdiction,
        "items": [
            {**_head(benefit, on), "versions": len(benefit.versions)} for benefit in book.benefits.values()
        ],
    }


@rules.route("GET", "/v1/rules/{id}", query=("on",), answer=RulesOfBenefit)
def show_rules(call: Call, id: str) -> Json:
    """All that holds for a benefit on a day, with the file and line that say it and what stands beside it."""
    code, on = ids.benefit_code(id), pages.day_of("on", call.query.get("on")) or call.today
    with tempfile.TemporaryDirectory(prefix="wugan-") as name:
        folder = Path(name)
        bundles.lay_out(activation.data_on(on), folder)
        pack = load_folder(folder, is_kept=True)
        if code not in pack.rules.benefits:
            raise not_found()
        values = [value._asdict() for value in amendment.values_of(folder, pack, code, on)]
    benefit = pack.rules.benefit(code)
    return {
        **_head(benefit, on),
        "on": on,
        "versions": [_version(version) for version in benefit.versions],
        "says": [status.words(said) for said in sentences_of(benefit.on(on), pack)],
        "values": values,
    }


def _head(benefit: Benefit, on: date) -> Json:
    return {
        "benefit": benefit.code,
        "title": status.words((benefit.title.zh, benefit.title.en)),
        "run_by": benefit.run_by.value,
        "kind": benefit.kind.value,
        "version": _version(benefit.on(on)),
    }


def _version(version: BenefitRules) -> Json:
    return {
        "since": version.from_,
        "authority": version.authority,
        "reviewed_by": version.reviewed.by,
        "reviewed_on": version.reviewed.date,
    }


# --- what is to hold -------------------------------------------------------------------------------


@rules.route("GET", "/v1/rule-changes", answer=RuleChanges)
def list_rule_changes(call: Call) -> Json:
    """Every change that was drafted or proposed, newest first, and where it stands."""
    names = {*rulebooks.draft_names(), *rulebooks.proposal_names()}
    known, newest = rulebooks.activations(), proposals.newest_name()
    changes = [_change(name, known, newest) for name in names]
    return {"items": sorted(changes, key=_begun, reverse=True)}


@rules.route("GET", "/v1/rule-changes/{id}", answer=RuleChangeWithEffects)
def show_rule_change(call: Call, id: str) -> Json:
    """One change: what it says otherwise, what it would do to everybody, and the number of its report."""
    return _with_effects(_existing(id))


@rules.route("GET", "/v1/rule-changes/{id}/report")
def show_rule_report(call: Call, id: str) -> Response:
    """The report of the rehearsal, to read and print; proposed, it states the number that approving takes."""
    name = _existing(id)
    try:
        page = proposals.report_of(name)
    except NotFoundError:
        found = rulebooks.read_rehearsed(name)
        if found is None:
            raise
        page = found[1].replace(proposals.NUMBER.encode(), proposals.NOT_PROPOSED.encode())
    return Response(page.decode(), {"Content-Type": "text/html; charset=utf-8"}, 200)


@rules.route("POST", "/v1/rule-changes", body=RuleDraft, once=True, answer=RuleChangeWithEffects)
def draft_rule_change(call: Call) -> Json:
    """Try a value: a new version from a day to come, which is rehearsed on everybody at once."""
    sent = call.body(RuleDraft)
    wanted = Amendment(
        sent.what,
        sent.since,
        sent.authority,
        sent.reviewed_by,
        sent.reviewed_on,
        sent.source,
        {each.key: each.value for each in sent.values},
    )
    try:
        made = drafts.draft(wanted, by=call.caller.subject, note=sent.note)
    except DeclarationError as error:
        raise _does_not_hold(error) from error
    executions.start_pass(drafts.REHEARSAL, call.today, made.bundle)
    return _with_effects(made.bundle)


@rules.route("POST", "/v1/rule-changes/{id}/rehearse", body=NoBody, once=True, answer=RuleChangeWithEffects)
def rehearse_rule_change(call: Call, id: str) -> Json:
    """Rehearse a draft once more: on another day, or where the last time could not be finished."""
    made = drafts.draft_of(_existing(id))
    executions.start_pass(drafts.REHEARSAL, call.today, made.bundle)
    return _with_effects(made.bundle)


@rules.route("POST", "/v1/rule-changes/{id}/propose", body=NoBody, once=True, answer=RuleChangeWithEffects)
def propose_rule_change(call: Call, id: str) -> Json:
    """Propose a rehearsed draft with its report."""
    drafts.propose(_existing(id), by=call.caller.subject)
    return _with_effects(id)


@rules.route(
    "POST", "/v1/rule-changes/{id}/approve", body=RuleApproval, once=True, answer=RuleChangeWithEffects
)
def approve_rule_change(call: Call, id: str) -> Json:
    """Another officer agrees, with the number that the report states."""
    proposals.approve(_existing(id), by=call.caller.subject, rehearsal=call.body(RuleApproval).report)
    return _with_effects(id)


@rules.route(
    "POST", "/v1/rule-changes/{id}/activate", body=RuleActivation, once=True, answer=RuleChangeWithEffects
)
def activate_rule_change(call: Call, id: str) -> Json:
    """Put an approved change in force from a day to come, everywhere, without a deployment."""
    proposals.activate(_existing(id), by=call.caller.subject, from_=call.body(RuleActivation).since)
    return _with_effects(id)


def _does_not_hold(error: DeclarationError) -> RefusedError:
    """What is wrong with the pack, in the words of whoever reads its files; nothing of it names anybody."""
    where = Path(error.where.rpartition(":")[0]).name
    return RefusedError(
        "does_not_hold",
        f"修改后的规则不成立（{where}）：{error.what}",
        f"the rules would not hold ({where}): {error.what}",
    )


def _existing(id: str) -> str:
    """The bundle that an address names; 404 where nobody has drafted or proposed it."""
    name = ids.rule_change(id)
    if rulebooks.read_draft(name) is None and rulebooks.read_proposal(name) is None:
        raise not_found()
    return name


def _change(name: str, known: Iterable[rulebooks.Activation], newest: str) -> Json:
    said = rulebooks.read_draft(name)
    made = drafts.Draft.from_json(said) if said is not None else None
    asked = rulebooks.read_proposal(name)
    proposal = proposals.Proposal.from_json(asked[0]) if asked is not None else None
    active = next((each for each in reversed(list(known)) if each.bundle == name), None)
    against = proposal.against if proposal is not None else made.against if made is not None else ""
    return RuleChange.model_validate(
        {
            "id": name,
            "state": _state(
                name, proposal, active is not None, against not in (newest, "") and newest != name
            ),
            "what": made and made.what,
            "title": _title(made.what) if made is not None else None,
            "since": made and made.from_,
            "values": [{"key": key, "value": value} for key, value in (made.values if made else {}).items()],
            "note": proposal.note if proposal is not None else made.note if made is not None else "",
            "drafted": made and {"by": made.by, "at": made.at},
            "proposed": proposal and {"by": proposal.proposed_by, "at": proposal.proposed_at},
            "approved": {"by": proposal.approved_by, "at": proposal.approved_at}
            if proposal is not None and proposal.approved_by
            else None,
            "activated": active and {"by": active.by, "at": active.at},
            "in_force_from": active and active.from_,
        }
    ).model_dump()


def _state(
    name: str, proposal: proposals.Proposal | None, is_active: bool, is_overtaken: bool
) -> RuleChangeState:
    if is_active:
        return RuleChangeState.ACTIVATED
    if is_overtaken:
        return RuleChangeState.OVERTAKEN
    if proposal is not None:
        return RuleChangeState.APPROVED if proposal.approved_by else RuleChangeState.PROPOSED
    done = rulebooks.read_rehearsed(name) is not None
    return RuleChangeState.REHEARSED if done else RuleChangeState.REHEARSING


def _title(what: str) -> Json | None:
    if what == POLICY:
        return status.words(("多数待遇共用", "what most benefits share"))
    benefit = current().rules.benefits.get(BenefitCode(what))
    return status.words((benefit.title.zh, benefit.title.en)) if benefit is not None else None


def _begun(change: Json) -> Any:
    return (change["drafted"] or change["proposed"])["at"]


def _with_effects(name: str) -> Json:
    change = _change(name, rulebooks.activations(), proposals.newest_name())
    found, asked = rulebooks.read_rehearsed(name), rulebooks.read_proposal(name)
    before, after = _both(name)
    return {
        **change,
        "rehearsal": None if found is None else _rehearsal(found[0]),
        "report": None if asked is None else asked[0]["rehearsal"],
        "says": [status.words(said) for said in sentences(before[1], after[1])],
        "differences": [
            {"file": each.file, "key": each.key, "before": each.before, "after": each.after}
            for each in differences(before[0], after[0])
        ],
    }


def _both(name: str) -> tuple[tuple[bytes, Pack], tuple[bytes, Pack]]:
    """What a change is compared with, and the change."""
    said = rulebooks.read_draft(name)
    against = said["against"] if said is not None else proposals.proposal_of(name).against
    data = [bundles.read(against), bundles.read(name)]
    before, after = (bundles.unpack(each, is_kept=True) for each in data)
    return (data[0], before), (data[1], after)


def _rehearsal(figures: Json) -> Json:
    effects = [
        {**each, "title": status.words(TITLES[Effect(each["effect"])][:2])} for each in figures["effects"]
    ]
    return {**figures, "effects": effects}
