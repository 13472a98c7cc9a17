"""What may import what, as data; what importing the package loads; and its public names."""

from __future__ import annotations

import ast
import json
import pkgutil
import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import FunctionType

import pytest
from conftest import ROOT, child

import sortition

PACKAGE = ROOT / "sortition"

# Each module, in the order of the line from words to files, and what the top of it may import:
# only modules that stand before it.
ALLOWED: dict[str, set[str]] = {
    "messages": set(),
    "dutch_click": {"messages"},
    "errors": set(),
    "cells": set(),
    "dialects": {"messages"},
    "tables": {"cells", "dialects", "errors"},
    "workbook": {"cells", "errors", "tables"},
    "readers": {"cells", "dialects", "errors", "tables"},
    "writers": {"cells"},
    "spelling": {"tables"},
    "headings": {"errors", "spelling", "tables"},
    "places": {"errors", "headings", "spelling", "tables"},
    "ages": {"errors"},
    "derive": {"ages", "errors", "headings", "tables"},
    "identity": {"ages", "headings", "spelling", "tables"},
    "duplicates": {"errors", "headings", "identity", "messages", "spelling", "tables"},
    "exclude": {"duplicates", "errors", "headings", "spelling", "tables"},
    "pool": {"errors", "headings", "readers", "tables"},
    "quotas": {"errors", "readers", "tables"},
    "amounts": set(),
    "apportion": set(),
    "populations": {"errors", "quotas", "readers", "tables"},
    "statements": {"amounts", "errors", "quotas", "spelling", "tables"},
    "quota_table": {
        "errors", "messages", "populations", "quotas", "spelling", "statements", "tables",
    },
    "seats": {"amounts", "apportion", "errors", "messages", "quotas", "statements"},
    "roles": {"apportion"},
    "fields": {"errors", "pool", "spelling", "tables"},
    "parts": {
        "errors", "fields", "pool", "quotas", "roles", "seats", "statements", "tables",
    },
    "stating": {
        "errors", "fields", "parts", "pool", "quotas", "roles", "seats", "spelling", "statements",
        "tables",
    },
    "chances": {"errors", "pool", "readers", "tables"},
    "project": {"errors", "messages", "pool", "quotas", "readers", "spelling"},
    "problem": {"errors", "pool", "quotas", "spelling", "tables"},
    "solver": {"errors"},
    "objectives": set(),
    "rows": {"solver"},
    "relaxation": {"problem", "rows", "solver"},
    "convex": {"problem", "relaxation", "solver"},
    "targets": {"convex", "objectives", "problem", "relaxation", "solver"},
    "diagnose": {"errors", "problem", "relaxation", "solver", "tables"},
    "repair_models": {"problem"},
    "newcomers": {"problem", "quotas", "repair_models", "tables"},
    "repair": {"newcomers", "problem", "quotas", "relaxation", "repair_models", "writers"},
    "panels": {"diagnose", "errors", "problem", "relaxation", "solver"},
    "realise": {"panels", "problem", "relaxation"},
    "proof": {"problem", "relaxation"},
    "columns": {"panels", "problem", "proof", "relaxation", "solver"},
    "distribution": {
        "columns", "diagnose", "errors", "objectives", "panels", "problem", "proof", "realise",
        "relaxation", "solver", "targets",
    },
    "groups": {"problem"},
    "lottery": {"cells", "distribution", "panels", "problem", "realise", "relaxation", "writers"},
    "price": {
        "distribution", "errors", "objectives", "problem", "quotas", "relaxation",
    },
    "balance": {"errors", "lottery", "pool"},
    "legacy": {"errors", "problem"},
    "counting": {"errors", "problem"},
    "draw": set(),
    "exact": {"distribution", "draw", "groups", "problem", "writers"},
    "uniform": {"counting", "draw", "errors", "problem"},
    "verify": set(),
    "__init__": {"draw", "verify"},
    "record": {"draw", "groups", "tables", "verify", "writers"},
    "report.page": {"messages", "objectives", "verify"},
    "report": {"report.page"},
    "published": {"draw", "errors", "pool", "record", "report", "verify"},
    "output": {"errors"},
    "cli.say": {"messages"},
    "cli.guard": {"cli.say"},
    "cli.options": {"cli.guard", "cli.say", "messages", "objectives"},
    "cli.rules": {"cli.say", "objectives"},
    "cli.making": {"cli.rules", "cli.say", "objectives"},
    "cli.check": {"cli.guard", "cli.options", "cli.rules", "cli.say"},
    "cli.lottery": {"cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say"},
    "cli.draw": {"cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say", "messages"},
    "cli.verify": {"cli.guard", "cli.options", "cli.say"},
    "cli": {
        "__init__", "cli.check", "cli.draw", "cli.guard", "cli.lottery", "cli.options", "cli.say",
        "cli.verify", "dutch_click", "messages",
    },
    "__main__": {"cli"},
}
# What functions may import when they run: conveniences that look back, and what starts late.
LATE: dict[str, set[str]] = {
    "errors": {"messages"},
    "diagnose": {"messages"},
    "distribution": {"exact", "lottery"},
    "newcomers": {"messages"},
    "repair": {"messages"},
    "verify": {"record"},
    "uniform": {"diagnose"},
    "record": {"__init__", "solver"},
    "readers": {"workbook"},
    "cli": {"output"},
    "cli.guard": {"errors"},
    "cli.rules": {"project"},
    "cli.making": {
        "balance", "chances", "distribution", "errors", "exact", "lottery", "objectives", "problem",
        "published", "record", "report",
    },
    "cli.check": {"panels", "problem"},
    "cli.lottery": {"output", "record"},
    "cli.draw": {"draw", "errors", "output", "published", "record", "report"},
    "cli.verify": {"errors", "published", "verify"},
}
# Who may import what is not ours, at the top or late.
OTHERS: dict[str, set[str]] = {
    "highspy": {"solver"},
    "pandas": {"draw", "price", "tables"},
    "openpyxl": {"writers"},
    "jinja2": {"report.page"},
    "click": {*(name for name in ALLOWED if name.startswith("cli")), "dutch_click"},
    "pulp": {"repair_models"},
    "threadpoolctl": {"distribution", "lottery"},
    "numpy": {
        "balance",
        "cli.rules", "columns", "convex", "diagnose", "distribution", "exact", "fields", "legacy",
        "lottery", "panels", "parts", "pool",
        "counting", "problem", "proof", "realise", "relaxation", "rows", "solver", "targets",
        "uniform",
        "newcomers", "price", "repair", "repair_models",
    },
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports_of(path: Path) -> tuple[set[str], set[str]]:
    """Return full names imported at the top and within functions; those for type checkers aside."""
    top: set[str] = set()
    late: set[str] = set()

    def look(node: ast.AST, found: set[str]) -> None:
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.If) and getattr(inner.test, "id", "") == "TYPE_CHECKING":
                continue
            if isinstance(inner, ast.Import):
                found |= {alias.name for alias in inner.names}
            elif isinstance(inner, ast.ImportFrom):
                assert inner.level == 0, "imports name their module in full"
                module = inner.module or ""
                if module in {"sortition", "sortition.cli"}:  # whose names are modules
                    found |= {f"{module}.{alias.name}" for alias in inner.names}
                else:
                    found.add(module)
            function = isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
            look(inner, late if function else found)

    look(ast.parse(path.read_text(encoding="utf-8")), top)
    return top, late


def own(names: set[str]) -> set[str]:
    """Return our modules among imported names; a plain name of the package means `__init__`."""
    inside = {name.removeprefix("sortition.") for name in names if name.startswith("sortition")}
    return {name if name in MODULES else "cli" if name.startswith("cli.") else "__init__"
            for name in inside}


def foreign(names: set[str]) -> set[str]:
    roots = {name.partition(".")[0] for name in names}
    return roots - set(sys.stdlib_module_names) - {"sortition"}


def test_the_allowed_imports_point_one_way() -> None:
    """Every module may import only such as stand before it: there is no circle."""
    before: set[str] = set()
    for module, allowed in ALLOWED.items():
        assert allowed <= before, module
        before.add(module)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_it_may(module: str) -> None:
    """Our own modules by the lists above; a new module has to be put in them."""
    top, late = imports_of(MODULES[module])

    assert module in ALLOWED
    assert set() == own(top) - ALLOWED[module]
    assert set() == own(late) - LATE.get(module, set()) - ALLOWED[module]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_foreign_packages_where_they_belong(module: str) -> None:
    """One module talks to the solver, one knows pandas and workbooks, one speaks click."""
    top, late = imports_of(MODULES[module])

    for package in foreign(top | late):
        assert module in OTHERS.get(package, set()), f"{package} in {module}"


def test_every_foreign_package_is_a_declared_dependency() -> None:
    """What is imported is installed: nothing is there only because something else needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=!~ \[]", line)[0].lower() for line in project["dependencies"]}
    used = set().union(*(foreign(set().union(*imports_of(path))) for path in MODULES.values()))

    assert set() == used - declared


LOADED = """
import json, sys
{}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def loaded(code: str) -> set[str]:
    """Return the packages in memory after this code ran in a process of its own."""
    done = child("-c", LOADED.format(code))
    assert 0 == done.returncode, done.stderr
    return set(json.loads(done.stdout.decode().splitlines()[-1]))


HEAVY = {"highspy", "jinja2", "matplotlib", "openpyxl", "pandas", "pulp", "scipy"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    """No solver, no pandas, no matplotlib: an app that imports it starts at once."""
    assert set() == loaded("import sortition") & HEAVY
    assert "sortition" in loaded("import sortition")


@pytest.mark.parametrize("words", [["--help"], ["lottery", "--help"], ["--version"]])
def test_help_loads_no_numpy(words: list[str]) -> None:
    """Whoever asks for help gets it before any array is thought of."""
    code = (
        f"from sortition.cli import main\ntry:\n    main({words})\n"
        "except SystemExit as ended:\n    assert not ended.code"
    )

    assert set() == loaded(code) & (HEAVY | {"numpy"})


def test_reading_and_compiling_load_no_solver(region: Path) -> None:
    """What only reads needs arrays, and not a solver."""
    code = (
        "import sortition\n"
        f"pool = sortition.read_pool({str(region / 'people.csv')!r})\n"
        f"quotas = sortition.read_quotas({str(region / 'quotas.csv')!r}, size=24)\n"
        "sortition.compile(pool, quotas)"
    )

    assert set() == loaded(code) & HEAVY


def in_order(name: str) -> tuple[bool, bool, str]:
    """Return the key by which public names are sorted, which is also the linter's."""
    return not name.isupper(), not name[0].isupper(), name


def test_the_public_names_are_sorted_and_complete() -> None:
    """Constants, classes, functions; every name the package is typed with is public."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sortition.")
        for alias in node.names
    }

    assert sorted(sortition.__all__, key=in_order) == sortition.__all__
    assert imported == set(sortition.__all__)
    assert set(sortition.__all__) <= set(dir(sortition))


@pytest.mark.parametrize("name", sortition.__all__)
def test_a_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    """By attribute and by `from sortition import`, with a docstring of its own."""
    value = getattr(sortition, name)
    namespace: dict[str, object] = {}
    exec(f"from sortition import {name}", namespace)  # noqa: S102 - the very statement users write

    assert value is namespace[name]
    assert value.__doc__
    assert not value.__doc__.startswith(f"{name}("), "the docstring that dataclasses make"
    assert name == getattr(value, "__name__", name)


def test_the_names_of_the_two_functions_are_not_their_modules() -> None:
    """`sortition.draw` and `sortition.verify` are functions, whatever was imported before."""
    import_module("sortition.draw")
    import_module("sortition.verify")

    assert isinstance(sortition.draw, FunctionType)
    assert isinstance(sortition.verify, FunctionType)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="lot"):
        _ = sortition.lot


@pytest.mark.parametrize(
    "module", [info.name for info in pkgutil.walk_packages([str(PACKAGE)], "sortition.")]
)
def test_the_public_names_of_every_module_are_sorted_and_there(module: str) -> None:
    """Each module says what it is for and what it gives."""
    if module.endswith("__main__"):
        pytest.skip("running it is what it is for")
    home = import_module(module)

    assert home.__doc__
    assert sorted(home.__all__, key=in_order) == home.__all__
    for name in home.__all__:
        assert hasattr(home, name), name
