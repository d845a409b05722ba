"""工作账号接口 · Accounts (row J5): granted and ended by an officer one level up, of a city by two."""

from __future__ import annotations

from typing import Any

from chalicelib.api import pages
from chalicelib.api.account_bodies import AccountGrant
from chalicelib.api.answers.accounts import Account, Accounts, AccountWithChanges
from chalicelib.api.bodies import NoBody, Refusal, field_error
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import invalid
from chalicelib.cases import user_accounts as cases
from chalicelib.model import AreaCode, UserAccount, UserAccountState
from chalicelib.storage.dynamodb import user_accounts

accounts = Audience(__name__)

Json = dict[str, Any]


@accounts.route("GET", "/v1/accounts", query=("area", "account_state", "limit", "cursor"), answer=Accounts)
def list_accounts(call: Call) -> Json:
    """The accounts of an area and below it, by area; of the caller's authority and of none."""
    area, wanted = call.area, pages.one_of("account_state", call.query.get("account_state"), UserAccountState)
    page = pages.page_below(area, call.page(f"accounts {call.caller.authority} {area} {wanted}"))
    found = (
        account
        for account in user_accounts.listed(area, page.after)
        if _concerns(call, account) and wanted in (None, account.state)
    )
    shown, following = page.cut(found, user_accounts.place_of)
    return {"items": [_account(call, account) for account in shown], "next": following}


def _concerns(call: Call, account: UserAccount) -> bool:
    return call.caller.authority is None or account.authority in (None, call.caller.authority)


@accounts.route("GET", "/v1/accounts/{id}", answer=AccountWithChanges)
def show_account(call: Call, id: str) -> Json:
    """One account with every change of it: who did what, when."""
    account = call.account
    changes = [
        {
            "sequence": entry.sequence,
            "at": entry.at,
            "action": entry.action,
            "actor": entry.actor,
            "details": dict(entry.details),
        }
        for entry in user_accounts.history(account.subject)
    ]
    whole = user_accounts.chain_holds(account)
    return {**_account(call, account), "changes": changes, "chain_holds": whole}


@accounts.route("POST", "/v1/accounts", body=AccountGrant, once=True, answer=Account)
def grant_account(call: Call) -> Json:
    """Grant an account to a post of a level below; for a city or above it waits for a second person."""
    sent = call.body(AccountGrant)
    since = sent.since or call.today
    if sent.until is not None and sent.until < max(since, call.today):
        raise invalid(field_error("/until", "not_in_range"))
    wanted = cases.Wanted(
        sent.subject, sent.post, sent.role.value, AreaCode(sent.area), sent.authority, since, sent.until
    )
    return _account(call, cases.grant_account(wanted, _grantor(call)))


@accounts.route("POST", "/v1/accounts/{id}/approve", body=NoBody, once=True, answer=Account)
def approve_account(call: Call, id: str) -> Json:
    """A second person approves an account of a city or above."""
    return _account(call, cases.approve_account(call.account.subject, _grantor(call)))


@accounts.route("POST", "/v1/accounts/{id}/end", body=Refusal, once=True, answer=Account)
def end_account(call: Call, id: str) -> Json:
    """End an account, with a reason: whoever holds it is refused within a minute."""
    because = call.body(Refusal).reason
    return _account(call, cases.end_account(call.account.subject, _grantor(call), because))


def _grantor(call: Call) -> cases.Grantor:
    caller = call.caller
    return cases.Grantor(caller.subject, caller.area, caller.authority)


def _account(call: Call, account: UserAccount) -> Json:
    return {
        "id": account.subject,
        "subject": account.subject,
        "post": account.post,
        "role": account.role,
        "area": account.area,
        "authority": account.authority,
        "since": account.since,
        "until": account.until,
        "days_left": account.days_left(call.today),
        "state": account.state.value,
        "holds": account.holds_on(call.today),
        "granted_by": account.granted_by,
        "granted_at": account.granted_at,
        "approved_by": account.approved_by,
        "ended_by": account.ended_by,
        "ended_at": account.ended_at,
        "because": account.because,
    }
