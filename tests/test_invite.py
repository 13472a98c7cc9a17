"""`sortition invite`: engines that agree, files, and registers that are wrong."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sqlite3
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import registers
from test_letters import AREAS, RATES, WAYS, people

from sortition.errors import InputError
from sortition.process.invitations.heading import heading
from sortition.process.invitations.invitation import Areas, Invitation
from sortition.process.invitations.invite import FILES, invite, invited_files
from sortition.process.invitations.letters import divide
from sortition.process.invitations.plain import PlainRegister
from sortition.process.invitations.reference import census_of, units_of
from sortition.process.invitations.selection import Unit, selection_sql

duckdb = pytest.importorskip("duckdb")

OPTIONS = ("--letters", "60", "--reserves", "5", "--region", "gemeente", "--address",
           "postcode,huisnummer", "--seed", "1 March 2026", "--out", "out")


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a register of 800 people, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    return registers.write(tmp_path / "register.csv", registers.people(800))


def codes(path: Path, asked: Invitation, engine: str) -> list[str]:
    with pytest.raises(InputError) as raised:
        invite(str(path), asked, engine=engine)
    return [issue.code for issue in raised.value.issues]


# -- three engines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [200, 1500, 4000])
@pytest.mark.parametrize("way", WAYS)
def test_the_engine_gives_the_same_people_as_plain_python(
    tmp_path: Path, way: str, count: int
) -> None:
    """Letters, order, numbers and chances, on several sizes; the files are the same bytes."""
    path = registers.write(tmp_path / "register.csv", registers.people(count))
    asked = replace(WAYS[way], letters=count // 8, floor=0)

    engine, plain = (invite(str(path), asked, engine=name) for name in ("duckdb", "plain"))

    assert plain == engine
    assert invited_files(plain) == invited_files(engine)


@pytest.mark.parametrize("way", ["people", "all"])
def test_order_chunks_format_and_threads_do_not_matter(tmp_path: Path, way: str) -> None:
    """Shuffled, with another separator, as Parquet in small pieces, on one core in 60 MB."""
    from sortition.process.invitations.register import DuckRegister

    rows = registers.people(3000)
    path = registers.write(tmp_path / "register.csv", rows)
    random.Random(7).shuffle(rows)  # noqa: S311 - any order will do
    shuffled = registers.write(tmp_path / "shuffled.csv", rows, ";")
    parquet = tmp_path / "register.parquet"
    duckdb.sql(f"COPY (FROM read_csv('{shuffled}', all_varchar = true)) TO '{parquet}'"
               " (ROW_GROUP_SIZE 2048)")
    asked = WAYS[way]

    expected = invite(str(path), asked).drawn

    assert expected == invite(str(shuffled), asked).drawn == invite(str(parquet), asked).drawn
    with DuckRegister(heading(str(shuffled), asked), asked, "60MB", 1) as small:
        division = divide(asked, small.census()[0])
        places = {letter.unit for letter in expected}
        assert places == set(small.units(division, asked.seed))


@pytest.mark.parametrize("way", WAYS)
def test_the_query_runs_unchanged_on_a_third_engine(way: str) -> None:
    """SQLite, with SHA-256 registered as a function: the same rows as plain Python."""
    asked = WAYS[way]
    everyone = people(asked)
    division = divide(asked, census_of(everyone))
    with sqlite3.connect(":memory:") as db:
        db.create_function("sha2", 2, lambda text, _: hashlib.sha256(text.encode()).hexdigest())
        db.execute("CREATE TABLE register (id, region, address, area, grp)")
        db.executemany("INSERT INTO register VALUES (?, ?, ?, ?, ?)", [
            (own.id, own.region, own.address, int(own.area), own.group) for own in everyone
        ])
        rows = db.execute(selection_sql(division, asked.seed)).fetchall()
    db.close()
    found = [Unit(*row[:3], bool(row[3]), *row[4:]) for row in
             [(own, region, group, area, size, place)
              for own, region, group, area, size, place in rows]]

    expected = units_of(everyone, division, asked.seed)
    assert sorted(expected, key=lambda unit: (unit.region, unit.group, unit.place)) == found


def test_few_homes_are_looked_through_again(tmp_path: Path) -> None:
    """Where the first part of the tickets holds too few, more are looked at."""
    from sortition.process.invitations.register import DuckRegister

    asked = WAYS["all"]
    path = registers.write(tmp_path / "register.csv", registers.people(3000))
    found = heading(str(path), asked)
    with DuckRegister(found, asked) as engine, PlainRegister(found, asked) as plain:
        division = divide(asked, engine.census()[0])
        few = dict.fromkeys(registers.REGIONS, 0.02)
        expected = set(plain.units(division, asked.seed))

        assert len(engine._among(division, asked.seed, few)) < len(expected)
        assert expected == set(engine.units(division, asked.seed))


# -- the command -----------------------------------------------------------------------------------


def test_letters_reserves_chances_query_and_record(register: Path, run) -> None:
    """Five files; ids, columns of groups and chances, and no address."""
    done = run("invite", register.name, *OPTIONS, "--json")

    assert 0 == done.code
    assert sorted(FILES) == sorted(path.name for path in Path("out").iterdir())
    with Path("out/letters.csv").open(encoding="utf-8", newline="") as file:
        letters = list(csv.DictReader(file))
    assert [str(at) for at in range(1, 61)] == [row["number"] for row in letters]
    assert ["number", "id", "gemeente", "chance"] == list(letters[0])
    record = json.loads(Path("out/invitation.json").read_text(encoding="utf-8"))
    assert (60, 5, 800) == (record["letters"], record["reserves"], record["people"])
    assert hashlib.sha256(register.read_bytes()).hexdigest() == record["register"]["sha256"]
    assert done.json["regions"] == record["regions"]
    assert 60 == sum(record["regions"].values())
    with Path("out/chances.csv").open(encoding="utf-8", newline="") as file:
        kinds = list(csv.DictReader(file))
    assert 800 == sum(int(kind["people"]) for kind in kinds)
    assert 60 == sum(int(kind["people"]) * Fraction(kind["fraction"]) for kind in kinds)


def test_a_project_file_says_the_same(register: Path, run) -> None:
    """[invite] beside the rest of a project; options win over it."""
    Path("project.toml").write_text(
        'lang = "nl"\n[invite]\nregister = "register.csv"\nletters = 60\nreserves = 5\n'
        'region = "gemeente"\naddress = ["postcode", "huisnummer"]\nseed = "1 March 2026"\n',
        encoding="utf-8",
    )
    assert 0 == run("invite", register.name, *OPTIONS).code
    done = run("invite", "project.toml", "--out", "again")

    assert 0 == done.code
    assert "Geloot: brieven 60" in done.out
    for name in FILES[:4]:
        assert Path("out", name).read_bytes() == Path("again", name).read_bytes()
    assert 61 == run("invite", "project.toml", "--letters", 61, "--out", "more", "--json"
                     ).json["letters"]


def test_areas_and_rates_as_options(register: Path, run) -> None:
    """As in the table of a project file."""
    done = run("invite", register.name, *OPTIONS, "--areas", "wijk=W1,W3", "--areas-share", "20%",
               "--response", "leeftijd:16-29=3%,30-64=4%,65+=6%", "--json")

    asked = Invitation(60, 5, "1 March 2026", region="gemeente", response={
        "leeftijd": {value: rate / 100 for value, rate in RATES["leeftijd"].items()},
    }, address=("postcode", "huisnummer"), areas=AREAS)
    expected = invited_files(invite(register.name, asked))

    assert 0 == done.code
    assert 12 == done.json["areas"]["letters"]
    assert expected == {name: Path("out", name).read_bytes() for name in FILES}


def test_without_a_seed_it_says_that_nobody_can_check(register: Path, run) -> None:
    """A text is made up and kept in the record."""
    done = run("invite", register.name, "--letters", 10, "--out", "out")

    assert 0 == done.code
    assert "nobody can check" in done.err
    assert 64 == len(json.loads(Path("out/invitation.json").read_text(encoding="utf-8"))["seed"])


def test_people_without_an_address(register: Path, run) -> None:
    """Each alone, or left out; how many is said either way."""
    alone = run("invite", register.name, *OPTIONS, "--json").json
    left = run("invite", register.name, *OPTIONS, "--force", "--no-address", "left-out", "--json")

    assert alone["no_address"] == left.json["no_address"] > 0
    assert alone["homes"] - alone["no_address"] == left.json["homes"]


@pytest.mark.parametrize(
    "words",
    [["--out", "out"], ["--letters", "5"], ["--letters", "5", "--out", "o", "--areas", "wijk"],
     ["--letters", "5", "--out", "o", "--response", "leeftijd"]],
)
def test_usage(register: Path, run, words: list[str]) -> None:
    """What is missing on the command line is said, and nothing is written."""
    assert 2 == run("invite", register.name, *words).code
    assert [register] == list(Path.cwd().glob("*")) or [register.name] == [
        path.name for path in Path.cwd().iterdir()
    ]


# -- registers that are wrong ----------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path, engine: str) -> None:
    """Blank ids and regions, ids twice, areas that nobody has."""
    rows = registers.people(300)
    for at, column in ((3, 0), (5, 1), (6, 1), (9, 5)):
        rows[at] = (*rows[at][:column], " ", *rows[at][column + 1:])
    rows[20] = (rows[21][0], *rows[20][1:])
    path = registers.write(tmp_path / "register.csv", rows)
    asked = Invitation(10, region="gemeente", response=RATES,
                       areas=Areas("wijk", ("W1", "W9"), Fraction(1, 5)))

    with pytest.raises(InputError) as raised:
        invite(str(path), asked, engine=engine)

    told = [(issue.code, issue.column, issue.params.get("count")) for issue in raised.value.issues]
    assert [
        ("register-blank", "id", 1), ("register-twice", "id", 1), ("register-blank", "gemeente", 2),
        ("register-blank", "leeftijd", 1), ("register-value", "wijk", None),
    ] == told


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_groups_without_a_rate_and_too_many_letters(tmp_path: Path, engine: str) -> None:
    """What only the counts can show comes together as well."""
    path = registers.write(tmp_path / "register.csv", registers.people(100))
    rates = {"leeftijd": {"16-29": Fraction(1), "30-64": Fraction(1)}}
    asked = Invitation(200, region="gemeente", response=rates, floor=80)

    assert ["register-rate", "invite-floor", "invite-above"] == codes(path, asked, engine)


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_rows_that_do_not_fit_the_header(tmp_path: Path, engine: str) -> None:
    """Each with its row, all at once."""
    path = tmp_path / "register.csv"
    path.write_text("id,gemeente\n1,a\n2\n3,b\n4,c,d\n", encoding="utf-8")

    with pytest.raises(InputError) as raised:
        invite(str(path), Invitation(1), engine=engine)

    assert [("register-row", 3), ("register-row", 5)] == [
        (issue.code, issue.row) for issue in raised.value.issues
    ]


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_citizen_service_numbers_are_refused(tmp_path: Path, engine: str) -> None:
    """As ids, and as anything else that is read; they are not repeated."""
    bsn = [n for n in range(111_111_111, 111_200_000) if registers_bsn(n)][:50]
    path = tmp_path / "register.csv"
    path.write_text("id,wijk\n" + "".join(f"{n},{n}\n" for n in bsn), encoding="utf-8")

    with pytest.raises(InputError) as raised:
        invite(str(path), Invitation(1, region="wijk"), engine=engine)

    assert ["pool-id-bsn", "register-personal"] == [issue.code for issue in raised.value.issues]
    assert not any(str(n) in str(raised.value) for n in bsn)


def registers_bsn(number: int) -> bool:
    digits = [int(digit) for digit in str(number)]
    return (sum((9 - at) * digit for at, digit in enumerate(digits[:8])) - digits[8]) % 11 == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "file-missing"), (b"", "file-empty"), (b"PK\x03\x04rest", "register-xlsx"),
     (b"id\n\xff\n1\n", "file-encoding"), (b"\xff\xfei\0d\0\n\0", "file-encoding"),
     (b"id,,b\n1,2,3\n", "register-header"), (b"naam\nJan\n", "column-missing"),
     (b"PAR1 nothing", "register-parquet"), (b"id,a\n", "file-no-rows")],
)
def test_files_that_are_no_register(tmp_path: Path, content: bytes | None, code: str) -> None:
    """A clear word for each."""
    path = tmp_path / "register.csv"
    if content is not None:
        path.write_bytes(content)

    assert code in codes(path, Invitation(1), "duckdb")


def test_an_address_within_and_outside_an_area_is_told(tmp_path: Path) -> None:
    """It would have two chances, or none."""
    path = tmp_path / "register.csv"
    path.write_text("id,pc,nr,wijk\n1,1111AA,1,a\n2,1111AA,1,b\n3,1111AA,2,b\n", encoding="utf-8")
    asked = Invitation(1, address=("pc", "nr"), areas=Areas("wijk", ("a",), Fraction(1, 5)))

    assert ["register-torn"] == codes(path, asked, "duckdb") == codes(path, asked, "plain")


def test_nothing_is_written_when_something_is_wrong(register: Path, run) -> None:
    """Exit 3, words, and no folder."""
    done = run("invite", register.name, "--letters", 5, "--region", "gemente", "--out", "out")

    assert 3 == done.code
    assert "did you mean “gemeente”?" in done.err
    assert not Path("out").exists()


def test_a_register_says_which_column_and_which_values_it_needs(tmp_path: Path, run) -> None:
    """No column called id; ages where age groups were asked. No word of a register without rows."""
    file = tmp_path / "register.csv"
    file.write_text("nummer,age\nR1,17\nR2,18\n", encoding="utf-8")
    words = ("invite", file, "--letters", "1", "--seed", "x", "--out", tmp_path / "out", "--json")
    nameless = run(*words).json["issues"]
    assert ["column-missing"] == [issue["code"] for issue in nameless]
    assert "--id" in nameless[0]["suggestion"]
    aged = run(*words, "--id", "nummer", "--only", "age=16-29").json["issues"]
    assert ["register-value"] == [issue["code"] for issue in aged]
    assert "age groups" in aged[0]["suggestion"]
