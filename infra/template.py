"""The template of a deployment: what Chalice makes of app.py, with infra/*.yaml merged over it.

`make package` and the sandbox both come here, so that what runs on one machine is what is deployed.
The template says `CodeUri: ./deployment.zip`; only `infra/package.py` makes that archive.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Final

import yaml
from chalice.app import Chalice
from chalice.config import Config
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import (
    BaseDeployStep,
    BuildStage,
    InjectDefaults,
    LambdaEventSourcePolicyInjector,
    PolicyGenerator,
    SwaggerBuilder,
)
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import PackageOptions, ResourceBuilder, SAMTemplateGenerator, TemplateDeepMerger
from chalice.policy import AppPolicyGenerator
from chalice.utils import OSUtils, serialize_to_json

from infra.existing import taken_over
from infra.watching import watched

ROOT: Final = Path(__file__).resolve().parent.parent
STAGE: Final = "prod"
ARCHIVE: Final = "./deployment.zip"
PARTS: Final = ("template.yaml", "gateway.yaml", "exchange.yaml", "console.yaml", "alarms.yaml")

Template = dict[str, Any]


class TemplateError(ValueError):
    """The parts of the template do not fit together."""


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms (!Ref, !Sub, !GetAtt).

    Chalice's own reader would teach them to yaml.SafeLoader, for everybody in the process.
    """


def _short_form(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


class _Options(PackageOptions):
    """Service principals without asking a client: the global name serves in every partition."""

    def __init__(self) -> None:
        pass  # no client

    def service_principal(self, service: str) -> str:
        """The principal of a service, as in a trust policy."""
        return f"{service}.amazonaws.com"


class _NameArchive(BaseDeployStep):
    """Names the archive without building it (Chalice's own step would download all dependencies)."""

    def handle_deploymentpackage(self, config: Config, resource: Any) -> None:
        resource.filename = ARCHIVE


def configuration(app: Chalice, project: Path = ROOT) -> Config:
    """Chalice's configuration of the deployed stage, for an app that is already imported."""
    on_disk = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return Config(
        chalice_stage=STAGE,
        user_provided_params={"chalice_app": app, "project_dir": str(project)},
        config_from_disk=on_disk,
        default_params={"project_dir": str(project), "api_gateway_stage": "api", "autogen_policy": False},
    )


def chalice_template(app: Chalice, project: Path = ROOT) -> Template:
    """What Chalice makes of the decorators in app.py: functions, roles, triggers, the REST API."""
    config = configuration(app, project)
    system = OSUtils()
    build = BuildStage(
        steps=[
            InjectDefaults(),
            _NameArchive(),
            PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=system), osutils=system),
            SwaggerBuilder(swagger_generator=CFNSwaggerGenerator()),
            LambdaEventSourcePolicyInjector(),
        ]
    )
    builder = ResourceBuilder(ApplicationGraphBuilder(), DependencyBuilder(), build)
    resources = builder.construct_resources(config, STAGE)
    template: Template = json.loads(
        serialize_to_json(SAMTemplateGenerator(config, _Options()).generate(resources))
    )
    return template


def own_template(project: Path = ROOT, statemachines: Path | None = None) -> Template:
    """infra/*.yaml as one template, the state machines' definitions put in as they stand.

    Raises TemplateError if two parts say the same thing, FileNotFoundError if a definition is missing.
    """
    merged: Template = {}
    for name in PARTS:
        with (project / "infra" / name).open(encoding="utf-8") as stream:
            part = yaml.load(stream, Loader=_Loader)  # noqa: S506 - a SafeLoader with CloudFormation's tags
        for section, entries in part.items():
            known = merged.setdefault(section, {})
            if both := known.keys() & entries.keys():
                raise TemplateError(f"{name}: said twice in {section}: {', '.join(sorted(both))}")
            known.update(entries)
    folder = statemachines or project / "statemachines"
    for resource in merged["Resources"].values():
        properties = resource.get("Properties", {})
        source = properties.get("DefinitionString", "")
        if source.startswith("file://"):
            properties["DefinitionString"] = (folder / source.removeprefix("file://")).read_text(
                encoding="utf-8"
            )
    # YAML anchors made the same object appear twice; through JSON each place gets its own.
    own: Template = json.loads(json.dumps(merged))
    return own


def build_template(app: Chalice, project: Path = ROOT, statemachines: Path | None = None) -> Template:
    """The template of a deployment of `app`; takes well under a second, downloads nothing."""
    made = chalice_template(app, project)
    own = own_template(project, statemachines)
    for name, resource in own["Resources"].items():
        if "Type" not in resource and name not in made["Resources"]:
            raise TemplateError(f"infra adds to {name}, but app.py has no function of that name")
    template: Template = TemplateDeepMerger().merge(own, made)
    watched(template)
    taken_over(template)
    return template


def as_text(template: Template) -> str:
    """The template as it is written to build/package/template.json."""
    out = io.StringIO()
    json.dump(template, out, indent=1, sort_keys=True, ensure_ascii=False)
    return out.getvalue() + "\n"
