"""Exit codes of what no input can help: no panel, forgery, no time, interruption."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from oracle import keeps_rules
from pools import CROSS, FEW, ROOF, TRIANGLES, write
from small import FIND, LOTTERY_FILES, POOL, RULES, names_in, rows_of, snapshot

from sortition.cli.making import _rest
from sortition.engine.clock import Clock, Progress


@pytest.mark.parametrize("named", [FEW, CROSS, ROOF, TRIANGLES], ids=lambda named: named.name)
@pytest.mark.parametrize("command", ["check", "lottery", "draw"])
def test_no_panel_is_exit_4(tmp_path: Path, run, command: str, named) -> None:
    """With what is in the way, in words and as JSON; nothing is written."""
    people, quotas = write(named.pool, tmp_path)
    home = ["--household", ",".join(named.pool.household)] if named.pool.household else []
    words = [command, people, quotas, "--size", named.pool.size, *home]
    words += [] if command == "check" else ["--out", tmp_path / "made"]
    before = snapshot(tmp_path)

    said, told = run(*words), run(*words, "--json")

    assert (4, 4) == (said.code, told.code)
    assert len(said.err.strip().splitlines()) > 1
    assert "Traceback" not in said.err + told.err
    assert "infeasible" == told.json["error"]
    assert told.json["issues"]
    assert before == snapshot(tmp_path)


def test_a_forged_lottery_is_exit_5(files: Path, run) -> None:
    """For `verify` and for `draw`, in words and as JSON."""
    run("lottery", *RULES, "--out", "made")
    path = files / "made" / "lottery.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("p05", "p06"), encoding="utf-8")
    before = snapshot(files)

    for words in (("verify", "made"), ("draw", "made", "--ticket", "1")):
        said, told = run(*words), run(*words, "--json")
        assert (5, 5) == (said.code, told.code)
        assert "lottery.csv" in said.err
        assert isinstance(told.json, dict)
        assert "Traceback" not in said.err + told.err
    assert before == snapshot(files)


@pytest.mark.parametrize("command", ["lottery", "draw"])
def test_when_time_runs_out_the_best_so_far_is_written_with_exit_6(
    files: Path, run, command: str
) -> None:
    """With its gap, not called proven, and it verifies."""
    done = run(command, *RULES, "--out", "made", "--time-limit", "0", "--json")

    assert 6 == done.code
    assert not done.json["proven"]
    assert done.json["gap"] > 0
    assert set(LOTTERY_FILES) <= set(names_in("made"))
    ids = [person["id"] for person in POOL.people]
    for row in rows_of(files / "made" / "lottery.csv")[1:]:
        assert keeps_rules(POOL, [ids.index(own) for own in row[1:]])
    assert 0 == run("verify", "made").code
    assert 0 == run("draw", "made", "--ticket", "5", "--force").code


def test_tickets_have_a_time_limit_too(files: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chances are proven by then; that the tickets could be better is said, with exit 6."""
    monkeypatch.setattr("sortition.cli.making._rest", lambda _: {"time_limit": 0.0})
    done = run("lottery", *RULES, "--out", "made", "--time-limit", "60")

    assert 6 == done.code
    assert "while the tickets were being made" in done.err
    assert "proven" in done.out
    assert 0 == run("verify", "made").code


def test_tickets_and_balance_share_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten seconds, three gone: seven; all gone: one more. Their reports count on from there."""
    told: list[Progress] = []
    clock = Clock(10.0, told.append)
    for spent, left in ((3.0, 7.0), (11.0, 1.0)):
        monkeypatch.setattr(Clock, "spent", lambda _, spent=spent: spent)
        rest = _rest(clock)
        assert left == rest["time_limit"]
        rest["progress"](Progress("tickets", 0.0, 0.5))
        assert spent + 0.5 == told[-1].seconds
    assert {"time_limit": None, "progress": None} == _rest(Clock(math.inf, None))


def test_an_interruption_is_exit_130(files: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves nothing behind."""
    before = snapshot(files)
    monkeypatch.setattr(FIND, _raises(KeyboardInterrupt))

    done = run("lottery", *RULES, "--out", "made")

    assert 130 == done.code
    assert "Traceback" not in done.err
    assert before == snapshot(files)


def test_the_unexpected_is_exit_1_and_a_traceback_only_when_asked(
    files: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--debug` shows it, and nothing else does."""
    monkeypatch.setattr(FIND, _raises(ZeroDivisionError))

    plain = run("lottery", *RULES, "--out", "made")
    told = run("lottery", *RULES, "--out", "made", "--json")
    debug = run("lottery", *RULES, "--out", "made", "--debug")

    assert (1, 1, 1) == (plain.code, told.code, debug.code)
    assert "Traceback" not in plain.err
    assert "ZeroDivisionError" in plain.err
    assert "unexpected" == told.json["error"]
    assert "Traceback" in debug.err
    assert not Path("made").exists()


def _raises(kind: type[BaseException]) -> Callable[..., None]:
    def stop(*_: object, **__: object) -> None:
        raise kind

    return stop
