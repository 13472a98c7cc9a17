"""``sortition compare``: any group of people beside any reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.audit.against import FeatureGap, GroupComparison, GroupShare
    from sortition.audit.references import Reference
    from sortition.errors import Issue
    from sortition.people.pool import Pool

__all__ = ["command"]

_FILES = ("comparison.json", "comparison.html", "groups.csv", "groups.xlsx", "shares.svg")
_HEAD = ("report-group", "compare-people", "compare-share", "compare-interval",
         "compare-reference", "compare-gap", "compare-by-lot")
_MOST_CROSSED = 9  # figures of combinations
_AGAINST = {"people": "compare-against-people", "quotas": "compare-against-quotas",
            "population": "compare-against-population"}


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "compare", _compare,
        [options.argument(language, "group", "meta-group", "argument-group"),
         options.argument(language, "reference", "meta-reference", "argument-reference",
                          required=False),
         click.option("--size", metavar="N", help=words("help-compare-size")),
         options.option(language, "--features", metavar=words("meta-columns")),
         options.option(language, "--over", metavar=words("meta-columns"), multiple=True),
         options.option(language, "--unknown", metavar=words("meta-values")),
         options.option(language, "--count-unknown", is_flag=True),
         options.option(language, "--drawn", type=click.Choice(("yes", "no"))),
         click.option("--confidence", metavar="95%", help=words("help-compare-confidence")),
         options.option(language, "--hide-below", type=click.IntRange(min=2), metavar="N"),
         options.option(language, "--id", "id_column", metavar=words("meta-column")),
         options.option(language, "--figures", is_flag=True), *options.out(language)],
        "sortition compare room.csv field.csv",
        "sortition compare lottery people.csv --over gender,age",
        "sortition compare sign-ups.xlsx quotas.csv --size 24 --hide-below 5 --out public",
        about="help-compare-rules",
    )


def _compare(say: Say, **given: Any) -> int:
    from dataclasses import replace

    from sortition.audit.against import compare_groups
    from sortition.errors import InputError
    from sortition.output import refuse_taken

    if given["figures"] and not given["out"]:
        raise click.UsageError(say.words("usage-figures"))
    if given["out"]:
        refuse_taken(given["out"], _FILES, force=given["force"])
    asked = _asked(say, given)
    group, reference, files = _read(say, asked)
    confidence = _confidence(say, asked.get("confidence", "95%"))
    try:
        found = compare_groups(
            group, reference.value, features=asked.get("features"), over=asked.get("over", ()),
            unknown=asked.get("unknown", ()), count_unknown=asked.get("count_unknown", False),
            drawn=asked.get("drawn"), confidence=confidence,
            least_shown=asked.get("hide_below", 0),
        )
    except InputError as error:  # a population does not know which file it comes from
        raise InputError([replace(own, file=own.file or reference.file) for own in error.issues]
                         ) from None
    if asked.get("drawn") and not found.drawn:
        raise click.UsageError(say.words("usage-compare-drawn"))
    _told(say, found, files)
    if given["out"]:
        made = _files(say, found, files)
        made |= _figures(say, found) if given["figures"] else {}
        say.write(given["out"], made, force=given["force"])
    say.document(found.to_dict())
    return OK


def _asked(say: Say, given: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked, by the table [compare] of a project file or by options, which win."""
    from sortition.errors import InputError
    from sortition.rules.fitting import table_issues
    from sortition.rules.keys import TABLES

    values: dict[str, Any] = {"group": given["group"], "reference": given["reference"]}
    if given["reference"] is None:
        file = given["group"]
        if not file.lower().endswith(".toml"):
            raise click.UsageError(say.words("usage-compare"))
        values = rules.section(say, file, "compare", lang=given["lang"])
        issues = list(table_issues(values, TABLES["compare"], "compare.", file, None))
        if issues:
            raise InputError(issues)
        for name in ("group", "reference"):
            values[name] = str(Path(file).parent / values[name])
        if "size" in values:
            size = values["size"]
            values["size"] = (size, size) if isinstance(size, int) else tuple(size)
        values["over"] = [options.listed(names) for names in values.get("over", ())]
    if given["size"] is not None:
        values["size"] = rules.seats(say, given["size"])
    if given["over"]:
        values["over"] = [options.listed(names) for names in given["over"]]
    for name in ("features", "unknown"):
        if given[name] is not None:
            values[name] = options.listed(given[name])
    for name in ("confidence", "hide_below"):
        if given[name] is not None:
            values[name] = given[name]
    if given["count_unknown"]:
        values["count_unknown"] = True
    if given["drawn"] is not None:
        values["drawn"] = given["drawn"] == "yes"
    if given["id_column"] is not None:
        values["id"] = given["id_column"]
    wrong = [names for names in values.get("over", ())
             if len(names) != 2 or names[0].casefold() == names[1].casefold()]
    if wrong:
        raise click.UsageError(say.words("usage-compare-over", value=",".join(wrong[0])))
    return values


def _confidence(say: Say, said: object) -> float:
    """Return the confidence asked for."""
    from sortition.process.invitations.invitation import positive

    found = positive(said)
    if found is None or found >= 1:
        raise click.UsageError(say.words("usage-compare-confidence", value=str(said)))
    return float(found)


def _read(say: Say, asked: dict[str, Any]) -> tuple[Pool, Reference, tuple[str, str]]:
    """Return the group, the reference, and what they are called."""
    from sortition.audit.references import Reference, read_reference
    from sortition.errors import InputError
    from sortition.files.readers import read_table
    from sortition.lots.folder import lottery_record
    from sortition.people.pool import Pool
    from sortition.people.prepare import with_columns
    from sortition.rules.read_project import read_project

    path, other, own_id = asked["group"], asked["reference"], asked.get("id")
    if Path(path).is_dir():  # of a draw
        draw = lottery_record(path).get("draw")
        own_id = own_id or (draw.get("id_column") if isinstance(draw, dict) else None)
        path = str(Path(path) / "panel.csv")
    names = (Path(path).name, Path(other).name)
    size = asked.get("size")
    if not other.lower().endswith(".toml"):
        issues: list[Issue] = []
        group = None
        try:
            group = Pool.from_table(read_table(path), own_id)
        except InputError as error:
            issues += error.issues
        try:
            # The columns of a group that cannot be read are not known: its own are as good.
            known = group or Pool.from_table(read_table(other))
            reference = read_reference(other, known, size=size, id=asked.get("id"))
        except InputError as error:
            issues += error.issues
        if group is None or issues:
            raise InputError(issues)
        return group, reference, names
    project = read_project(other)
    ready, table = project.prepare(), read_table(path)
    columns = [column for column in project.columns
               if (table.find(column.name) is None) == (column.source is not None)
               and table.find(column.source or column.name) is not None]
    table, _ = with_columns(table, columns)
    return Pool.from_table(table, own_id), Reference(ready.quotas, other), names


def _told(say: Say, found: GroupComparison, files: tuple[str, str]) -> None:
    """Say what was compared, kind by kind."""
    from sortition.report.comparison import unlisted_values

    say.line("compare-group", people=found.people, file=files[0], bold=True)
    say.line(_AGAINST[found.against], file=files[1], people=found.reference_people)
    code = "compare-method-drawn" if found.drawn else "compare-method"
    say.line(code, confidence=say.percent(found.confidence))
    if found.passed_over:
        say.line("compare-passed-over", columns=", ".join(found.passed_over))
    for over, value, like in found.near:
        say.line("compare-near", feature=over, value=value, nearest=like)
    for over, values in unlisted_values(found):
        say.line("compare-unlisted", feature=over, values=values)
    for feature in found.features:
        rows = [row for row in found.groups if row.over == feature.over]
        say.plain(feature.over, bold=True)
        if feature.unknown:
            say.plain("  " + say.words("compare-unknown", count=feature.unknown,
                                       people=found.people))
        if feature.reference_unknown:
            say.plain("  " + say.words("compare-unknown-reference",
                                       count=feature.reference_unknown))
        say.table(_HEAD, [_row(say, row) for row in rows], [_line(say, row) for row in rows])
        _apart(say, feature)
    if any(row.hidden for row in found.groups):
        say.line("compare-hidden-line", least=found.least_shown)
    say.line("compare-meaning")


def _apart(say: Say, feature: FeatureGap) -> None:
    """Say how far the feature is off as a whole."""
    if feature.loosemore_hanby is not None:
        others = round(feature.loosemore_hanby * feature.known, 1)
        say.plain("  " + say.words("compare-apart", share=say.percent(feature.loosemore_hanby),
                                   people=others))


def _line(say: Say, row: GroupShare) -> str:
    """Return one kind in words."""
    if row.hidden or row.share is None or row.low is None or row.high is None:
        return say.words("compare-line-hidden", name=_named(say, row))
    line = say.words("compare-line", name=_named(say, row), people=row.people,
                     share=say.percent(row.share), low=say.percent(row.low),
                     high=say.percent(row.high))
    if row.gap is None:
        return line + say.words("compare-line-silent")
    line += say.words("compare-line-reference", reference=_reference(say, row),
                      gap=_gap(say, row.gap))
    if row.fewest_by_lot is not None:
        line += say.words("compare-line-lot", least=row.fewest_by_lot, most=row.most_by_lot)
    return line + (say.words("compare-line-differs") if row.differs else "")


def _row(say: Say, row: GroupShare) -> list[str]:
    """Return one kind as cells under `_HEAD`."""
    if row.hidden or row.share is None or row.low is None or row.high is None:
        return [_named(say, row), *[say.words("compare-hidden-cell")] * (len(_HEAD) - 1)]
    lot = "–" if row.fewest_by_lot is None else f"{row.fewest_by_lot}–{row.most_by_lot}"
    gap = "–" if row.gap is None else _gap(say, row.gap) + (" ≠" if row.differs else "")
    return [_named(say, row), str(row.people), say.percent(row.share),
            f"{say.percent(row.low)} – {say.percent(row.high)}", _reference(say, row), gap, lot]


def _named(say: Say, row: GroupShare) -> str:
    from sortition.report.comparison import named

    return named(say.words("compare-blank"), row.name)


def _reference(say: Say, row: GroupShare) -> str:
    low, high = row.reference_low, row.reference_high
    if low is None or high is None:
        return "–"
    return say.percent(low) if low == high else f"{say.percent(low)} – {say.percent(high)}"


def _gap(say: Say, gap: float) -> str:
    from sortition.report.comparison import signed
    from sortition.report.voice import Voice

    return signed(Voice(say.language), gap)


def _files(say: Say, found: GroupComparison, names: tuple[str, str]) -> dict[str, bytes]:
    """Return the comparison as JSON, a page and a table."""
    import json

    from sortition.files.writers import to_csv, to_xlsx
    from sortition.report.comparison import comparison_page

    frame = found.to_frame()
    rows = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    header = list(frame.columns)
    document = json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n"
    return {
        "comparison.json": document.encode(),
        "comparison.html": comparison_page(found, say.language, names),
        "groups.csv": to_csv(header, rows).encode(),
        "groups.xlsx": to_xlsx(header, rows, "groups"),
    }


def _figures(say: Say, found: GroupComparison) -> dict[str, bytes]:
    """Return the figures that there is something to show in."""
    from sortition.audit.figures import gaps_figure, rendered, shares_figure
    from sortition.rules.quotas import split_cross

    frame = found.to_frame()
    crossed = [own.over for own in found.features if len(split_cross(own.over)) == 2]
    made = {}
    if len(crossed) < len(found.features):
        made["shares.svg"] = rendered(shares_figure(frame, language=say.language))
    for at, over in enumerate(crossed[:_MOST_CROSSED], 1):
        made[f"combination-{at}.svg"] = rendered(gaps_figure(frame, over, language=say.language))
    return made
