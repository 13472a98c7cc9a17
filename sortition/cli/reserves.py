"""Reserves asked for with a draw: from the options to those whom the draw fixes, and what is said.

Called by ``sortition draw``.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli import options
from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sortition.draw import Draw
    from sortition.engine.problem import Problem
    from sortition.lots.ranked import Reserves
    from sortition.people.pool import Pool

__all__ = ["asked", "choice", "said"]

_LIKELY = 0.1  # to drop out once the letters are sent, as past panels had it
_SECONDS = 60.0  # for the bound on a group, unless --time-limit says otherwise
_SAMPLES = 300


def asked(language: str) -> list[options.Decorator]:
    """Return the options that ask for reserves."""
    words = options.words(language)
    return [
        options.option(language, "--reserve-list", type=click.IntRange(min=1), metavar="N"),
        options.option(language, "--reserve-group", type=click.IntRange(min=1, max=10),
                       metavar="N"),
        options.option(language, "--drop-out", metavar=words("meta-drop-out")),
    ]


def choice(
    say: Say, given: Mapping[str, Any], pool: Pool, problem: Callable[[], Problem],
    label: Callable[[int], str],
) -> Callable[[Draw], Reserves] | None:
    """Return the function from a draw to its reserves, None where none are asked for.

    Parameters
    ----------
    say, given
        Words and options of the command.
    pool
        The people.
    problem
        The rules and the people, made when it is needed.
    label
        From a ticket to its number as ``lottery.csv`` writes it.

    Raises
    ------
    InputError
        If the chances to drop out cannot be read.
    """
    ranked, group = given["reserve_list"], given["reserve_group"]
    if ranked is not None and group is not None:
        raise click.UsageError(say.words("usage-reserves"))
    if given["drop_out"] is not None and group is None:
        raise click.UsageError(say.words("usage-drop-out"))
    if ranked is not None:
        return lambda drawn: _ranked(pool, drawn, ranked, label)
    if group is None:
        return None
    chances = _drop_out(say, given["drop_out"], pool)
    return lambda drawn: _group(say, problem(), drawn, group, chances, label, given["time_limit"])


def said(say: Say, reserves: Reserves | None) -> None:
    """Say how many reserves there are, and how far a group keeps the quotas."""
    if reserves is None:
        return
    if not reserves.ids:
        say.line("reserves-nobody")
        return
    if reserves.group is None:
        say.line("reserves-line", count=len(reserves.ids))
        return
    group = reserves.group
    without, missed, bound = (
        None if group[name] is None else messages.number(float(group[name]), ".3g", say.language)
        for name in ("without", "with_them", "bound")
    )
    say.line("reserves-group", count=len(reserves.ids), samples=group["samples"],
             without=without, missed=missed)
    if bound is not None:
        say.line("reserves-bound", bound=bound)


def _ranked(pool: Pool, drawn: Draw, most: int, label: Callable[[int], str]) -> Reserves:
    from sortition.lots.ranked import first_in_rank

    others = set(pool.ids) - set(drawn.panel.ids)
    return first_in_rank(_text(drawn, label), drawn.lottery_sha256, others, most)


def _group(
    say: Say, problem: Problem, drawn: Draw, most: int, chances: float | dict[str, float],
    label: Callable[[int], str], seconds: float | None,
) -> Reserves:
    """Return the group that keeps the quotas best, in the order in which it is asked."""
    from sortition.lots.ranked import Reserves
    from sortition.lots.reserves import choose_reserves

    text, panel = _text(drawn, label), drawn.panel.ids
    given = chances if isinstance(chances, float) else {own: chances[own] for own in panel}
    limit = _SECONDS if seconds is None else seconds
    with say.busy("reserves", limit):
        found = choose_reserves(
            problem, panel, most, seed=text, digest=drawn.lottery_sha256, drop_out=given,
            samples=_SAMPLES, time_limit=limit,
        )
    how = {
        "drop_out": str(given) if isinstance(given, float) else "given", "samples": found.samples,
        "without": f"{found.without:.3f}", "with_them": f"{found.with_them:.3f}",
        "bound": None if found.bound is None else f"{found.bound:.3f}",
    }
    return Reserves(found.ids, text, drawn.lottery_sha256, how)


def _text(drawn: Draw, label: Callable[[int], str]) -> str:
    """Return what the order of reserves follows from: the text, or else the number drawn."""
    if drawn.seed is None:
        return label(drawn.ticket)
    return unicodedata.normalize("NFC", drawn.seed).strip()


def _drop_out(say: Say, asked: str | None, pool: Pool) -> float | dict[str, float]:
    """Return everybody's chance to drop out, or one for each."""
    from sortition.people.chances import chance_of, drop_out_chances

    if asked is None:
        return _LIKELY
    chance = chance_of(asked)
    if chance is not None:
        return chance
    if pool.table.find(asked) is None and asked.strip()[:1].isdigit():
        raise click.UsageError(say.words("usage-drop-out-chance", chance=asked))
    return drop_out_chances(pool, asked)
