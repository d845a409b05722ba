import io
import shutil
import zipfile
from pathlib import Path

import pytest

from chalicelib.errors import DeclarationError, NotFoundError
from chalicelib.jurisdiction import PACKS, bundles, load
from chalicelib.jurisdiction.diff import Difference, differences
from chalicelib.model import AreaCode

BOZHOU = PACKS / "bozhou"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the pack, to be changed."""
    shutil.copytree(BOZHOU, tmp_path / "bozhou")
    return tmp_path / "bozhou"


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_same_words_give_the_same_bytes_and_name(folder: Path) -> None:
    (folder / "notes.txt").write_text("not of the pack", encoding="utf-8")
    assert bundles.pack_up(folder) == bundles.pack_up(BOZHOU)
    assert bundles.name_of(bundles.pack_up(folder)).startswith(f"{load('bozhou').rules.version}-")


def test_a_bundle_is_the_pack_that_was_packed_up() -> None:
    unpacked = bundles.unpack(bundles.pack_up(BOZHOU))
    assert unpacked.rules.version == load("bozhou").rules.version
    assert unpacked.feeds == load("bozhou").feeds


def test_one_word_less_is_another_name(folder: Path) -> None:
    rewrite(folder / "policy.yaml", "objection_working_days: 15", "objection_working_days: 10")
    assert bundles.name_of(bundles.pack_up(folder)) != bundles.name_of(bundles.pack_up(BOZHOU))


def test_a_contact_of_a_feed_changes_the_bundle_and_no_decision(folder: Path) -> None:
    rewrite(folder / "feeds" / "bus_rides.yaml", "bus@transport.example", "card@transport.example")
    changed = bundles.pack_up(folder)
    assert bundles.unpack(changed).rules.version == load("bozhou").rules.version
    assert bundles.name_of(changed) != bundles.name_of(bundles.pack_up(BOZHOU))


def test_a_cut_off_day_of_the_policy_is_read_where_it_was_stored_and_refused_where_it_is_new(
    folder: Path,
) -> None:
    rewrite(folder / "policy.yaml", "  list_open_days", "  cutoff_day: 20\n  list_open_days")
    with pytest.raises(DeclarationError, match=r"policy\.yaml:\d+: .* each benefit declares its own"):
        bundles.unpack(bundles.pack_up(folder))
    kept = bundles.unpack(bundles.pack_up(folder), is_kept=True)
    assert kept.rules.policy == load("bozhou").rules.policy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("most_characters: 70", "most_characters: 60"),
        ('signature: "【亳州无感互认】"', 'signature: "【亳州市待遇资格无感认证与互认服务平台管理中心】"'),
    ],
)
def test_messages_that_would_be_longer_than_the_policy_allows_are_refused(
    folder: Path, old: str, new: str
) -> None:
    """When somebody proposes them; a bundle that was stored before is read as it is."""
    rewrite(folder / "policy.yaml", old, new)
    lines = (folder / "policy.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "most_characters" in text)
    with pytest.raises(
        DeclarationError, match=rf"policy\.yaml:{line}: the message remind can be \d+ characters"
    ):
        bundles.unpack(bundles.pack_up(folder))
    kept = bundles.unpack(bundles.pack_up(folder), is_kept=True)
    assert kept.rules.policy != load("bozhou").rules.policy


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in members.items():
            bundle.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK?", "no zip file"),
        (zipped(**{"..__..__policy.yaml": b"a: 1"}), "no file of a pack"),
        (zipped(**{"policy.yaml": b"x" * (bundles.LARGEST + 1)}), "larger than any pack"),
        (zipped(**{"feeds__a.yaml": b"id: a"}), "feeds/a.yaml"),
    ],
    ids=["torn", "climbs out of the folder", "far too large", "does not hold"],
)
def test_what_is_no_pack_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(DeclarationError, match=why):
        bundles.unpack(data)


@pytest.mark.usefixtures("aws")
def test_a_stored_bundle_is_found_by_the_version_that_decisions_bear() -> None:
    name = bundles.keep(bundles.pack_up(BOZHOU))
    assert bundles.keep(bundles.pack_up(BOZHOU)) == name
    version = load("bozhou").rules.version
    assert bundles.for_rules(version).rules.version == version
    county = load("bozhou").rules.for_area(AreaCode("341671")).version
    assert county != version
    assert bundles.for_rules(county).rules.version == version
    with pytest.raises(NotFoundError):
        bundles.for_rules(f"{county[:-1]}?")
    with pytest.raises(NotFoundError):
        bundles.for_rules("bozhou-2020-01-01-00000000")
    with pytest.raises(NotFoundError):
        bundles.fetch("unheard of")


def test_the_difference_is_told_value_by_value(folder: Path) -> None:
    rewrite(folder / "policy.yaml", "threshold: 100", "threshold: 80")
    (folder / "benefits" / "village_doctor_subsidy.yaml").unlink()
    found = differences(bundles.pack_up(BOZHOU), bundles.pack_up(folder))
    assert Difference("policy.yaml", "weak.threshold", "100", "80") in found
    gone = [d for d in found if d.file == "benefits/village_doctor_subsidy.yaml"]
    assert gone
    assert all(d.after is None for d in gone)
    assert {d.file for d in found} == {"policy.yaml", "benefits/village_doctor_subsidy.yaml"}
