"""A project file: every key is checked, and the files it names become a pool and quotas."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

from sortition.errors import InputError
from sortition.rules.fitting import fits
from sortition.rules.keys import KEYS, TABLES, Key
from sortition.rules.quota_table import statement_from_mapping
from sortition.rules.read_project import read_project
from sortition.rules.schema import project_schema

PEOPLE = """id;geboren;gemeente;rol;straat
1;1-6-1960;Etten- Leur;uitkering;Kade 1
2;1-6-2000;Etten-Leur;ondernemer;Kade 2
3;1-6-1990;Zeist;ambtenaar;Kade 3
4;1-6-1950;Zeist;onderwijs;Kade 4
5;1-6-1985;Zeist;uitkering;Kade 5
6;1-6-1970;Etten-Leur;ondernemer;Kade 5
"""
THIRDS = """
pool = "people.csv"
size = 3

[columns.gemeente]
aliases = { "Etten- Leur" = "Etten-Leur" }
places = true

[columns.leeftijd]
from = "geboren"
bands = ["0-49", "50+"]
on = 2026-06-01

[[quota]]
of = "rol"
shares = { uitkering = "1/3", ondernemer = "1/3", "onderwijs|ambtenaar" = "1/3" }

[[quota]]
of = "gemeente"
spread = "even"

[[quota]]
of = "leeftijd"
at_least_one = ["0-49", "50+"]
"""


@pytest.fixture
def write(tmp_path: Path):
    """Return a function that writes a project beside its people, and gives its path."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")

    def write(text: str) -> str:
        (tmp_path / "project.toml").write_text(text, encoding="utf-8")
        return str(tmp_path / "project.toml")

    return write


def test_a_wish_becomes_whole_seats(write) -> None:
    """Thirds of three seats are one each; three seats over two places are one or two each."""
    pool, quotas = read_project(write(THIRDS)).read()

    assert 6 == len(pool)
    assert {
        "rol: uitkering": (1, 1), "rol: ondernemer": (1, 1), "rol: onderwijs | ambtenaar": (1, 1),
        "gemeente: Etten-Leur": (1, 2), "gemeente: Zeist": (1, 2),
        "leeftijd: 0-49": (1, 3), "leeftijd: 50+": (1, 3),
    } == {quota.name: (quota.lower, quota.upper) for quota in quotas.quotas}


def test_a_quota_file_and_quota_tables_hold_together(write, tmp_path: Path) -> None:
    """What both say of one group is the narrower of the two."""
    (tmp_path / "q.csv").write_text(
        "feature,value,min,max\ngemeente,Etten-Leur,1,1\ngemeente,Zeist,1,3\n", encoding="utf-8"
    )
    _, quotas = read_project(write('quotas = "q.csv"\n' + THIRDS)).read()

    assert {"gemeente: Etten-Leur": (1, 1), "gemeente: Zeist": (1, 2)} == {
        quota.name: (quota.lower, quota.upper) for quota in quotas.quotas
        if quota.where[0][0] == "gemeente"
    }


def test_who_may_not_be_drawn_is_not_in_the_pool(write, tmp_path: Path) -> None:
    """An id with a reason; an earlier panel, some of it unknown here, with its housemates."""
    (tmp_path / "earlier.csv").write_text("id;straat\n5;Kade 5\n99;Weg 1\n", encoding="utf-8")
    ready = read_project(write(
        'household = ["straat"]\nalready_selected = "earlier.csv"\n' + THIRDS
        + '\n[[exclude]]\nids = ["2"]\nreason = "trok zich terug"\n'
    )).prepare()

    assert ("1", "3", "4") == ready.pool.ids
    assert [("2", "trok zich terug", False), ("5", "already selected", False),
            ("6", "already selected", True)] == [
        (one.id, one.reason, one.housemate) for one in ready.prepared.left
    ]
    assert (3, 6, 7) == ready.prepared.rows_out


def test_seats_beside_the_lottery_and_on_every_panel(write) -> None:
    """The alderman takes one of four seats; person 3 is on every panel."""
    text = 'include = ["3"]\n' + THIRDS.replace("size = 3", "size = 4").replace(
        '"1/3"', '"1+"') + '\n[[seated]]\nrol = "ambtenaar"\ngemeente = "Zeist"\nleeftijd = "50+"\n'
    ready = read_project(write(text)).prepare()

    assert (3, 3) == ready.quotas.size
    bounds = {quota.name: (quota.lower, quota.upper) for quota in ready.quotas.quotas}
    assert (1, 1) == bounds["id: 3"]
    assert (0, 3) == bounds["leeftijd: 50+"]
    assert ["note-counted", "note-include"] == [note.code for note in ready.notes[-2:]]


def test_double_sign_ups_are_a_question_until_there_is_a_choice(write, tmp_path: Path) -> None:
    """Nobody leaves the list unasked; with keep-last the earlier row leaves."""
    (tmp_path / "people.csv").write_text(
        "id;e-mail;rol\n1;a@x.nl;a\n2;b@x.nl;b\n3;a@x.nl;a\n", encoding="utf-8"
    )
    text = 'pool = "people.csv"\nsize = 1\n[[quota]]\nof = "rol"\nspread = "even"\n'
    asked = read_project(write(text)).prepare()
    chosen = read_project(write('duplicates = "keep-last"\n' + text)).prepare()

    assert ["1", "2", "3"] == list(asked.pool.ids)
    assert ["duplicate-probable"] == [issue.code for issue in asked.prepared.questions]
    assert ["2", "3"] == list(chosen.pool.ids)
    assert (2,) == chosen.prepared.rows_out


def test_everything_that_is_wrong_is_told_at_once(write) -> None:
    """Unknown and missing keys, wrong kinds, tables that are not complete, with their places."""
    with pytest.raises(InputError) as caught:
        read_project(write("""
sise = 3
pool = 4
objective = "fairest"
[columns.leeftijd]
bands = ["0-49", "50+"]
places = "yes"
[[exclude]]
reasn = "x"
[[quota]]
off = "rol"
spread = "even"
"""), ["leximin"])
    assert {
        ("project-key", "sise", None), ("project-type", "pool", None),
        ("project-type", "columns.leeftijd.places", None), ("project-key", "exclude.reasn", 8),
        ("objective-unknown", "fairest", None), ("project-column", "leeftijd", None),
        ("project-exclude", None, None), ("statement-key", "off", 10),
    } == {(issue.code, issue.params.get("name"), issue.row) for issue in caught.value.issues}


def test_a_project_says_who_the_panel_is_made_of(write) -> None:
    """Without quotas of either kind there is nothing to draw by."""
    with pytest.raises(InputError) as caught:
        read_project(write('pool = "people.csv"\nsize = 3\n'))
    assert ["project-quotas"] == [issue.code for issue in caught.value.issues]


def test_the_schema_has_every_key_and_refuses_what_the_program_refuses() -> None:
    """One set of data for both: the keys are the same, and each example is valid."""
    schema = project_schema()
    inner = {
        "columns": schema["properties"]["columns"]["additionalProperties"],
        "exclude": schema["properties"]["exclude"]["items"],
        "quota": schema["properties"]["quota"]["items"],
        "theme": schema["properties"]["theme"]["items"],
        "phase": schema["properties"]["phase"]["items"],
        "meeting": schema["properties"]["meeting"]["items"],
    }
    inner |= {name: schema["properties"][name] for name in TABLES if name not in inner}

    assert set(KEYS) == set(schema["properties"])
    assert not schema["additionalProperties"]
    for name, keys in TABLES.items():
        assert set(keys) == set(inner[name]["properties"])
    for keys in (KEYS, *TABLES.values()):
        for name, key in keys.items():
            if not key.example.startswith("["):
                assert fits(tomllib.loads(key.example)[name], key.schema), name


def meets(table: dict[str, object], schema: dict) -> bool:
    """Return whether keys stand together as a schema says: what of JSON Schema is used for that."""
    if "oneOf" in schema and sum(meets(table, one) for one in schema["oneOf"]) != 1:
        return False
    if "anyOf" in schema and not any(meets(table, one) for one in schema["anyOf"]):
        return False
    if not all(meets(table, one) for one in schema.get("allOf", ())):
        return False
    if "if" in schema:
        branch = "then" if meets(table, schema["if"]) else "else"
        if not meets(table, schema.get(branch, {})):
            return False
    for key, own in schema.get("properties", {}).items():
        if key in table and "contains" in own:
            pattern = own["contains"]["pattern"]
            if not any(re.search(pattern, label) for label in table[key]):
                return False
    if "not" in schema and meets(table, schema["not"]):
        return False
    needed = [*schema.get("required", ())]
    for key, others in schema.get("dependentRequired", {}).items():
        needed += others if key in table else []
    names = schema.get("propertyNames", {"enum": [*table]})["enum"]
    return {*needed} <= table.keys() <= {*names}


def combinations_of(keys: dict[str, Key], always: dict[str, object]) -> list[dict[str, object]]:
    """Return tables with none, one or two of the keys besides some, by their examples."""
    pairs = [(), *itertools.combinations(keys, 1), *itertools.combinations(keys, 2)]
    return [always | {k: v for name in names for k, v in tomllib.loads(keys[name].example).items()}
            for names in pairs]


def test_the_schema_knows_which_keys_of_a_quota_go_together() -> None:
    """One of what a quota may say, with the keys that belong to it: as the reader has it."""
    schema = project_schema()["properties"]["quota"]["items"]
    verdicts = {True: 0, False: 0}
    for table in combinations_of(TABLES["quota"], {"of": "rol"}):
        if "cells" in table or table.get("populations"):
            continue  # speaks of other columns, or of values that do not occur
        try:
            statement_from_mapping(table)
        except InputError:
            assert not meets(table, schema), table
        else:
            assert meets(table, schema), table
        verdicts[meets(table, schema)] += 1
    assert min(verdicts.values()) > 5


@pytest.mark.parametrize("name", ["columns", "exclude"])
def test_the_schema_knows_which_keys_of_a_table_go_together(write, name: str) -> None:
    """`bands` with `from` and `on`, `ids` or a `file`: as the reader has it."""
    tables = project_schema()["properties"]
    schema = tables["columns"]["additionalProperties"] if name == "columns" else (
        tables["exclude"]["items"]
    )
    header = "[columns.x]" if name == "columns" else "[[exclude]]"
    keys = {key: own for key, own in TABLES[name].items() if key != "reason"}
    for table in combinations_of(keys, {"reason": "r"} if name == "exclude" else {}):
        lines = [f"{header}", *(TABLES[name][key].example for key in table)]
        try:
            read_project(write(THIRDS + "\n" + "\n".join(lines) + "\n"))
        except InputError:
            assert not meets(table, schema), table
        else:
            assert meets(table, schema), table


def test_the_schema_for_editors_is_the_one_of_the_program() -> None:
    """The file that ships says what `project_schema` says; CONTRIBUTING has how to make it."""
    shipped = (ROOT / "sortition" / "project.schema.json").read_text(encoding="utf-8")

    assert project_schema() == json.loads(shipped)


def test_who_was_left_out_does_not_come_back_at_the_draw(
    write, tmp_path: Path, run
) -> None:
    """A lottery and a draw in two steps: those excluded are neither panel nor reserve."""
    path = write(THIRDS + '\n[[exclude]]\nids = ["4"]\nreason = "trok zich terug"\n')
    folder = str(tmp_path / "made")
    assert 0 == run("lottery", path, "--out", folder, "--tickets", "10").code
    assert 0 == run("draw", folder, "--ticket", "3").code
    rows = [
        line.split(",")[0] for name in ("panel.csv", "remaining.csv")
        for line in (tmp_path / "made" / name).read_text(encoding="utf-8-sig").splitlines()[1:]
    ]

    assert ["1", "2", "3", "5", "6"] == sorted(rows)


def test_check_tells_what_was_done(write, run) -> None:
    """Columns made, people left out with the reason, roundings."""
    done = run("check", write(
        THIRDS + '\n[[exclude]]\nids = ["4"]\nreason = "trok zich terug"\n'))

    assert 0 == done.code
    for words in ("gemeente, leeftijd", "trok zich terug"):
        assert words in done.out


def test_whoever_is_on_every_panel_may_be_drawn(write) -> None:
    """The reason why not is told, rather than that there is nobody with this id."""
    project = read_project(write(
        'pool = "people.csv"\nsize = 2\ninclude = ["2", "3"]\n[[quota]]\nof = "rol"\n'
        'spread = "even"\n[[exclude]]\nids = ["2"]\nreason = "moved"\n'
    ))
    with pytest.raises(InputError) as caught:
        project.prepare()

    assert [("include-excluded", "2", "moved")] == [
        (issue.code, issue.params["id"], issue.params["reason"]) for issue in caught.value.issues
    ]


def test_a_value_can_stand_for_nothing(write) -> None:
    """`unknown` is said of blank cells; words such as “onbekend” become one by an alias."""
    project = read_project(write(
        'pool = "people.csv"\nsize = 2\n[columns.rol]\naliases = { ambtenaar = "" }\n'
        'unknown = "outside"\n[[quota]]\nof = "rol"\nspread = "proportional"\n'
    ))
    ready = project.prepare()

    assert not any("ambtenaar" in quota.name for quota in ready.quotas.quotas)
    assert "note-outside" in [note.code for note in ready.notes]


@pytest.mark.parametrize("said", ["leeftijd", "geboren", "quota"])
def test_whoever_left_their_age_open_counts_where_it_is_said(
    write, tmp_path: Path, said: str
) -> None:
    """Of the bands, of the column they are made from, or in the quota; else it is an error."""
    (tmp_path / "people.csv").write_text(PEOPLE + "7;;Zeist;ambtenaar;Kade 7\n", encoding="utf-8")
    outside = 'unknown = "outside"\n'
    parts = {
        "leeftijd": '[columns.leeftijd]\nfrom = "geboren"\nbands = ["0-49", "50+"]\n'
                    'on = 2026-06-01\n',
        "geboren": "[columns.geboren]\n",
        "quota": '[[quota]]\nof = "leeftijd"\nseats = { "50+" = "1-2" }\n',
    }
    top = 'pool = "people.csv"\nsize = 3\n'

    with pytest.raises(InputError) as caught:
        read_project(write(top + "".join(parts.values()))).prepare()
    parts[said] += outside
    ready = read_project(write(top + "".join(parts.values()))).prepare()

    assert [("pool-value-blank", 8, "leeftijd")] == [
        (issue.code, issue.row, issue.column) for issue in caught.value.issues
    ]
    assert 7 == len(ready.pool)
    assert {"leeftijd: 50+": (1, 2)} == {
        quota.name: (quota.lower, quota.upper) for quota in ready.quotas.quotas
    }


def test_years_of_birth_need_no_day(write, tmp_path: Path) -> None:
    """Bands of years as they are stated; with a day the column is refused."""
    (tmp_path / "people.csv").write_text("id,jaar\n1,1950\n2,1990\n3,2001\n", encoding="utf-8")
    text = (
        'pool = "people.csv"\nsize = 2\n[columns.groep]\nfrom = "jaar"\n'
        'bands = ["<1981", "1981-2010"]\n{}[[quota]]\nof = "groep"\nseats = {{ "<1981" = 1 }}\n'
    )
    quotas = read_project(write(text.format(""))).read()[1]
    with pytest.raises(InputError) as caught:
        read_project(write(text.format("on = 2026-06-01\n")))

    assert {"groep: <1981": (1, 1)} == {
        quota.name: (quota.lower, quota.upper) for quota in quotas.quotas
    }
    assert ["project-column"] == [issue.code for issue in caught.value.issues]


def test_the_table_of_quotas_is_called_quota(write) -> None:
    """`[[quotas]]` is asked about, and what stands in it is judged all the same."""
    with pytest.raises(InputError) as caught:
        read_project(write('pool = "p.csv"\nsize = 3\n[[quotas]]\nof = "a"\nspread = "evn"\n'))

    assert [("project-key", "[[quota]]"), ("statement-spread", "even")] == [
        (issue.code, issue.params["nearest"]) for issue in caught.value.issues
    ]


def test_what_is_said_of_a_column_is_said_of_that_column_only(write, tmp_path: Path) -> None:
    """Crossed with another: cells of the other are whole, and its blank ones are asked about."""
    (tmp_path / "people.csv").write_text(
        "id,rol,gemeente\n1,a/b,x/y\n2,a,x/y\n3,,z\n4,b,\n", encoding="utf-8"
    )
    crossed = (
        'pool = "people.csv"\nsize = 2\n[columns.rol]\nseparator = "/"\nunknown = "{}"\n'
        '[[quota]]\nof = ["rol", "gemeente"]\nseats = {{ "a × x/y" = "1+" }}\n'
        '[[quota]]\nof = "gemeente"\nspread = "even"\nvalues = ["x/y", "z"]\n'
    )
    for unknown in ("outside", "as:a"):
        with pytest.raises(InputError) as caught:
            read_project(write(crossed.format(unknown))).prepare()
        assert [("pool-value-blank", "gemeente")] == [
            (issue.code, issue.column) for issue in caught.value.issues
        ]


def test_a_path_is_as_good_as_a_text(tmp_path: Path) -> None:
    """What is wrong in the file can be printed, however the file was named."""
    (tmp_path / "project.toml").write_text('pool = "people.csv"\nsise = 3\n', encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_project(tmp_path / "project.toml")

    assert "sise" in str(raised.value)
    assert {str(tmp_path / "project.toml")} == {issue.file for issue in raised.value.issues}


def test_somebody_beside_the_lottery_may_have_a_blank(tmp_path: Path) -> None:
    """A chair who comes for nobody; a number is said to be no text, and not to be no table."""
    settings = 'pool = "people.csv"\nsize = 3\n[[seated]]\nrol = "a"\norganisatie = {}\n'
    settings += '[[quota]]\nof = "rol"\nseats = {{ a = "1+" }}\n'
    file = tmp_path / "project.toml"
    file.write_text(settings.format('""'), encoding="utf-8")
    assert ({"rol": "a", "organisatie": ""},) == read_project(file).seated

    file.write_text(settings.format("3"), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_project(file)
    assert "with a text between quotation marks" in str(raised.value)
