"""A pack as all were spelled once, and bundles in store are: versions say everything, policy.yaml nothing of
them."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.declarations import read_yaml
from chalicelib.engine.rules.benefit_files import SHARED
from chalicelib.engine.rules.rulebook import RuleBook


def spell_out(folder: Path, rules: RuleBook) -> None:
    """Write the benefits of a pack's folder in full (JSON is YAML)."""
    policy = folder / "policy.yaml"
    said = {key: value for key, value in read_yaml(policy).items() if key != SHARED}
    policy.write_text(json.dumps(said, ensure_ascii=False, default=str), encoding="utf-8")
    for code, benefit in rules.benefits.items():
        words = benefit.model_dump_json(by_alias=True, exclude_defaults=True)
        (folder / "benefits" / f"{code}.yaml").write_text(words, encoding="utf-8")
