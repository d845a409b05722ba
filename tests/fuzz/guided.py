"""Coverage-guided fuzzing with atheris: each target of `targets` in turn, for its share of the time.

python -m tests.fuzz.guided --minutes 15 [--target texts]
python -m tests.fuzz.guided replay texts build/fuzz/found/texts/0123456789abcdef

What leads to code that no input reached before is kept in build/fuzz/corpus, and the next night goes on from
there. An input that breaks a promise is written to build/fuzz/found, with the command that replays it, and
the hunt goes on; one that hangs, or takes more memory than there is, ends its process, is kept likewise, and
another process hunts for the rest of the time.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tests.fuzz.outcomes import Finds, outcome

BUILD: Final = Path("build") / "fuzz"
PACKAGES: Final = BUILD / "packages"  # atheris, beside what is locked for everything else
HUNG: Final = 60  # seconds of one input, after which its process is ended
MEMORY_MB: Final = 2_500
ADDRESS_SPACE: Final = 12_000_000_000  # bytes: who asks for more at once gets a MemoryError
_FATAL: Final = ("timeout-", "oom-", "crash-", "leak-")
_STATUS: Final = re.compile(r"cov: (\d+).*?corp: (\d+)")
_RUNS: Final = re.compile(r"number_of_executed_units: (\d+)")


def main(arguments: Sequence[str]) -> int:
    """Hunt or replay; 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.guided")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--target", action="append")
    actions = parser.add_subparsers(dest="action")
    for name in ("hunt", "replay"):
        action = actions.add_parser(name)
        action.add_argument("name")
        action.add_argument("what", help="seconds, or a file that was found")
    chosen = parser.parse_args(arguments)
    if chosen.action == "hunt":
        hunt(chosen.name, int(chosen.what))
    elif chosen.action == "replay":
        return replay(chosen.name, Path(chosen.what))
    return night(int(chosen.minutes * 60), chosen.target)


# --- the night -------------------------------------------------------------------------------------


def night(seconds: int, names: Sequence[str] | None) -> int:
    """Each target for its share of the time, files twice as long as cells; a line about each."""
    targets = _targets()
    chosen = {name: 1 + targets[name].is_file for name in names or targets}
    found = 0
    for name, share in chosen.items():
        found += _hunted(name, seconds * share // sum(chosen.values()))
    print("nothing found" if not found else f"{found} found: {BUILD / 'found'}")
    return 1 if found else 0


def _hunted(name: str, seconds: int) -> int:
    """How many inputs were found in a target's share of the time, in as many processes as it takes."""
    folder = BUILD / "found" / name
    _lay_out(name, folder)
    began, runs, status, log = time.monotonic(), 0, ("?", "?"), BUILD / f"{name}.log"
    while (left := int(seconds - (time.monotonic() - began))) > 0:
        command = [sys.executable, "-m", "tests.fuzz.guided", "hunt", name, str(left)]
        with log.open("w") as said:
            environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
            done = subprocess.run(command, stderr=said, env=environment, check=False)
        text = log.read_text(errors="replace")
        runs += sum(map(int, _RUNS.findall(text)))
        status = (_STATUS.findall(text) or [status])[-1]
        fatal = [path for path in folder.glob("*") if path.name.startswith(_FATAL)]
        for path in fatal:
            print(f"found: {path.name.partition('-')[0]}\n  {_replay_of(name)} {path}", flush=True)
            path.rename(path.with_name(f"ended-{path.name}"))
        if done.returncode and not fatal:
            print(f"{name}: the process ended with {done.returncode}, see {log}", flush=True)
            return 1 + len(list(folder.glob("*")))
    count = len(list(folder.glob("*"))) if folder.exists() else 0
    print(f"{name}: {runs:,} runs, {status[0]} edges, {status[1]} inputs kept, {count} found", flush=True)
    return count


def _lay_out(name: str, folder: Path) -> None:
    """The seeds of a target as files; what an earlier night found is tried again first."""
    corpus, seeds = BUILD / "corpus" / name, BUILD / "seeds" / name
    for each in (corpus, seeds):
        each.mkdir(parents=True, exist_ok=True)
    for place, data in enumerate(_targets()[name].seeds()):
        (seeds / f"{place:03d}").write_bytes(data)
    if folder.exists():
        for path in folder.iterdir():
            if not path.name.startswith(("ended-", *_FATAL)):
                path.rename(corpus / path.name)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _replay_of(name: str) -> str:
    return f".venv/bin/python -m tests.fuzz.guided replay {name}"


# --- one process -----------------------------------------------------------------------------------


def hunt(name: str, seconds: int) -> None:
    """Let atheris try inputs of one target; ends the process when the time is over."""
    import atheris

    with atheris.instrument_imports(include=["chalicelib.sources", "chalicelib.api"]):
        targets = importlib.import_module("tests.fuzz.targets")
    target = targets.TARGETS[name]
    folder, words = BUILD / "found" / name, BUILD / "words"
    words.write_text("".join(_entries(targets.WORDS)))
    finds = Finds(folder, _replay_of(name))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    def one(data: bytes) -> None:
        why = outcome(target.what_is_wrong, data)
        if why:
            finds.add(data, why)

    def changed(data: bytes, longest: int, seed: int) -> bytes:
        changed: bytes = targets.changed(bytes(data), longest, seed, atheris.Mutate)
        return changed

    more: dict[str, Any] = {"custom_mutator": changed} if target.is_file else {}
    atheris.Setup([
        "guided", str(BUILD / "corpus" / name), str(BUILD / "seeds" / name), f"-max_total_time={seconds}",
        f"-max_len={target.longest}", f"-timeout={HUNG}", f"-rss_limit_mb={MEMORY_MB}", f"-dict={words}",
        f"-artifact_prefix={folder}/", "-print_final_stats=1", *(["-cross_over=0"] if target.is_file else []),
    ], one, **more)  # fmt: skip
    atheris.Fuzz()


def _entries(words: Sequence[str]) -> Iterator[str]:
    """The lines of a dictionary as libFuzzer reads it."""
    for word in words:
        yield '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n'


def replay(name: str, path: Path) -> int:
    """What is wrong with one input, with the whole way there; 1 if anything is."""
    judge = _targets()[name].what_is_wrong
    data = path.read_bytes()
    why = outcome(judge, data)
    print(why or "fine")
    if why and " in " in why:
        try:
            judge(data)
        except BaseException as error:
            print("".join(traceback.format_tb(error.__traceback__)))
    return 1 if why else 0


def _targets() -> dict[str, Any]:
    """The targets; imported late, for atheris must see the import of what it watches."""
    found: dict[str, Any] = importlib.import_module("tests.fuzz.targets").TARGETS
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
