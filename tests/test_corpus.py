"""The same list in every form people keep it in is one pool; the same quotas one set of quotas."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from files import workbook
from openpyxl.styles import Font

from sortition import Pool, Quota, Quotas, read_pool, read_quotas
from sortition.files.writers import to_csv, to_xlsx

HEADER = ("id", "naam", "straat", "postcode", "plaats", "leeftijd", "zorg")
PEOPLE = (
    ("101", "Zoë de Vries", "Dorpsstraat 1, boven", "1234 AB", "'s-Hertogenbosch", "30", "ja"),
    ("102", "Jan Jansen", "Dorpsstraat 1, boven", "1234 AB", "'s-Hertogenbosch", "65", "nee"),
    ("103", "Ayşe Öztürk", "Kade 7", "9999 ZZ", "Etten-Leur", "30", "nee"),
    ("104", "Bo Bakker", "", "", "De Bilt", "11", "nee"),
)
LIST = (HEADER, *PEOPLE)


def lines(separator: str = ",", rows=LIST, *, end: str = "\n", always: bool = False) -> str:
    """Return the rows as text, with quotes where a cell holds the separator."""
    def cell(words: str) -> str:
        return f'"{words}"' if always or separator in words else words

    return "".join(separator.join(map(cell, row)) + end for row in rows)


def with_cells(**changed: str) -> tuple[tuple[str, ...], ...]:
    """Return the list with every cell of a column put into a form of words: `{}` is the cell."""
    forms = [changed.get(name, "{}") for name in HEADER]
    return (HEADER, *(tuple(map(str.format, forms, row)) for row in PEOPLE))


def with_header(change) -> tuple[tuple[str, ...], ...]:
    return (tuple(map(change, HEADER)), *PEOPLE)


def numbers(row: tuple[str, ...]) -> list[object]:
    """Return a row as a spreadsheet holds it: what looks like a number is one, blank is nothing."""
    return [int(cell) if cell.isdigit() else cell or None for cell in row]


def styled(sheet) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in range(2, 200):
        sheet.cell(row, 12).font = Font(bold=True)


def hide(*rows: int):
    def then(sheet) -> None:
        for row in rows:
            sheet.row_dimensions[row].hidden = True
    return then


def merge(area: str, *blank: str):
    def then(sheet) -> None:
        for name in blank:
            sheet[name].value = None
        sheet.merge_cells(area)
    return then


def two_sheets(first: str, state: str, second: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = first
    book.active.append(["Uitleg"])
    book.active.sheet_state = state
    page = book.create_sheet(second)
    for row in LIST:
        page.append(row)
    book.active = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TEXT = lines()
DUTCH = lines(";")
WESTERN = DUTCH.replace("Ayşe Öztürk", "Anna Öztürk")  # Windows-1252 has no ş
NAMED = with_header(lambda name: "naam, voornaam" if name == "naam" else name)
PADDED = tuple((*row, "", "") for row in LIST)
VARIANTS: dict[str, bytes | str] = {
    "comma": TEXT,
    "semicolon": DUTCH,
    "tab": lines("\t"),
    "bar": lines("|"),
    "everything in quotes": lines(";", always=True),
    "spaces behind commas": lines(", ", always=True),
    "sep= and semicolons": "sep=;\r\n" + DUTCH,
    "sep= in quotes": '"sep=;"\n' + DUTCH,
    "sep= and tabs": "SEP=\t\n" + lines("\t"),
    "UTF-8 with a mark": DUTCH.encode("utf-8-sig"),
    "UTF-8 with a mark and sep=": ("sep=;\n" + DUTCH).encode("utf-8-sig"),
    "UTF-16, as Excel writes text": b"\xff\xfe" + lines("\t", end="\r\n").encode("utf-16-le"),
    "UTF-16, the other order": b"\xfe\xff" + DUTCH.encode("utf-16-be"),
    "UTF-16 that does not say so": lines("\t", end="\r\n").encode("utf-16-le"),
    "UTF-16 of the other order that does not say so": DUTCH.encode("utf-16-be"),
    "Windows-1252": WESTERN.encode("cp1252"),
    "Windows-1252 with commas": WESTERN.replace("Dorpsstraat 1, boven", "Dorpsstraat 1 boven")
    .replace(";", ",").encode("cp1252"),
    "Windows line ends": lines(";", end="\r\n"),
    "old Mac line ends": lines(";", end="\r"),
    "no last line end": DUTCH.removesuffix("\n"),
    "blank lines": "\n\n" + DUTCH.replace("\n103", "\n\n;;\n103") + "\n;;;;;;\n",
    "a title": "Aanmeldingen G1000\n" + DUTCH,
    "a title with a comma": "Aanmeldingen, versie 2, definitief\n\n" + DUTCH,
    "a title as Excel exports it": "Aanmeldingen;;;;;;\n;;;;;;\n" + DUTCH,
    "two titles": '"Aanmeldingen; alle"\nstand van 3 maart\n' + DUTCH,
    "a header with a comma": lines(";", NAMED),
    "a header with a comma in quotes": lines(";", NAMED, always=True),
    "a header with commas, in a file with commas": lines(",", NAMED),
    "empty columns at the end": lines(";", PADDED),
    "empty columns at the end of the header": DUTCH.replace("zorg\n", "zorg;;\n"),
    "short rows": lines(";", [row[:2] + row[4:] + row[2:4] for row in LIST]).replace(";;\n", "\n"),
    "a column of notes": lines(";", [(*row, row[-1] + ", mits") for row in LIST]).replace(
        "zorg, mits", "let op"),
    "capital headers": lines(";", with_header(str.upper)),
    "spaces round headers": lines(";", with_header("  {}\u00a0".format)),
    "soft hyphens in headers": lines(";", with_header("\u00ad{}".format)),
    "spaces round cells": lines(";", with_cells(id=" {} ", plaats="\u00a0{}", zorg="{} ")),
    "non-breaking spaces": DUTCH.replace("De Bilt", "De\u00a0Bilt"),
    "two spaces": DUTCH.replace("De Bilt", "De  Bilt"),
    "zero-width signs": lines(";", with_cells(id="\u200b{}", plaats="{}\ufeff", zorg="{}\u2060")),
    "letters in parts": DUTCH.replace("ë", "e\u0308").replace("Ö", "O\u0308"),
    "curly apostrophes": DUTCH.replace("'s-", "’s-"),
    "capital values": lines(";", (HEADER, *((i, n, s, p, c.upper(), a, z.upper())
                                            for i, n, s, p, c, a, z in PEOPLE))),
    "a line end inside a cell": DUTCH.replace("Jan Jansen", '"Jan\nJansen"'),
    "a quotation mark inside a cell": DUTCH.replace("Bo Bakker", '"Bo ""Bob"" Bakker"'),
    "written by ourselves": to_csv(HEADER, PEOPLE),
    "written by ourselves for Excel": to_csv(HEADER, PEOPLE, style="excel-nl"),
    "workbook, all text": to_xlsx(HEADER, PEOPLE, "lijst"),
    "workbook with numbers": workbook(HEADER, *map(numbers, PEOPLE)),
    "workbook with fractions": workbook(HEADER, *(
        [float(cell) if isinstance(cell, int) else cell for cell in numbers(row)] for row in PEOPLE
    )),
    "workbook with a title": workbook(["Aanmeldingen"], [], *LIST),
    "workbook with a merged title": workbook(
        ["Aanmeldingen"], *LIST, then=merge("A1:G1")
    ),
    "workbook that begins further down": workbook([], [], [], *LIST),
    "workbook with hidden rows": workbook(*LIST, then=hide(3, 4)),
    "workbook with merged cells": workbook(*LIST, then=merge("E2:E3", "E3")),
    "workbook with merged addresses": workbook(*LIST, then=merge("C2:C3", "C3")),
    "workbook with styles and no cells": workbook(*LIST, then=styled),
    "workbook behind a hidden sheet": two_sheets("Uitleg", "hidden", "Mensen"),
}


def what_counts(pool: Pool) -> tuple[object, ...]:
    """Return what may decide a draw: ids, codes, folded values, who lives together."""
    wanted = [pool.features.index(pool.feature(name) or "") for name in HEADER[4:]]
    values = [tuple(value.casefold().replace("’", "'") for value in pool.values[at])
              for at in wanted]
    return pool.ids, values, pool.codes[:, wanted].tolist(), pool.household.tolist()


@pytest.mark.parametrize("name", VARIANTS)
def test_every_form_of_the_list_is_the_same_pool(tmp_path: Path, name: str) -> None:
    """Ids, values, codes and households, as counted by hand."""
    data = VARIANTS[name]
    path = tmp_path / "people"
    path.write_bytes(data.encode() if isinstance(data, str) else data)

    pool = read_pool(path, household=["straat", "postcode"])

    assert (
        ("101", "102", "103", "104"),
        [("'s-hertogenbosch", "de bilt", "etten-leur"), ("11", "30", "65"), ("ja", "nee")],
        [[0, 1, 0], [0, 2, 1], [2, 1, 1], [1, 0, 1]],
        [0, 0, 1, 2],
    ) == what_counts(pool)


def test_a_sheet_with_a_name_is_the_same_pool(tmp_path: Path) -> None:
    """Where the list is not on the first sheet, its name is enough, in any case."""
    (tmp_path / "book.xlsx").write_bytes(two_sheets("Uitleg", "visible", "Mensen"))

    pool = read_pool(tmp_path / "book.xlsx", sheet="mensen")

    assert ("101", "102", "103", "104") == pool.ids


HEADERS = {
    "feature, value": "feature,value,min,max",
    "category, name": "category,name,min,max",
    "category, feature": "category,feature,min,max",
    "names in one word": "FeatureName,ValueName,MinQuota,MaxQuota",
}
BOUNDS = ("1", "2", "1", "11", "0", "2", "1", "3")
ROWS = "zorg,ja,{},{}\nzorg,nee,{},{}\nleeftijd,30,{},{}\nleeftijd,65+,{},{}\n"
SHAPES = {
    "plain": lambda head, rows: f"{head}\n{rows}",
    "flexible bounds": lambda head, rows: f"{head},min_flex,max_flex\n"
    + rows.replace("\n", ",0,24\n"),
    "blank flexible bounds": lambda head, rows: f"{head},min_flex,max_flex\n"
    + rows.replace("\n", ",,\n"),
    "notes": lambda head, rows: f"{head},Notes\n" + rows.replace("\n", ",overlegd\n"),
    "notes on one row": lambda head, rows: f"{head},Notes\n" + rows.replace("\n", ",zie mail\n", 1),
    "totals below": lambda head, rows: f"{head}\n{rows},,3,18\n,totaal,,\n",
    "a title": lambda head, rows: f"Quota voor het panel\n\n{head}\n{rows}",
    "points": lambda head, rows: f"{head}\n" + rows.replace("11", "11.0"),
    "capitals": lambda head, rows: f"{head.upper()}\n{rows}",
    "small letters": lambda head, rows: f"{head.lower()}\n{rows}",
    "spaces": lambda head, rows: " , ".join(head.split(",")) + f"\n{rows}",
    "semicolons": lambda head, rows: f"\ufeff{head}\n{rows}".replace(",", ";"),
    "tabs": lambda head, rows: f"{head}\n{rows}".replace(",", "\t"),
    "workbook": lambda head, rows: workbook(*(
        [int(cell) if cell.isdigit() else cell for cell in line.split(",")]
        for line in f"{head}\n{rows}".splitlines()
    )),
}


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_form_of_the_quotas_is_the_same(tmp_path: Path, header: str, shape: str) -> None:
    """Four headers, with what people and spreadsheets add to them."""
    data = SHAPES[shape](HEADERS[header], ROWS.format(*BOUNDS))
    path = tmp_path / "quotas"
    path.write_bytes(data.encode() if isinstance(data, str) else data)

    wide = (0, 24) if shape == "flexible bounds" else None  # kept, for those who ask for repairs
    assert Quotas((3, 3), tuple(replace(quota, flex=wide) for quota in (
        Quota((("zorg", ("ja",)),), 1, 2), Quota((("zorg", ("nee",)),), 1, 11),
        Quota((("leeftijd", ("30",)),), 0, 2), Quota((("leeftijd", ("65+",)),), 1, 3),
    ))) == read_quotas(path, 3)
