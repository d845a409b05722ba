"""From app.py to plain CloudFormation: the same template that `make package` writes, translated.

SAM's translator runs offline; what a serverless function stands for (event source mappings, schedule
rules, permissions) becomes resources that `resolver` can make one by one.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from chalice.app import Chalice
from samtranslator.parser.parser import Parser
from samtranslator.public.translator import Translator

from infra.template import as_text, build_template

Template = dict[str, Any]


def deployed_template(app: Chalice, project: Path, statemachines: Path | None = None) -> Template:
    """The CloudFormation template of the project, for this app; its files are read once per process."""
    translated: Template = json.loads(_translated(app, project, statemachines))
    return translated


@lru_cache(maxsize=8)
def _translated(app: Chalice, project: Path, statemachines: Path | None) -> str:
    text = as_text(build_template(app, project, statemachines))
    template = json.loads(text)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "sandbox", "Key": "deployment.zip"}
    saved = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = "cn-north-1"  # the translator insists on one
    try:
        made = Translator({}, Parser()).translate(template, parameter_values={}, feature_toggle=None)
    finally:
        if saved is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = saved
    return json.dumps(made)
