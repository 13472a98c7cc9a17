"""Every field that any record holds is named in the specification, beside what holds it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import test_exact_files as exact
import test_verify as tickets
from conftest import ROOT, write
from pools import problem_of, seeded
from small import POOL, RULES
from sources import CHAINED, PULSE_1853311, QUICK, as_json, drawn_from
from test_forgery import NEED_CUTS
from test_phases import PEOPLE as PHASED
from test_phases import PROJECT as PHASES

import sortition
from sortition.lots import beacons
from sortition.lots.record import lottery_files

SPECIFICATION = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")
# Objects whose names are ids, numbers of households, values or files: not names of fields.
OPEN = {"barred", "weights", "households", "sha256", "aliases"}

DRAWS = {"earlier_draws": "draw", "past_draws": "draw"}

# A list made from another in every way there is, with roles.
PROJECT = """
pool = "people.csv"
size = 4
title = "Panel"
organiser = "Town"
date = 2027-03-01
csv = "nl"
household = ["street", "postcode"]

[columns.band]
from = "born"
bands = ["16-39", "40+"]
on = 2027-03-01

[columns.area]
from = "postcode"
areas = "areas.csv"

[columns.member]
from = "id"
listed = "members.csv"
words = ["member", "new"]

[columns.place]
places = true
aliases = { dorp = "Heerlen" }

[[exclude]]
reason = "works there"
ids = ["q9"]

[[quota]]
of = "role"
separator = ";"
one_seat_each = true
shares = { a = "1/2", b = "1/2" }

[[quota]]
of = "band"
seats = { "16-39" = "at least 1" }
"""


def lists(folder: Path) -> None:
    """Write the lists that these projects name."""
    rows = [f"q{at},1-3-{1970 + at * 4},{'Kade' if at < 2 else ''},{'6411' if at % 2 else '6412'},"
            f"{'Heerlen' if at % 3 else 'dorp'},{'a' if at % 2 else 'b;a'}" for at in range(10)]
    files = {
        "people.csv": "id,born,street,postcode,place,role\n" + "\n".join(rows) + "\n",
        "areas.csv": "postcode,area\n6411,north\n6412,south\n", "members.csv": "id\nq1\nq2\n",
        "project.toml": PROJECT,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def fields(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every field with the name of what holds it; of a source that is its kind."""
    if isinstance(value, list):
        for each in value:
            yield from fields(each, name)
    if isinstance(value, dict):
        kind = str(value["kind"]) if name == "sources" else ""
        for key, each in value.items():
            if name not in OPEN:
                yield DRAWS.get(name, kind if key != "kind" and kind else name), key
            yield from fields(each, key)


def named(holder: str, field: str) -> bool:
    """Return whether a row or a paragraph of the specification speaks of both."""
    parts = re.split(r"\n(?=\|)|\n\n", SPECIFICATION)
    if not holder:  # a field of the record itself: a row of its table
        return any(re.match(rf"\|[^|]*`{re.escape(field)}`[^|]*\|", part) for part in parts)
    return any(f"`{holder}`" in part and f"`{field}`" in part for part in parts)


@pytest.fixture
def records(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return a record of every kind that the commands write, at every stage."""
    monkeypatch.chdir(tmp_path)
    found: list[dict[str, Any]] = []

    def do(folder: str, *words: object) -> None:
        done = run(*words)
        assert 0 == done.code, done.err
        found.append(json.loads((Path(folder) / "record.json").read_bytes()))

    write(POOL, tmp_path)
    announced = ("--source", "dice + text", "--drawn-at", "2999-01-01T00:00:00+00:00")
    do("a", "lottery", *RULES, "--out", "a", "--tickets", 20, *announced, "--balance", "side,naam")
    do("a", "draw", "a", "--dice", "1 2", "--seed", "x", "--early", "the hall", "--reserve-list", 3)
    do("a", "lottery", *RULES, "--out", "a", "--tickets", 20, "--force")
    do("a", "draw", "a", "--ticket", 3, "--reserve-group", 2, "--time-limit", 1)
    do("a", "draw", "a", "--ticket", 4, "--force", "--reserve-list", 4)
    panel = (Path("a") / "panel.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{'withdrawn' if at == 1 else 'confirmed'}" for at, row in enumerate(panel[1:])]
    Path("status.csv").write_text("\n".join([f"{panel[0]},status", *rows]) + "\n", encoding="utf-8")
    do("b", "replace", "a", "--status", "status.csv", "--from-reserves", "--out", "b")
    do("c", "replace", "a", "--status", "status.csv", "--out", "c", "--seed", "x")
    do("d", "lottery", *RULES, "--out", "d", "--exact", "--objective", "goldilocks")
    do("e", "draw", *RULES, "--out", "e", "--tickets", 5)

    (tmp_path / "project").mkdir()
    lists(tmp_path / "project")
    do("f", "lottery", "project/project.toml", "--out", "f", "--tickets", 20)
    do("f", "draw", "f", "--seed", "y")
    shutil.copytree(ROOT / "datasets" / "twee-themas", tmp_path / "themes")
    do("g", "lottery", "themes/project.toml", "--out", "g", "--tickets", 10)
    (tmp_path / "phases").mkdir()
    rows = ["id,side,age", *(",".join(person.values()) for person in PHASED)]
    Path("phases/people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    Path("phases/gone.csv").write_text("id\nnobody\n", encoding="utf-8")
    Path("phases/project.toml").write_text(PHASES, encoding="utf-8")
    do("phases/large", "lottery", "phases/project.toml", "--phase", "large")
    do("phases/large", "draw", "phases/large", "--ticket", 3)
    do("phases/small", "lottery", "phases/project.toml", "--phase", "small")
    shutil.copytree(ROOT / "datasets" / "gastheer-12-gemeenten", tmp_path / "host")
    do("h", "lot", "host/lot.toml", "--out", "h")

    made = [tickets.drawn(), exact.drawn(), *(
        drawn_from(tickets.undrawn(), tickets.pool(), source)
        for source in (beacons.drand(as_json(QUICK)), beacons.drand(as_json(CHAINED)),
                       beacons.nist(as_json(PULSE_1853311))))]
    for seed in NEED_CUTS[:2]:
        fair = sortition.find_distribution(problem_of(seeded(seed)))
        made += [lottery_files(fair.to_lottery(20))]
    return found + [json.loads(files["record.json"]) for files in made]


def test_every_field_of_every_record_is_in_the_specification(records) -> None:
    """Of tickets and exact, drawn and not, replaced, with reserves, themes, phases, beacons."""
    found = {field for record in records for field in fields(record)}

    # The records are as many-sided as they are meant to be.
    assert {("draw", "reserves"), ("reserves", "group"), ("reserves", "steps_in"),
            ("draw", "early"), ("follows", "stay"), ("source", "themes"), ("source", "roles"),
            ("source", "columns"), ("source", "among"), ("nist", "pulse"),
            ("drand", "previous_signature"), ("cuts", "most"), ("excluded", "ids"),
            ("", "persons"), ("", "past_draws"), ("", "balance"), ("ticket", "by")} <= found
    assert [] == sorted(field for field in found if not named(*field))
