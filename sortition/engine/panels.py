"""One panel: an integer point of the rules that weighs much under given weights.

An LP's vertex is rounded and mended by swaps, one person out and one in; when that fails, again
with some noise in the weights, which takes a hundredth of the time of an integer program. Called
thousands of times by `sortition.engine.realise`, `sortition.engine.columns` and
`sortition.lots.rounding`. Every panel returned was checked in integers against every rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem
from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import INF, Model, Solution, Status
from sortition.errors import InfeasibleError

__all__ = ["PanelFinder", "any_panel", "climb", "exact_panel", "infeasible", "some_panel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GRAIN = 2.0**20  # weights become whole numbers: their sums are exact, whatever their order
_SWAPS = 16  # of mending one panel: nearly all that mend at all do so in a dozen
_NOISE = (0.0, 0.05, 0.2, 0.5, 1.0, 1.0, 2.0, 2.0)  # of one try each, in spreads of the weights
PRICE_BITS = 40  # prices become whole numbers of this size before an integer program sees them
PRICE_SCALE = 2.0 ** (13 - PRICE_BITS)  # it sees the largest near 1e4: there its tolerances hold
# How far its answer may lie below its bound, as the solver sees them. All that is nearer is noise
# of the LPs inside, and costs five times the search.
_SLACK = 1e-7
_FAULT = 2.0**30  # one seat outside the rules costs more than any weight


class PanelFinder:
    """Finds panels within a box and on a face of the relaxation.

    Parameters
    ----------
    relaxation
        The rules and cuts.

    Attributes
    ----------
    found : list
        Every panel found so far.
    """

    def __init__(self, relaxation: Relaxation) -> None:
        self.relaxation = relaxation
        self.problem: Problem = relaxation.problem
        self._model = relaxation.model()
        self.low = np.zeros(self.problem.types)
        self.high = relaxation.limit.copy()
        self.row_low = relaxation.lower.copy()
        self.row_high = relaxation.upper.copy()
        self._moved = True
        self.found: list[Ints] = []
        self._drawn = 0  # numbers of noise so far

    def set_box(self, low: Floats, high: Floats) -> None:
        """Look only for panels with ``low ≤ x ≤ high``."""
        self.low, self.high = low, high
        self._moved = True

    def set_face(self, row_low: Floats, row_high: Floats) -> None:
        """Look only for panels with ``row_low ≤ matrix @ x ≤ row_high``."""
        self.row_low, self.row_high = row_low, row_high
        self._moved = True

    def relax(self, weights: Floats) -> Solution:
        """Return the LP's answer: the point of box and face that weighs most."""
        if self._moved:
            self._model.set_bounds(self.low, self.high)
            self._model.set_row_bounds(self.row_low, self.row_high)
            self._moved = False
        self._model.set_cost(weights)
        return self._model.solve()

    def find(self, weights: Floats, *, search: bool = False) -> Ints | None:
        """Return a panel of box and face that weighs much, or None when none was found.

        Parameters
        ----------
        weights
            ``(t,)`` what a seat of each type is worth.
        search
            Whether to end with an integer program when mending fails.
        """
        whole = _grains(weights)
        for noise in _NOISE:
            shaken = self._shaken(whole, noise)
            solution = self.relax(shaken)
            if solution.status is not Status.OPTIMAL:
                return None
            panel = self._mend(_rounded(solution.x, self.low, self.high), shaken)
            if panel is not None and self._on_face(panel):
                break
            panel = None
        if panel is None and search:
            return self.search(whole)
        return self.checked(panel)

    def _on_face(self, panel: Ints) -> bool:
        """Return whether the panel is on the face asked for of every cut: mending saw the rules."""
        cuts = len(self.relaxation.cuts)
        if not cuts:
            return True
        return bool((self.relaxation.rows.cuts @ panel >= self.row_low[-cuts:] - 1e-9).all())

    def checked(self, panel: Ints | None) -> Ints | None:
        """Return the panel if it keeps every rule, counted in integers; note it as found."""
        if panel is None or not self.problem.admits(panel):
            return None
        self.found.append(panel)
        return panel

    def _shaken(self, weights: Floats, noise: float) -> Floats:
        """Return the weights with noise added, in multiples of their spread, extremes clipped."""
        if noise == 0:
            return weights
        spread = weights.std() + 1.0
        draw = _scattered(self._drawn, len(weights))
        self._drawn += len(weights)
        shaken: Floats = np.rint(np.clip(weights, -3 * spread, 3 * spread) + noise * spread * draw)
        return shaken

    def search(self, weights: Floats) -> Ints | None:
        """Ask an integer program, within a fixed number of nodes, so that any machine agrees."""
        model = self.relaxation.model(integer=True)
        model.set_bounds(self.low, self.high)
        model.set_row_bounds(self.row_low, self.row_high)
        model.set_cost(_grains(weights))
        model.set_option("mip_max_nodes", 500)
        solution = model.solve()
        return self.checked(np.rint(solution.x).astype(np.int64) if len(solution.x) else None)

    def _mend(self, panel: Ints, weights: Floats) -> Ints | None:
        """Swap people until every rule holds; the cheapest swap first, none undone at once."""
        # Cuts hold for every panel, so that only the rules themselves can be at fault.
        rows, pattern = self.relaxation.rows, self.problem.pattern
        matrix = rows.rules
        row_low, row_high = self.row_low[: len(matrix)], self.row_high[: len(matrix)]
        home_low, home_high = self._home_bounds()
        low, high = self.low.astype(np.int64), self.high.astype(np.int64)
        x = panel.copy()
        counts, homes = matrix @ x, self.problem.shared(x)
        banned_until = np.zeros(len(x), dtype=np.int64)
        for step in range(_SWAPS):
            below, above = counts < row_low, counts > row_high
            few, many = homes < home_low, homes > home_high
            if not (below.any() or above.any() or few.any() or many.any()):
                return x
            # What one seat more, or one less, adds to the fault of each row: counts are whole.
            up = (counts >= row_high) * 1.0 - below
            down = (counts <= row_low) * 1.0 - above
            home_up = (homes >= home_high) * 1.0 - few
            home_down = (homes <= home_low) * 1.0 - many
            size = counts[0]
            may_leave = np.flatnonzero((x > low) & (banned_until <= step))
            may_join = np.flatnonzero((x < high) & (banned_until <= step))
            if size < row_low[0] or size > row_high[0]:
                grow = size < row_low[0]
                among = may_join if grow else may_leave
                if not len(among):
                    return None
                sign = 1 if grow else -1
                price = (up if grow else down) @ matrix[:, among]
                price += (home_up if grow else home_down)[pattern[among]]
                best = among[np.argmin(_FAULT * price - sign * weights[among])]
                x[best] += sign
                counts = counts + sign * matrix[:, best]
                homes[pattern[best]] += sign
                continue
            if not len(may_leave) or not len(may_join):
                return None
            # The fault after "i out, j in" differs from the sum of both moves only in rows that
            # hold both, where nothing changes: one matrix product prices every swap.
            both = up + down
            used = np.flatnonzero(both)
            leaving, joining = matrix[:, may_leave], matrix[:, may_join]
            from_home, to_home = pattern[may_leave], pattern[may_join]
            price = (down @ leaving + home_down[from_home])[:, None]
            price = price + (up @ joining + home_up[to_home])[None, :]
            price -= (leaving[used] * both[used, None]).T @ joining[used]
            home_both = (home_up + home_down)[from_home]
            tight = np.flatnonzero(home_both)
            price[tight] -= home_both[tight, None] * (from_home[tight, None] == to_home[None, :])
            price *= _FAULT
            price += weights[may_leave][:, None] - weights[may_join][None, :]
            price[may_leave[:, None] == may_join[None, :]] = np.inf
            at = int(np.argmin(price))
            out, into = may_leave[at // len(may_join)], may_join[at % len(may_join)]
            x[out] -= 1
            x[into] += 1
            counts = counts - matrix[:, out] + matrix[:, into]
            homes[pattern[out]] -= 1
            homes[pattern[into]] += 1
            banned_until[[out, into]] = step + 4 + step % 3
        return None

    def _home_bounds(self) -> tuple[Floats, Floats]:
        """Return ``(h,)`` the least and the most seats of each household pattern, on the face."""
        rows = self.relaxation.rows
        own = slice(len(rows.rules), len(rows.rules) + len(rows.shared))
        low = np.full(len(self.problem.capacity), -INF)
        high = np.full(len(self.problem.capacity), INF)  # of one type alone, its limit says it
        low[rows.shared], high[rows.shared] = self.row_low[own], self.row_high[own]
        return low, high


def any_panel(problem: Problem) -> Ints:
    """Return some panel.

    Raises
    ------
    InfeasibleError
        If there is none, with what stands in the way.
    """
    panel = some_panel(problem)
    if panel is None:
        raise infeasible(problem)
    return panel


def infeasible(problem: Problem) -> InfeasibleError:
    """Return the error that says that there is no panel, with what stands in the way."""
    from sortition.diagnosis.diagnose import diagnose

    return InfeasibleError(diagnose(problem))


def some_panel(problem: Problem) -> Ints | None:
    """Return some panel, None if there is none; what stands in the way is not asked."""
    relaxation = Relaxation.of(problem)
    panel = PanelFinder(relaxation).find(np.zeros(problem.types))
    if panel is not None:
        return panel
    solution = relaxation.model(integer=True).solve()
    return None if solution.status is Status.INFEASIBLE else np.rint(solution.x).astype(np.int64)


def exact_panel(
    relaxation: Relaxation, weights: Ints, scale: float, seconds: float, start: Ints,
    slack: float = INF,
) -> tuple[Ints | None, float, bool]:
    """Return the heaviest panel of all, by integer program.

    Parameters
    ----------
    relaxation
        The rules; cuts help the solver and change no answer.
    weights
        ``(t,)`` whole numbers.
    scale
        Power of two by which the solver sees the weights, whose tolerances are absolute.
    seconds
        Time allowed.
    start
        A panel to begin from.
    slack
        By how much the bound may exceed the answer, in weights; at most what the solver can tell.

    Returns
    -------
    panel, bound, proven
        The best panel found (None when there is none), an upper bound on the weight of any panel,
        and whether the two are as near as the solver can tell.
    """
    model: Model = relaxation.model(integer=True)
    model.set_cost(weights * scale)
    model.set_option("mip_abs_gap", min(_SLACK, slack * scale))
    model.start_from(start)
    solution = model.solve(seconds)
    panel = np.rint(solution.x).astype(np.int64) if len(solution.x) else None
    if panel is None or not relaxation.problem.admits(panel):
        return None, INF, False
    # Whole weights add up to whole numbers: a bound beside one is that one, give or take its noise.
    bound = max(float(weights @ panel), float(np.floor(solution.bound / scale + 0.5)))
    return panel, bound, solution.status is Status.OPTIMAL


def climb(relaxation: Relaxation, panel: Ints, weights: Floats) -> Ints:
    """Return the panel after the best single swaps, as long as one adds weight.

    Parameters
    ----------
    relaxation
        The rules and cuts, which every panel on the way keeps.
    panel
        ``(t,)`` people of each type, to begin from.
    weights
        ``(t,)`` what a seat of each type is worth.
    """
    rows, pattern = relaxation.rows, relaxation.problem.pattern
    capacity = relaxation.problem.capacity
    dense = np.vstack([rows.rules, rows.cuts])
    seen = np.r_[: len(rows.rules), len(rows) - len(rows.cuts) : len(rows)]
    lower, upper = relaxation.lower[seen, None], relaxation.upper[seen, None]
    x = panel.copy()
    whole = _grains(weights)
    counts, homes = dense @ x, relaxation.problem.shared(x)
    for _ in range(200):
        leave = np.flatnonzero(x > 0)
        join = np.flatnonzero(x < relaxation.limit)
        gain = whole[join][None, :] - whole[leave][:, None]
        # Only swaps that gain are worth pricing; the best few are tried in turn.
        order = np.argsort(-gain, axis=None, kind="stable")[:4000]
        order = order[gain.reshape(-1)[order] > 0]
        if not len(order):
            return x
        out, into = leave[order // len(join)], join[order % len(join)]
        after = counts[:, None] - dense[:, out] + dense[:, into]
        fine = ((after >= lower) & (after <= upper)).all(axis=0) & (out != into)
        fine &= (homes < capacity)[pattern[into]] | (pattern[into] == pattern[out])
        if not fine.any():
            return x
        first = int(np.argmax(fine))
        x[out[first]] -= 1
        x[into[first]] += 1
        counts = after[:, first]
        homes[pattern[out[first]]] -= 1
        homes[pattern[into[first]]] += 1
    return x


def _grains(weights: Floats) -> Floats:
    """Return the weights as whole numbers: sums of them are exact in any order, on any machine."""
    largest = np.abs(weights).max()
    return np.rint(weights * (_GRAIN / largest)) if largest > 0 else np.zeros_like(weights)


def _scattered(first: int, count: int) -> Floats:
    """Return numbers in [-1, 1) that look random: noise for a heuristic, not for a draw.

    SplitMix64 of a counter, which unlike numpy's generators is the same in every release, and needs
    none of their loading. Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
    OOPSLA 2014.
    """
    z = np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(47)).astype(np.float64) / (1 << 16) - 1.0


def _rounded(x: Floats, low: Floats, high: Floats) -> Ints:
    return np.clip(np.rint(x), low, high).astype(np.int64)
