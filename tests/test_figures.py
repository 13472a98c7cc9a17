"""Figures: what they show is what the frames hold, in either language, and nothing is shared."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import child
from pools import LONER, problem_of, write
from test_audit import FOUR, pool_of

import sortition
from sortition.audit import figures

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def audit() -> sortition.Audit:
    """Of ten tickets of four people, with a population and both features crossed."""
    lottery = sortition.find_distribution(problem_of(FOUR)).to_lottery(10)
    return sortition.audit(
        lottery, pool_of(FOUR), over=[["side", "sex"]], population={"side": {"l": 3, "r": 1}}
    )


def words_in(figure) -> str:
    """Return all that is written in a figure."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    return "\n".join(found.get_text() for found in figure.findobj(Text))


def test_chances_rise_on_one_axis() -> None:
    """Each objective as a line of its own, told apart by colour and by dashes."""
    chances = pd.DataFrame({"leximin": [0.5, 0.2, 0.3], "nash": [0.1, 0.6, 0.3]})
    figure = figures.chances_figure(chances, log=False)
    (axes,) = figure.axes
    lines = axes.patches

    assert [[0.2, 0.3, 0.5], [0.1, 0.3, 0.6]] == [line.get_data().values.tolist() for line in lines]
    assert 2 == len({line.get_edgecolor() for line in lines})
    assert 2 == len({line.get_linestyle() for line in lines})
    assert "if all chances were equal: 33.3 %" in words_in(figure)
    assert "als alle kansen gelijk waren: 33,3 %" in words_in(
        figures.chances_figure(chances, language="nl")
    )


def test_whoever_cannot_be_selected_leaves_a_gap() -> None:
    """Nothing has no logarithm; the others keep their place."""
    figure = figures.chances_figure(pd.DataFrame({"mine": [0.0, 0.5]}))
    values = figure.axes[0].patches[0].get_data().values

    np.testing.assert_array_equal([np.nan, 0.5], values)


def test_an_estimate_is_drawn_as_one() -> None:
    """With a band from the lower to the upper end, in the order of its line; named as such."""
    chances = pd.DataFrame({"leximin": [0.5, 0.3], "legacy": [0.4, 0.0]})
    intervals = pd.DataFrame({"legacy_low": [0.3, 0.0], "legacy_high": [0.5, 0.1]})
    figure = figures.chances_figure(chances, intervals=intervals, log=False)
    _, band, line = (own.get_data() for own in figure.axes[0].patches)

    assert ([0.1, 0.5], [0.0, 0.3]) == (band.values.tolist(), list(band.baseline))
    assert [0.0, 0.4] == line.values.tolist()
    assert {"leximin", "legacy (estimate, 99 % interval)"} <= set(words_in(figure).splitlines())
    assert figures.rendered(figures.chances_figure(chances, intervals=intervals))


def test_groups_show_pool_panel_quota_and_population(audit) -> None:
    """Each as a mark of its own; a group without a quota has no bar."""
    figure = figures.groups_figure(audit.frames["groups"])
    (axes,) = figure.axes
    marks = {line.get_label(): list(line.get_xdata()) for line in axes.lines}

    assert [0.5, 0.5] == marks["signed up"]
    assert pytest.approx([0.5, 0.5]) == marks["on the panel (expected)"]
    assert [0.75, 0.25] == marks["population"]
    assert [pytest.approx(0.5)] * 2 == [bar.get_x() for bar in axes.patches]
    assert {"side", "l", "r"} <= set(words_in(figure).splitlines())


def test_combinations_show_where_seats_go(audit) -> None:
    """Rows of the first feature, columns of the second; expected seats as numbers."""
    figure = figures.intersections_figure(audit.frames["groups"], "side × sex", language="nl")
    image = figure.axes[0].images[0].get_array()

    assert (2, 2) == image.shape
    np.testing.assert_allclose(np.zeros((2, 2)), image, atol=1e-9)
    assert 4 == words_in(figure).splitlines().count("0,5")
    with pytest.raises(KeyError):
        figures.intersections_figure(audit.frames["groups"], "side")


def test_tickets_show_what_everybody_holds(audit) -> None:
    """Beside M times the chance, and the difference below."""
    above, below = figures.tickets_figure(audit.to_frame(), 10).axes

    assert [5, 5, 5, 5] == list(above.lines[1].get_ydata())
    assert pytest.approx([5.0] * 4) == list(above.lines[0].get_ydata())
    assert pytest.approx([0.0] * 4, abs=1e-9) == list(below.lines[1].get_ydata())
    with pytest.raises(KeyError):
        figures.tickets_figure(audit.to_frame().drop(columns="tickets"), 10)


def test_gains_show_now_and_then() -> None:
    """In the order of the rows, in either language."""
    changes = pd.DataFrame({"what": ["a", "b"], "now": [0.1, 0.2], "then": [0.3, 0.2]})
    figure = figures.gains_figure(changes, "what", language="nl")
    now, then = figure.axes[0].lines

    assert ([0.1, 0.2], [0.3, 0.2]) == (list(now.get_xdata()), list(then.get_xdata()))
    assert {"nu", "na de verandering"} <= set(words_in(figure).splitlines())
    assert (0.0, True) == (figure.axes[0].get_xlim()[0], figure.axes[0].get_xlim()[1] > 0.31)


def test_time_to_gap_shows_a_line_per_pool() -> None:
    """By time, and no smaller gap than rounding leaves."""
    searches = pd.DataFrame(
        {"pool": ["x", "x", "y"], "seconds": [2.0, 1.0, 1.0], "gap": [0.0, 0.1, 0.5]}
    )
    first, second = figures.time_to_gap_figure(searches).axes[0].lines

    assert ([1.0, 2.0], [0.1, 1e-12]) == (list(first.get_xdata()), list(first.get_ydata()))
    assert [0.5] == list(second.get_ydata())
    assert first.get_linestyle() != second.get_linestyle()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_files_are_the_same_every_time(audit, tmp_path: Path, kind: str) -> None:
    """Byte by byte, also in a file."""
    def drawn() -> bytes:
        return figures.rendered(figures.groups_figure(audit.frames["groups"]), kind)

    figures.save(figures.groups_figure(audit.frames["groups"]), tmp_path / f"groups.{kind}")

    assert drawn() == drawn() == (tmp_path / f"groups.{kind}").read_bytes()


def test_values_stay_text(audit) -> None:
    """A dollar sign begins no formula, and a broken one ends nothing."""
    people = tuple({**own, "sex": r"$\frac{" + own["sex"] + "$"} for own in FOUR.people)
    pool = replace(FOUR, people=people)
    fair = sortition.find_distribution(problem_of(pool))
    found = sortition.audit(fair, pool_of(pool), over=[["sex"], ["side", "sex"]]).frames["groups"]

    for figure in (figures.groups_figure(found), figures.intersections_figure(found, "side × sex")):
        assert figures.rendered(figure)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(sortition.SortitionError, match=r"sortition\[figures\]"):
        figures.chances_figure(pd.DataFrame({"mine": [0.5]}))


def test_no_window_is_opened_and_nothing_is_shared() -> None:
    """pyplot, which keeps every figure, is not even loaded."""
    code = (
        "import sys, pandas as pd\n"
        "from sortition.audit.figures import chances_figure, rendered\n"
        "rendered(chances_figure(pd.DataFrame({'mine': [0.5]})))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )

    assert 0 == child("-c", code).returncode


def test_the_command_writes_figures(run, tmp_path: Path, monkeypatch) -> None:
    """Beside the tables; only with a folder to write to."""
    write(LONER.pool, tmp_path)
    monkeypatch.chdir(tmp_path)
    rules = ("people.csv", "quotas.csv", "--size", "3", "--over", "age,area", "--figures")
    asked = ("--prices", "--manipulability")
    done = run("audit", *rules, *asked, "--out", "measured")
    written = {path.name for path in Path("measured").iterdir()} - {"audit.json"}

    assert (0, "") == (done.code, done.err)
    names = {"chances", "groups", "combination-1", "tickets", "prices", "lies"}
    assert {f"{name}.{kind}" for name in names for kind in ("svg", "png")} == {
        name for name in written if not name.endswith(".csv")
    }
    assert Path("measured/chances.png").read_bytes().startswith(b"\x89PNG")
    assert 2 == run("audit", *rules).code
