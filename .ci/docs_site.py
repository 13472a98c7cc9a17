# SPDX-License-Identifier: Apache-2.0
"""What MkDocs asks while it builds the documentation (`hooks` in mkdocs.yml).

Fills in what follows from the program itself: a comment ``<!-- made: NAME -->`` and the line after
it give way to commands, messages or Python names. Brings in whatever the pages link to outside
`docs/`, under `repository/`. Sets indices low, as in a paper. Refuses a page that would load
something from another site.
"""

from __future__ import annotations

import html
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the commands of this tree, not of another that is installed

import click  # noqa: E402 - these five after the path they are found on

import sortition  # noqa: E402
from sortition import dutch_click  # noqa: E402
from sortition.cli import build  # noqa: E402
from sortition.cli.options import Argument  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]+)(#[^)\s]*)?\)")
_BLOCK = re.compile(r"(^```.*?^```$)", re.M | re.S)
_SPAN = re.compile(r"(`[^`\n]*`|\]\([^)]*\))")  # code, and where links lead
_FORMULA = re.compile(r"(?<=\n\n)((?: {4}\S.*\n)+)(?=\n)")
_INDEX = re.compile(
    r"(?<![\w<])([A-Za-zΑ-Ωα-ωℓ]|limit|lower|upper|fixed)_(?:\{([^}]*)\}|([a-z0-9]{1,2})(?![\w(]))"
)
_LOADED = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*\b(?:src|href)=\W?(?:https?:)?//")
_MADE = re.compile(r"^<!-- made: ([a-z ]+) -->\n\n.*$", re.M)
_SHARED = {"en": "For every command", "nl": "Voor elke opdracht"}
_NOT_ERRORS = {
    "ceremony", "dialect", "summary", "help", "report", "metavar", "init", "figures",
}
_GROUPS = {  # rooms of the package in the order of use; a room that is not named comes last
    "people": "People", "rules": "Quotas", "engine": "The fairest chances", "lots": "Lotteries",
    "draw": "The draw", "checking": "Checking", "diagnosis": "When no panel is possible",
    "audit": "Audit", "errors": "Errors",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files outside `docs/` that pages link to."""
    from mkdocs.structure.files import File

    waiting = [Path(file.abs_src_path) for file in files.documentation_pages() if file.abs_src_path]
    seen: set[Path] = set()
    while waiting:
        page = waiting.pop()
        for target in linked(page):
            if target in seen or target.is_relative_to(ROOT / "docs"):
                continue
            seen.add(target)
            files.append(File.generated(config, place(target), abs_src_path=str(target)))
            if target.suffix == ".md":
                waiting.append(target)
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Fill in what is made, and point links at where this site has their targets."""
    markdown = _MADE.sub(lambda match: made(match[1]), markdown)
    source = page.file.abs_src_path
    if source is None:
        return markdown
    here = PurePosixPath(page.file.src_uri).parent

    def moved(match: re.Match[str]) -> str:
        before, target, anchor = match[1], match[2], match[3] or ""
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        uri = place(resolve(Path(source), target))
        return f"{before}{PurePosixPath(os.path.relpath(uri, here)).as_posix()}{anchor})"

    parts = _BLOCK.split(markdown)
    return "".join(
        part if at % 2 else lowered(_LINK.sub(moved, part)) for at, part in enumerate(parts)
    )


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Stop if a page would load something from another site."""
    from mkdocs.exceptions import PluginError

    if (found := _LOADED.search(output)) is not None:
        raise PluginError(f"{page.file.src_uri} loads from elsewhere: {found[0]}")
    return output


def made(what: str) -> str:
    """Return what a page asks for by name."""
    name, _, language = what.partition(" ")
    return {"commands": commands, "messages": messages, "names": names}[name](*language.split())


def lowered(text: str) -> str:
    """Return text with the indices of its symbols set low, and formulas on their own as such."""
    text = _FORMULA.sub(formula, text)
    parts = _SPAN.split(text)
    return "".join(
        part if at % 2
        else _INDEX.sub(lambda match: f"{match[1]}<sub>{match[2] or match[3]}</sub>", part)
        for at, part in enumerate(parts)
    )


def formula(match: re.Match[str]) -> str:
    """Return an indented block as a formula, if it is one."""
    if not _INDEX.search(match[0]):
        return match[0]
    lines = (html.escape(line.strip()).replace("   ", "&emsp; ") for line in match[0].splitlines())
    return f'<p class="formula">{"<br>".join(lines)}</p>\n'


def resolve(page: Path, target: str) -> Path:
    """Return the file of the repository that a page's link means; of a folder its README."""
    file = (page.parent / target).resolve()
    return file / "README.md" if file.is_dir() else file


def place(file: Path) -> str:
    """Return where the site has a file of the repository."""
    if file.is_relative_to(ROOT / "docs"):
        return file.relative_to(ROOT / "docs").as_posix()
    return f"repository/{file.relative_to(ROOT).as_posix()}"


def linked(page: Path) -> Iterator[Path]:
    """Give the files that a page links to and that are there."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    for _before, target, _anchor in _LINK.findall(text):
        if "://" not in target and (file := resolve(page, target)).is_file():
            yield file


def commands(language: str) -> str:
    """Return all commands in one language."""
    group = build(language)
    with dutch_click.spoken(language):
        top = click.Context(group, info_name="sortition")
        shared = shared_options(group, top)
        parts = [f"## {_SHARED[language]}", options_table(shared)]
        known = {names for names, _ in shared}
        for name, command in group.commands.items():
            context = click.Context(command, parent=top, info_name=name)
            own = [record for record in records(command, context) if record[0] not in known]
            usage = " ".join(command.collect_usage_pieces(context))
            parts += [f"## sortition {name}", f"```text\nsortition {name} {usage}\n```"]
            parts += paragraphs(command.help or "")
            given = [each.help_record() for each in command.params if isinstance(each, Argument)]
            parts += [options_table(given)] if given else []
            parts += [options_table(own)] if own else []
    return "\n\n".join(parts) + "\n"


def records(command: click.Command, context: click.Context) -> list[tuple[str, str]]:
    """Return names and help of a command's options."""
    found = (each.get_help_record(context) for each in command.get_params(context))
    return [record for record in found if record is not None and record[1]]


def shared_options(group: click.Group, top: click.Context) -> list[tuple[str, str]]:
    """Return the options that every command has, in the same words."""
    each = [
        records(command, click.Context(command, parent=top, info_name=name))
        for name, command in group.commands.items()
    ]
    return [record for record in each[0] if all(record in others for others in each)]


def paragraphs(text: str) -> list[str]:
    """Return a command's help as Markdown: examples, which are indented, as blocks."""
    made = []
    for part in text.replace("\b", "").strip().split("\n\n"):
        lines = part.strip("\n").splitlines()
        shown = [line.strip() for line in lines if line.strip().startswith("sortition ")]
        if shown:
            lead = [line.strip() for line in lines if not line.strip().startswith("sortition ")]
            made += [html.escape(" ".join(lead)), "```text\n" + "\n".join(shown) + "\n```"]
        else:
            made.append(html.escape(" ".join(line.strip() for line in lines)))
    return [part for part in made if part]


def options_table(found: list[tuple[str, str]]) -> str:
    """Return options and what they do as a table."""
    rows = []
    for name, said in found:
        words = html.escape(name).split(" ")
        rows.append((" ".join(f"<code>{word}</code>" for word in words), html.escape(said)))
    return table([], rows)


def table(head: list[str], rows: list[tuple[str, ...]]) -> str:
    """Return a table as HTML, for cells that Markdown would misread."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    top = f"<thead><tr>{top}</tr></thead>" if head else ""
    return f"<table>\n{top}<tbody>\n{body}</tbody></table>"


def messages() -> str:
    """Return all messages, by code, in both languages."""
    texts = {
        language: tomllib.loads((ROOT / f"sortition/locale/{language}.toml").read_text("utf-8"))
        for language in ("en", "nl")
    }
    parts = []
    for section, codes in texts["en"].items():
        if section in _NOT_ERRORS:
            continue
        rows = [
            (f"<code>{code}</code>", html.escape(said), html.escape(texts["nl"][section][code]))
            for code, said in codes.items()
        ]
        parts += [f"## {section.capitalize()}", table(["code", "English", "Nederlands"], rows)]
    return "\n\n".join(parts) + "\n"


def names() -> str:
    """Return all public names, for mkdocstrings to fill in from their docstrings."""
    by_room: dict[str, list[str]] = {room: [] for room in _GROUPS}
    homes = {name: home for home, found in sortition._NAMES.items() for name in found}
    homes |= {"audit": "audit", "draw": "draw", "verify": "checking"}
    for name in sorted(sortition.__all__, key=lambda name: (name[0].isupper(), name)):
        by_room.setdefault(homes[name].partition(".")[0], []).append(name)
    parts = []
    for room, found in by_room.items():
        if found:
            parts.append(f"## {_GROUPS.get(room, room.capitalize())}")
            parts += [f"::: sortition.{homes[name]}.{name}" for name in found]
    return "\n\n".join(parts) + "\n"
