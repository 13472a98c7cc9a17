"""What is there for whoever sits at a terminal: tables, progress, completion, a dry run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, child, environment

from sortition.cli.pace import Pace, clock, share
from sortition.engine.clock import Progress
from sortition.messages import catalogue

COLOUR = re.compile(r"\x1b\[[\d;]*3[1-7]\d*[\d;]*m")


def on_terminal(*words: object, cwd: Path | None = None, **variables: str) -> str:
    """Return what Python, run with these words, shows on a terminal of 120 columns."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, *map(str, words)], cwd=cwd, stdout=theirs, stderr=theirs,
        env=environment(**({"TERM": "xterm-256color", "COLUMNS": "120"} | variables)),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # as Linux says that the other side has gone
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert 0 == program.wait(60), shown.decode()
    return shown.decode()


# -- tables and colours ----------------------------------------------------------------------------


@pytest.fixture
def made(region: Path, tmp_path: Path, run) -> Path:
    """The folder of a lottery of the region, drawn from."""
    folder = tmp_path / "made"
    assert 0 == run("lottery", region / "project.toml", "--out", folder, "--lang", "en").code
    assert 0 == run("draw", folder, "--ticket", 7).code
    return folder


def test_a_table_on_a_terminal_and_lines_on_a_pipe(made: Path, run) -> None:
    """The same figures in either form."""
    shown = on_terminal("-m", "sortition", "audit", made)
    piped = run("audit", made).out

    assert "Signed up" in shown
    assert re.search(r"Heerlen +165 ", re.sub(r"\x1b\[[\d;]*m", "", shown))
    assert COLOUR.search(shown)
    assert "Signed up" not in piped
    assert "\x1b" not in piped
    assert re.search(r"Heerlen: .*165", piped)


@pytest.mark.parametrize(("options", "variables"), [
    (["--no-color"], {}), ([], {"NO_COLOR": "1"}),
], ids=["option", "environment"])
def test_no_colours_where_none_are_wanted(
    made: Path, options: list[str], variables: dict[str, str]
) -> None:
    """Tables stay; colours go."""
    shown = on_terminal("-m", "sortition", "audit", made, *options, **variables)

    assert "Signed up" in shown
    assert not COLOUR.search(shown)


def test_what_holds_is_green_on_a_terminal(made: Path, run) -> None:
    """The sign of a step alone; on a pipe it is the plain sign."""
    assert "1. \x1b[32m\x1b[1m✓\x1b[0m" in on_terminal("-m", "sortition", "verify", made)
    assert "1. ✓ " in run("verify", made).out


# -- progress --------------------------------------------------------------------------------------

_TOLD = """
import time
from sortition.cli.say import Say
from sortition.engine.clock import Progress
say = Say({language!r}, {options})
for at in range(11):
    say.progress(Progress("lies", float("nan"), {seconds} * at, at / 10))
    time.sleep(0.02)
say.line("verified")
"""


def told(language: str = "en", seconds: float = 1.0, **options: object) -> str:
    return _TOLD.format(language=language, options=options, seconds=seconds)


def test_long_work_shows_how_long_it_takes_still() -> None:
    """What is done, how much of it, the time left; gone before anything else is said."""
    shown = on_terminal("-c", told("nl"))

    assert catalogue("nl")["progress-lies"] in shown
    assert "100 %" in shown
    assert re.search(r"nog ongeveer 0:0\d", shown)
    after = shown.rpartition(catalogue("nl")["progress-lies"])[2]
    assert "\x1b[2K" in after
    assert after.rstrip().endswith(catalogue("nl")["verified"] + "\x1b[0m")


def test_work_that_tells_nothing_shows_that_it_goes_on() -> None:
    """What is done and how long it may take; gone when it is done."""
    code = """
import time
from sortition.cli.say import Say
say = Say("en", {})
with say.busy("repairs", 30.0):
    time.sleep(0.3)
say.line("verified")
"""
    shown = on_terminal("-c", code)

    assert f"{catalogue('en')['progress-repairs']} " in shown
    assert "at most 0:30 left" in shown
    assert b"" == child("-c", code).stderr


def test_a_time_limit_is_the_most_that_is_left() -> None:
    """Of ten seconds' work two are allowed."""
    assert "at most 0:0" in on_terminal("-c", told(time_limit=2.0))


@pytest.mark.parametrize("quiet", [{"quiet": True}, {"as_json": True}, {"seconds": 0.01}],
                         ids=["quiet", "json", "soon done"])
def test_no_progress_where_none_is_wanted(quiet: dict[str, object]) -> None:
    """Asked to be quiet, to speak JSON, or done before anybody wonders."""
    assert catalogue("en")["progress-lies"] not in on_terminal("-c", told(**quiet))


def test_no_progress_on_a_pipe_or_a_dumb_terminal() -> None:
    """Nothing but the line itself."""
    assert b"" == child("-c", told()).stderr
    assert catalogue("en")["progress-lies"] not in on_terminal("-c", told(), TERM="dumb")


def report(done: float, seconds: float, stage: str = "lies", gap: float = float("nan")) -> Progress:
    return Progress(stage, gap, seconds, done)


def test_what_is_left_follows_from_what_was_done() -> None:
    """A quarter in five seconds leaves fifteen; unknown at first, and again in a new stage."""
    pace = Pace()

    assert pace.left(report(0.0, 10)) is None
    assert pace.left(report(0.25, 10.5)) is None  # too soon to say
    assert 15 == pace.left(report(0.25, 15))
    assert 0 == pace.left(report(1.0, 30))
    assert pace.left(report(0.5, 31, "levels")) is None
    assert pace.left(report(float("nan"), 40, "levels")) is None


def test_a_stage_that_begins_again_is_timed_again() -> None:
    """Less done than before means that it starts anew."""
    pace = Pace()
    pace.left(report(0.0, 0))
    pace.left(report(0.9, 100))

    assert pace.left(report(0.1, 101)) is None
    assert pytest.approx(16) == pace.left(report(0.2, 103))


def test_the_share_of_the_lottery_found_is_that_of_its_digits() -> None:
    """A hundred-thousandth still to find is half-way to a ten-thousand-millionth."""
    nan = float("nan")

    assert pytest.approx(0.5) == share(report(nan, 1, "panels", 1e-5))
    assert share(report(nan, 1, "panels")) is None
    assert share(report(nan, 1, "levels", 1e-5)) is None
    assert ["0:00", "0:59", "1:00", "2:00:00"] == [clock(s) for s in (0, 58.5, 60, 7200)]


# -- completion ------------------------------------------------------------------------------------


def completed(words: str, at: int, kind: str = "bash", **variables: str) -> str:
    """Return what a shell is told when the word with this number is begun."""
    done = child("-m", "sortition", _SORTITION_COMPLETE=f"{kind}_complete", COMP_WORDS=words,
                 COMP_CWORD=str(at), **variables)
    assert (0, b"") == (done.returncode, done.stderr)
    return done.stdout.decode()


def test_the_shell_completes_commands_options_values_and_files() -> None:
    """Every kind of word."""
    assert "plain,lottery" == completed("sortition lott", 1).strip()
    assert "plain,--household" == completed("sortition lottery a.csv --househ", 3).strip()
    assert "plain,leximin" == completed("sortition lottery a.csv --objective lex", 4).strip()
    assert "file,peo" == completed("sortition lottery peo", 2).strip()
    assert "file,quo" == completed("sortition draw made --pool quo", 4).strip()


def test_completion_speaks_dutch() -> None:
    """The help beside a word is in the user's language."""
    assert catalogue("nl")["help-verify"].split(".")[0][:20] in completed(
        "sortition veri", 1, "zsh", LANG="nl_NL.UTF-8")


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_the_lines_for_a_shell_are_its_own(shell: str, run) -> None:
    """They ask our command, and the shell takes them."""
    done = run("completion", shell)

    assert 0 == done.code
    assert f"_SORTITION_COMPLETE={shell}_complete" in done.out
    if program := shutil.which(shell):
        checked = subprocess.run([program, "-n"], input=done.out.encode(), check=False,
                                 capture_output=True)
        assert (0, b"") == (checked.returncode, checked.stderr)


# -- a dry run -------------------------------------------------------------------------------------

QUOTAS = "feature,value,min,max\nkant,links,2,2\nkant,rechts,2,2\n"
PEOPLE = "id,kant,naam\n" + "".join(
    f"p{at},{('links', 'rechts')[at % 2]},Naam {at}\n" for at in range(12))
MAKE = ("lottery", "people.csv", "quotas.csv", "--size", 4)
WRITING: dict[str, tuple[object, ...]] = {
    "lottery": (*MAKE, "--out", "new"),
    "lottery over a draw": (*MAKE, "--out", "made", "--force"),
    "lottery, out of time": (*MAKE, "--out", "new", "--time-limit", 0),
    "draw": ("draw", "open", "--ticket", 3),
    "draw again": ("draw", "made", "--ticket", 3, "--force"),
    "rehearsal": ("draw", *MAKE[1:], "--seed", "x", "--out", "new"),
    "audit": ("audit", "made", "--out", "audit"),
    "check": ("check", "people.csv", "impossible.csv", "--size", 4, "--apply", 1, "--out", "q.csv"),
    "pseudonymise": ("pseudonymise", "people.csv", "quotas.csv", "--out", "split"),
    "init": ("init", "people.csv", "--size", 4),
    "import": ("import", "settings.toml", "--people", "people.csv", "--quotas", "quotas.csv",
               "--size", 4),
    "page": ("page", "made", "--out", "made/report.html", "--force"),
    "replace": ("replace", "made", "--status", "status.csv", "--out", "new"),
    "refused": (*MAKE, "--out", "made"),
    "impossible": ("lottery", "people.csv", "impossible.csv", "--size", 4, "--out", "new"),
}


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run) -> Path:
    """A folder with lists, a lottery that was drawn from, and one that was not."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "people.csv": PEOPLE, "quotas.csv": QUOTAS,
        "impossible.csv": QUOTAS.replace("links,2,2", "links,9,9"),
        "settings.toml": 'id_column = "id"\n',
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("made", "open"):
        assert 0 == run(*MAKE, "--out", name, "--tickets", 10).code
    panel = run("draw", "made", "--ticket", 1, "--json").json["panel"]
    rows = [f"{own},{'withdrawn' if at == 0 else 'confirmed'}" for at, own in enumerate(panel)]
    (tmp_path / "status.csv").write_text("\n".join(["id,status", *rows]), encoding="utf-8")
    return tmp_path


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file with its content and when it was written; folders too."""
    return {str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"",
                                            path.stat().st_mtime_ns)
            for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("name", WRITING)
def test_a_dry_run_says_what_would_be_and_does_nothing(name: str, work: Path, run) -> None:
    """The folder stays as it is; the real run then does what was said, with the same exit code."""
    before = snapshot(work)
    dry = run(*WRITING[name], "--dry-run", "--json")
    assert before == snapshot(work)

    real = run(*WRITING[name], "--json")
    after = {path: was for path, was in snapshot(work).items() if (work / path).is_file()}
    files = {path: was for path, was in before.items() if path in after or not (
        work / path).exists()}
    done = {
        "write": {path for path in after if path not in before},
        "overwrite": {path for path, was in after.items() if path in before
                      and was[1] != before[path][1]},
        "remove": {path for path in files if path not in after},
    }

    assert real.code == dry.code
    if "dry_run" in dry.json:
        assert done == {kind: set(paths) for kind, paths in dry.json["dry_run"].items()}
        assert any(done.values())
    else:
        assert not any(done.values())
        assert dry.code in {3, 4}


def test_a_dry_run_in_words(work: Path, run) -> None:
    """What would be new, overwritten and removed; and no advice about files that are not there."""
    done = run(*MAKE, "--out", "made", "--force", "--dry-run")

    assert "Nothing was written." in done.out
    assert "overwritten: made/lottery.csv" in done.out.replace(os.sep, "/")
    assert "removed: made/panel.csv" in done.out.replace(os.sep, "/")
    assert "sortition verify" not in done.out
    assert done.out.rstrip().endswith("remaining.xlsx")


def test_nothing_is_written_past_the_dry_run() -> None:
    """Commands write through `Say.write`, which knows of it; `purge` has a dry run of its own."""
    files = (ROOT / "sortition" / "cli").glob("*.py")
    found = {path.stem for path in files if "write_files" in path.read_text(encoding="utf-8")}

    assert {"purge", "say"} == found


def test_every_command_that_writes_can_be_tried() -> None:
    """Whatever takes --out takes --dry-run, and so do those that change a file that is there."""
    from sortition.cli import build

    for name, command in build("en").commands.items():
        options = {word for parameter in command.params for word in parameter.opts}
        assert ("--dry-run" in options) == ("--out" in options or name in {"purge", "served"}), name


