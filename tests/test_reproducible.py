"""The same people and rules give the same bytes, in any process, order and number of threads."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import ROOT, child
from pools import dice_of, seeded, write

# How each child process differs from the first.
CHILDREN: dict[str, dict[str, str]] = {
    "first": {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"},
    "hash seed 1 and two threads": {"PYTHONHASHSEED": "1", "OPENBLAS_NUM_THREADS": "2"},
    "hash seed 2": {"PYTHONHASHSEED": "2"},
    "rows shuffled": {"PYTHONHASHSEED": "3"},
}
FILES = ("lottery.csv", "chances.csv", "groups.csv")

# Makes the lotteries of small pools, among them some that need cuts, and prints their digests and
# chances; then makes that of the region by the command line.
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import sortition
from pools import problem_of, seeded
from sortition.cli import main
with open("small", "w") as file:
    for seed in (0, 166, 193, 249):
        fair = sortition.find_distribution(problem_of(seeded(seed)))
        lottery = fair.to_lottery(100)
        print(seed, fair.certificate.method, lottery.sha256, fair.to_exact().sha256,
              fair.chance.tolist(), file=file)
main(["lottery", "people.csv", "quotas.csv", "--size", "24", "--household", "adres,postcode",
      "--out", "made", "--json"])
"""


def unsalted(record: bytes) -> dict:
    """Return a record without what is new each time: what follows from the salts, and the clock."""
    said = json.loads(record)
    return {key: said[key] for key in said.keys() - {"pool_root", "seal", "fixed_at"}}


def shuffle(path: Path) -> None:
    """Shuffle the rows below the header."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    dice_of(1).shuffle(rows)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, region: Path) -> dict[str, dict[str, bytes]]:
    """The files of each child process, by its name; two of them run at a time."""

    # Made here, one by one: pytest's folders are not for two threads at once.
    folders = {name: tmp_path_factory.mktemp("child") for name in CHILDREN}

    def run_child(name: str) -> dict[str, bytes]:
        folder = folders[name]
        for file in ("people.csv", "quotas.csv"):
            shutil.copy(region / file, folder)
            if name == "rows shuffled":
                shuffle(folder / file)
        done = child("-c", SCRIPT, ROOT / "tests", cwd=folder, **CHILDREN[name])
        assert 0 == done.returncode, done.stderr
        files = {path.name: path.read_bytes() for path in (folder / "made").iterdir()}
        return files | {"json": done.stdout, "small": (folder / "small").read_bytes()}

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CHILDREN, pool.map(run_child, CHILDREN), strict=True))


@pytest.mark.parametrize("name", list(CHILDREN)[1:])
def test_the_files_are_the_same_to_the_byte(made, name: str) -> None:
    """lottery.csv, chances.csv and groups.csv of the shipped region."""
    for file in FILES:
        assert made["first"][file] == made[name][file], file


@pytest.mark.parametrize("name", list(CHILDREN)[1:-1])
def test_the_record_is_the_same_but_for_the_salts(made, name: str) -> None:
    """No random order, no number of threads is in it: only the salts and the time are new."""
    first, other = (unsalted(made[one]["record.json"]) for one in ("first", name))

    assert first == other


def test_the_record_of_shuffled_rows_differs_in_the_digest_of_the_list_only(made) -> None:
    """`source` names the very file that was read; all else is the same."""
    first, other = (unsalted(made[name]["record.json"]) for name in ("first", "rows shuffled"))

    assert first["source"].pop("sha256") != other["source"].pop("sha256")
    assert first == other


@pytest.mark.parametrize("name", list(CHILDREN)[1:])
def test_the_json_is_the_same_but_for_seconds_and_salts(made, name: str) -> None:
    """What a program reads does not depend on the process either."""
    first, other = (json.loads(made[one]["json"]) for one in ("first", name))

    assert first.pop("seconds") >= 0
    assert other.pop("seconds") >= 0
    assert first.pop("commitment") != other.pop("commitment")
    assert first == other


@pytest.mark.parametrize("name", list(CHILDREN)[1:])
def test_small_pools_with_and_without_cuts_are_the_same(made, name: str) -> None:
    """Chances to the last bit and tickets, where integer programs were solved too."""
    assert b" integer " in made["first"]["small"]
    assert made["first"]["small"].splitlines() == made[name]["small"].splitlines()


def test_the_draw_is_the_same(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Panel and workbook of one ticket, from two orders of the same list."""
    pool = seeded(0)
    size = str(pool.size) if isinstance(pool.size, int) else "{}-{}".format(*pool.size)
    home = ["--household", ",".join(pool.household)] if pool.household else []
    panels = []
    for name in ("own", "shuffled"):
        write(pool, tmp_path / name)
        monkeypatch.chdir(tmp_path / name)
        if name == "shuffled":
            shuffle(tmp_path / name / "people.csv")
        given = ["people.csv", "quotas.csv", "--size", size, *home]
        assert 0 == run("lottery", *given, "--out", "made").code
        assert 0 == run("draw", "made", "--ticket", "7").code
        panels.append({
            file: (tmp_path / name / "made" / file).read_bytes()
            for file in ("panel.csv", "remaining.csv", "panel.xlsx", "remaining.xlsx")
        })

    assert panels[0] == panels[1]
