"""Who is missing while sign-ups come in: what ``sortition plan --people`` says and writes.

Called by `sortition.cli.plan`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.people.pool import Pool
    from sortition.process.kinds import Kinds
    from sortition.process.plan import Arrivals
    from sortition.rules.quotas import Quotas

__all__ = ["FILES", "refuse_strangers", "rows_of", "tables", "told"]

FILES = ("who-is-missing.csv", "who-is-missing.xlsx")
_STRANGE = {"pool-value-unknown", "pool-value-blank", "quota-feature-unknown"}
_HEADER = ("rule", "min", "now", "missing", "part", "expected", "enough")


def refuse_strangers(pool: Pool, quotas: Quotas) -> None:
    """Raise an error with every sign-up that no quota has a place for, as `check` would.

    That there are too few sign-ups, or nobody yet with some value, is no error here.

    Raises
    ------
    InputError
        With the rows, and what may have been meant.
    """
    from sortition.engine.problem import compile as compile_problem
    from sortition.errors import InputError

    try:
        compile_problem(pool, quotas)
    except InputError as error:
        strange = [issue for issue in error.issues if issue.code in _STRANGE]
        if strange:
            raise InputError(strange) from None


def told(say: Say, rows: list[dict[str, Any]], arrivals: Arrivals) -> None:
    """Say which quotas lack people and which lag behind; `rows` are those of `rows_of`."""
    everyone = rows[0]
    say.line("plan-now", people=everyone["now"], due=round(arrivals.due, 1),
             expected=everyone["expected"])
    say.line("plan-now-possible" if arrivals.possible_now else "plan-now-impossible")
    lacking = [row for row in rows[1:] if row["missing"]]
    say.line("plan-missing" if lacking else "plan-none-missing", bold=True)
    for row in lacking:
        say.plain("  " + say.words(
            "plan-missing-line", name=row["rule"], have=row["now"], lower=row["min"],
            more=row["missing"], expected=row["expected"], met=say.percent(row["enough"])))
    behind = [row for row, late in zip(rows, arrivals.behind, strict=True) if late]
    if behind:
        say.line("plan-behind", bold=True)
    for row in behind:
        say.plain("  " + say.words("plan-behind-line", have=row["now"], part=row["part"],
                                   name=row["rule"]))


def rows_of(kinds: Kinds, arrivals: Arrivals) -> list[dict[str, Any]]:
    """Return a row for each rule; rule 0 is everybody."""
    outlook = arrivals.outlook
    return [
        dict(zip(_HEADER, (name, lower, now, max(lower - now, 0), round(part, 1),
                           round(expected, 1), met.estimate), strict=True))
        for name, lower, now, part, expected, met in zip(
            kinds.names, kinds.lower.tolist(), arrivals.now.tolist(), arrivals.part.tolist(),
            outlook.expected.tolist(), outlook.met, strict=True)
    ]


def tables(rows: list[dict[str, Any]]) -> dict[str, bytes]:
    """Return the rows of `rows_of` as CSV and as a workbook."""
    from sortition.files.writers import to_csv, to_xlsx

    cells = [[own[name] for name in _HEADER] for own in rows]
    return dict(zip(FILES, (to_csv(_HEADER, cells).encode(),
                            to_xlsx(_HEADER, cells, "who is missing")), strict=True))
