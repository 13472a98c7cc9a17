"""Data sets as values: the shipped ones wherever the package is, and pools of any shape."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, child

import sortition
from sortition import datasets

SHIPPED = sorted(path.parent.name for path in (ROOT / "datasets").glob("*/project.toml"))
# The first digits of the SHA-256 of each pool: benchmarks and published figures rest on them.
DIGESTS = {
    "mass": "8f7f7f98280dea9a", "sf_b": "cbf35370bcbe856a", "sf_a": "fa12df5c758cda36",
    "sf_d": "4dc039aff9ba4801", "nexus": "71b6c7690d15c8b2", "cca": "22838a4ef876eaf3",
    "sf_e": "4dad96c1e39fdfdc", "sf_c": "88d8cd57ff2e1633", "hd": "17a936f40fe676c9",
    "obf": "08fa85ff8c7a0540", "exact": "123b0c56e6d96dd2", "scale_3000": "bd21ad9d6be57562",
    "family_150_loose": "52b04145d1c0dd1a", "family_150_tight": "05b9c5fbb5f54a1e",
    "family_750_loose": "382ca29a10dad4f4", "family_750_tight": "c4f84bb5dcb40dde",
    "example_small": "8c1aa9b0a8e14137", "example_large": "6033f78f89cf61b0",
}


def digest(made: datasets.SyntheticPool) -> str:
    rows = [(row.feature, row.value, row.lower, row.upper) for row in made.quotas]
    told = [made.name, made.seats, made.features, made.people, rows, made.planted]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", DIGESTS)
def test_a_name_means_the_same_pool_for_ever(name: str) -> None:
    """To the last person and quota."""
    assert DIGESTS[name] == digest(datasets.make_pool(name))


def test_another_seed_is_another_pool_of_the_same_shape() -> None:
    """As many people, seats and features; the same seed says the same again."""
    first, other = datasets.make_pool("sf_b"), datasets.make_pool("sf_b", 7)

    assert "beec24815f93d12a" == digest(other) != digest(first)
    assert (len(first.people), first.seats, first.features) == (
        len(other.people), other.seats, other.features,
    )


def test_the_planted_panel_keeps_the_quotas_of_any_shape() -> None:
    """Also with more features and values than have names of their own."""
    shape = replace(datasets.published_shape("mass"), name="wide", values=(9,) + (2,) * 9)
    made = datasets.make_pool(shape, 3)
    panel = [made.people[at] for at in made.planted]

    assert ("feature 10", "value 9") == (made.features[-1], made.quotas[8].value)
    assert made.seats == len(panel)
    for row in made.quotas:
        column = 1 + made.features.index(row.feature)
        assert row.lower <= sum(own[column] == row.value for own in panel) <= row.upper


def test_a_pool_is_read_as_its_files_are(tmp_path: Path) -> None:
    """Frames, values and CSV files hold the same people and rules."""
    made = datasets.make_pool("mass")
    pool, quotas = made.read()
    people_file, quotas_file = made.write(tmp_path)
    problem = sortition.compile(pool, quotas)

    assert pool.ids == sortition.read_pool(people_file).ids
    assert quotas == sortition.read_quotas(quotas_file, made.seats)
    assert made.types == problem.types


@pytest.mark.parametrize(
    "wrong", [{"seats": 0}, {"seats": 71}, {"values": ()}, {"skew": 99}, {"slack": (-1,)}]
)
def test_a_shape_that_no_pool_has_is_refused(wrong: dict[str, object]) -> None:
    """Where it is built, by the name of what is wrong."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(datasets.published_shape("mass"), **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sf_x"):
        datasets.make_pool("sf_x")


def test_the_catalogue_lists_every_data_set() -> None:
    """By the names of their folders; the table says how large they are."""
    found = datasets.table()

    assert tuple(SHIPPED) == datasets.names() == tuple(found.index)
    assert (240, 24, 24) == tuple(
        found.loc["g1000-zorg", ["people", "least_seats", "most_seats"]]
    )
    assert (found[["title", "rules", "source", "licence"]] != "").all(axis=None)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_data_set_has_its_people_and_rules(name: str) -> None:
    """A row per person, and rules that compile."""
    own = datasets.load(name)

    assert len(own.people) == len(own.listed)
    assert own.compile().ids == own.pool.ids
    project = own.project
    if not (project.themes or project.phases or project.cohorts):
        assert own.pool is own.listed
        assert own.quotas.size == project.size
    assert (own.folder / "README.md").is_file()
    assert "CC0-1.0" in (own.folder / "README.md").read_text(encoding="utf-8")


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    """In the error."""
    with pytest.raises(ValueError, match=r"zorg.*g1000-zorg"):
        datasets.load("zorg")


def test_an_installed_wheel_has_the_data_sets(tmp_path: Path) -> None:
    """Built, unpacked elsewhere and asked."""
    pytest.importorskip("hatchling")
    built = child("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=ROOT)
    assert 0 == built.returncode, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import sortition\n"
        "print(sortition.datasets.load('g1000-zorg').folder, len(sortition.datasets.names()))"
    )
    asked = child("-I", "-c", code, cwd=tmp_path)

    assert 0 == asked.returncode, asked.stderr
    folder, count = asked.stdout.decode().split()
    assert Path(folder) == tmp_path / "site" / "sortition" / "datasets" / "data" / "g1000-zorg"
    assert len(SHIPPED) == int(count)
