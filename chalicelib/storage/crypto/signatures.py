"""签名 · Signatures by the audit key, which never leaves KMS: whoever has the public key can check them."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from chalicelib.settings import settings
from chalicelib.storage.clients import client, code_of

ALGORITHM: Final = "ECDSA_SHA_256"  # over the curve P-256: `openssl dgst -sha256 -verify`


def sign(text: str) -> bytes:
    """The signature of a text of at most 4,096 bytes, in DER."""
    answer = client("kms").sign(
        KeyId=settings().audit_key_id, Message=text.encode(), MessageType="RAW", SigningAlgorithm=ALGORITHM
    )
    return bytes(answer["Signature"])


def is_signed(text: str, signature: bytes) -> bool:
    """Whether a signature is the audit key's, of this text."""
    if not signature:
        return False
    try:
        answer = client("kms").verify(
            KeyId=settings().audit_key_id,
            Message=text.encode(),
            MessageType="RAW",
            Signature=signature,
            SigningAlgorithm=ALGORITHM,
        )
    except ClientError as error:
        if code_of(error) == "KMSInvalidSignatureException":
            return False
        raise
    return bool(answer["SignatureValid"])


def public_key() -> str:
    """The public part of the audit key, as PEM."""
    found = client("kms").get_public_key(KeyId=settings().audit_key_id)["PublicKey"]
    return load_der_public_key(found).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
