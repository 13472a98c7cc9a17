"""Which column is meant: headers that people use, as data, and the search for them.

A `Table` and a kind of column in, headers out. Called by whatever looks for an id, an address or
a birth date without being told where it stands.
"""

from __future__ import annotations

import re

from sortition.errors import Issue, PoolError
from sortition.files.spelling import loosen, nearest
from sortition.files.tables import Table

__all__ = [
    "HEADINGS", "TOTAL", "columns_of", "find_column", "headless", "missing_column", "notes_below",
    "required_column",
]

# No header holds an e-mail address, six digits or a postcode.
_DATA = re.compile(r"\S@\S|(?:\d\W*){6}|^\d{4} ?[A-Za-z]{2}$")

TOTAL = re.compile(
    r"(?:(?:eind|sub|grand )?tota?al|som|sum|aantal|count|gemiddelde?|average|bron|source)\b",
    re.IGNORECASE,
)

# Dutch and English headers per kind, in the order they are looked for. Case, spaces, hyphens,
# underscores, points and accents do not matter: “E-mail adres” is “emailadres”.
HEADINGS: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "unique_id", "nationbuilder_id", "external_id", "pool_member_identifier",
        "deelnemer_id",
    ),
    "email": (
        "emailadres", "email", "mail", "mailadres", "primary_email", "email1", "email address",
    ),
    "telephone": (
        "telefoon", "telefoonnummer", "telefoonnr", "tel", "telnr", "mobiel", "mobiel nummer",
        "mobiele nummer", "mobiele telefoon", "gsm", "phone", "phone number", "mobile",
        "mobile number", "mobile phone", "mobile_number", "telephone", "telephone number",
    ),
    "name": ("naam", "volledige naam", "name", "full name", "naam deelnemer"),
    "first name": ("voornaam", "voornamen", "roepnaam", "first name", "given name", "forename"),
    "initials": ("voorletters", "voorletter", "initialen", "initials"),
    "last name": ("achternaam", "familienaam", "geslachtsnaam", "last name", "surname"),
    "name particle": ("tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels"),
    "birth date": (
        "geboortedatum", "geb datum", "gebdatum", "geboren", "geboren op", "birth date",
        "date of birth", "birthday", "dob",
    ),
    "birth year": (
        "geboortejaar", "geb jaar", "gebjaar", "jaar van geboorte", "birth year", "year of birth",
        "yob",
    ),
    "chance": ("chance", "kans", "chances", "kansen"),
    "age": ("leeftijd", "age"),
    "postcode": ("postcode", "post code", "pc", "pc6", "postal code", "zip", "zip code"),
    "address": (
        "adres", "woonadres", "straat en huisnummer", "straat + huisnummer", "straat + nr",
        "straat en nr", "straat/huisnummer", "straat huisnummer", "straat nr", "straat/nr",
        "adres en huisnummer", "straat", "straatnaam", "address",
        "street address", "home address", "street", "street name", "primary_address1", "address1",
        "address_line_1",
    ),
    "house number": ("huisnummer", "huisnr", "house number", "street number"),
    "municipality": (
        "gemeente", "gemeentenaam", "woongemeente", "gemeentecode", "municipality",
    ),
}


def columns_of(table: Table, kind: str) -> tuple[str, ...]:
    """Return the headers of `table` that are of a kind of `HEADINGS`, the likeliest first.

    Examples
    --------
    >>> columns_of(Table(("ID", "E-mail", "Mobiel", "Telefoon"), (), ()), "telephone")
    ('Telefoon', 'Mobiel')
    """
    rank = {loosen(heading): at for at, heading in reversed(list(enumerate(HEADINGS[kind])))}
    found = [column for column in table.columns if loosen(column) in rank]
    return tuple(sorted(found, key=lambda column: rank[loosen(column)]))


def find_column(table: Table, kind: str) -> str | None:
    """Return the likeliest header of that kind, or None."""
    return next(iter(columns_of(table, kind)), None)


def headless(table: Table) -> Issue | None:
    """Return the issue that what stands where the header should be is somebody's row, or None.

    It is one when no usual header is among the cells, and one of them is an e-mail address, a
    postcode or a long number, or two stand in their own columns again, as values do. What stands
    there is not repeated: it may be anybody's name.
    """
    usual = {loosen(heading) for headings in HEADINGS.values() for heading in headings}
    if any(loosen(column) in usual for column in table.columns):
        return None
    again = sum(bool(column) and column in table.column(column) for column in table.columns)
    if again < 2 and not any(map(_DATA.search, table.columns)):
        return None
    row = table.dialect.header_row if table.file else None
    return Issue("header-person", {}, table.file, row, suggestion="add-header")


def notes_below(table: Table, id_column: str | None) -> list[Issue]:
    """Return an issue for each last row with one cell filled: a note, a total, or somebody.

    Where there are ids it is the id; with one column more, a blank cell is just that. A row that
    is half blank and begins with a word such as ``Totaal`` is one too.
    """
    if len(table.columns) < 3:
        return []
    issues: list[Issue] = []
    for number, row in zip(reversed(table.numbers), reversed(table.rows), strict=True):
        filled = [name for name, cell in zip(table.columns, row, strict=True) if cell]
        if 1 < len(filled) <= len(row) // 2 and TOTAL.match(next(filter(None, row))):
            issues.append(Issue("pool-row-total", {}, table.file, number, filled[0],
                                suggestion="remove-last-row"))
            continue
        if len(filled) != 1 or id_column not in (None, filled[0]):
            return issues
        issues.append(Issue("pool-row-note" if id_column else "pool-row-single", {}, table.file,
                            number, filled[0], suggestion="remove-last-row"))
    return issues if id_column else []  # every row is so: a list of little


def missing_column(table: Table, name: str) -> Issue:
    """Return the issue that there is no column `name`, with the nearest that there is."""
    if (issue := headless(table)) is not None:
        return issue
    near = nearest(name, table.columns)
    params = {"name": name, "nearest": near, "columns": ", ".join(table.columns)}
    return Issue(
        "column-missing", params, table.file, suggestion="did-you-mean" if near else "columns-are"
    )


def required_column(table: Table, name: str) -> str:
    """Return the header that `name` means, whatever its case and spaces.

    Raises
    ------
    PoolError
        If the table has no such column.
    """
    column = table.find(name)
    if column is None:
        raise PoolError([missing_column(table, name)])
    return column
