"""What was signed last night nobody alters unseen: informed edits, each with every hash recomputed by hand,
and the proof that a third party checks without the platform."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from admin import audits
from chalicelib import audit_roots
from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import PersonId
from chalicelib.storage.crypto import signatures
from chalicelib.storage.dynamodb import access_log, audit, people, shards, tables
from chalicelib.storage.dynamodb.audit import Difference, Finding
from chalicelib.storage.dynamodb.audit_findings import ChainEnds, findings_about
from chalicelib.storage.dynamodb.tables import Audit, People
from chalicelib.storage.s3 import audit_roots as kept
from tests.in_one_go import nightly_audit_roots
from tests.storage.builders import AT, change, evidence, known, put

pytestmark = pytest.mark.usefixtures("aws")

NIGHT: Final = date(2025, 7, 1)
CHECKER: Final = Path(__file__).parents[1] / "docs" / "auditor" / "check_proof.py"
NUMBERS: Final = ("34160219500101001X", "341602195001010028", "341602195001010036")


@pytest.fixture
def person() -> PersonId:
    """One of three, with evidence and a look, on a night that was signed."""
    first, *_ = [known(number=number) for number in NUMBERS]
    put(first, evidence=(evidence(),))
    access_log.record(first, "looked", "officer", AT, {"what": "status"})
    nightly_audit_roots()
    return first


def signed(person: PersonId) -> tuple[Finding, ...]:
    """What is found about somebody against the root of the night."""
    (ends,) = [of[person] for of in audit_roots.chains_of(NIGHT).values() if person in of]
    return findings_about(person, ends)


def item(person: PersonId, key: str) -> People:
    found = tables.get(People, f"P#{person}", key)
    assert found is not None
    return found


# --- informed edits: whoever makes them knows the code, and leaves a whole chain behind ---------------


def rewritten(person: PersonId, edit: Callable[[list[audit.AuditEntry]], list[audit.AuditEntry]]) -> None:
    """The chain of steps after an edit, every hash and the profile's end made anew."""
    steps = [entry for entry in people.audit_trail(person) if not entry.is_look]
    for entry in steps:
        tables.delete(Audit(f"P#{person}", entry.sort_key))
    before, again = "", []
    for number, entry in enumerate(edit(steps), 1):
        again.append(audit.sealed(replace(entry, sequence=number), before))
        before = again[-1].hash
        tables.put(Audit(f"P#{person}", again[-1].sort_key, body=again[-1].text))
    profile = item(person, "PROFILE")
    tables.put(People(profile.pk, "PROFILE", body=profile.body, sequence=len(again), head=before))


def edit_an_entry(person: PersonId) -> None:
    rewritten(person, lambda steps: [*steps[:-1], replace(steps[-1], actor="somebody else")])


def remove_an_entry(person: PersonId) -> None:
    put(person, evidence=(evidence(day="2025-06-21"),))
    rewritten(person, lambda steps: [steps[0], *steps[2:]])
    tables.delete(item(person, "EV#2025-06-20#hospital_inpatient#admitted"))


def insert_an_entry(person: PersonId) -> None:
    rewritten(person, lambda steps: [steps[0], replace(steps[0], action="certified", items={}), *steps[1:]])


def swap_entries(person: PersonId) -> None:
    rewritten(person, lambda steps: steps[::-1])


def cut_off_the_last(person: PersonId) -> None:
    rewritten(person, lambda steps: steps[:-1])
    tables.delete(item(person, "EV#2025-06-20#hospital_inpatient#admitted"))


def raise_the_amount(person: PersonId) -> None:
    """The entitlement, and the digest in the entry that put it."""
    found = item(person, "ENT#resident_pension")
    body = json.dumps(json.loads(found.body) | {"fen": 999_900})
    tables.put(People(found.pk, found.sk, body=body))
    says = {found.sk: audit.digest_of(body)}
    rewritten(person, lambda steps: [replace(steps[0], items={**steps[0].items, **says}), *steps[1:]])


def end_an_entitlement(person: PersonId) -> None:
    tables.delete(item(person, "ENT#resident_pension"))
    says = {"ENT#resident_pension": audit.REMOVED}
    rewritten(person, lambda steps: [replace(steps[0], items={**steps[0].items, **says}), *steps[1:]])


def forget_who_looked(person: PersonId) -> None:
    tables.delete(item(person, "~LOOKS"))


@pytest.mark.parametrize(
    "edit",
    [
        edit_an_entry,
        remove_an_entry,
        insert_an_entry,
        swap_entries,
        cut_off_the_last,
        raise_the_amount,
        end_an_entitlement,
        forget_who_looked,
    ],
)
def test_whoever_recomputes_a_chain_does_not_come_to_what_was_signed(
    person: PersonId, edit: Callable[[PersonId], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert signed(person) == ()
    edit(person)
    assert findings_about(person) == (), "a whole chain, as far as it alone says"
    assert signed(person) == (Finding(Difference.REWRITTEN),)
    assert audits.verify() == 1
    assert "rewritten" in capsys.readouterr().out


def everything_about(person: PersonId) -> list[People]:
    return list(tables.query(People, f"P#{person}"))


def test_a_whole_person_gone_is_missed(person: PersonId, capsys: pytest.CaptureFixture[str]) -> None:
    for each in everything_about(person):
        tables.delete(each)
    tables.delete(tables.Work(f"{shards.ALL}#{shards.shard_of(person)}", person))
    assert signed(person) == (Finding(Difference.GONE),)
    assert audits.verify() == 1
    assert "gone" in capsys.readouterr().out


def test_what_goes_on_after_the_night_is_no_finding(
    person: PersonId, capsys: pytest.CaptureFixture[str]
) -> None:
    people.change(person, lambda _record: change("later"))
    access_log.record(person, "looked", "auditor", AT, {"what": "audit"})
    known(number="341602195001010044")
    assert signed(person) == ()
    assert audits.verify() == 0
    assert capsys.readouterr().out == "4 people, 0 broken, the root of 2025-07-01 holds\n"


def test_a_record_that_never_rests_stops_no_other(
    person: PersonId, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(of: PersonId, ends: ChainEnds | None) -> tuple[Finding, ...]:
        if of == person:
            raise ConflictError("others keep changing it")
        return findings_about(of, ends)

    monkeypatch.setattr(audits, "findings_about", busy)
    assert audits.verify() == 1
    told = capsys.readouterr().out
    assert [person, "busy", "–"] in [line.split() for line in told.splitlines()]
    assert "3 people, 1 broken" in told


# --- the root itself ------------------------------------------------------------------------------


def test_a_night_keeps_its_first_root_and_nobody_can_take_it_away(person: PersonId) -> None:
    first = kept.read_root(NIGHT)
    assert first is not None
    edit_an_entry(person)
    nightly_audit_roots("2")
    assert kept.read_root(NIGHT) == first, "signed once"
    s3 = boto3.client("s3")
    s3.put_object(Bucket="audit", Key=f"roots/{NIGHT}.json", Body=b"{}")
    assert kept.read_root(NIGHT) == first, "a version behind it changes nothing"
    s3.delete_object(Bucket="audit", Key=f"roots/{NIGHT}.json")
    assert (kept.read_root(NIGHT), audit_roots.nights()) == (first, [NIGHT]), "nor does a mark of deletion"
    assert signed(person) == (Finding(Difference.REWRITTEN),)


def forge_the_text(said: dict[str, Any]) -> None:
    said["text"] = said["text"].replace("people 3", "people 2")


def forge_a_shard(said: dict[str, Any]) -> None:
    said["shards"] = [each | {"people": 0} for each in said["shards"]]


def leave_the_signature_out(said: dict[str, Any]) -> None:
    said["signature"] = ""


def point_elsewhere(said: dict[str, Any]) -> None:
    said["shards"] = [each | {"chains": "chains/nowhere"} for each in said["shards"]]


@pytest.mark.parametrize("forge", [forge_the_text, forge_a_shard, leave_the_signature_out, point_elsewhere])
def test_a_root_that_is_not_as_it_was_signed_is_refused(
    forge: Callable[[dict[str, Any]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    for number in NUMBERS:
        known(number=number)
    nightly_audit_roots()
    said = json.loads(boto3.client("s3").get_object(Bucket="audit", Key=f"roots/{NIGHT}.json")["Body"].read())
    forge(said)
    later = date(2025, 7, 2)
    boto3.client("s3").put_object(Bucket="audit", Key=f"roots/{later}.json", Body=json.dumps(said).encode())
    with pytest.raises((ValueError, ClientError)):
        audit_roots.chains_of(later)
    assert audits.verify(later) == 1
    assert capsys.readouterr().out


def test_without_a_root_chains_are_verified_alone(capsys: pytest.CaptureFixture[str]) -> None:
    known()
    assert audits.verify() == 0
    assert capsys.readouterr().out == "1 people, 0 broken, no root yet\n"
    assert audits.verify(NIGHT) == 1
    with pytest.raises(NotFoundError):
        audit_roots.proof_of(PersonId("a"), NIGHT)


# --- the proof -------------------------------------------------------------------------------------


@pytest.fixture
def proof(person: PersonId, tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    assert audits._prove(person, None, path) == 0
    return path


def test_nobody_is_proven_who_was_not_there(
    person: PersonId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "proof.json"
    assert audits._prove(known(number="341602195001010044"), None, path) == 1
    assert audits._prove(person, date(2025, 6, 30), path) == 1
    assert not path.exists()
    assert capsys.readouterr().out == "nobody of that night\nno root of 2025-06-30\n"


def checked(path: Path, *also: str) -> subprocess.CompletedProcess[str]:
    """By the script alone, with nothing of the platform on its path."""
    command = [sys.executable, "-I", str(CHECKER), str(path), *also]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_third_party_checks_a_record_from_the_signed_text_alone(proof: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(signatures.public_key(), encoding="utf-8")
    done = checked(proof, "--key", str(key))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wugan-audit-root 1\nday 2025-07-01\npeople 3\nroot " in done.stdout


def another_amount(proof: dict[str, Any]) -> None:
    body = proof["items"]["ENT#resident_pension"]
    proof["items"]["ENT#resident_pension"] = body.replace("19500", "99500")


def an_entry_less(proof: dict[str, Any]) -> None:
    proof["chain"] = proof["chain"][:-1]


def another_person(proof: dict[str, Any]) -> None:
    proof["person"] = proof["person"].replace('"looks":1', '"looks":0')


def another_shard(proof: dict[str, Any]) -> None:
    proof["shard"] = proof["shard"].replace('"people":', '"people":1')


def another_night(proof: dict[str, Any]) -> None:
    proof["root"] = proof["root"].replace("2025-07-01", "2025-07-02")


def an_item_more(proof: dict[str, Any]) -> None:
    proof["items"]["ENT#old_age_allowance"] = "{}"


@pytest.mark.parametrize(
    "forge", [another_amount, an_entry_less, another_person, another_shard, another_night, an_item_more]
)
def test_a_forged_proof_does_not_agree(forge: Callable[[dict[str, Any]], None], proof: Path) -> None:
    said = json.loads(proof.read_text(encoding="utf-8"))
    forge(said)
    proof.write_text(json.dumps(said), encoding="utf-8")
    done = checked(proof)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout


def test_another_key_is_not_the_one_that_signed(proof: Path, tmp_path: Path) -> None:
    other = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    boto3.client("kms").update_alias(AliasName="alias/wugan-audit", TargetKeyId=other["KeyId"])
    key = tmp_path / "key.pem"
    key.write_text(signatures.public_key(), encoding="utf-8")
    assert checked(proof, "--key", str(key)).returncode == 1
    assert checked(proof).returncode == 0, "by the key that it brings itself"


def test_the_proof_names_nobody(proof: Path) -> None:
    text = proof.read_text(encoding="utf-8")
    assert not any(number in text for number in NUMBERS)
    assert "测试甲" not in text
    assert "13800138000" not in text
