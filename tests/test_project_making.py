"""What a project file says of the lottery to be made, besides the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

PEOPLE = "id,side\n" + "".join(f"{at},{'ab'[at % 2]}\n" for at in range(8))
RULES = 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 2\nlang = "en"\n'


@pytest.fixture
def project(tmp_path: Path):
    """Write a project with these lines more; two sides, one seat each."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "quotas.csv").write_text(
        "feature,value,min,max\nside,a,1,1\nside,b,1,1\n", encoding="utf-8"
    )

    def write(lines: str) -> Path:
        path = tmp_path / "project.toml"
        path.write_text(RULES + lines, encoding="utf-8")
        return path

    return write


def test_a_lottery_without_tickets(project, run, tmp_path: Path) -> None:
    """`exact = true` is `--exact`; who asks for tickets on the command line gets them."""
    path = project("exact = true\n")
    first = run("lottery", path, "--out", tmp_path / "a", "--json")
    second = run("lottery", path, "--tickets", "10", "--out", tmp_path / "b", "--json")

    assert (0, "exact") == (first.code, first.json["kind"])
    assert (0, 10) == (second.code, second.json["tickets"])


def test_goldilocks_with_its_gamma(project, run, tmp_path: Path) -> None:
    """Between quotes, as on the command line; an option wins."""
    path = project('objective = "goldilocks"\ngamma = "balanced"\nbalance = ["side"]\n')

    assert 0 == run("lottery", path, "--out", tmp_path / "a").code
    assert 2 == run("lottery", path, "--gamma", "x", "--out", tmp_path / "b").code


def test_chances_asked_for(project, run, tmp_path: Path) -> None:
    """The table stands relative to the project file."""
    (tmp_path / "chances.csv").write_text(
        "id,chance\n" + "".join(f"{at},0.25\n" for at in range(8)), encoding="utf-8"
    )
    path = project('objective = "custom"\nchances = "chances.csv"\ntime_limit = 60\n')

    done = run("lottery", path, "--out", tmp_path / "a", "--json")

    assert 0.25 == pytest.approx(done.json["min_chance"])


@pytest.mark.parametrize("at", ["2999-03-01T20:00:00+01:00", '"2999-03-01T20:00+01:00"'])
def test_the_announced_source_and_its_time(project, run, tmp_path: Path, at: str) -> None:
    """`source` and `drawn_at` are `--source` and `--drawn-at`; an option wins over its key."""
    path = project(f'source = "dice"\ndrawn_at = {at}\n')
    first = run("lottery", path, "--out", tmp_path / "a", "--json")
    second = run("lottery", path, "--source", "dice:20", "--out", tmp_path / "b", "--json")

    when = "2999-03-01T20:00:00+01:00"
    assert {"source": "dice", "at": when, "names": ["dice:6"]} == first.json["announced"]
    assert {"source": "dice:20", "at": when, "names": ["dice:20"]} == second.json["announced"]
    assert 0 == run("draw", path, "--seed", "x", "--out", tmp_path / "c").code, "a rehearsal"


@pytest.mark.parametrize(
    ("lines", "code", "issues"),
    [('source = "dice"\n', 2, None), ("drawn_at = 2999-03-01T20:00:00+01:00\n", 2, None),
     ('source = "dice"\ndrawn_at = 2999-03-01T20:00:00\n', 3, ["drawn-at-unread"]),
     ('source = "dice"\ndrawn_at = 2020-03-01T20:00:00Z\n', 3, ["drawn-at-past"]),
     ('source = "drand:1"\ndrawn_at = 2999-03-01T20:00:00Z\n', 3, ["source-known"]),
     ("source = 3\ndrawn_at = 2027-03-01\n", 3, ["project-type", "project-type"])],
)
def test_what_cannot_be_announced_is_refused(
    project, run, tmp_path: Path, lines: str, code: int, issues: list[str] | None
) -> None:
    """As on the command line; nothing is written."""
    done = run("lottery", project(lines), "--out", tmp_path / "a", "--json")

    assert code == done.code
    if issues is not None:
        assert issues == [issue["code"] for issue in done.json["issues"]]
    assert not (tmp_path / "a").exists()
