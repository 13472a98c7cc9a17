"""Seeded drop-outs, as in ``benchmarks/replacements.py``, which runs a thousand of them."""

from __future__ import annotations

from conftest import ROOT, load

# In 80 and 112 a reserve fits the household rule, or a quota, only by a mistake.
SEEDS = [*range(28), 80, 112]


def test_a_replacement_is_what_the_second_opinion_says() -> None:
    """Quotas kept where they can be, else missed as little; proven chances; reserves in order.

    An integer program with a variable per person says which; it shares no code with the package.
    """
    drop_outs = load(ROOT / "benchmarks" / "replacements.py")
    outcomes = {seed: drop_outs.of_seed(seed) for seed in SEEDS}

    assert {} == {seed: how for seed, how in outcomes.items() if how.startswith("WRONG")}
    # Both of what can be and of what cannot, or this would show little.
    assert 15 <= sum(how == "replaced" for how in outcomes.values())
    assert 3 <= sum(how == "deviates" for how in outcomes.values())
