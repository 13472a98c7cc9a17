"""`sortition plan`: pools, intervals, both stages, who is missing; by hand and by enumeration."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, load
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sortition.engine.clock import Progress
from sortition.errors import InputError
from sortition.people.pool import Pool
from sortition.process.kinds import Kinds, kinds_of, raked
from sortition.process.plan import plan, who_is_missing
from sortition.process.planning import planning
from sortition.process.pools import answers, feasible, interval
from sortition.process.stages import both_stages
from sortition.rules.quotas import Quota, Quotas

HALF = Fraction(1, 2)
benchmark = load(ROOT / "benchmarks" / "plan.py")


def quotas(size: int | tuple[int, int], *bounds: tuple[str, str, int, int]) -> Quotas:
    sizes = (size, size) if isinstance(size, int) else size
    return Quotas(sizes, tuple(
        Quota(((feature, (value,)),), lower, upper) for feature, value, lower, upper in bounds
    ))


SIDES = quotas(4, ("side", "l", 2, 2), ("side", "r", 1, 2))
GRID = quotas(
    4, ("sex", "f", 2, 2), ("sex", "m", 2, 2), ("age", "old", 1, 2), ("age", "young", 2, 3)
)


# -- kinds -----------------------------------------------------------------------------------------


def test_kinds_are_the_combinations_of_values() -> None:
    """As common as the middles of their quotas; rates multiply."""
    kinds = kinds_of(GRID, Fraction(1, 10), {"age": {"old": Fraction(2), "young": Fraction(1)}},
                     by=["sex"])

    assert (("f", "old"), ("f", "young"), ("m", "old"), ("m", "young")) == kinds.where
    assert [3, 5, 3, 5] == (kinds.people).tolist()
    assert [0.2, 0.1, 0.2, 0.1] == kinds.response.tolist()
    assert (("f", "m"), [0, 0, 1, 1]) == (kinds.groups, kinds.group.tolist())
    assert np.allclose([11 / 80, 11 / 80], kinds.rates)


def test_a_population_says_how_many_there_are() -> None:
    """Combinations that nobody has are no kind."""
    population = {"f × old": 10, "f × young": 30, "m × old": 0, "m × young": 60}
    kinds = kinds_of(GRID, HALF, {}, population=population)

    assert [10, 30, 60] == kinds.people.tolist()


def test_seats_are_raked_to_the_quotas() -> None:
    """90 % of one kind where two of four seats are the most: two and two."""
    kinds = kinds_of(SIDES, HALF, {}, population={"l": 10, "r": 90})

    assert np.allclose([2, 2], raked(kinds))
    inside = kinds_of(GRID, HALF, {}, population={
        "f × old": 20, "f × young": 20, "m × old": 10, "m × young": 30,
    })
    seats = raked(inside)
    assert np.allclose([2, 2], [seats[:2].sum(), seats[2:].sum()])
    assert 1 <= seats[0] + seats[2] <= 2


def test_what_no_quota_speaks_of_is_told_at_once() -> None:
    """Features of rates and of `by`, and values without a number."""
    with pytest.raises(InputError) as raised:
        kinds_of(GRID, HALF, {"job": {"a": HALF}, "age": {"old": HALF}}, by=["place"])

    assert ["plan-feature", "plan-feature", "plan-rate"] == [i.code for i in raised.value.issues]
    with pytest.raises(InputError, match="above 100 %"):
        kinds_of(GRID, HALF, {"age": {"old": Fraction(3), "young": HALF}})


# -- pools -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (10, 10), (1, 1), (943, 1000)])
def test_intervals_are_those_of_clopper_and_pearson(hits: int, of: int) -> None:
    """As scipy has them."""
    expected = binomtest(hits, of).proportion_ci(0.99, method="exact")

    found = interval(hits, of)

    assert np.allclose([hits / of, expected.low, expected.high], found, atol=1e-9)


@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 2), st.integers(1, 3),
    st.integers(2, 4),
)
def test_whether_a_panel_can_be_made_is_as_enumeration_says(
    counts: list[int], lower: int, upper: int, size: int
) -> None:
    """Every pool of up to twelve people in four kinds."""
    if upper < lower or lower > size:
        return
    rows = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0]])
    low, high = np.array([size, lower, 1]), np.array([size, upper, 2])
    kinds = Kinds(SIDES, tuple((str(at),) for at in range(4)), np.ones(4), np.ones(4), rows, low,
                  high, ("", "a", "b"), np.zeros(4, dtype=np.int64), ("",))
    panels = product(*(range(count + 1) for count in counts))
    expected = any(
        ((rows @ panel >= low) & (rows @ panel <= high)).all() for panel in map(np.array, panels)
    )

    assert expected == feasible(kinds, np.array(counts))


def test_more_letters_keep_all_answers_to_fewer() -> None:
    """So that what is true of fewer letters is true of more."""
    kinds = kinds_of(GRID, Fraction(1, 10), {}, by=["sex"])
    before = np.zeros(4)
    for letters in (0, 10, 50, 51, 400):
        now = answers(kinds, np.array([letters, letters]), "seed", 3, kinds.rates)
        assert (now >= before).all()
        before = now


def test_answers_come_at_their_rates() -> None:
    """The mean of 400 pools is within four standard errors of what it should be."""
    kinds = kinds_of(GRID, Fraction(1, 10), {"age": {"old": Fraction(3), "young": Fraction(1)}})
    pools = np.array([answers(kinds, np.array([200]), "s", at, kinds.rates) for at in range(400)])
    expected = 200 * kinds.people / kinds.people.sum() * kinds.response

    assert (np.abs(pools.mean(axis=0) - expected) < 4 * np.sqrt(expected / 400)).all()


# -- plans -----------------------------------------------------------------------------------------


def test_the_probability_is_within_its_interval_of_ten_thousand_pools() -> None:
    """Pools of other random numbers, judged by counting: two kinds, two sides."""
    kinds = kinds_of(SIDES, Fraction(1, 4), {}, by=["side"])
    dice = np.random.default_rng(5)
    planned = plan(kinds, letters=24)
    left, right = (dice.binomial(count, 0.25, 10_000) for count in planned.letters)

    frequency = ((left >= 2) & (right >= 2)).mean()

    assert planned.outlook.possible.low <= frequency <= planned.outlook.possible.high
    assert 0.5 < frequency < 0.99


def test_letters_are_the_fewest_that_are_enough() -> None:
    """A tenth less no longer is; and groups that answer less get more."""
    kinds = kinds_of(SIDES, Fraction(1, 20),
                     {"side": {"l": Fraction(1), "r": Fraction(2)}}, by=["side"])
    planned = plan(kinds, confidence=0.9)
    total = int(planned.letters.sum())

    assert planned.enough
    assert planned.letters[0] > planned.letters[1]
    assert plan(kinds, letters=total * 7 // 10).outlook.possible.high < 0.9


def test_it_tells_how_far_it_is() -> None:
    """First while the number of letters is looked for, then batch by batch; a stop stops it."""
    told: list[Progress] = []
    kinds = kinds_of(SIDES, HALF, {})
    quiet, loud = plan(kinds, simulations=200), plan(kinds, simulations=200, progress=told.append)
    pools = [own.done for own in told if own.stage == "pools"]

    assert quiet.letters.tolist() == loud.letters.tolist()
    assert "letters" == told[0].stage
    assert [0.0, 0.25, 0.5, 0.75] == pools == [own.done for own in told[-4:]]
    with pytest.raises(KeyboardInterrupt):
        plan(kinds, progress=_stop)


def _stop(_: Progress) -> None:
    raise KeyboardInterrupt


def test_jobs_and_batches_change_nothing() -> None:
    """The same text, the same result, on one process or two; another text, another one."""
    pytest.importorskip("joblib")
    kinds = kinds_of(GRID, Fraction(1, 10), {})

    one, two = (
        plan(kinds, letters=60, simulations=300, jobs=jobs).outlook for jobs in (1, 2)
    )
    other = plan(kinds, letters=60, simulations=300, seed="other").outlook

    assert (one.possible, one.pool, one.met) == (two.possible, two.pool, two.met)
    assert (one.expected == two.expected).all()
    assert not (one.expected == other.expected).all()


def test_a_panel_that_cannot_be_is_said() -> None:
    """Nobody of a kind exists: no number of letters is enough."""
    kinds = kinds_of(SIDES, Fraction(1, 2), {}, population={"l": 10})
    planned = plan(kinds, simulations=20)

    assert not planned.enough
    assert 0 == planned.outlook.possible.estimate


def test_who_is_missing_when_nothing_is_to_come() -> None:
    """What is there decides."""
    kinds = kinds_of(SIDES, Fraction(1, 4), {})
    for now, possible in (([2, 1], 0), ([2, 2], 1), ([1, 5], 0)):
        found = who_is_missing(kinds, np.array(now), np.array([50]), 0.0, simulations=20)
        assert possible == found.outlook.possible.estimate == found.possible_now
        assert [sum(now), *now] == found.outlook.expected.tolist() == found.now.tolist()
        assert 12.5 == found.due


def test_what_is_to_come_is_what_was_not_answered_yet() -> None:
    """100 letters, rate a half, half of it to come, 20 there: 80 · (1/4) / (3/4) more."""
    kinds = kinds_of(quotas(1, ("side", "l", 1, 1)), HALF, {})
    found = who_is_missing(kinds, np.array([20]), np.array([100]), 0.5, simulations=2000)

    assert abs(found.outlook.expected[0] - (20 + 80 / 3)) < 0.5
    assert 25 == found.due


def test_who_lags_behind() -> None:
    """Two of twenty where half were to be expected; of the people who are there, not of all."""
    kinds = kinds_of(SIDES, Fraction(1, 4), {}, population={"l": 50, "r": 50})
    now = np.array([2, 18])
    found = who_is_missing(kinds, now, np.array([400]), 0.5, simulations=20)

    assert [20, 10, 10] == found.part.tolist()
    assert (False, True, False) == found.behind
    assert 50 == found.due
    assert (False,) * 3 == who_is_missing(
        kinds, np.array([8, 12]), np.array([400]), 0.5, simulations=20).behind


def test_values_outside_all_quotas_are_a_kind() -> None:
    """They fill the seats that no quota speaks of; whoever has one is counted there."""
    rules = Quotas((6, 6), (Quota((("work", ("school",)),), 0, 2),),
                   outside=(("work", ("", "none")),))
    kinds = kinds_of(rules, HALF, {})

    assert (("",), ("school",)) == kinds.where
    assert [5, 1] == kinds.people.tolist()
    people = Pool.from_frame(pd.DataFrame({"id": list("abcd"), "work": ["", "None", "school", ""]}))
    assert [3, 1] == kinds.counts(people).tolist()


# -- both stages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rates", [(HALF, HALF), (Fraction(1, 3), Fraction(3, 4))])
def test_chances_through_both_stages_are_those_of_enumeration(
    rates: tuple[Fraction, Fraction]
) -> None:
    """Every set of letters, every set of answers; the panel by hand.

    Three people of l and four of r; letters to two and three of them; a panel of two with one or
    two of l. Fairest is s of l with s / l = (2 - s) / r, or as near as the rules let it be.
    """
    people = ["l"] * 3 + ["r"] * 4
    rate = dict(zip("lr", rates, strict=True))
    total = [Fraction(0)] * 7
    sets = [a + b for a in combinations(range(3), 2) for b in combinations(range(3, 7), 3)]
    for invited in sets:
        for answered in product([False, True], repeat=5):
            weight = Fraction(1, len(sets))
            pool = []
            for person, yes in zip(invited, answered, strict=True):
                own = rate[people[person]]
                weight *= own if yes else 1 - own
                pool += [person] if yes else []
            left = sum(people[person] == "l" for person in pool)
            right = len(pool) - left
            if len(pool) < 2 or not left:
                continue
            seats = min(max(Fraction(2 * left, len(pool)), 1, 2 - right), 2, left)
            for person in pool:
                share = seats / left if people[person] == "l" else (2 - seats) / right
                total[person] += weight * share
    rules = quotas(2, ("side", "l", 1, 2), ("side", "r", 0, 1))
    kinds = kinds_of(rules, Fraction(1), {"side": rate}, by=["side"])

    stages = both_stages(kinds, np.array([2, 3]))

    assert stages.exact
    letter = np.array([2 / 3, 3 / 4])
    assert np.allclose([float(total[0]), float(total[3])], letter * stages.serving, atol=1e-9)


@pytest.mark.parametrize("seed", [1, 3, 9])
def test_small_random_cases_through_both_stages(seed: int) -> None:
    """Two crossed features, answers person by person, leximin over all panels one by one."""
    assert benchmark.two_stages(seed) < 1e-7


def test_simulated_stages_are_near_the_exact_ones() -> None:
    """Within four standard errors."""
    rules = quotas(2, ("side", "l", 1, 1), ("side", "r", 1, 1))
    kinds = kinds_of(rules, HALF, {}, by=["side"])
    exact = both_stages(kinds, np.array([3, 2]))
    joined = kinds_of(rules, HALF, {})
    rough = both_stages(joined, np.array([5]), simulations=300)

    assert np.allclose([21 / 96, 21 / 64], exact.serving)
    assert 21 / 32 == pytest.approx(exact.possible)
    assert not rough.exact
    assert (rough.error > 0).all()
    # Five letters to either side at random: both answer unless nobody of one side does.
    both = 1 - 2 * 0.75**5 + 0.5**5
    assert abs(rough.possible - both) < 4 * (both * (1 - both) / 300) ** 0.5


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a quota file, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "quotas.csv"
    path.write_text("feature,value,min,max\nside,l,2,2\nside,r,1,2\n", encoding="utf-8")
    return path


PLAN = ("plan", "quotas.csv", "--size", "4", "--rate", "25%", "--simulations", "200")


def test_letters_and_what_to_expect(rules: Path, run) -> None:
    """In words, as JSON and as files."""
    done = run(*PLAN, "--by", "side", "--both-stages", "--out", "out", "--json")

    assert 0 == done.code
    assert done.json["letters"] == sum(done.json["groups"].values())
    assert ["letters-per-group.csv", "plan.json", "serving.csv"] == sorted(
        path.name for path in Path("out").iterdir()
    )
    assert done.json == json.loads(Path("out/plan.json").read_text(encoding="utf-8"))
    with Path("out/serving.csv").open(encoding="utf-8", newline="") as file:
        assert ["l", "r"] == [row["side"] for row in csv.DictReader(file)]
    words = run(*PLAN, "--lang", "nl")
    assert "Brieven:" in words.out
    assert "Aangenomen" in words.out


def test_a_project_says_the_same(rules: Path, run) -> None:
    """[plan] beside the rules; statements too, with a table of people."""
    settings = '[plan]\nrate = "25%"\nby = ["side"]\nsimulations = 200\n'
    Path("project.toml").write_text(
        f'pool = "later.csv"\nquotas = "quotas.csv"\nsize = 4\n{settings}', encoding="utf-8"
    )
    expected = run(*PLAN, "--by", "side", "--json").json
    assert expected == run("plan", "project.toml", "--json").json

    Path("shares.toml").write_text(
        'pool = "later.csv"\nsize = 4\n[[quota]]\nof = "side"\nshares = { l = "1/2", r = "1/2" }\n'
        f'{settings}population = "people-there.csv"\n', encoding="utf-8",
    )
    Path("people-there.csv").write_text("side,people\nl,3000\nr,1000\n", encoding="utf-8")
    assert [2, 2] == [rule["min"] for rule in
                      run("plan", "shares.toml", "--json").json["rules"][1:]]


def test_who_is_missing(rules: Path, run) -> None:
    """One of r more; with letters still out it may come."""
    Path("people.csv").write_text("id,side\n1,l\n2,l\n3,r\n", encoding="utf-8")
    asked = (*PLAN, "--letters", "40", "--people", "people.csv", "--to-come", "50%")

    done = run(*asked, "--json")

    assert 0 == done.code
    assert [(3, 1), (2, 0), (1, 0)] == [
        (rule["now"], rule["missing"]) for rule in done.json["rules"]
    ]
    assert 0.5 < done.json["possible"]["estimate"] <= 1
    Path("people.csv").write_text("id,side\n1,l\n3,r\n", encoding="utf-8")
    assert "side: l: 1 more needed (1 of 2)" in run(*asked).out
    assert "cannot be made yet" in run(*asked).out


def test_an_excel_file_of_sign_ups_so_far(rules: Path, run) -> None:
    """A title above the header, capitals, a row that is twice; and tables to send round."""
    book = openpyxl.Workbook()
    for row in (["Sign-ups so far"], [], ["id", "Side "], [1, "L"], [2, "l "], [3, "r"]):
        book.active.append(row)
    book.save("so-far.xlsx")
    asked = (*PLAN, "--letters", "40", "--people", "so-far.xlsx", "--to-come", "50%")
    done = run(*asked, "--out", "out", "--json")

    assert 0 == done.code, done.err
    assert [(3, 1), (2, 0), (1, 0)] == [(own["now"], own["missing"]) for own in
                                        done.json["rules"]]
    assert {"plan.json", "who-is-missing.csv", "who-is-missing.xlsx"} == {
        path.name for path in Path("out").iterdir()
    }
    with Path("out/who-is-missing.csv").open(encoding="utf-8", newline="") as file:
        assert ["3", "2", "1"] == [row["now"] for row in csv.DictReader(file)]


def test_sign_ups_that_fit_no_quota_are_named_by_row(rules: Path, run) -> None:
    """As `check` names them; that nobody has a value yet is no error."""
    Path("people.csv").write_text("id,side\n1,l\n2,ll\n3,\n", encoding="utf-8")
    done = run(*PLAN, "--letters", "40", "--people", "people.csv", "--json")

    assert 3 == done.code
    assert [("pool-value-unknown", 3), ("pool-value-blank", 4)] == [
        (own["code"], own["row"]) for own in done.json["issues"]
    ]
    Path("people.csv").write_text("id,side\n1,l\n", encoding="utf-8")
    assert 0 == run(*PLAN, "--letters", "40", "--people", "people.csv").code


@pytest.mark.parametrize("name", ["g1000-zorg", "werkgroep", "kick-off-12-gemeenten"])
def test_early_sign_ups_of_every_data_set(name: str, tmp_path: Path, run) -> None:
    """Roles in one cell, blanks on purpose, names as people type them."""
    lines = (ROOT / "datasets" / name / "people.csv").read_text(encoding="utf-8").splitlines()
    people = tmp_path / "early.csv"
    people.write_text("\n".join(lines[:30]) + "\n", encoding="utf-8")
    done = run("plan", ROOT / "datasets" / name / "project.toml", "--rate", "5%", "--letters",
               "900", "--people", people, "--to-come", "50%", "--simulations", "20", "--json")

    assert 0 == done.code, done.err
    assert 29 == done.json["people"]


def test_a_group_without_sign_ups_is_not_forgotten(tmp_path: Path, run) -> None:
    """A table of people says that it is there; the sign-ups cannot."""
    folder = ROOT / "datasets" / "kick-off-12-gemeenten"
    lines = (folder / "people.csv").read_text(encoding="utf-8").splitlines()
    people = tmp_path / "early.csv"
    people.write_text("\n".join(
        line for line in lines if "zeist" not in line.lower() and "GM0355" not in line
    ) + "\n", encoding="utf-8")
    names = ("Meierijstad", "Lochem", "Coevorden", "Oosterhout", "Barneveld", "Rijswijk", "Oldambt",
             "Etten-Leur", "De Bilt", "Papendrecht", "Waalwijk", "Zeist")
    there = tmp_path / "there.csv"
    there.write_text("gemeente,geslacht,people\n" + "".join(
        f"{name},{gender},10\n" for name in names for gender in ("vrouw", "man")
    ), encoding="utf-8")
    done = run("plan", folder / "project.toml", "--rate", "5%", "--letters", "900", "--people",
               people, "--population", there, "--simulations", "20", "--json")

    assert 0 == done.code, done.err
    assert [("gemeente: Zeist", 2)] == [
        (own["name"], own["missing"]) for own in done.json["rules"] if own["missing"]
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [(("plan", "quotas.csv", "--size", "4"), 2), (("plan", "quotas.csv", "--rate", "4%"), 2),
     ((*PLAN, "--people", "people.csv"), 2), ((*PLAN, "--by", "place"), 3),
     ((*PLAN, "--confidence", "120%"), 3), ((*PLAN, "--population", "none.csv"), 3)],
)
def test_what_is_wrong_is_said(rules: Path, run, words: tuple[str, ...], code: int) -> None:
    """As everywhere: an exit code, words, and nothing written."""
    assert code == run(*words, "--out", "out").code
    assert not Path("out").exists()


def test_a_table_is_checked_at_once() -> None:
    """Every number that is none."""
    with pytest.raises(InputError) as raised:
        planning({"rate": "120%", "confidence": "x", "response": {"age": {"old": "much"}}})

    assert ["invite-number", "plan-part", "plan-part"] == [i.code for i in raised.value.issues]


def test_a_project_without_a_plan_is_asked_for_the_rate(tmp_path: Path, run) -> None:
    """By the option or by the key, with the table that it stands in."""
    (tmp_path / "people.csv").write_text("id,side\na,l\nb,r\n", encoding="utf-8")
    project = tmp_path / "project.toml"
    project.write_text('pool = "people.csv"\nsize = 2\n[[quota]]\nof = "side"\n'
                       'shares = { l = 1, r = 1 }\n', encoding="utf-8")
    asked = run("plan", project)
    assert (2, True, True) == (asked.code, "--rate" in asked.err, "[plan]" in asked.err)


def test_quotas_that_fit_no_panel_are_blamed_and_not_the_letters(run, tmp_path: Path) -> None:
    """Maximums below the number of seats: nothing that letters could mend."""
    quotas = tmp_path / "quotas.csv"
    quotas.write_text("feature,value,min,max\nside,l,1,2\nside,r,1,2\n", encoding="utf-8")
    done = run("plan", str(quotas), "--size", "9", "--rate", "50%", "--simulations", "20")
    assert 0 == done.code
    assert "No number of letters helps" in done.err
    assert "stands below" not in done.err
