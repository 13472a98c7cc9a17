"""Forged records that are sound in every digest: verify counts, so it must find them."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from conftest import ROOT
from pools import problem_of, seeded

import sortition
from sortition.checking import verify_files
from sortition.engine.clock import Clock
from sortition.engine.leximin import leximin, polish
from sortition.engine.proof import as_proven
from sortition.engine.relaxation import Relaxation
from sortition.engine.search import _Search
from sortition.lots.commitment import sealed
from sortition.lots.record import lottery_files
from sortition.verify import read_rows, root


def whole(proof):
    """Return a proof that has levels only, or as it is."""
    if isinstance(proof, dict):
        return proof
    levels = [{"cuts": []} | level for level in proof]
    return {"levels": levels, "excluded": [], "cuts": []}


def four(chances, proof, pairs, **record):
    """Return the files of a lottery of four people for two seats, without rules that bind."""
    people = "abcd"
    files = {
        "lottery.csv": "ticket,member_1,member_2\n"
        + "".join(f"{at},{','.join(pair)}\n" for at, pair in enumerate(pairs)),
        "chances.csv": "id,chance,tickets\n" + "".join(
            f"{own},{chance},{sum(own in pair for pair in pairs)}\n"
            for own, chance in zip(people, chances, strict=True)
        ),
        "groups.csv": "id,household,all\n" + "".join(f"{own},,1\n" for own in people),
    }
    files = {name: text.encode() for name, text in files.items()}
    mean = sum(map(Fraction, chances)) / (4 - len(record.get("barred", {})))
    tickets = read_rows(files["lottery.csv"])[1:]
    shown = [float(chance) for chance in chances]
    content = {
        "schema": 2, "kind": "tickets", "objective": "leximin", "size": [2, 2],
        "tickets": len(pairs),
        "per_household": 1, "quotas": [{"name": "all", "min": 2, "max": 2}], "pool": 4,
        "min_chance": str(min(shown)), "max_chance": str(max(shown)), "bound": str(min(shown)),
        "gap": "0", "proven": True, "proof": whole(proof), "ticket_loss": "0", "rehearsal": False,
        "fixed_at": None,
        "barred": {}, "draw": None, "earlier_draws": [], "past_draws": [], "mean_chance": str(mean),
        "attempt": 1, "before": None, "announced": None, "pool_root": "0" * 64,
        "lottery_root": root(tickets),
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    } | record
    return files | {"record.json": sealed(content)}


# Pools of `pools.seeded` whose smallest chance whole people cannot raise to the relaxation's.
NEED_CUTS = (166, 205, 1280, 1450, 1770, 2155)
EVEN = (("a", "b"), ("c", "d"), ("a", "c"), ("b", "d"))
SKEW = (("a", "b"), ("c", "d"), ("c", "d"), ("c", "d"))
HALF = ["0.5"] * 4
QUARTERS = ["0.25", "0.25", "0.75", "0.75"]
HONEST = [{"level": "1/2", "size": 10**12, "quotas": [0], "households": {}}]


def step_five(files):
    """Return whether everything holds, and the code of the last step."""
    result = verify_files(files)
    return result.ok, result.steps[-1].code


def test_chances_that_no_lottery_has_fail():
    """Two seats are two: not a thousandth more for each of four, with the level restated."""
    more = [{"level": "1001/2000", "size": 10**12, "quotas": [0], "households": {}}]

    assert step_five(four(["0.5005"] * 4, more, EVEN, ticket_loss="0.002")) == (
        False, "verify-bad-proof"
    )


def test_the_honest_one_passes():
    """Equal chances for four people and two seats are proven by the number of seats."""
    assert (True, "verify-proof") == step_five(four(HALF, HONEST, EVEN))


@pytest.mark.parametrize(
    "proof",
    [
        [{"level": "1/4", "size": 0, "quotas": [0], "households": {"": 10**12}},
         {"level": "3/4", "size": 10**12, "quotas": [0], "households": {}}],
        [{"level": "1", "size": 10**12, "quotas": [0], "households": {}},
         {"level": "1/4", "size": 10**12, "quotas": [0], "households": {}}],
        [{"level": "1/4", "size": 1e17, "quotas": [-1e17], "households": {}}],
        [{"level": "1/4", "size": True, "quotas": [0], "households": {}}],
        [{"level": "1e-999999999", "size": 1, "quotas": [0], "households": {}}],
        [{"level": "1/4", "size": 1, "quotas": [], "households": {}}],
        [{"level": "1/4", "size": 1, "quotas": [0], "households": {"x": -5}}],
        [{"level": "0.25", "size": 1, "quotas": [0], "households": {}}],
        [{"level": "1/4", "size": 1, "quotas": [0], "households": {}, "cuts": [1]}],
        {"levels": [HONEST[0]], "excluded": [], "cuts": []},
        {"levels": [], "excluded": []},
        # A cut that every ticket keeps and that would prove it, with a price that is negative …
        {"levels": [{"level": "1/4", "size": 0, "quotas": [0], "households": {}, "cuts": [-1]}],
         "excluded": [], "cuts": [{"most": -1, "weights": {"a": -1}}]},
        # … and one that a ticket breaks.
        {"levels": [{"level": "1/4", "size": 0, "quotas": [0], "households": {}, "cuts": [4]},
                    {"level": "3/4", "size": 4, "quotas": [0], "households": {}, "cuts": [0]}],
         "excluded": [], "cuts": [{"most": 0, "weights": {"a": 1, "b": 1}}]},
    ],
)
@pytest.mark.parametrize("objective", ["leximin", "maximin"])
def test_a_false_proof_is_refused(proof, objective):
    """Quarters where halves are possible are proven by nothing, not as the smallest chance only."""
    ok, _ = step_five(four(QUARTERS, proof, SKEW, objective=objective))
    assert not ok


def skewed(size):
    """Return a lottery of quarters, of which a panel may have up to so many seats."""
    proof = [{"level": level, "size": 0, "quotas": [1], "households": {}}
             for level in ("1/4", "3/4")]
    return four(QUARTERS, proof, SKEW, size=[2, size])


@pytest.mark.parametrize("size", [2, 4, 10**9, 10**15])
def test_a_size_beyond_everybody_leaves_no_room_for_unequal_chances(size):
    """What rounding may take is a billionth of the level, or of a chance of one at most."""
    assert (False, "verify-bad-proof") == step_five(skewed(size))


@pytest.mark.parametrize(
    "change",
    [
        {"per_household": float("nan")}, {"tickets": 4.0}, {"tickets": True}, {"gap": "small"},
        {"objective": "mine"}, {"pool": 5}, {"bound": "0.75"}, {"ticket_loss": "1"},
        {"earlier_draws": None}, {"barred": {"a": True}}, {"quotas": [{"name": "all"}]},
    ],
)
def test_a_record_that_is_none_is_refused(change):
    """A value of another kind, or another value, is not taken for the one it stands for."""
    ok, _ = step_five(four(HALF, HONEST, EVEN, **change))
    assert not ok


@pytest.mark.parametrize("cell", ["01", " 1", "1.0", "yes", ""])
def test_a_group_is_one_or_zero(cell):
    """What a spreadsheet reads as one and a counter does not is neither."""
    files = four(HALF, HONEST, EVEN)
    groups = files["groups.csv"].replace(b"d,,1", f"d,,{cell}".encode())
    record = json.loads(files["record.json"])
    record["sha256"]["groups.csv"] = hashlib.sha256(groups).hexdigest()
    ok, _ = step_five(
        files | {"groups.csv": groups, "record.json": sealed(record)}
    )
    assert not ok


def test_a_false_exclusion_is_refused():
    """Nobody can be proven to be on no panel who could be on one."""
    chances = ["0", "0.5", "0.5", "1"]
    tickets = (("b", "d"), ("c", "d"))
    out = {"barred": {"a": True}, "max_chance": "1"}
    multipliers = {"size": 0, "quotas": [0], "households": {}, "cuts": []}
    for size in (0, 1, 10**12):
        proof = {"levels": [multipliers | {"level": "1/2", "size": 1}],
                 "excluded": [multipliers | {"ids": ["a"], "size": size}], "cuts": []}
        files = four(chances, proof, tickets, **out, min_chance="0.5", bound="0.5")
        assert (False, "verify-bad-exclusion") == step_five(files)


def barred_twins(shared=""):
    """Return a lottery that lets c and d serve always, and says that a and b never can."""
    proof = {"levels": [{"cuts": [], "level": "1", "size": 1, "quotas": [0], "households": {}}],
             "excluded": [], "cuts": []}
    files = four(["0", "0", "1", "1"], proof, (("c", "d"), ("c", "d")),
                 barred={"a": True, "b": True}, min_chance="1", bound="1", max_chance="1")
    groups = files["groups.csv"].decode()
    for own in shared:
        groups = groups.replace(f"{own},,1", f"{own},7,1")
    groups = groups.encode()
    record = json.loads(files["record.json"])
    record["sha256"]["groups.csv"] = hashlib.sha256(groups).hexdigest()
    return files | {"groups.csv": groups, "record.json": sealed(record)}


def test_nobody_is_barred_who_equals_somebody_that_serves():
    """They could take that seat; who lives with somebody that serves perhaps could not."""
    assert (False, "verify-bad-exclusion") == step_five(barred_twins())
    assert (False, "verify-bad-exclusion") == step_five(barred_twins(shared="ab"))
    assert (False, "verify-bad-exclusion") == step_five(barred_twins(shared="ac"))  # for b
    assert (True, "verify-proof-given") == step_five(barred_twins(shared="abc"))


@pytest.mark.parametrize("seed", range(60))
def test_every_proven_lottery_carries_its_proof(seed):
    """Whatever proved it is in the record, and arithmetic confirms it."""
    fair = sortition.find_distribution(problem_of(seeded(seed)))
    files = lottery_files(fair.to_lottery(100))
    result = verify_files(files)
    assert result.ok, result.steps[-1]
    assert result.steps[-1].code in {"verify-proof", "verify-proof-given"}
    proof = json.loads(files["record.json"])["proof"]
    assert (fair.certificate.method == "integer") == bool(proof["cuts"])


@pytest.mark.parametrize("seed", [*range(10), *NEED_CUTS])
def test_levels_with_noise_become_what_is_proven(seed):
    """From the bottom up in fractions: what a solver's digits did to the levels is gone."""
    problem = problem_of(seeded(seed))
    search = _Search(problem, sortition.Leximin(), Clock.of(None, None))
    fair = search.run()
    target = search.climb.target() if search.relaxation.cuts else leximin(search.relaxation)
    noisy = tuple(
        level * (1 + Fraction(at % 3 - 1, 10**7)) for at, level in enumerate(target.levels)
    )
    found = as_proven(search.relaxation, replace(target, levels=noisy, exact=False))
    assert fair.type_chance.tolist() == pytest.approx(found.chance.tolist(), abs=1e-9)
    assert [level for level in found.levels if level] == (
        [level for level in fair.certificate.levels if level]
    )


@pytest.mark.parametrize("seed", NEED_CUTS)
def test_a_smallest_chance_carries_its_proof_where_cuts_were_needed(seed):
    """Maximin ends at the first level, and that level is proven as data too."""
    fair = sortition.find_distribution(problem_of(seeded(seed)), sortition.Maximin())
    files = lottery_files(fair.to_lottery(100))
    result = verify_files(files)
    assert result.ok, result.steps[-1]
    assert result.steps[-1].code in {"verify-proof-least", "verify-proof-least-given"}
    proof = json.loads(files["record.json"])["proof"]
    assert (1, True) == (len(proof["levels"]), bool(proof["cuts"]))


@pytest.mark.parametrize(("name", "size", "most"), [("odd-121", 13, 1), ("odd-3079", (8, 10), 2)])
def test_a_proof_is_written_where_it_once_was_lost(name, size, most):
    """Two types of a home at their limits at once; a panel one unit above a solver's answer."""
    folder = ROOT / "tests" / "data" / name
    pool = sortition.read_pool(folder / "people.csv", household=["street", "postcode"])
    quotas = replace(sortition.read_quotas(folder / "quotas.csv", size=size), per_household=most)
    fair = sortition.find_distribution(sortition.compile(pool, quotas))
    result = verify_files(lottery_files(fair.to_lottery(100)))
    assert result.ok, result.steps[-1]
    assert result.steps[-1].code in {"verify-proof", "verify-proof-given"}


def test_levels_without_an_exact_answer_are_not_taken_for_one():
    """Two levels a millionth apart, and rules that do not determine them: both are kept."""
    relaxation = Relaxation.of(problem_of(seeded(0)))
    types = relaxation.problem.types
    level = np.where(np.arange(types) < types // 2, 0.3570867, 0.3570879)
    order = [np.flatnonzero(level == each) for each in np.unique(level)]
    target = polish(relaxation, level, order, [])
    assert (False, [0.3570867, 0.3570879]) == (target.exact, [float(e) for e in target.levels])


def test_chances_that_are_not_those_of_the_tickets_are_refused():
    """One panel on every ticket is not made fair by stating how far it is from the chances."""
    tickets = (("a", "b"),) * 10
    assert (False, "verify-bad-chance") == step_five(
        four(HALF, HONEST, tickets, ticket_loss="5")
    )
