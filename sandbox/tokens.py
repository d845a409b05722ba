"""Tokens of the sandbox: an issuer of its own, with a key made for one sandbox and for nothing else.

A real deployment trusts the jurisdiction's issuer; the sandbox trusts this one, through the same
settings (issuer, audience, JWKS) and the same verification.

    issuer = Issuer.new()
    environment["WUGAN_TOKEN_JWKS"] = issuer.jwks()
    token = issuer.issue("officer", "341602", "county-officer-1", now=clock.now())
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

APP: Final = "provincial-app"  # the only app of the sandbox that checks faces
ISSUER: Final = "http://127.0.0.1:8002"  # where one signs in to a running sandbox
AUDIENCE: Final = "wugan"
USUAL_LIFETIME: Final = timedelta(hours=8)  # a working day, as an issuer would
YEAR_LONG: Final = timedelta(days=400)  # for a sandbox, whose clock jumps over a whole year

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Algorithm = Literal["ES256", "RS256"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """A key pair and the words under which it issues tokens."""

    key: Key
    issuer: str = ISSUER
    audience: str = AUDIENCE

    @classmethod
    def new(cls, algorithm: Algorithm = "ES256", *, issuer: str = ISSUER, audience: str = AUDIENCE) -> Issuer:
        """An issuer with a fresh key."""
        key: Key
        if algorithm == "ES256":
            key = ec.generate_private_key(ec.SECP256R1())
        else:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return cls(key, issuer, audience)

    @classmethod
    def load(cls, path: Path, *, issuer: str = ISSUER, audience: str = AUDIENCE) -> Issuer:
        """The issuer that another process of this sandbox has saved; ValueError for any other key."""
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise ValueError("the sandbox issues tokens with ES256 or RS256 only")
        return cls(key, issuer, audience)

    def save(self, path: Path) -> None:
        """Keep the key for the sandbox's other processes, readable by its owner only."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm that belongs to the key."""
        return "ES256" if isinstance(self.key, ec.EllipticCurvePrivateKey) else "RS256"

    def _public(self) -> dict[str, Any]:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)

    @property
    def key_id(self) -> str:
        """The name of the key, made of its public part."""
        return hashlib.sha256(json.dumps(self._public(), sort_keys=True).encode()).hexdigest()[:16]

    def jwks(self) -> str:
        """The public key as a JSON Web Key Set, for WUGAN_TOKEN_JWKS."""
        return json.dumps(
            {"keys": [{**self._public(), "kid": self.key_id, "use": "sig", "alg": self.algorithm}]}
        )

    def registered(self, app: str) -> dict[str, Any]:
        """The public key as it is registered for an app that certifies by face or video."""
        return {**self._public(), "kid": self.key_id, "use": "sig", "alg": self.algorithm, "app": app}

    def assertion(
        self,
        app: str,
        person: str,
        method: str,
        *,
        now: datetime,
        nonce: str | None = None,
        **other: object,
    ) -> str:
        """What an app signs that it has seen of a person: used once, and soon."""
        claims = {
            "iss": app,
            "aud": self.audience,
            "sub": person,
            "method": method,
            "iat": int(now.timestamp()),
            "nonce": nonce or secrets.token_hex(16),
            **other,
        }
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": self.key_id})

    def issue(
        self,
        role: str,
        area: str | None,
        subject: str,
        *,
        now: datetime,
        lifetime: timedelta = USUAL_LIFETIME,
        person: str | None = None,
        authority: str | None = None,
    ) -> str:
        """A token for one role; `area` for everybody but citizens, `person` for citizens only."""
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "jti": secrets.token_hex(16),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "role": role,
            "area": area,
            "person": person,
            "authority": authority,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(said, self.key, algorithm=self.algorithm, headers={"kid": self.key_id})
