"""Build what is deployed: build/package/template.json and build/package/deployment.zip.

    python -m infra.package                   everything (downloads wheels from the configured index)
    python -m infra.package --template-only   the template alone, in less than a second

The archive must stay under 240 MB unzipped (Lambda refuses 262.1 MB): shared libraries are stripped
of their symbols, byte code is left out, and the same input gives the same bytes. A dependency that
Chalice could not install stops the build; Chalice itself would only print a line and exit with 0.
"""

from __future__ import annotations

import argparse
import importlib
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from chalice.app import Chalice
from chalice.deploy.packager import DependencyBuilder, LambdaDeploymentPackager, PipRunner, SubprocessPip
from chalice.utils import UI, OSUtils

from infra.template import ROOT, as_text, build_template, configuration

LIMIT_MB: Final = 240
MB: Final = 1_000_000  # Lambda counts 262,144,000 bytes; a decimal megabyte errs on the safe side
LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)  # the oldest day that a zip archive can say
NEEDLESS: Final = ("__pycache__/", ".pyc", ".pyi", "/tests/")


class PackagingError(RuntimeError):
    """The package cannot be built, or may not be deployed."""


def load_app(project: Path = ROOT) -> Chalice:
    """The Chalice application of the project."""
    if str(project) not in sys.path:
        sys.path.insert(0, str(project))
    app: Chalice = importlib.import_module("app").app
    return app


def chalice_archive(app: Chalice, project: Path = ROOT) -> Path:
    """Chalice's archive of app.py, chalicelib and all of requirements.txt.

    Raises PackagingError if a dependency has no wheel that Lambda can load.
    """
    config = configuration(app, project)
    system = OSUtils()
    said = io.StringIO()
    pip = PipRunner(pip=SubprocessPip(osutils=system), osutils=system)
    packager = LambdaDeploymentPackager(
        osutils=system,
        dependency_builder=DependencyBuilder(
            osutils=system, pip_runner=pip, architecture=config.lambda_architecture
        ),
        ui=UI(out=said, err=said),
        architecture=config.lambda_architecture,
    )
    made = Path(packager.deployment_package_filename(str(project), config.lambda_python_version))
    packager.create_deployment_package(str(project), config.lambda_python_version)
    if "Could not install dependencies" in said.getvalue():
        made.unlink()  # or the next run would reuse it, and say nothing
        raise PackagingError(said.getvalue().strip())
    return made


def strip(library: bytes, folder: Path) -> bytes:
    """The shared library without its symbols; unchanged where there is no `strip`."""
    tool = shutil.which("strip")
    if tool is None:
        return library
    file = folder / "library.so"
    file.write_bytes(library)
    done = subprocess.run([tool, "--strip-unneeded", str(file)], capture_output=True, check=False)  # noqa: S603
    return file.read_bytes() if done.returncode == 0 else library


def repack(source: Path, target: Path) -> int:
    """Write the archive anew, smaller and always the same; returns its unzipped size in bytes."""
    size = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(set(old.namelist())):
            if name.endswith("/") or any(part in name for part in NEEDLESS):
                continue
            content = old.read(name)
            if ".so" in Path(name).suffixes:
                content = strip(content, Path(folder))
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content)
            size += len(content)
    return size


def package(project: Path = ROOT, *, template_only: bool = False) -> Path:
    """Build the package; returns the template's path. Raises PackagingError."""
    out = project / "build" / "package"
    out.mkdir(parents=True, exist_ok=True)
    app = load_app(project)
    template = out / "template.json"
    template.write_text(as_text(build_template(app, project)), encoding="utf-8")
    if template_only:
        return template
    if shutil.which("strip") is None:
        print("no `strip` here: shared libraries keep their symbols")
    archive = out / "deployment.zip"
    size = repack(chalice_archive(app, project), archive)
    print(f"{archive}: {archive.stat().st_size / MB:.1f} MB, unzipped {size / MB:.1f} MB")
    if size > LIMIT_MB * MB:
        raise PackagingError(f"{size / MB:.1f} MB unzipped, more than {LIMIT_MB} MB")
    return template


def main() -> int:
    """The command line; 1 if the package may not be deployed."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--template-only", action="store_true", help="the template alone, nothing is downloaded"
    )
    chosen = parser.parse_args()
    try:
        print(package(template_only=chosen.template_only))
    except PackagingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
