"""A list in two: numbers that say nothing, and only what a draw needs; what must not be an id."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import sortition
from sortition import InputError, PoolError
from sortition.files.readers import read_table
from sortition.files.tables import Table
from sortition.people.personal import is_bsn, kind_of
from sortition.people.pseudonyms import pseudonymise

PHRASE = "acht paarden lopen door de polder"

# Jan and Els live together, An left the address open, and nobody else is a miller.
PEOPLE = Table(
    ("id", "naam", "straat", "rol"),
    (("7", "Jan", "Kade 1", "boer"), ("8", "Els", "kade  1", "boer"), ("9", "An", "", "boer"),
     ("10", "Bo", "", "boer"), ("11", "Cy", "Laan 2", "molenaar")),
    (2, 3, 4, 5, 6),
)


def bsn(number: int) -> str:
    """Return the first citizen service number from this one on."""
    while not is_bsn(str(number)):
        number += 1
    return str(number)


BSN = tuple(bsn(100_000_000 + 7_919 * at) for at in range(20))


def row_of(table: Table, header: str, cell: str) -> dict[str, str]:
    at = table.columns.index(header)
    (found,) = (row for row in table.rows if row[at] == cell)
    return dict(zip(table.columns, found, strict=True))


# -- the split -------------------------------------------------------------------------------------


def test_the_draw_file_holds_what_rules_use_and_nothing_else() -> None:
    """Numbers, the role, and homes as numbers: blank for whoever shares none."""
    split = pseudonymise(PEOPLE, ["Rol"], household=["straat"])

    assert ("id", "rol", "household") == split.people.columns
    assert ("P1", "P2", "P3", "P4", "P5") == split.people.column("id")
    assert ["", "", "", "1", "1"] == sorted(split.people.column("household"))
    assert (("rol",), ("id", "naam", "straat")) == (split.kept, split.left_out)
    assert (1, 1) == (split.alone, split.households)


def test_the_private_file_joins_numbers_and_people() -> None:
    """Everything of everybody, with the number they have in the draw file."""
    split = pseudonymise(PEOPLE, ["rol"], household=["straat"])

    assert ("pseudonym", *PEOPLE.columns) == split.contact.columns
    assert sorted(PEOPLE.rows) == sorted(row[1:] for row in split.contact.rows)
    for name, role in zip(PEOPLE.column("naam"), PEOPLE.column("rol"), strict=True):
        number = row_of(split.contact, "naam", name)["pseudonym"]
        assert role == row_of(split.people, "id", number)["rol"]
    jan, els = (
        row_of(split.people, "id", row_of(split.contact, "naam", name)["pseudonym"])["household"]
        for name in ("Jan", "Els")
    )
    assert jan == els == "1"


def test_a_passphrase_gives_the_same_numbers_in_any_order_of_the_list() -> None:
    """Redone years later; another passphrase gives others."""
    turned = Table(PEOPLE.columns, PEOPLE.rows[::-1], PEOPLE.numbers)
    once = pseudonymise(PEOPLE, ["rol"], household=["straat"], passphrase=PHRASE)

    assert once == pseudonymise(turned, ["rol"], household=["straat"], passphrase=f" {PHRASE}\n")
    many = {pseudonymise(PEOPLE, ["rol"], passphrase=f"{PHRASE} {at}").contact.rows
            for at in range(3)}
    assert 3 == len(many)


def test_the_numbers_are_the_keyed_hashes_as_documented() -> None:
    """Counted again with nothing but the standard library."""
    key = hashlib.pbkdf2_hmac("sha256", PHRASE.encode(), b"sortition/1/pseudonyms", 600_000)

    def hashed(row: tuple[str, ...]) -> str:
        cells = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        return hmac.new(key, f"sortition/1/pseudonym\0{cells}".encode(), "sha256").hexdigest()

    split = pseudonymise(PEOPLE, ["rol"], passphrase=PHRASE)
    assert sorted(PEOPLE.rows, key=hashed) == [row[1:] for row in split.contact.rows]


def test_without_a_passphrase_every_order_comes_up() -> None:
    """Three people have six orders; that one stays away in 200 goes happens once in 10¹⁵."""
    three = Table(("naam", "rol"), (("An", "x"), ("Bo", "x"), ("Cy", "x")), (2, 3, 4))
    orders = {pseudonymise(three, ["rol"]).contact.column("naam") for _ in range(200)}

    assert 6 == len(orders)


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        (lambda: pseudonymise(PEOPLE, ["role"]), "column-missing", None),
        (lambda: pseudonymise(PEOPLE, ["rol"], ["id"]), "pseudonym-taken", "id"),
        (lambda: pseudonymise(PEOPLE, ["rol"], household=["street"]), "column-missing", None),
        (lambda: pseudonymise(PEOPLE, ["rol"], passphrase=PHRASE[:15]), "passphrase-short", None),
        (lambda: pseudonymise(Table(("Pseudonym", "rol"), (("1", "x"),), (2,)), ["rol"]),
         "pseudonym-taken", "Pseudonym"),
    ],
)
def test_what_cannot_be_split_is_an_issue(
    change: Callable[[], object], code: str, column: str | None
) -> None:
    """Columns that are not there or whose names are needed; a passphrase that can be guessed."""
    with pytest.raises(InputError) as error:
        change()

    assert [(code, column)] == [(issue.code, issue.column) for issue in error.value.issues]


def test_what_no_rule_uses_and_what_is_personal_is_reported() -> None:
    """Kept because asked for, and told."""
    rows = tuple((str(at), f"naam {at}", BSN[at], f"m{at}@example.org", f"06-123456{at:02d}", "x")
                 for at in range(20))
    table = Table(("nr", "naam", "bsn", "mail", "tel", "rol"), rows, tuple(range(2, 22)))
    split = pseudonymise(table, ["rol"], ["naam", "bsn", "mail", "tel"])

    assert ("naam", "bsn", "mail", "tel") == split.unused
    assert {"naam": "unique", "bsn": "bsn", "mail": "email", "tel": "telephone"} == dict(
        split.personal
    )
    assert () == pseudonymise(table, keep=["rol"]).unused


# -- what names somebody ---------------------------------------------------------------------------


@given(st.integers(min_value=10_000_000, max_value=999_999_999), st.integers(1, 9))
def test_the_eleven_test_sees_every_wrong_digit(number: int, other: int) -> None:
    """Weights and modulus have no common factor: a single changed digit never passes."""
    digits = bsn(number).zfill(9)
    for at, digit in enumerate(digits):
        changed = f"{digits[:at]}{(int(digit) + other) % 10}{digits[at + 1:]}"
        assert not is_bsn(changed)


def test_numbers_in_a_row_are_no_citizen_service_numbers() -> None:
    """One of eleven passes, as chance has it; of true ones all do, or all but a slip."""
    assert kind_of([str(123_456_000 + at) for at in range(9)]) is None
    assert kind_of(BSN) == "bsn"
    assert kind_of([*BSN[:-1], "123456789"]) == "bsn"
    assert kind_of(BSN[:3]) is None  # which chance could do
    assert kind_of([*("P001", "P002"), *BSN]) == "bsn"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["06-12345678", "+31 6 1234 5679", "0031612345670"], "telephone"),
        (["0451234567", "(045) 123 45 68"], "telephone"),
        (["P001", "P002"], None),
        (["000001", "000002"], None),
        (["0000000001", "0000000002"], None),
        (["612345678", "P2", "P3"], None),
        (["P001", "jan@example.org"], "email"),
        (["@P001", "a@b"], None),
        ([f"{at}-1-1980" for at in range(1, 13)], "unique"),
        (["boer"] * 6 + ["smid"] * 6, None),
        ([], None),
    ],
)
def test_kinds(cells: list[str], kind: str | None) -> None:
    """What looks like what."""
    assert kind == kind_of(cells)


@pytest.mark.parametrize(
    ("ids", "code"),
    [(BSN, "pool-id-bsn"), (("1", "an@example.org"), "pool-id-email"),
     (("0612345678", "0612345679"), "pool-id-telephone")],
)
def test_personal_ids_are_refused_and_not_repeated(ids: tuple[str, ...], code: str) -> None:
    """Wherever a list is read, with the way out."""
    table = Table(("id", "rol"), tuple((own, "x") for own in ids), tuple(range(2, len(ids) + 2)))
    with pytest.raises(PoolError) as error:
        sortition.Pool.from_table(table)

    (issue,) = error.value.issues
    assert (code, "id", "ids-anew") == (issue.code, issue.column, issue.suggestion)
    assert not any(own in str(error.value) for own in ids if len(own) > 1)


# -- the command -----------------------------------------------------------------------------------

REGION = ROOT / "datasets" / "parkstad-werk-economie"


def test_the_lottery_of_the_draw_file_is_that_of_the_list(run, tmp_path: Path) -> None:
    """Same people, same rules, same households: the same chances under other names."""
    out = tmp_path / "split"
    done = run("pseudonymise", REGION / "people.csv", REGION / "quotas.csv", "--household",
               "adres,postcode", "--out", out)
    assert (0, "") == (done.code, done.err)
    assert ["contact.csv", "people.csv"] == sorted(path.name for path in out.iterdir())
    for people, home, folder in (
        (REGION / "people.csv", "adres,postcode", tmp_path / "a"),
        (out / "people.csv", "household", tmp_path / "b"),
    ):
        run("lottery", people, REGION / "quotas.csv", "--size", 24, "--household", home,
            "--out", folder)

    number = {}
    with (out / "contact.csv").open(encoding="utf-8", newline="") as file:
        number = {row["id"]: row["pseudonym"] for row in csv.DictReader(file)}
    chances = [
        dict(list(row)[:2] for row in read_table(str(tmp_path / name / "chances.csv")).rows)
        for name in ("a", "b")
    ]
    assert {number[own]: chance for own, chance in chances[0].items()} == chances[1]


def test_a_project_gives_the_columns_that_it_makes(run, tmp_path: Path) -> None:
    """A band of ages goes to the draw file; the date of birth stays."""
    (tmp_path / "people.csv").write_text(
        "id,geboren\n1,1-6-1996\n2,2-6-1950\n", encoding="utf-8"
    )
    (tmp_path / "quotas.csv").write_text(
        "feature,value,min,max\nleeftijd,16-64,0,1\nleeftijd,65+,0,1\n", encoding="utf-8"
    )
    (tmp_path / "project.toml").write_text(
        'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 1\n[columns.leeftijd]\n'
        'from = "geboren"\nbands = ["16-64", "65+"]\non = 2026-06-01\n', encoding="utf-8"
    )
    done = run("pseudonymise", tmp_path / "project.toml", "--out", tmp_path / "split")

    assert (0, "") == (done.code, done.err)
    people = read_table(str(tmp_path / "split" / "people.csv"))
    assert ("id", "leeftijd") == people.columns
    assert ["16-64", "65+"] == sorted(people.column("leeftijd"))
    line = 'pool = "split/people.csv"'
    assert line in done.out
    # And with that line, without the tables of columns, the project goes on.
    text = (tmp_path / "project.toml").read_text(encoding="utf-8").partition("[columns")[0]
    (tmp_path / "project.toml").write_text(
        text.replace('pool = "people.csv"', line), encoding="utf-8")
    assert 0 == run("check", tmp_path / "project.toml").code


def test_the_json_counts_and_names_columns_only(run, tmp_path: Path) -> None:
    """Warnings are data too, and stand on standard error."""
    done = run("pseudonymise", REGION / "people.csv", "--keep", "rol,email", "--out",
               tmp_path / "split", "--json")

    assert {"schema", "people", "kept", "left_out", "unused", "personal", "alone",
            "households"} == set(done.json)
    assert [{"column": "email", "kind": "email"}] == done.json["personal"]
    assert 467 == done.json["people"] == done.json["alone"]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_nothing_is_written_where_something_is_wrong(
    run, tmp_path: Path, language: str
) -> None:
    """No columns, unknown ones, no passphrase where one is said to be, files in the way."""
    people, out = REGION / "people.csv", tmp_path / "split"
    wrong = [
        (2, ("pseudonymise", people, "--out", out)),
        (2, ("pseudonymise", people, "--keep", "rol")),
        (3, ("pseudonymise", people, "--keep", "role", "--out", out)),
        (3, ("pseudonymise", people, "--keep", "rol", "--passphrase", out / "no", "--out", out)),
        (3, ("pseudonymise", people, tmp_path / "no.csv", "--out", out)),
    ]
    for code, words in wrong:
        assert code == run(*words, "--lang", language).code
        assert not out.exists()
    run("pseudonymise", people, "--keep", "rol", "--out", out)
    before = (out / "people.csv").read_bytes()
    assert 3 == run("pseudonymise", people, "--keep", "rol", "--out", out).code
    assert before == (out / "people.csv").read_bytes()


def test_a_passphrase_in_a_file_makes_the_same_files_again(run, tmp_path: Path) -> None:
    """Byte for byte."""
    secret = tmp_path / "secret.txt"
    secret.write_text(PHRASE + "\n", encoding="utf-8")
    made = []
    for name in ("a", "b"):
        run("pseudonymise", REGION / "people.csv", "--keep", "rol", "--passphrase", secret,
            "--out", tmp_path / name)
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})

    assert made[0] == made[1]
    assert 2 == len(made[0])
