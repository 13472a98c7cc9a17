"""No name, address, number or date of anybody reaches a public file, a log line or an error.

Everyone in the pool has a word of their own in every personal column: canaries. Each command runs
well and badly, in both languages, as text and as JSON; then everything it said and everything it
wrote for the public is searched for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from test_pseudonyms import BSN

from sortition.cli import build
from sortition.messages import LANGUAGES

PRIVATE = {  # named in docs/publishing.md
    "panel.csv", "panel.xlsx", "remaining.csv", "remaining.xlsx", "contact.csv", "reserves.csv",
    "reserves.xlsx", "panel-x.csv", "panel-x.xlsx", "on-no-panel.csv", "members.csv",
}
PERSONAL = ("naam", "straat", "postcode", "email", "telefoon", "geboortedatum", "bsn", "notitie")
COLUMNS = ("id", *PERSONAL, "rol", "leeftijd")
PEOPLE = 16
QUOTAS = "feature,value,min,max\nrol,boer,2,2\nrol,smid,2,2\nleeftijd,jong,1,3\nleeftijd,oud,1,3\n"


def person(at: int) -> dict[str, str]:
    """Return somebody; the first two live together."""
    home = max(at, 1)
    return {
        "id": f"P{at:02d}", "naam": f"Kanarina{at:02d} Vogelsang{at:02d}",
        "straat": f"Kanariepad{home:02d} {home + 200}", "postcode": f"{9000 + home} KV",
        "email": f"kanarie{at:02d}@vogel{at:02d}.example", "telefoon": f"06-987654{at:02d}",
        "geboortedatum": f"{at + 1}-11-19{at + 50}", "bsn": BSN[at],
        "notitie": f"kanarienoot{at:02d}", "rol": ("boer", "smid")[at % 2],
        "leeftijd": ("jong", "oud")[at // 2 % 2],
    }


EVERYBODY = [person(at) for at in range(PEOPLE)]
# Whole cells, and the words and numbers in them that are nobody else's.
CANARIES = sorted({
    piece.casefold()
    for one in EVERYBODY for column in PERSONAL
    for piece in (one[column], *re.findall(r"\w*(?:kanari|vogel)\w*", one[column], re.I))
})


def seen_in(text: str) -> list[str]:
    """Return the canaries in a text, whatever its case and whatever escapes JSON put into it."""
    words = text.casefold()
    return [canary for canary in CANARIES if canary in words]


def csv_of(people: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    rows = [columns, *([one[column] for column in columns] for one in people)]
    return "".join(",".join(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the list, the quotas, and everything that can be wrong with them."""
    monkeypatch.chdir(tmp_path)
    first, second, *rest = EVERYBODY
    files = {
        "people.csv": csv_of(EVERYBODY),
        "quotas.csv": QUOTAS,
        "impossible.csv": QUOTAS.replace("boer,2,2", "boer,9,9"),
        "nobody.csv": QUOTAS.replace("smid,2,2", "smid,4,4").replace("boer,2,2", "boer,0,0"),
        "twice.csv": csv_of([first, first, *rest]),
        "unknown.csv": csv_of([first | {"rol": "bakker"}, second | {"leeftijd": ""}, *rest]),
        "blank.csv": csv_of([first | {"id": ""}, second, *rest]),
        "broken.csv": csv_of(EVERYBODY) + 'P99,"' + ",".join(first[c] for c in PERSONAL),
        "wide.csv": csv_of(EVERYBODY) + ",".join([*(first[c] for c in COLUMNS), "x", "y"]) + "\n",
        "headless.csv": csv_of(EVERYBODY).split("\n", 1)[1],
        "error.csv": csv_of([first | {"rol": "#REF!"}, second | {"naam": "#N/A"}, *rest]),
        "mixed.csv": csv_of(EVERYBODY).replace(",", ";", 40),
        "note.csv": csv_of(EVERYBODY) + first["naam"] + "," * (len(COLUMNS) - 1) + "\n",
        "double.csv": csv_of([*EVERYBODY, first | {"id": "P77"}]),
        "hidden.csv": csv_of([first | {"rol": "bo\u202eer"}, *rest]),
        "bad.toml": 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 4\nnaam = "x"\n',
        "good.toml": 'pool = "double.csv"\nquotas = "quotas.csv"\nsize = 4\n'
                     'household = ["straat", "postcode"]\n',
        "band.toml": 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 4\n[columns.leeftijd]\n'
                     'from = "naam"\nbands = ["16-64", "65+"]\non = 2026-06-01\n',
        "place.toml": 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 4\n'
                      '[columns.rol]\nplaces = true\n',
        "people.toml": csv_of(EVERYBODY),
        "settings.toml": 'id_column = "id"\ncheck_same_address = true\n'
                         'check_same_address_columns = ["straat", "postcode"]\n',
        "out.toml": 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 4\n[[exclude]]\n'
                    'reason = "lid in 2024"\nids = ["P03"]\n',
    }
    one = 'pool = "people.csv"\nquotas = "quotas.csv"\n'
    files |= {
        "themes.toml": one + '[[theme]]\nname = "x"\nsize = 4\n',
        "wrong-themes.toml": one + 'takes = "naam"\n[[theme]]\nname = "x"\nsize = 4\n',
        "served.toml": one + 'size = 4\n[served]\nfile = "reg/served.csv"\nyear = 2026\n'
                       'key = "reg/served.key"\nreason = "r"\nof = ["naam", "bsn"]\n',
        "cohorts.toml": one + 'size = 4\n[cohorts]\nmembers = "people.csv"\nsince = "naam"\n'
                        'round = 2\nrounds = 2\n',
        "phases.toml": one + '[[phase]]\nname = "a"\nsize = 4\n[[phase]]\nname = "b"\n'
                       'from = "people.csv"\nsize = 4\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for number in ("bsn", "email", "telefoon"):
        columns = ("id", *(column for column in COLUMNS if column not in {"id", number}))
        (tmp_path / f"{number}.csv").write_text(
            csv_of([one | {"id": one[number]} for one in EVERYBODY], columns), encoding="utf-8"
        )
    book = openpyxl.Workbook()
    for row in (COLUMNS, *([one[c] for c in COLUMNS] for one in EVERYBODY)):
        book.active.append(list(row))
    book.active.merge_cells("B3:B4")
    book.save(tmp_path / "people.xlsx")
    return tmp_path


LISTS = ("twice.csv", "unknown.csv", "blank.csv", "broken.csv", "wide.csv", "headless.csv",
         "error.csv", "mixed.csv", "note.csv", "double.csv", "hidden.csv", "bsn.csv", "email.csv",
         "telefoon.csv", "people.xlsx", "quotas.csv")
HOME = ("--size", "4", "--household", "straat,postcode")
# In order: later ones draw from what earlier ones made.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check", "people.csv", "quotas.csv", *HOME),
    *(("check", name, "quotas.csv", *HOME) for name in LISTS),
    *(("lottery", name, "quotas.csv", *HOME, "--out", f"made-{name}") for name in LISTS),
    *(("pseudonymise", name, "quotas.csv", "--household", "straat", "--out", f"split-{name}")
      for name in LISTS),
    *(("invite", name, "--letters", "3", "--region", "rol", "--address", "straat,postcode",
       "--only", "leeftijd=jong", "--seed", "x", "--out", f"letters-{name}") for name in LISTS),
    *(("plan", "quotas.csv", "--size", "4", "--rate", "9%", "--simulations", "5", "--letters", "99",
       "--people", name, "--to-come", "40%") for name in LISTS),
    *(("compare", name, "people.csv", "--out", f"beside-{name}") for name in LISTS),
    *(("compare", "people.csv", name, "--size", "4", "--over", "rol,leeftijd") for name in LISTS),
    *(("lot", name, "--past", "note.csv", "--out", f"one-{name}") for name in LISTS),
    *(("lot", "people.csv", "--past", name, "--count", "2", "--out", "new/one", "--force")
      for name in LISTS),
    ("plan", "quotas.csv", "--size", "4", "--rate", "9%", "--population", "people.csv"),
    ("plan", "people.csv", "--size", "4", "--rate", "9%"),
    ("check", "quotas.csv", "people.csv", *HOME),
    ("check", "people.csv", "people.csv", *HOME),
    ("check", "people.csv", "headless.csv", *HOME),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "no", "--objective", "custom",
     "--chances", "headless.csv"),
    ("check", "people.csv", "impossible.csv", *HOME),
    ("check", "people.csv", "impossible.csv", *HOME, "--apply", "1", "--out", "mended/quotas.csv"),
    ("check", "people.csv", "quotas.csv", *HOME, "--prices"),
    ("check", "people.csv", "quotas.csv", "--size", "4", "--id", "name"),
    ("check", "people.csv", "quotas.csv", "--size", "4", "--id", "bsn"),
    ("check", "people.csv", "quotas.csv", "--size", "4", "--id", "email"),
    ("check", "people.csv", "quotas.csv", "--size", "4", "--household", "straatnaam"),
    *(("check", f"{name}.toml") for name in ("bad", "good", "band", "place", "out", "people")),
    ("check", "double.csv", "quotas.csv", *HOME, "--duplicates", "keep-first"),
    ("check", "people.csv", "quotas.csv", *HOME, "--exclude", "headless.csv"),
    ("check", "people.csv", "quotas.csv", *HOME, "--already-selected", "note.csv"),
    ("check", "people.csv", "quotas.csv", *HOME, "--include", "P02,P99"),
    *(("init", name, "--out", f"new/first-{name}.toml") for name in ("people.csv", "headless.csv")),
    *(("import", name, "--people", "people.csv", "--quotas", "quotas.csv", "--size", "4", "--out",
       f"new/{name}") for name in ("settings.toml", "people.csv")),
    ("lottery", "good.toml", "--out", "from-project"),
    ("lottery", "out.toml", "--out", "from-out"),
    ("lottery", "people.csv", "impossible.csv", *HOME, "--out", "no"),
    ("lottery", "people.csv", "nobody.csv", *HOME, "--out", "barred", "--tickets", "20"),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "made", "--tickets", "20"),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "made", "--tickets", "20"),
    ("audit", "made"),
    ("replace", "made", "--status", "people.csv", "--out", "new/replaced"),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "exact", "--exact"),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "even", "--tickets", "20",
     "--balance", "rol,leeftijd"),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "no", "--objective", "custom",
     "--chances", "people.csv"),
    ("draw", "made", "--ticket", "99"),
    ("draw", "made", "--ticket", "3", "--pool", "twice.csv"),
    ("draw", "made", "--ticket", "3", "--pool", "nowhere.csv"),
    ("ceremony", "made"),
    ("draw", "made", "--ticket", "3", "--reserve-list", "2", "--reserve-group", "2"),
    ("draw", "made", "--ticket", "3", "--reserve-group", "2", "--drop-out", "notitie"),
    ("draw", "made", "--ticket", "3", "--reserve-list", "2"),
    ("draw", "made", "--ticket", "3"),
    ("ceremony", "made", "--out", "new"),
    ("replace", "made", "--out", "new/none"),
    ("replace", "made", "--from-reserves", "--status", "people.csv", "--out", "new/none"),
    ("draw", "exact", "--seed", "3 14 15 92"),
    ("draw", "barred", "--seed", "3 14 15 92"),
    ("draw", "people.csv", "quotas.csv", *HOME, "--out", "rehearsal", "--tickets", "20"),
    *(("verify", name) for name in ("made", "exact", "barred", "rehearsal", "people.csv", "split")),
    *(("explain", name, own) for name in ("made", "exact", "barred", "rehearsal")
      for own in ("P00", "P01", "P99")),
    ("lottery", "themes.toml", "--out", "themes", "--tickets", "20"),
    ("draw", "themes", "--ticket", "3"),
    *((command, "wrong-themes.toml") for command in ("check",)),
    ("served", "served.toml", "made"),
    ("served", "served.toml", "headless.csv"),
    ("check", "served.toml"),
    ("check", "cohorts.toml"),
    ("members", "cohorts.toml", "made", "--out", "new/members.csv"),
    ("phases", "phases.toml"),
    ("check", "phases.toml", "--phase", "a"),
    ("check", "phases.toml", "--phase", "b"),
    ("init", "people.csv", "--size", "4", "--out", "begun/project.toml"),
    ("init", "headless.csv", "--size", "4", "--out", "headless/project.toml"),
    ("page", "made", "--out", "again/page.html"),
    ("page", "made", "--out", "again/other.html", "--show", "naam_"),
    ("lottery", "people.csv", "quotas.csv", *HOME, "--out", "made", "--force", "--dry-run"),
    ("completion", "bash"),
    ("publish", "made", "--out", "public"),
    ("publish", "exact", "--with-groups", "--out", "new/checkers"),
    ("publish", "rehearsal", "--out", "new/tried", "--smallest", "2"),
    ("publish", "people.csv", "--out", "new/no"),
    ("compare", "people.csv", "people.csv"),
    ("compare", "made", "people.csv", "--over", "rol,leeftijd"),
    *(("compare", name, "quotas.csv", "--size", "4") for name in LISTS),
    ("lot", "people.csv", "--column", "id", "--out", "lots"),
    *(("lot", name, "--column", "id", "--out", "new/no", "--weights", "rol")
      for name in LISTS),
    ("meetings", "people.csv", "--tables", "2", "--mix", "rol", "--seed", "x", "--out", "personal"),
    *(("meetings", name, "--tables", "2", "--mix", "naam_", "--out", "new/no") for name in LISTS),
    ("purge", "made", "--dry-run"),
    ("purge", "made", "--yes"),
    ("verify", "made"),
    ("explain", "made", "P01"),
    ("explain", "made", "P01", "--before", "made"),
    ("explain", "made", "P01", "--before", "exact"),
    ("pseudonymise", "people.csv", "--keep", "rol,notitie,bsn", "--out", "personal"),
    ("pseudonymise", "people.csv", "--keep", "rol,naam,bsn,id", "--out", "no"),
)
KEPT_ON_PURPOSE = {"personal"}  # a folder whose public list has what its maker asked for


def public_files(folder: Path) -> Iterator[Path]:
    """Yield what the commands wrote and may be published."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if inside.parts[0] == "public" and path.is_file():  # all of it is
            yield path
        if (path.is_file() and len(inside.parts) > 1 and path.name not in PRIVATE
                and inside.parts[0] not in KEPT_ON_PURPOSE):
            yield path


def text_of(path: Path) -> str:
    """Return what stands in a file; of a workbook what stands in its cells."""
    if path.suffix != ".xlsx":
        return path.read_bytes().decode()
    book = openpyxl.load_workbook(path)
    return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("options", [(), ("--json",), ("--debug",)], ids=" ".join)
def test_no_canary_gets_out(run, folder: Path, language: str, options: tuple[str, ...]) -> None:
    """Not in what is said, well or badly, and not in a public file."""
    said: list[Any] = []
    for words in COMMANDS:
        done = run(*words, "--lang", language, *options)
        assert done.code in {0, 2, 3, 4, 5}, (words, done.err)
        found = seen_in(done.out + done.err)
        if found:
            said.append((words, found[:3]))
    assert [] == said, [(words[0], words[1], found[:1]) for words, found in said]
    files = list(public_files(folder))
    assert {"made", "exact", "barred", "rehearsal", "public", "split-people.xlsx"} <= {
        path.relative_to(folder).parts[0] for path in files
    }
    for path in files:
        assert [] == seen_in(text_of(path)), path
    record = json.loads((folder / "made" / "record.json").read_text(encoding="utf-8"))
    assert [] == seen_in(json.dumps(record, ensure_ascii=False))


def test_every_command_is_tried() -> None:
    """A new command is put in the list above."""
    assert set(build("en").commands) == {words[0] for words in COMMANDS}


def test_a_canary_would_be_seen(folder: Path, run) -> None:
    """In the files with names every one of them is found, so the search works."""
    run("draw", "people.csv", "quotas.csv", *HOME, "--out", "made", "--tickets", "20")
    text = "".join((folder / "made" / name).read_text(encoding="utf-8")
                   for name in ("panel.csv", "remaining.csv"))

    assert set(CANARIES) == set(seen_in(text))
