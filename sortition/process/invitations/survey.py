"""What is wrong with a register, counted over all its rows, as issues.

Called by `sortition.process.invitations.invite` with what a reader counted, whichever engine it
has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from sortition.errors import Issue
from sortition.files.spelling import nearest
from sortition.people.personal import kind_of
from sortition.process.invitations.heading import Heading
from sortition.process.invitations.invitation import Invitation
from sortition.process.invitations.letters import Census
from sortition.rules.quotas import CROSS

__all__ = ["SAMPLE", "Survey", "issues_of", "issues_of_census"]

SAMPLE = 20_000  # rows in which personal data are looked for
_SHOWN = 5
_NO_IDS = {
    "bsn": "pool-id-bsn", "email": "pool-id-email", "telephone": "pool-id-telephone",
}


@dataclass(frozen=True, slots=True)
class Survey:
    """Counts over a register.

    Parameters
    ----------
    people
        Rows.
    no_id, no_address
        Rows without.
    blank
        Rows without a value, per column that must have one.
    twice
        Ids that stand in several rows, sorted.
    sample
        Id, group and region of some rows.
    values
        The values that occur in columns of which some are named.
    """

    people: int
    no_id: int
    no_address: int
    blank: Mapping[str, int]
    twice: tuple[str, ...]
    sample: tuple[tuple[str, str, str], ...]
    values: Mapping[str, frozenset[str]]


def issues_of(survey: Survey, heading: Heading, asked: Invitation) -> list[Issue]:
    """Return an issue for all that is wrong with the rows."""
    file, own = heading.file, heading.column(heading.id)
    issues = []
    if not survey.people:
        issues.append(Issue("file-no-rows", {}, file))
    if survey.no_id:
        issues.append(Issue("register-blank", {"count": survey.no_id}, file, column=own,
                            suggestion="fill-id"))
    kind = kind_of([row[0] for row in survey.sample])
    if kind in _NO_IDS:  # the ids of others are not repeated either
        issues.append(Issue(_NO_IDS[kind], {}, file, column=own, suggestion="ids-anew"))
    elif survey.twice:
        shown = ", ".join([*survey.twice[:_SHOWN], *(["…"] if len(survey.twice) > _SHOWN else [])])
        issues.append(Issue("register-twice", {"count": len(survey.twice), "ids": shown}, file,
                            column=own, suggestion="make-ids-distinct"))
    for name, count in survey.blank.items():
        if count:
            issues.append(Issue("register-blank", {"count": count}, file,
                                column=heading.column(name), suggestion="register-fill"))
    columns = {asked.region or "": [row[2] for row in survey.sample]}
    for at, name in enumerate(asked.features):
        columns[name] = [row[1].split(CROSS)[at] for row in survey.sample]
    for name, cells in columns.items():
        if name and kind_of(cells) in {"bsn", "email", "telephone"}:
            issues.append(Issue("register-personal", {}, file, column=heading.column(name),
                                suggestion="register-personal-is"))
    for name, named in asked.named.items():
        for value in sorted(set(named) - survey.values[name]):
            near = nearest(value, sorted(survey.values[name]))
            params = {"value": value, "nearest": near}
            issues.append(Issue("register-value", params, file, None, heading.column(name),
                                suggestion="did-you-mean" if near else None))
    return issues


def issues_of_census(
    census: Census, torn: int, heading: Heading, asked: Invitation
) -> list[Issue]:
    """Return an issue for every group without a rate, and for numbers that do not fit."""
    file = heading.file
    issues = []
    groups = {group for _, group in census.people()}
    for at, (column, rates) in enumerate(asked.response.items()):
        for value in sorted({group.split(CROSS)[at] for group in groups} - set(rates)):
            near = nearest(value, list(rates))
            known = {"value": value[:60], "nearest": near, "values": ", ".join(rates)}
            issues.append(Issue("register-rate", known, file, column=heading.column(column),
                                suggestion="did-you-mean" if near else "values-are"))
    if torn and asked.areas is not None:
        issues.append(Issue("register-torn", {"count": torn}, file,
                            column=heading.column(asked.areas.column)))
    regions = {region for region, _, _ in census.homes}
    everywhere = asked.letters - (ceil(asked.letters * asked.areas.share) if asked.areas else 0)
    if asked.floor * len(regions) > everywhere:
        numbers = {"regions": len(regions), "floor": asked.floor, "letters": everywhere}
        issues.append(Issue("invite-floor", numbers))
    homes = sum(census.homes.values())
    if asked.letters + asked.reserves > homes:
        issues.append(Issue("invite-above", {"letters": asked.letters + asked.reserves,
                                             "homes": homes}, file))
    return issues
