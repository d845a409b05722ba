"""运行参数 · The only place that reads the environment; one frozen `Settings` per process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of what this deployment made, and the few values an operator sets."""

    pack: str  # jurisdiction pack: chalicelib/packs/<pack>
    people_table: str
    work_table: str
    files_table: str
    audit_table: str  # entries of audit chains: put once, never altered nor removed
    inbox_bucket: str
    outbox_bucket: str  # receipts, results, instructions: nobody in clear, but in the villages' notices
    rejects_bucket: str  # rejected rows as sent: clear numbers
    roster_bucket: str  # roster snapshot: clear numbers
    lake_bucket: str
    rules_bucket: str  # rule books: bundles, proposals, activations
    audit_bucket: str  # roots of the audit chains: nothing in here can be taken away before its time
    lake_characters: int  # of a person's id that name a bucket of the lake: 0, 1 or 2 make 1, 32 or 1,024
    shard_characters: int  # of a person's id that name a shard of everybody: 0, 1 or 2 make 1, 32 or 1,024
    inbox_queue_url: str
    chunks_queue_url: str  # ranges of large files
    large_file_bytes: str  # a whole number: text above it is read in ranges
    people_at_once: str  # a whole number: a file about more people is applied shard by shard
    messages_topic_arn: str
    sender: str  # "topic" (SNS topic to a gateway), "sms" (SNS SMS) or "http" (a gateway over https)
    carrier_reports_url: str  # the queue of what carriers say became of messages
    gateway_secret: str  # name of the secret: address, account and secret of the gateway over https
    certification_arn: str
    suspicion_arn: str
    everybody_arn: str
    identity_secret: str  # name of the secret: key of HMAC(number)
    interfaces_secret: str  # name of the secret: addresses and tokens of interfaces that are asked
    data_key_id: str  # KMS key that wraps the data keys of sealed fields
    files_key_id: str  # KMS key of files that name people
    audit_key_id: str  # KMS key that signs the roots of the audit chains
    upload_role_arn: str  # signs what a browser drops into the inbox, and may do nothing else
    rejects_role_arn: str  # signs where rejected rows are fetched, and may do nothing else
    upload_url: str  # where a browser reaches S3, if not at S3's own address (the sandbox); "": there
    token_issuer: str
    token_audience: str
    token_client_id: str  # as whom the screens introduce themselves to the issuer
    token_jwks: str  # the issuer's public keys: a JSON document, or an https URL of one
    assertion_jwks: str  # keys of apps that certify by face or video: a JSON document, each with its `app`
    assertion_longest_seconds: str  # a whole number: how old an app's assertion may be
    accounts_required: str  # "true": the token says who, an account what they may; "false": the token both
    token_longest_seconds: str  # a whole number: from issue to expiry
    caller_requests_per_minute: str  # a whole number, for everybody but apps
    app_requests_per_minute: str  # a whole number: an app asks for all whom it serves
    rules_checked_seconds: str  # a whole number: how often a process asks which rule book is in force
    event_hosts: str  # to whom events may be pushed: host names with commas between; "": to nobody
    schedules: (
        str  # a JSON object: the expression by which each scheduled function runs, by its name in app.py
    )


@cache
def settings() -> Settings:
    """The settings of this process; raises KeyError naming the variable that is missing."""
    given: dict[str, Any] = {name: os.environ[f"WUGAN_{name.upper()}"] for name in Settings.__slots__}
    for name in ("lake_characters", "shard_characters"):
        given[name] = int(given[name])
    return Settings(**given)
