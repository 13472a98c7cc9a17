"""What every test may use: the command line in this process or another, and the shipped region."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pools import write
from small import POOL

ROOT = Path(__file__).resolve().parent.parent

# The same examples on every machine and every run; a slow machine is no failure.
settings.register_profile("steady", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("steady")


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it should be."""
        return json.loads(self.out)


def environment(**variables: str) -> dict[str, str]:
    """Return an environment in which a child process finds the package, in English."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "PYTHONHASHSEED", "COLUMNS"}
    }
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**kept, "PYTHONPATH": path, **variables}


def child(
    *words: str | bytes | Path, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """Run Python with these words in a process of its own."""
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=environment(**variables), capture_output=True,
        check=False, timeout=60,
    )


def load(path: Path) -> Any:
    """Return a script as a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests, the texts are English unless a test says otherwise."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Run ``sortition …`` in this process; quick, and just as a user would see it."""
    from sortition.cli import main

    def command(*words: object) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else -1, said.out, said.err)

    return command


@pytest.fixture(scope="session")
def region() -> Path:
    """The folder of the shipped data set."""
    return ROOT / "datasets" / "parkstad-werk-economie"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with people.csv and quotas.csv, in which the commands run."""
    write(POOL, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
