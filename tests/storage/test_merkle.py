"""The tree of RFC 6962: its own root and path, held against the definition word for word."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.crypto import merkle


def defined(leaves: list[str]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it stands there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0].encode()).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


@given(st.lists(st.text(max_size=5), max_size=40))
def test_the_root_is_that_of_the_definition(texts: list[str]) -> None:
    assert merkle.root_of([merkle.leaf_of(text) for text in texts]) == defined(texts).hex()


@given(st.lists(st.text(max_size=5), min_size=1, max_size=40), st.data())
def test_the_path_of_each_leaf_leads_to_the_root_and_no_other_text_does(
    texts: list[str], data: st.DataObject
) -> None:
    leaves = [merkle.leaf_of(text) for text in texts]
    place = data.draw(st.integers(0, len(texts) - 1))
    path = merkle.path_of(leaves, place)
    assert merkle.root_by(leaves[place], path) == merkle.root_of(leaves)
    assert merkle.root_by(merkle.leaf_of(f"{texts[place]}!"), path) != merkle.root_of(leaves)
    assert len(path) <= len(texts).bit_length()


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_no_path_to_nothing(place: int) -> None:
    with pytest.raises(IndexError):
        merkle.path_of([merkle.leaf_of(text) for text in "abc"], place)
