"""The deployment package: small, always the same, and never without a dependency."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

import app as wugan
from infra import package as packaging
from infra.package import PackagingError, chalice_archive, load_app, main, repack
from infra.template import ROOT, as_text, build_template


def archive_of(folder: Path, files: dict[str, bytes]) -> Path:
    file = folder / "made.zip"
    with zipfile.ZipFile(file, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file


def packed(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as made:
        return {name: made.read(name) for name in made.namelist()}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "1", tmp_path / "2"
    one.mkdir()
    other.mkdir()
    repack(archive_of(one, {"b.py": b"2", "a.py": b"1"}), one / "out.zip")
    repack(archive_of(other, {"a.py": b"1", "b.py": b"2"}), other / "out.zip")
    assert (one / "out.zip").read_bytes() == (other / "out.zip").read_bytes()


def test_byte_code_and_stubs_are_left_out(tmp_path: Path) -> None:
    files = {"a.py": b"12345", "__pycache__/a.pyc": b"x", "d/": b"", "b.pyi": b"x", "p/tests/t.py": b"x"}
    size = repack(archive_of(tmp_path, files), tmp_path / "out.zip")
    assert packed(tmp_path / "out.zip") == {"a.py": b"12345"}
    assert size == 5


@pytest.mark.skipif(shutil.which("strip") is None, reason="no binutils here")
def test_a_shared_library_is_stripped_and_anything_else_kept(tmp_path: Path) -> None:
    library = next(Path(sysconfig.get_paths()["platlib"]).rglob("_cffi_backend*.so")).read_bytes()
    files = {"real.cpython-311.so": library, "not_really.so": b"no library"}
    repack(archive_of(tmp_path, files), tmp_path / "out.zip")
    found = packed(tmp_path / "out.zip")
    assert found["not_really.so"] == b"no library"
    assert found["real.cpython-311.so"].startswith(b"\x7fELF")
    assert len(found["real.cpython-311.so"]) <= len(library)


def test_without_strip_libraries_are_kept_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    repack(archive_of(tmp_path, {"a.so": b"\x7fELF"}), tmp_path / "out.zip")
    assert packed(tmp_path / "out.zip") == {"a.so": b"\x7fELF"}


def test_a_missing_dependency_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chalice itself prints a line, leaves the dependency out and exits with 0."""
    made = tmp_path / ".chalice" / "deployments" / "made.zip"
    made.parent.mkdir(parents=True)

    def create(self: Any, project: str, python: str) -> str:
        made.write_bytes(b"incomplete")
        self._ui.write("\nCould not install dependencies:\npyarrow==26.0.1\nYou will have to build these\n")
        return str(made)

    packager = packaging.LambdaDeploymentPackager
    monkeypatch.setattr(packager, "create_deployment_package", create)
    monkeypatch.setattr(packager, "deployment_package_filename", lambda *_: str(made))
    with pytest.raises(PackagingError, match=r"pyarrow==26\.0\.1"):
        chalice_archive(wugan.app)
    assert not made.exists()  # or the next build would reuse it and say nothing


def test_too_large_a_package_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packaging, "LIMIT_MB", 0)
    monkeypatch.setattr(packaging, "ROOT", tmp_path)
    monkeypatch.setattr(packaging.package, "__kwdefaults__", {"template_only": False})
    monkeypatch.setattr(packaging.package, "__defaults__", (tmp_path,))
    monkeypatch.setattr(packaging, "load_app", lambda project: wugan.app)
    monkeypatch.setattr(packaging, "build_template", lambda app, project: {})
    monkeypatch.setattr(packaging, "chalice_archive", lambda *_: archive_of(tmp_path, {"a.py": b"x"}))
    monkeypatch.setattr(sys, "argv", ["package"])
    assert main() == 1
    assert "more than 0 MB" in capsys.readouterr().err


def test_the_template_alone_is_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `--template-only` writes, `make package` writes, and the sandbox reads, is one and the same."""
    for name in (".chalice", "infra", "statemachines"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("deployments"))
    monkeypatch.setattr(packaging, "load_app", lambda project: wugan.app)
    written = packaging.package(tmp_path, template_only=True)
    assert written.read_text(encoding="utf-8") == as_text(build_template(wugan.app))
    assert not (written.parent / "deployment.zip").exists()


def test_the_app_is_found() -> None:
    assert load_app() is wugan.app
