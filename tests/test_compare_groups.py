"""A group compared with a reference: intervals by enumeration, gaps by hand, small cells hidden."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import sortition
from sortition import Pool, Quota, Quotas, compare_groups
from sortition.audit.intervals import by_lot, interval, interval_without_replacement
from sortition.audit.references import read_reference
from sortition.audit.small_cells import hidden_in_line, hidden_in_table
from sortition.errors import InputError

TAIL = Fraction(1, 40)


def pool(**columns: list[str]) -> Pool:
    return Pool.from_frame(pd.DataFrame(columns))


ROOM = pool(id=list("abcdefgh"), gender=["man"] * 6 + ["woman"] * 2,
            age=["50+"] * 4 + ["to 49"] * 3 + [""])


# -- intervals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "of"), [(0, 1), (1, 1), (3, 10), (24, 24), (1000, 250_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_intervals_are_those_of_clopper_and_pearson(hits: int, of: int, confidence: float) -> None:
    """As scipy has them."""
    expected = binomtest(hits, of).proportion_ci(confidence, method="exact")

    assert np.allclose([hits / of, expected.low, expected.high], interval(hits, of, confidence),
                       atol=1e-9)


def chances(people: int, kind: int, of: int) -> list[Fraction]:
    """Return how likely each number of a kind is in a draw without putting back, in fractions."""
    return [Fraction(comb(kind, x) * comb(people - kind, of - x), comb(people, of))
            for x in range(of + 1)]


@given(st.integers(1, 25), st.data())
def test_a_finite_reference_is_counted_in_whole_numbers(people: int, data) -> None:
    """Every number of people of a kind, each tail as a sum of fractions."""
    of = data.draw(st.integers(1, people))
    hits = data.draw(st.integers(0, of))
    able = []
    for kind in range(people + 1):
        chance = chances(people, kind, of)
        if sum(chance[hits:]) > TAIL and sum(chance[: hits + 1]) > TAIL:
            able.append(kind)

    found = interval_without_replacement(hits, of, people, 0.95)

    assert (able[0] / people, able[-1] / people) == (found.low, found.high)
    kind = data.draw(st.integers(0, people))
    chance = chances(people, kind, of)
    least, most = by_lot(of, kind / people, 0.95, drawn=(kind, people))
    assert sum(chance[:least]) <= TAIL < sum(chance[: least + 1])
    assert sum(chance[most + 1 :]) <= TAIL
    assert most == least or sum(chance[most:]) > TAIL


def test_a_lot_from_very_many() -> None:
    """Ten draws at one half: 2 to 8 in 95 of 100; in fractions."""
    chance = [Fraction(comb(10, x), 1024) for x in range(11)]
    assert sum(chance[:2]) <= TAIL < sum(chance[:3])
    assert (2, 8) == by_lot(10, 0.5, 0.95)
    assert (0, 0) == by_lot(10, 0.0)
    assert (10, 10) == by_lot(10, 1.0)


def test_everybody_leaves_nothing_open() -> None:
    """Who is all of them has the share that they have."""
    found = interval_without_replacement(7, 20, 20, 0.95)
    assert (0.35, 0.35) == (found.low, found.high)
    large = interval_without_replacement(300, 10_000, 17_000_000, 0.95)
    assert np.allclose(interval(300, 10_000, 0.95), large, atol=1e-5)


# -- comparing -------------------------------------------------------------------------------------


def test_shares_and_gaps_by_hand() -> None:
    """Six men of eight where three of ten are: 45 points too many; a blank is left out."""
    found = compare_groups(ROOM, {"gender": {"man": 0.3, "woman": 0.7},
                                  "age": {"50+": 40, "to 49": 60}})
    man, woman, old, young = found.groups

    assert (6, 0.75, 0.3) == (man.people, man.share, man.reference_low)
    assert [0.45, -0.45] == pytest.approx([man.gap, woman.gap])
    assert man.differs
    assert (man.low, man.high) == interval(6, 8, 0.95)[1:]
    assert ((4, 4 / 7), (3, 3 / 7)) == ((old.people, old.share), (young.people, young.share))
    gender, age = found.features
    assert (8, 0, 0.45) == (gender.known, gender.unknown, pytest.approx(gender.loosemore_hanby))
    assert (7, 1, 100) == (age.known, age.unknown, age.reference_known)


def test_what_is_not_known_may_count() -> None:
    """As a value of its own; or other words mean it too."""
    counted = compare_groups(ROOM, {"age": {"50+": 0.4, "to 49": 0.6}}, count_unknown=True)
    assert [("50+", 0.5), ("to 49", 0.375), ("", 0.125)] == [
        (own.name, own.share) for own in counted.groups
    ]
    known = compare_groups(ROOM, {"age": {"50+": 0.4, "to 49": 0.6}}, unknown=["TO 49"])
    assert [("50+", 4, 1.0)] == [(own.name, own.people, own.share) for own in known.groups]


def test_a_share_alone_says_nothing_of_the_others() -> None:
    """70 % women: what the men are is not said, unless the shares are complete."""
    found = compare_groups(ROOM, {"gender": {"woman": 0.7}})
    assert [("woman", 0.7), ("man", None)] == [(g.name, g.reference_low) for g in found.groups]
    assert found.features[0].loosemore_hanby is None
    complete = compare_groups(ROOM, {"gender": {"woman": 0.7, "other": 0.3}})
    assert ["woman", "other", "man"] == [own.name for own in complete.groups]
    assert {"man": 0.0, "woman": 0.7, "other": 0.3} == {
        own.name: own.reference_low for own in complete.groups
    }


def test_a_panel_is_drawn_from_its_list() -> None:
    """Its ids say so: hypergeometric, and the list counts."""
    panel = pool(id=["a", "b", "g"], gender=["man", "man", "woman"], age=["50+", "50+", "to 49"])
    found = compare_groups(panel, ROOM, over=[["gender", "age"]])
    man = found.groups[0]

    assert found.drawn
    assert (6, 0.75) == (man.reference_people, man.reference_low)
    assert (man.low, man.high) == interval_without_replacement(2, 3, 8, 0.95)[1:]
    crossed = {own.name: (own.people, own.reference_people) for own in found.groups
               if own.over == "gender × age"}
    assert {"man × 50+": (2, 4), "man × to 49": (0, 2), "woman × to 49": (1, 1)} == crossed
    other = compare_groups(pool(id=["a", "x"], gender=["man", "man"]), ROOM)
    assert not other.drawn


def test_quotas_are_shares_of_the_seats() -> None:
    """A gap is what lies outside; unions and crossed groups as they are."""
    rules = Quotas((4, 4), (
        Quota((("gender", ("man",)),), 1, 2), Quota((("age", ("50+", "to 49")),), 4, 4),
        Quota((("gender", ("woman",)), ("age", ("to 49",))), 1, 1),
        Quota((("role", ("mayor",)),), 0, 1),
    ))
    found = compare_groups(ROOM, rules)

    assert [("man", 6, 0.25), ("50+ | to 49", 7, 0.0), ("woman × to 49", 1, pytest.approx(-3 / 28))
            ] == [(own.name, own.people, own.gap) for own in found.groups]
    assert ("role",) == found.passed_over


def test_questions_that_have_no_answer() -> None:
    """Each with its column; every one at once."""
    with pytest.raises(InputError) as raised:
        compare_groups(ROOM, {"gender": {"man": 0.3}}, features=["gender", "age"])
    assert ["compare-no-reference"] == [own.code for own in raised.value.issues]
    with pytest.raises(InputError, match="no column in common"):
        compare_groups(ROOM, {"role": {"mayor": 1.0}})
    with pytest.raises(InputError) as raised:
        compare_groups(ROOM, {"gender": {"man": 0.6, "woman": 0.6}, "age": {"50+": 0.9, "x": 0.9}})
    assert ["compare-shares-above"] * 2 == [own.code for own in raised.value.issues]
    with pytest.raises(ValueError, match="confidence"):
        compare_groups(ROOM, {"gender": {"man": 0.3}}, confidence=1.0)
    with pytest.raises(InputError, match="roll"):
        compare_groups(ROOM, {"gender": {"man": 0.3}}, features=["roll"])


def test_spellings_that_count_apart_are_told() -> None:
    """And a column of which nobody's value is known."""
    found = compare_groups(ROOM, {"gender": {"man": 3, "womann": 7}, "age": {"50+": 1}},
                           unknown=["50+", "to 49"])
    assert (("gender", "woman", "womann"),) == found.near
    assert ("age",) == found.passed_over
    assert () == compare_groups(ROOM, {"gender": {"man": 3, "woman": 7, "womann": 0}}).near


def test_a_column_of_names_is_no_feature() -> None:
    """Left out by itself; asked for, it is refused."""
    many = pool(id=[str(at) for at in range(1200)], gender=["man", "woman"] * 600,
                alias=[f"x{at}" for at in range(1200)])
    found = compare_groups(many, many)
    assert (["gender"], ("alias",)) == ([own.over for own in found.features], found.passed_over)
    with pytest.raises(InputError, match="1200 different values"):
        compare_groups(many, many, features=["alias"])


def test_the_order_of_rows_does_not_matter() -> None:
    """The same people from the last to the first."""
    frame = ROOM.table
    turned = pool(**{name: list(reversed(frame.column(name))) for name in frame.columns})
    reference = {"gender": {"woman": 0.7, "man": 0.3}}
    assert compare_groups(ROOM, reference) == compare_groups(turned, reference)


# -- small cells -----------------------------------------------------------------------------------


def possible(counts: np.ndarray, hidden: np.ndarray) -> list[np.ndarray]:
    """Return every table of two rows and three columns that has these totals and open numbers."""
    (up, _), across = counts.sum(axis=1), counts.sum(axis=0)
    found = []
    for one, two in product(range(across[0] + 1), range(across[1] + 1)):
        first = np.array([one, two, up - one - two])
        table = np.stack([first, across - first])
        if (table >= 0).all() and (table == counts)[~hidden].all():
            found.append(table)
    return found


@given(st.lists(st.integers(0, 9), min_size=6, max_size=6), st.booleans())
def test_no_hidden_number_can_be_worked_out(numbers: list[int], turned: bool) -> None:
    """All totals are known: each small number can be two others at least."""
    counts = np.array(numbers).reshape(2, 3)
    rows, columns = (hidden_in_line(counts.sum(axis=axis)[None, :], 4) for axis in (1, 0))
    if rows.any() or columns.any():
        return  # these totals are not known
    hidden = (hidden_in_table(counts.T[None], columns, rows, 4).T if turned
              else hidden_in_table(counts[None], rows, columns, 4))
    small = (counts > 0) & (counts < 4)
    assert hidden[small].all()
    tables = possible(counts, hidden)
    for at in map(tuple, np.argwhere(small)):
        assert len({int(table[at]) for table in tables}) > 1


@given(st.lists(st.integers(0, 9), min_size=2, max_size=5), st.integers(2, 6))
def test_a_total_gives_nothing_away(numbers: list[int], least: int) -> None:
    """The hidden numbers of a feature are two at least, and together enough, or all."""
    hidden = hidden_in_line(np.array([numbers]), least)
    small = [0 < own < least for own in numbers]

    assert all(hidden[at] for at, own in enumerate(small) if own)
    if any(small) and not hidden.all():
        assert hidden.sum() > 1
        assert sum(np.array(numbers)[hidden]) >= least
    if not any(small):
        assert not hidden.any()


def test_what_is_hidden_is_nowhere() -> None:
    """Not in the frame, nor in sums; in crossed features not where a total is hidden either."""
    people = pool(
        gender=["man"] * 20 + ["woman"] * 20 + ["other"] * 2,
        age=(["50+"] * 10 + ["to 49"] * 10) * 2 + ["50+"] * 2,
    )
    found = compare_groups(people, people, over=[["gender", "age"]], least_shown=5)
    hidden = [own for own in found.groups if own.hidden]

    assert {"other"} < {own.name for own in hidden}
    assert all(own.people is own.share is own.gap is own.reference_people is None
               for own in hidden)
    assert {"man × 50+", "other × 50+"} <= {own.name for own in hidden}
    assert [None] == [own.loosemore_hanby for own in found.features if own.over == "gender"]


# -- references from files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("feature,value,share\ngender,woman,70%\ngender,man,3/10\n",
         {"gender": {"woman": 0.7, "man": 0.3}}),
        ("kenmerk;waarde;procent\ngender;woman;70\ngender;man;30,0\n",
         {"gender": {"woman": 0.7, "man": 0.3}}),
        ("gender,people\nwoman,7.000\nman,3000\nTotaal,\n",
         None),
        ("gender,age,aantal\nman,50+,3\nman,to 49,4\nwoman,50+,2\n",
         {"gender": {"man": 7, "woman": 2}, "age": {"50+": 5, "to 49": 4},
          "gender × age": {"man × 50+": 3, "man × to 49": 4, "woman × 50+": 2}}),
    ],
)
def test_populations_in_tables(tmp_path: Path, text: str, expected) -> None:
    """A row for each value or for each combination; shares in every spelling, or people."""
    path = tmp_path / "field.csv"
    path.write_text(text, encoding="utf-8")
    if expected is None:
        with pytest.raises(InputError, match=r"blank|empty|nothing"):
            read_reference(path, ROOM)
        return
    found = read_reference(path, ROOM).value
    assert expected == {name: pytest.approx(table) for name, table in found.items()}


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room and a field, where commands run."""
    monkeypatch.chdir(tmp_path)
    Path("room.csv").write_text(
        "naam,gender,age\n" + "".join(f"n{at},{'man' if at < 14 else 'woman'},50+\n"
                                      for at in range(20)), encoding="utf-8")
    Path("field.csv").write_text("feature,value,share\ngender,woman,70%\ngender,man,30%\n",
                                 encoding="utf-8")
    return tmp_path


def test_the_remark_about_the_room(folder: Path, run) -> None:
    """70 % men where 70 % are women: 40 points, and no accident."""
    done = run("compare", "room.csv", "field.csv", "--lang", "en")
    assert 0 == done.code
    assert "man: 14 (70 %; interval 45.7 % to 88.1 %)" in done.out
    assert "in the reference 30 %: +40 points" in done.out
    assert "unlikely to be chance" in done.out
    dutch = run("compare", "room.csv", "field.csv", "--lang", "nl")
    assert "+40 procentpunt" in dutch.out


def test_files_say_what_the_screen_says(folder: Path, run) -> None:
    """JSON, a page, tables; a figure when asked; nothing when only asked what would be."""
    pytest.importorskip("matplotlib")
    asked = ("compare", "room.csv", "field.csv", "--out", "out")
    assert 0 == run(*asked, "--dry-run").code
    assert not Path("out").exists()
    done = run(*asked, "--figures", "--json")
    assert 0 == done.code
    assert done.json == json.loads(Path("out/comparison.json").read_text(encoding="utf-8"))
    assert {"comparison.html", "comparison.json", "groups.csv", "groups.xlsx", "shares.svg"} == {
        path.name for path in Path("out").iterdir()
    }
    page = Path("out/comparison.html").read_text(encoding="utf-8")
    assert "+40" in page
    assert "n3" not in page
    assert 3 == run(*asked).code  # not over what is there


def test_a_panel_beside_its_people_and_its_quotas(folder: Path, run) -> None:
    """The folder of a draw is its panel."""
    Path("quotas.csv").write_text("feature,value,min,max\ngender,man,2,2\ngender,woman,2,2\n",
                                  encoding="utf-8")
    rules = ("room.csv", "quotas.csv", "--size", "4")
    assert 0 == run("draw", *rules, "--out", "drawn").code
    found = run("compare", "drawn", "quotas.csv", "--size", "4", "--json").json
    assert [0.0, 0.0] == [own["gap"] for own in found["groups"]]
    beside = run("compare", "drawn", "room.csv", "--features", "gender", "--json").json
    assert (4, 20) == (beside["people"], beside["reference_people"])


def test_a_project_says_the_same(folder: Path, run) -> None:
    """[compare] instead of options; options win."""
    Path("project.toml").write_text(
        'lang = "nl"\n[compare]\ngroup = "room.csv"\nreference = "field.csv"\n', encoding="utf-8")
    expected = run("compare", "room.csv", "field.csv", "--json").json
    assert expected == run("compare", "project.toml", "--json").json
    assert "procentpunt" in run("compare", "project.toml").out
    narrow = run("compare", "project.toml", "--confidence", "50%", "--json").json
    assert narrow["groups"][0]["low"] > expected["groups"][0]["low"]
    Path("wrong.toml").write_text('[compare]\ngroup = 3\nreferense = "x"\n', encoding="utf-8")
    done = run("compare", "wrong.toml", "--json")
    assert 3 == done.code
    assert 2 == len(done.json["issues"])


@pytest.mark.parametrize(
    ("words", "code"),
    [(("room.csv",), 2), (("room.csv", "field.csv", "--over", "gender"), 2),
     (("room.csv", "field.csv", "--over", "gender,Gender"), 2),
     (("room.csv", "field.csv", "--confidence", "100%"), 2),
     (("room.csv", "field.csv", "--drawn", "yes"), 2), (("room.csv", "field.csv", "--figures"), 2),
     (("none.csv", "field.csv"), 3), (("room.csv", "none.csv"), 3),
     (("room.csv", "field.csv", "--features", "age"), 3),
     (("room.csv", "field.csv", "--over", "gender,age"), 3),
     (("room.csv", "quotas.csv"), 3)],
)
def test_what_is_wrong_is_said(folder: Path, run, words: tuple[str, ...], code: int) -> None:
    """As everywhere: an exit code, words, nothing written, and no traceback."""
    Path("quotas.csv").write_text("feature,value,min,max\ngender,man,2,2\n", encoding="utf-8")
    done = run("compare", *words, "--out", "out") if "--figures" not in words else run(
        "compare", *words)
    assert code == done.code
    assert "Traceback" not in done.err
    assert not Path("out").exists()


def test_both_files_are_read_before_anything_is_said(folder: Path, run) -> None:
    """What is wrong in the one and in the other."""
    Path("room.csv").write_text("id,gender\n1,man\n1,man\n", encoding="utf-8")
    Path("field.csv").write_text("feature,value,share\ngender,woman,lots\ngender,man,170%\n",
                                 encoding="utf-8")
    done = run("compare", "room.csv", "field.csv", "--json")
    assert ["pool-id-duplicate", "compare-share-not", "compare-share-not"] == [
        own["code"] for own in done.json["issues"]
    ]


def test_small_numbers_are_hidden_everywhere(folder: Path, run) -> None:
    """On the screen, in the files and in the figures."""
    pytest.importorskip("matplotlib")
    kinds = ("man,50+", "man,49", "woman,50+", "woman,49")
    rows = [kind for kind in kinds for _ in range(9)] + ["other,49"] * 2
    Path("room.csv").write_text("gender,age\n" + "\n".join(rows) + "\n", encoding="utf-8")
    Path("field.csv").write_text("gender,age\n" + "\n".join(rows * 3) + "\n", encoding="utf-8")
    done = run("compare", "room.csv", "field.csv", "--over", "gender,age", "--hide-below", "5",
               "--out", "out", "--figures", "--lang", "en")
    assert 0 == done.code, done.err
    assert "other: not shown" in done.out
    table = Path("out/groups.csv").read_text(encoding="utf-8")
    assert "gender,other,,,,,,,,,,,,True" in table
    assert "not shown" in Path("out/comparison.html").read_text(encoding="utf-8")


def test_the_public_names(folder: Path) -> None:
    """From files to a frame in Python."""
    found = sortition.compare_groups(sortition.read_pool("room.csv"), {"gender": {"woman": 0.7}})
    assert isinstance(found, sortition.GroupComparison)
    assert 2 == len(found.to_frame())
    assert "<table>" in found._repr_html_()


def test_a_value_that_a_population_does_not_name_is_said() -> None:
    """It counts as 0 there; one that is named with 0, or looks like another, is not told."""
    found = compare_groups(ROOM, {"gender": {"man": 0.3, "x": 0.7}, "age": {"50+": 1, "to 49": 0},
                                  "gender × age": {"man × 50+": 1, "woman × to 49": 3}})
    zero = {(own.over, own.name) for own in found.groups if own.people and own.reference_high == 0}
    assert {("gender", "woman"), ("age", "to 49")} < zero
    assert zero - {("age", "to 49")} == set(found.unlisted)
    assert () == compare_groups(ROOM, {"gender": {"man": 3, "womann": 7}}).unlisted  # is in `near`
    assert () == compare_groups(ROOM, {"gender": {"man": 0.3}}).unlisted  # the rest is not said
    assert () == compare_groups(ROOM, ROOM).unlisted


def test_a_population_that_names_no_value_of_the_group_is_an_error() -> None:
    """All features at once; the gap would be 100 points for everybody and say nothing."""
    with pytest.raises(InputError) as raised:
        compare_groups(ROOM, {"gender": {"m": 0.3, "w": 0.7}, "age": {"1": 40, "2": 60}})
    assert ["compare-no-value"] * 2 == [own.code for own in raised.value.issues]
    assert "m, w" in str(raised.value.issues[0])
    with pytest.raises(InputError) as raised:  # nor do shares that leave some open say anything
        compare_groups(ROOM, {"gender": {"m": 0.4, "w": 0.3}})
    assert ["compare-no-value"] == [own.code for own in raised.value.issues]
