"""检验存证 · Check, without the platform, that a record is what was signed that night.

    python check_proof.py proof.json [--key audit-key.pem]

Needs Python alone, and openssl for the signature. `proof.json` comes from `python -m admin audit prove`. The
public key inside it is the platform's own word: hold the one that you were given when the platform began
against it (--key). 0: everything agrees; 1: something does not, and what.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64encode
from pathlib import Path

UNTOLD, REMOVED = "", "-"


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def leaf(text: str) -> str:
    """The digest of a leaf of the tree (RFC 6962)."""
    return digest(b"\x00" + text.encode())


def climbed(found: str, path: list[dict]) -> str:
    """The root to which a path leads from a leaf."""
    for step in path:
        left, right = (step["digest"], found) if step["is_left"] else (found, step["digest"])
        found = digest(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right))
    return found


def end_of(chain: list[str]) -> str:
    """The last hash of a chain of entries, each sealed by the one before it; "" if one is not."""
    before = ""
    for number, text in enumerate(chain, 1):
        entry = json.loads(text)
        said = json.dumps(entry["said"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        before = digest((before + said).encode())
        if entry["hash"] != before or entry["said"]["sequence"] != number:
            return ""
    return before


def put_by(chain: list[str]) -> dict[str, str]:
    """Sort key → digest of what stood there after the last entry."""
    said: dict[str, str] = {}
    for text in chain:
        items = json.loads(text)["said"]["items"]
        said |= items if isinstance(items, dict) else dict.fromkeys(items, UNTOLD)
    return said


def signature_holds(proof: dict, key: str) -> bool:
    """Whether the root's text was signed by the key, as openssl says."""
    with tempfile.TemporaryDirectory() as place:
        root, signature, pem = (Path(place, name) for name in ("root.txt", "root.sig", "key.pem"))
        root.write_text(proof["root"], encoding="utf-8")
        signature.write_bytes(bytes.fromhex(proof["signature"]))
        pem.write_text(key, encoding="utf-8")
        command = ["openssl", "dgst", "-sha256", "-verify", str(pem), "-signature", str(signature), str(root)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def faults(proof: dict, key: str) -> list[str]:
    """What does not agree; nothing if the record is what was signed."""
    found = []
    if not signature_holds(proof, key):
        found.append("签名不符 the root was not signed by this key")
    person, shard = json.loads(proof["person"]), json.loads(proof["shard"])
    root = dict(line.split(" ", 1) for line in proof["root"].splitlines())["root"]
    if climbed(leaf(proof["shard"]), proof["shard_path"]) != root:
        found.append("分片不在该根之下 the shard is not under the signed root")
    if climbed(leaf(proof["person"]), proof["path"]) != shard["root"]:
        found.append("此人不在该分片之下 the person is not under the shard's root")
    if len(proof["chain"]) != person["sequence"] or end_of(proof["chain"]) != person["head"]:
        found.append("审计链不符 the chain is not the one that was signed")
    put = put_by(proof["chain"])
    for name in sorted(put.keys() | proof["items"].keys()):
        said, body = put.get(name, REMOVED), proof["items"].get(name)
        now = REMOVED if body is None else _short(body)
        if said not in (UNTOLD, now):
            found.append(
                f"{name}：与链上摘要不符 not what the chain says; changed since that night, or altered"
            )
    return found


def _short(body: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(body.encode()).digest()[:24]).decode()


def main() -> int:
    """Check one proof."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("proof", type=Path)
    parser.add_argument("--key", type=Path, help="the public key that you were given")
    options = parser.parse_args()
    proof = json.loads(options.proof.read_text(encoding="utf-8"))
    found = faults(proof, options.key.read_text(encoding="utf-8") if options.key else proof["public_key"])
    for fault in found:
        print(fault)
    if not found:
        print(f"相符 it agrees with what was signed:\n{proof['root']}", end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
