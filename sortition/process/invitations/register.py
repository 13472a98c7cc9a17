"""A register of up to tens of millions of rows, read by DuckDB: several cores, little memory.

A CSV or Parquet file and an `Invitation` in; out come what is wrong with it, its `Census`, and whom
homes named for the letters. The only module that imports DuckDB. The selection is the portable
query of `sortition.process.invitations.selection`, over the rows that can matter.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.tables import MOST_ISSUES
from sortition.process.invitations.heading import Heading
from sortition.process.invitations.invitation import Invitation
from sortition.process.invitations.letters import EVERYWHERE, IN_AREAS, Census, Division
from sortition.process.invitations.selection import BETWEEN, MUST, Unit, prefixes, selection_sql
from sortition.process.invitations.survey import SAMPLE, Survey
from sortition.rules.quotas import CROSS

__all__ = ["MEMORY", "DuckRegister"]

MEMORY = "500MB"  # for DuckDB's own tables; beyond, it goes on in files that are removed
_SPARE = 6.0  # standard deviations of spare rows, so that one look is enough


class DuckRegister:
    """A register on disk.

    Parameters
    ----------
    heading
        The file and its columns.
    asked
        Which of them matter.
    memory, threads
        What DuckDB may use.

    Raises
    ------
    InputError
        With the rows that cannot be read.
    """

    def __init__(
        self, heading: Heading, asked: Invitation, memory: str = MEMORY, threads: int = 2
    ) -> None:
        import duckdb

        self._asked = asked
        self._heading = heading
        self._folder = tempfile.TemporaryDirectory(prefix="sortition-")
        self._db = duckdb.connect(config={
            "memory_limit": memory, "threads": threads, "temp_directory": self._folder.name,
            "preserve_insertion_order": False, "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        })
        try:
            self._db.execute("CREATE MACRO sha2(text, bits) AS sha256(text)")
            self._read(store_rejects=not heading.parquet)
            self.survey = self._survey()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget everything, the files beside memory among it."""
        self._db.close()
        self._folder.cleanup()

    def __enter__(self) -> DuckRegister:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, *, store_rejects: bool) -> None:
        """Make the view ``everyone`` of the columns that matter."""
        heading, asked = self._heading, self._asked
        path = str(Path(heading.file).absolute())
        if heading.parquet:
            source = f"read_parquet({_text(path)})"
        else:
            columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in heading.columns)
            rejects = ", store_rejects = true, rejects_limit = 1000" if store_rejects else ""
            source = (
                f"read_csv({_text(path)}, delim = {_text(heading.separator)}, quote = '\"', "
                f"escape = '\"', header = true, skip = {heading.skip}, auto_detect = false, "
                f"columns = {{{columns}}}{rejects})"
            )

        def cell(name: str) -> str:
            quoted = heading.column(name).replace('"', '""')
            return f"trim(coalesce(CAST(\"{quoted}\" AS VARCHAR), ''))"

        group = f" || {_text(CROSS)} || ".join(map(cell, asked.features)) or "''"
        blank = [
            cell(name) for name in ((asked.region,) if asked.region else ()) + asked.features
        ]
        area = cell(asked.areas.column) if asked.areas else "''"
        inside = ", ".join(map(_text, asked.areas.values)) if asked.areas else "NULL"
        kept = " AND ".join(
            f"{cell(name)} IN ({', '.join(map(_text, some))})" for name, some in asked.only.items()
        ) or "true"
        self._db.execute(f"""
            CREATE OR REPLACE VIEW rows AS SELECT {cell(heading.id)} AS id,
              {cell(asked.region) if asked.region else "''"} AS region, {group} AS grp,
              {_address([cell(name) for name in asked.address])} AS address,
              [{", ".join(map(cell, asked.named))}]::VARCHAR[] AS named,
              CASE WHEN {area} IN ({inside}) THEN 1 ELSE 0 END AS area,
              [{", ".join(f"{each} = ''" for each in blank)}]::BOOLEAN[] AS blank, {kept} AS kept
            FROM {source}""")
        self._db.execute(
            "CREATE OR REPLACE VIEW everyone AS SELECT * EXCLUDE (named, kept) FROM rows WHERE kept"
        )
        left_out = asked.address and asked.no_address == "left-out"
        self._db.execute(
            "CREATE OR REPLACE VIEW register AS SELECT id, region, address, area, grp"
            f" FROM everyone{' WHERE address <> ' + _text('') if left_out else ''}"
        )
        self._db.execute(f"""
            CREATE OR REPLACE VIEW homed AS SELECT *, CASE WHEN address = '' THEN 'p' || id
              ELSE 'a' || region || '{BETWEEN}' || address END AS home FROM register""")

    def _survey(self) -> Survey:
        """Look at every row once for what is wrong with it."""
        asked = self._asked
        wanted = ([asked.region] if asked.region else []) + list(asked.features)
        blanks = "".join(
            f", count(*) FILTER (blank[{at}])" for at in range(1, len(wanted) + 1)
        )
        people, no_id, no_address, *blank = self._rows(
            "SELECT count(*), count(*) FILTER (id = ''), count(*) FILTER (address = '')"
            f"{blanks} FROM everyone"
        )[0]
        if not self._heading.parquet:
            self._refuse_rows()
            self._read(store_rejects=False)
        twice = self._rows(
            "SELECT id, count(*) FROM everyone WHERE id <> '' GROUP BY id HAVING count(*) > 1"
            " ORDER BY id LIMIT 1000"
        )
        sample = self._rows(f"SELECT id, grp, region FROM everyone LIMIT {SAMPLE}")
        values = {
            name: frozenset(value for (value,) in self._rows(
                f"SELECT DISTINCT named[{at}] FROM rows"
            ))
            for at, name in enumerate(asked.named, 1)
        }
        return Survey(
            people, no_id, no_address if asked.address else 0,
            dict(zip(wanted, blank, strict=True)), tuple(own for own, _ in twice),
            tuple(sample), values,
        )

    def _refuse_rows(self) -> None:
        """Raise the rows that the reader passed over, all at once."""
        rows = self._rows(
            "SELECT DISTINCT line, error_type FROM reject_errors ORDER BY line"
        )
        issues = [
            Issue(
                "file-encoding" if "UNICODE" in kind or "ENCOD" in kind else "register-row", {},
                self._heading.file, line,
                suggestion="save-as-utf8" if "UNICODE" in kind else "register-row-is",
            )
            for line, kind in rows[:MOST_ISSUES]
        ]
        if issues:
            raise InputError(issues)

    def census(self) -> tuple[Census, int]:
        """Return the census, and how many addresses lie both in and outside the named areas."""
        if not self._asked.address:
            rows = self._rows("SELECT region, area, [grp], count(*), 0 FROM register"
                              " GROUP BY region, area, grp")
        else:
            rows = self._rows("""
                SELECT region, area, groups, count(*), sum(torn) FROM (
                  SELECT any_value(region) AS region, max(area) AS area,
                    list_sort(list(grp)) AS groups, max(area) - min(area) AS torn
                  FROM homed GROUP BY home
                ) GROUP BY region, area, groups""")
        homes: Counter[tuple[str, bool, tuple[str, ...]]] = Counter()
        for region, area, groups, count, _ in rows:
            homes[region, bool(area), tuple(groups)] += count
        return Census(homes), sum(row[-1] for row in rows)

    def units(self, division: Division, seed: str) -> list[Unit]:
        """Return whom the homes named that get a letter or are in reserve.

        Only homes with small tickets can be among them, so that the query sees these alone: a
        little more than are needed, and more again if they were too few.
        """
        share = _shares(division)
        while True:
            found = self._among(division, seed, share)
            short = _short(division, found) & {own for own, part in share.items() if part < 1}
            if not short:
                return found
            share |= {region: min(4 * share[region], 1.0) for region in short}

    def _among(
        self, division: Division, seed: str, share: dict[str, float]
    ) -> list[Unit]:
        """Return them among the homes whose ticket is in the first part of all tickets."""
        _, before_home = prefixes(seed)
        self._db.execute("CREATE OR REPLACE TEMP TABLE first (region VARCHAR, most VARCHAR)")
        self._db.executemany("INSERT INTO first VALUES (?, ?)", [
            [region, format(min(int(part * 2**256), 2**256 - 1), "064x")]
            for region, part in share.items()
        ])
        self._db.execute(f"""
            CREATE OR REPLACE TEMP TABLE candidates AS
            SELECT id, homed.region, address, area, grp FROM homed JOIN first USING (region)
            WHERE sha256('{before_home}' || home) <= most""")
        query = selection_sql(division, seed).replace("FROM register", "FROM candidates")
        return [
            Unit(own, region, group, bool(area), household, place)
            for own, region, group, area, household, place in self._rows(query)
        ]

    def _rows(self, query: str) -> list[Any]:
        """Return the rows of a query; what is wrong with the file as an `InputError`."""
        import duckdb

        try:
            return self._db.execute(query).fetchall()
        except duckdb.Error as error:
            line = re.search(r"Line:? (\d+)", str(error))
            encoding = "nicode" in str(error) or "utf-8" in str(error)
            raise InputError([Issue(
                "file-encoding" if encoding else "register-row", {}, self._heading.file,
                int(line[1]) if line else None,
                suggestion="save-as-utf8" if encoding else "register-row-is",
            )]) from error


def _shares(division: Division) -> dict[str, float]:
    """Return per region in which part of the tickets all that can be chosen surely lie."""
    everywhere = division.quota(EVERYWHERE, reserves=True)
    inside = division.quota(IN_AREAS, reserves=True)
    homes, within = division.census.nominees(), division.census.nominees(areas=True)
    share: dict[str, float] = {}
    for stratum in {*everywhere, *inside}:
        most, extra = everywhere.get(stratum, 0), inside.get(stratum, 0)
        parts = [(most, homes[stratum])]
        if extra:
            met = ceil(most * within[stratum] / homes[stratum])
            parts.append((met + extra, within[stratum]))
        part = max((need + _SPARE * sqrt(need) + 20) / float(of) for need, of in parts)
        share[stratum[0]] = min(max(share.get(stratum[0], 0.0), part), 1.0)
    return share


def _short(division: Division, units: Sequence[Unit]) -> set[str]:
    """Return the regions with a stratum in which fewer were found than letters."""
    everywhere = division.quota(EVERYWHERE, reserves=True)
    inside = division.quota(IN_AREAS, reserves=True)
    found = Counter((unit.region, unit.group) for unit in units)
    return {
        stratum[0] for stratum in {*everywhere, *inside}
        if found[stratum] < everywhere.get(stratum, 0) + inside.get(stratum, 0)
    }


def _address(cells: Sequence[str]) -> str:
    """Return `sortition.process.invitations.selection.address_of` as an SQL expression."""
    if not cells:
        return "''"
    small = "abcdefghijklmnopqrstuvwxyz"
    # What translate does to plain text, upper does ten times as fast; the bytes of other text are
    # more than its letters, and its capitals are left alone, as no two engines agree on them.
    parts = [
        f"CASE WHEN strlen({cell}) = length({cell}) THEN upper(replace({cell}, ' ', ''))"
        f" ELSE translate({cell}, '{small} ', '{small.upper()}') END" for cell in cells
    ]
    blank = " OR ".join(f"{cell} = ''" for cell in cells[:MUST])
    whole = f" || '{BETWEEN}' || ".join(f"({part})" for part in parts)
    return f"CASE WHEN {blank} THEN '' ELSE {whole} END"


def _text(words: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + words.replace("'", "''") + "'"
