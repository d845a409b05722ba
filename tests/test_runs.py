"""A run over many: one that fails stops no other, and nobody overlooks it."""

import io
import json
import logging
import threading

import pytest

from chalicelib.errors import ConflictError, UnfinishedError
from chalicelib.observability import count, logger
from chalicelib.runs import run


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    for handler in logger.handlers:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "stream", stream)
    return stream


def test_what_fails_stops_no_other_and_the_run_fails_at_its_end(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    done = []

    def go_through_five() -> None:
        with run("tries") as each:
            for number in range(5):
                with each(person=f"p{number}"):
                    if number == 1:
                        raise ValueError("13800138000")
                    if number == 3:
                        raise KeyError("x")
                    done.append(number)

    with pytest.raises(UnfinishedError, match=r"tries: 2 left out \(KeyError, ValueError\)") as failed:
        go_through_five()
    assert done == [0, 2, 4]
    assert isinstance(failed.value.__cause__, ValueError)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["run"], line["person"]) for line in lines] == [("tries", "p1"), ("tries", "p3")]
    assert all("Traceback" in line["exception"] for line in lines)
    assert "13800138000" not in log.getvalue()
    published = json.loads(capsys.readouterr().out)
    assert published["LeftOut"] == [2.0]
    assert published["service"] == "wugan", "the dimension that alarms ask for"


def test_a_run_in_which_nothing_fails_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with run("tries") as each, each():
        pass
    assert capsys.readouterr().out == ""


def test_a_run_that_breaks_off_raises_its_own_error(capsys: pytest.CaptureFixture[str]) -> None:
    def break_off() -> None:
        with run("tries") as each:
            with each():
                raise ValueError
            raise ConflictError("busy")

    with pytest.raises(ConflictError):
        break_off()
    assert json.loads(capsys.readouterr().out)["LeftOut"] == [1.0]
    with pytest.raises(ConflictError), run("tries"):
        raise ConflictError("busy")
    assert capsys.readouterr().out == ""


def test_the_death_of_the_process_is_nobodys_to_catch() -> None:
    class Death(BaseException):
        pass

    with pytest.raises(Death), run("tries") as each, each():
        raise Death


@pytest.mark.filterwarnings("error")
def test_figures_of_one_are_not_published_by_another(capsys: pytest.CaptureFixture[str]) -> None:
    """Two functions in one process, side by side: each publishes what it has counted and nothing else."""
    together = threading.Barrier(8)
    faults: list[Warning | Exception] = []

    def publish(name: str) -> None:
        try:
            together.wait()
            for _ in range(20):
                count(**{name: 1})
        except (Warning, Exception) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=publish, args=(f"Of{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count()
    assert not faults
    said = capsys.readouterr().out
    assert said.count('"_aws"') == 160
    assert all(said.count(f'"Of{n}":[1.0]') == 20 for n in range(8)) or all(
        said.count(f'"Of{n}": [1.0]') == 20 for n in range(8)
    )
