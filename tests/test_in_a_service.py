"""The library inside somebody else's program: threads, processes, DataFrames of any kind."""

from __future__ import annotations

import copy
import enum
import math
import pickle
import threading
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import threadpoolctl
from pools import CROSS, STEPS, THREE, problem_of

import sortition
from sortition import Pool, Quotas
from sortition.engine.threads import one_thread

RULES = pd.DataFrame({"feature": ["side"] * 2, "value": ["l", "r"], "min": 1, "max": 2})
PEOPLE = pd.DataFrame({"id": list("abcdef"), "side": list("llrrrr")})


def _pickled(error: Exception) -> object:
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes


def _infeasible() -> None:
    sortition.find_distribution(problem_of(CROSS.pool))


def _out_of_time() -> None:
    sortition.find_distribution(problem_of(THREE.pool), time_limit=0)


def _wrong_pool() -> None:
    Pool.from_frame(pd.DataFrame({"id": [1, 1, None], "side": [1, 2, 3]}))


def _broken() -> None:
    raise sortition.VerificationError("verify-bad-draw", 1, 2)


def _unsolved() -> None:
    raise sortition.SolverError("solver-failed", status="unknown")


@pytest.mark.parametrize("fails", [_infeasible, _out_of_time, _wrong_pool, _broken, _unsolved])
@pytest.mark.parametrize("again", [_pickled, copy.copy, copy.deepcopy])
def test_errors_come_through_pickling_and_copying(
    fails: Callable[[], None], again: Callable[[Exception], sortition.SortitionError]
) -> None:
    """A pool of processes hands errors on by pickling: text, code and values arrive."""
    with pytest.raises(sortition.SortitionError) as raised:
        fails()
    before, after = raised.value, again(raised.value)

    assert type(before) is type(after)
    assert (str(before), before.code) == (str(after), after.code)
    assert vars(before).keys() == vars(after).keys()


def _blas() -> list[int]:
    found = threadpoolctl.threadpool_info()
    return [one["num_threads"] for one in found if one["user_api"] == "blas"]


def test_threads_of_the_host_are_left_as_they_were() -> None:
    """Two pieces of work that overlap: each is held to one thread, and afterwards nothing is."""
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        began, ended = threading.Event(), threading.Event()
        seen: list[list[int]] = []

        def second() -> None:
            with one_thread():
                began.set()
                ended.wait(10)
                seen.append(_blas())

        other = threading.Thread(target=second)
        before = _blas()
        with one_thread():
            other.start()
            began.wait(10)
        ended.set()  # the first ends before the second
        other.join()

        assert [[1] * len(before)] == seen
        assert before == _blas()


class Side(enum.Enum):
    """Something with a text of its own."""

    L = "l"

    def __str__(self) -> str:
        return str(self.value)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (pd.Categorical(["a", "b", None]), ("", "a", "b")),
        (pd.array([1, None, 3], dtype="Int64"), ("", "1", "3")),
        (pd.array([True, None, False], dtype="boolean"), ("", "False", "True")),
        ([pd.NA, pd.NaT, "a"], ("", "a")),
        ([Decimal("NaN"), Decimal("1.50"), math.nan], ("", "1.50")),
        ([np.str_("a"), np.int64(1), np.float64(1.0)], ("1", "a")),
        (pd.to_datetime(["2024-01-01", "2024-01-02", None]), ("", "2024-01-01", "2024-01-02")),
        ([Side.L, "l", "r"], ("l", "r")),
    ],
)
def test_every_kind_of_cell_has_one_text(cells: object, values: tuple[str, ...]) -> None:
    """What pandas and numpy hold reads as a spreadsheet would show it; blanks are blank."""
    pool = Pool.from_frame(pd.DataFrame({"id": [1, 2, 3], "side": cells}))

    assert (values,) == pool.values
    assert all(type(value) is str for value in pool.values[0])


@pytest.mark.parametrize("cell", [["a"], ("a", "b"), {"b", "a"}, {"a": 1}, b"a", object()])
def test_what_is_no_cell_is_refused_with_its_place(cell: object) -> None:
    """The text of a set depends on the hash seed, that of an object on its address in memory."""
    frame = PEOPLE.assign(side=PEOPLE["side"].astype(object))
    frame["side"] = [cell, *frame["side"][1:]]
    with pytest.raises(sortition.InputError) as raised:
        Pool.from_frame(frame)

    assert [("cell-kind", 1, "side")] == [(i.code, i.row, i.column) for i in raised.value.issues]


def test_headers_of_several_levels_are_refused() -> None:
    """No column of a frame with two rows of names could be named."""
    frame = PEOPLE.set_axis(pd.MultiIndex.from_tuples([("x", "id"), ("x", "side")]), axis=1)
    with pytest.raises(sortition.InputError) as raised:
        Pool.from_frame(frame)

    assert ["cell-kind"] == [issue.code for issue in raised.value.issues]


@pytest.mark.parametrize("given", [None, [1, 2], {"id": [1]}, pd.Series([1, 2])])
def test_what_is_no_frame_is_said(given: object) -> None:
    """An error with a code, not one of the depths of pandas."""
    with pytest.raises(sortition.InputError) as raised:
        Pool.from_frame(given)  # type: ignore[arg-type]  # that is the point

    assert ["frame-wanted"] == [issue.code for issue in raised.value.issues]


def test_an_index_with_a_name_is_a_column() -> None:
    """Ids that were made the index are still the ids; an index without a name says nothing."""
    assert tuple("abcdef") == Pool.from_frame(PEOPLE.set_index("id")).ids
    assert tuple("abcdef") == Pool.from_frame(PEOPLE.set_index("id"), id="id").ids
    assert tuple("abcdef") == Pool.from_frame(PEOPLE.set_index(["id", "side"])).ids
    assert tuple("abcdef") == Pool.from_frame(PEOPLE.set_axis([7] * 6)).ids
    assert len(RULES) == len(
        Quotas.from_frame(RULES.set_index(["feature", "value"]), size=3).quotas
    )


def test_one_household_column_may_be_named_by_itself() -> None:
    """A text is one name, and not the names of its letters."""
    homes = PEOPLE.assign(home=list("112345"))

    assert ("home",) == Pool.from_frame(homes, household="home").household_columns


def test_columns_may_be_named_by_numbers() -> None:
    """As pandas names them where a file has no header."""
    frame = PEOPLE.set_axis([0, 1], axis=1)

    assert tuple("abcdef") == Pool.from_frame(frame, id=0).ids  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("size", [np.int64(3), (np.int64(3), 3), [3, np.int8(3)]])
def test_sizes_of_numpy_are_sizes(size: object) -> None:
    """A size that was computed is as good as one that was typed."""
    quotas = Quotas.from_frame(RULES, size)  # type: ignore[arg-type]  # as above

    assert (3, 3) == quotas.size
    assert all(type(end) is int for end in quotas.size)


@pytest.mark.parametrize("size", [2.5, "24", None, math.nan, (1, 2, 3), ("a", "b"), (None, 2)])
def test_what_is_no_size_is_an_issue(size: object) -> None:
    """An error with a code, as for every other wrong input."""
    with pytest.raises(sortition.QuotaError) as raised:
        Quotas.from_frame(RULES, size)  # type: ignore[arg-type]  # as above

    assert ["size-kind"] == [issue.code for issue in raised.value.issues]


def test_a_ticket_of_numpy_is_drawn_and_checked() -> None:
    """What is drawn with numpy's numbers can be written and verified as any other."""
    lottery = sortition.find_distribution(problem_of(STEPS.pool)).to_lottery(10)
    drawn = sortition.draw(lottery, ticket=np.int64(3))  # type: ignore[arg-type]  # as above

    assert type(drawn.ticket) is int
    assert sortition.verify(drawn, lottery).ok
    with pytest.raises(TypeError):
        sortition.draw(lottery, ticket=3.0)  # type: ignore[arg-type]  # as above
    with pytest.raises(ValueError, match="0 tickets"):
        sortition.ticket_from_seed("text", lottery.sha256, 0)


def test_a_draw_from_another_lottery_does_not_verify() -> None:
    """Not even where the same people are on the ticket of that number."""
    fair = sortition.find_distribution(problem_of(STEPS.pool))
    ten, twenty = fair.to_lottery(10), fair.to_lottery(20)
    drawn = sortition.draw(ten, ticket=0)
    assert ten.members(0) == twenty.members(0)
    found = sortition.verify(drawn, twenty)

    assert not found.ok
    assert ["verify-other-lottery"] == [step.code for step in found.steps]


def test_a_panel_is_looked_up_in_its_own_list_only() -> None:
    """A list of other people gives an error, and not an empty panel."""
    pool = Pool.from_frame(PEOPLE)
    panel = sortition.Panel(("a", "c", "d"))

    assert 3 == len(panel.to_frame(pool))
    with pytest.raises(ValueError, match="another list"):
        panel.to_frame(Pool.from_frame(PEOPLE.assign(id=list("uvwxyz"))))


def test_an_objective_by_its_name_is_said() -> None:
    """A text is no objective: what is one is in the message."""
    with pytest.raises(TypeError, match=r"sortition\.Nash"):
        sortition.find_distribution(problem_of(THREE.pool), "nash")  # type: ignore[arg-type]  # as above


def test_chances_from_elsewhere_go_by_id() -> None:
    """A Series or a dict is put in the order of the ids; an array is taken in that order."""
    problem = problem_of(THREE.pool)
    turned = {"p03": 1.0, "p02": 0.4, "p01": 0.6}
    for mine in (turned, pd.Series(turned), [0.6, 0.4, 1.0], np.array([0.6, 0.4, 1.0])):
        found = sortition.compare_objectives(problem, [], others={"mine": mine})

        assert [0.6, 0.4, 1.0] == found.chances["mine"].tolist()


@pytest.mark.parametrize(
    "mine",
    [
        {"p01": 0.5},
        [0.5, 0.5],
        np.full((2, 3), 0.5),
        [0.5, 0.5, 1.5],
        [0.5, 0.5, -0.1],
        [0.5, 0.5, math.nan],
    ],
)
def test_what_are_no_chances_of_these_people_is_said(mine: object) -> None:
    """One for each, from 0 to 1; and no name twice, of which one would be lost."""
    problem = problem_of(THREE.pool)
    with pytest.raises(ValueError, match="mine"):
        sortition.compare_objectives(problem, [], others={"mine": mine})
    with pytest.raises(ValueError, match="leximin"):
        sortition.compare_objectives(problem, others={"leximin": [0.5, 0.5, 1.0]})


def test_counts_of_pandas_are_a_population() -> None:
    """What `value_counts` returns needs no translation; a text under `over` is one feature."""
    pool = Pool.from_frame(PEOPLE)
    fair = sortition.find_distribution(sortition.compile(pool, Quotas.from_frame(RULES, 3)))
    found = sortition.audit(
        fair, pool, over=["side"], population={"side": PEOPLE["side"].value_counts()}
    )

    assert [2 / 6, 4 / 6] == [group.population_share for group in found.groups]


def test_balance_over_one_feature_and_over_none() -> None:
    """A text is one feature; nothing to balance leaves the lottery as it is."""
    pool = Pool.from_frame(PEOPLE.assign(sex=list("fmfmfm")))
    fair = sortition.find_distribution(
        sortition.compile(
            pool,
            Quotas.from_frame(
                pd.concat(
                    [
                        RULES,
                        pd.DataFrame({"feature": "sex", "value": ["f", "m"], "min": 0, "max": 3}),
                    ]
                ),
                3,
            ),
        )
    )
    lottery = fair.to_lottery(4)

    assert [("sex",)] == [own.over for own in sortition.balanced(lottery, pool, ["sex"]).balance]
    assert sortition.balanced(lottery, pool, []) is lottery


def test_one_id_is_included_as_one() -> None:
    """Not the ids that are its signs."""
    pool = Pool.from_frame(PEOPLE.assign(id=["1", "7", "17", "2", "3", "4"]))
    shares = sortition.Shares("side", {"l": "1+", "r": "1+"})
    stated = sortition.state([shares], pool, 3, include="17")

    assert ("17",) in [values for quota in stated.quotas.quotas for _, values in quota.where]


def test_what_a_value_says_of_itself_names_nobody() -> None:
    """Logs and reports of errors hold the text of local values: no cell may be in it."""
    pool = Pool.from_frame(PEOPLE.assign(name=[f"Kanarina{at}" for at in range(6)]))
    said = repr(pool) + repr(pool.table) + pool._repr_html_()

    assert "Kanarina" not in said
    assert "l, r" in pool._repr_html_()
