import base64
import json

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import UnreadableError
from chalicelib.model import PersonId
from chalicelib.storage import clients
from chalicelib.storage.crypto import encryption, hmac_ids
from chalicelib.storage.dynamodb import people, tables
from chalicelib.storage.dynamodb.tables import People
from tests.conftest import StoppedClock
from tests.storage import faults
from tests.storage.builders import NAME, NUMBER, PHONE, identity, known

pytestmark = pytest.mark.usefixtures("aws")

OWNER, OTHER = PersonId("a" * 26), PersonId("b" * 26)


def test_what_is_sealed_opens_for_its_owner_alone() -> None:
    box = encryption.seal_identity(OWNER, "341602100201", identity())
    assert encryption.unseal_identity(OWNER, box) == identity()
    with pytest.raises(UnreadableError):
        encryption.unseal_identity(OTHER, box)


def test_a_field_does_not_open_as_another_one() -> None:
    box = json.loads(encryption.seal_identity(OWNER, "341602100201", identity()))
    fields = box["fields"]
    fields["name"], fields["phone"] = fields["phone"], fields["name"]
    with pytest.raises(UnreadableError):
        encryption.unseal_identity(OWNER, json.dumps(box))


def test_nothing_clear_is_left_and_the_same_twice_looks_different() -> None:
    first, second = (encryption.seal_identity(OWNER, "341602100201", identity()) for _ in range(2))
    assert first != second
    assert not any(clear in first for clear in (NUMBER, NAME, PHONE))


def test_a_person_without_a_phone() -> None:
    box = encryption.seal_identity(OWNER, "341602100201", identity(phone=None))
    assert encryption.unseal_identity(OWNER, box).phone is None


def test_one_key_per_area_and_month(clock: StoppedClock) -> None:
    with faults.at_call("kms", "GenerateDataKey", lambda _request: None) as made:
        for _ in range(3):
            encryption.seal_identity(OWNER, "341602100201", identity())
            encryption.seal_identity(OWNER, "341602100999", identity())
        assert made == [1]
        encryption.seal_identity(OWNER, "341621100201", identity())
        clock.advance(days=31)
        box = encryption.seal_identity(OWNER, "341602100201", identity())
        assert made == [1, 2, 3]
    with faults.at_call("kms", "Decrypt", lambda _request: None) as opened:
        for _ in range(3):
            encryption.unseal_identity(OWNER, box)
        assert opened == [1]
    clients.forget()
    assert encryption.unseal_identity(OWNER, box) == identity(), "a new process opens it as well"


def test_a_wrapped_key_opens_only_in_its_own_context() -> None:
    box = json.loads(encryption.seal_identity(OWNER, "341602100201", identity()))
    with pytest.raises(ClientError):
        encryption.unseal_identity(OWNER, json.dumps(box | {"area": "341621"}))


def test_a_ciphertext_moved_to_another_person_does_not_open() -> None:
    first, second = known(), known(number="34160219500101002X")
    item, target = (tables.get(People, f"P#{who}", "~I") for who in (first, second))
    assert item is not None
    assert target is not None
    target.sealed = item.sealed
    tables.put(target)
    with pytest.raises(UnreadableError):
        people.identity_of(second)


# --- opaque names ----------------------------------------------------------------------------------


def test_opaque_names_depend_on_the_key_and_the_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (hmac_ids.person_id_for(NUMBER), hmac_ids.index_key(NUMBER), hmac_ids.phone_mark(NUMBER))
    assert before == (hmac_ids.person_id_for(NUMBER), hmac_ids.index_key(NUMBER), hmac_ids.phone_mark(NUMBER))
    clients.client("secretsmanager").put_secret_value(SecretId="identity", SecretString="another key")
    assert hmac_ids.person_id_for(NUMBER) == before[0], "the key is read once per process"
    clients.forget()
    after = (hmac_ids.person_id_for(NUMBER), hmac_ids.index_key(NUMBER), hmac_ids.phone_mark(NUMBER))
    assert not set(before) & set(after)


def test_an_id_seen_in_a_url_does_not_lead_to_the_index() -> None:
    raw = base64.b32decode(f"{hmac_ids.person_id_for(NUMBER).upper()}======")
    assert raw.hex() not in hmac_ids.index_key(NUMBER)
    assert hmac_ids.phone_mark(NUMBER) not in hmac_ids.index_key(NUMBER)


def test_every_part_of_an_identity_moves_its_mark() -> None:
    marks = {
        hmac_ids.identity_mark(each)
        for each in (
            identity(),
            identity(name="测试乙"),
            identity(phone=None),
            identity(phone="13900139000"),
            identity(number="34160219500101002X"),
        )
    }
    assert len(marks) == 5
    assert hmac_ids.identity_mark(identity()) == hmac_ids.identity_mark(identity())
