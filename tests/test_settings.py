"""``sortition import``: settings of another program become a project that asks the same."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sortition.errors import InputError
from sortition.rules.read_project import read_project
from sortition.rules.settings import SETTINGS, project_text

ALL = """
id_column = "nr"
check_same_address = true
check_same_address_columns = ["straat", "postcode"]
max_attempts = 100
columns_to_keep = ["naam", "straat"]
selection_algorithm = "nash"
solver_backend = "mip"
random_number_seed = 42
"""


@pytest.fixture
def settings(tmp_path: Path):
    """Return a function that writes settings and gives their path."""

    def write(words: str) -> str:
        path = tmp_path / "settings.toml"
        path.write_text(words, encoding="utf-8")
        return str(path)

    return write


def codes(path: str, objective: str | None = None) -> list[str]:
    """Return the codes of what is wrong with settings."""
    with pytest.raises(InputError) as caught:
        project_text(path, "people.csv", "quotas.csv", (24, 24), objective=objective)
    return [issue.code for issue in caught.value.issues]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_setting_has_a_counterpart_or_a_remark(settings, language: str) -> None:
    """Columns and objective are kept; the other four are spoken of in comments."""
    made = project_text(settings(ALL), "people.csv", "q.csv", (20, 24), language=language)
    comments = [line for line in made.splitlines() if line.startswith("#")]

    assert {
        "pool": "people.csv", "quotas": "q.csv", "size": [20, 24], "id": "nr",
        "household": ["straat", "postcode"], "objective": "nash", "lang": language,
    } == tomllib.loads(made)
    for name in ("columns_to_keep", "max_attempts", "solver_backend", "random_number_seed"):
        assert 1 == sum(name in comment for comment in comments), name
    assert set(tomllib.loads(ALL)) == set(SETTINGS)


@pytest.mark.parametrize("name", ["legacy", "diversimax"])
def test_an_algorithm_without_counterpart_is_a_question(settings, name: str) -> None:
    """No silent change: without an answer nothing is made, and the answer is remarked on."""
    path = settings(ALL.replace("nash", name))
    made = project_text(path, "p.csv", "q.csv", (24, 24), objective="leximin")

    assert [f"settings-{name}"] == codes(path)
    assert "leximin" == tomllib.loads(made)["objective"]
    assert f"selection_algorithm was {name}" in made


def test_no_algorithm_means_what_it_meant(settings) -> None:
    """The program took maximin where nothing was stated."""
    made = project_text(settings('id_column = "nr"'), "p.csv", "q.csv", (24, 24))

    assert "maximin" == tomllib.loads(made)["objective"]
    assert "household" not in tomllib.loads(made)


def test_addresses_that_were_not_compared_still_are_not(settings) -> None:
    """The columns are there, but switched off: a remark says how to switch them on."""
    made = project_text(
        settings(ALL.replace("= true", "= false")), "p.csv", "q.csv", (24, 24)
    )

    assert "household" not in tomllib.loads(made)
    assert 'household = ["straat", "postcode"]' in made


def test_all_that_is_wrong_is_told_at_once(settings) -> None:
    """A key that is none, a number that is none, an algorithm that is none, no columns."""
    path = settings(
        'id_colum = "nr"\nmax_attempts = "many"\nselection_algorithm = "lexi"\n'
        "check_same_address = true\n"
    )

    assert ["project-key", "project-type", "project-type", "settings-address"] == codes(path)
    assert ["project-toml"] == codes(settings("[["))


def test_the_project_stands_where_it_is_asked_and_is_ready(
    run, settings, region: Path, tmp_path: Path
) -> None:
    """Paths are seen from the new file; check and read_project take it as it is."""
    path = settings('id_column = "id"\nselection_algorithm = "leximin"\n')
    out = tmp_path / "new" / "project.toml"
    words = ("import", path, "--people", region / "people.csv", "--quotas",
             region / "quotas.csv", "--size", "24", "--out", out)
    done = run(*words)

    assert 0 == done.code, done.err
    assert str(out) in done.out
    assert (24, 24) == read_project(str(out)).size
    assert 0 == run("check", out).code
    assert 3 == run(*words).code, "nothing is overwritten"
    assert 0 == run(*words, "--force").code


def test_a_name_of_a_file_stays_a_name(settings, tmp_path: Path) -> None:
    """Quotes, line ends and signs of other scripts in names neither end a text nor a comment."""
    strange = tmp_path / 'a"b\nsize = 1\x7f é.toml'
    strange.write_text('id_column = "x\\ny"', encoding="utf-8")
    made = project_text(str(strange), 'p"\n.csv', "q.csv", (24, 24))

    assert ('p"\n.csv', "x\ny", 24) == tuple(
        tomllib.loads(made)[key] for key in ("pool", "id", "size")
    )


def test_the_files_are_opened_and_all_that_is_wrong_is_told(
    run, settings, region: Path, tmp_path: Path
) -> None:
    """No quota file, an id column that is none, a setting that is none: at once, and no project."""
    path, out = settings('id_column = "nr"\nmax_atempts = 1\n'), tmp_path / "project.toml"
    done = run("import", path, "--people", region / "people.csv", "--quotas",
               tmp_path / "none.csv", "--size", "24", "--out", out)

    assert 3 == done.code
    assert "max_atempts" in done.err
    assert str(tmp_path / "none.csv") in done.err
    done = run("import", settings('id_column = "nr"'), "--people", region / "people.csv",
               "--quotas", region / "quotas.csv", "--size", "24", "--out", out)
    assert (3, True) == (done.code, "“nr”" in done.err)
    assert not out.exists()


def test_values_that_disagree_are_told_beside_a_project_to_mend_them_in(
    run, settings, tmp_path: Path
) -> None:
    """An alias in the project is the answer: so it is written."""
    (tmp_path / "p.csv").write_text("id,side\n1,Left\n2,rihgt\n", encoding="utf-8")
    (tmp_path / "q.csv").write_text(
        "category,name,min,max\nside,left,1,1\nside,right,0,1\n", encoding="utf-8")
    done = run("import", settings('id_column = "id"'), "--people", tmp_path / "p.csv", "--quotas",
               tmp_path / "q.csv", "--size", "1", "--out", tmp_path / "project.toml", "--json")

    assert 0 == done.code
    assert ["pool-value-unknown"] == [issue["code"] for issue in done.json["issues"]]
    assert "did you mean “right”" in done.err
    with (tmp_path / "project.toml").open("a", encoding="utf-8") as file:
        file.write('[columns.side]\naliases = { "rihgt" = "right" }\n')
    assert 0 == run("check", tmp_path / "project.toml").code
