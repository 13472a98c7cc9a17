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
    "process.invitations.choices": set(),
    "process": set(),
    "process.invitations": set(),
    "process.meetings": set(),
    "cli.terminal": set(),
    "cli.pace": set(),
    "cli.clock": set(),
    "report.html": set(),
    "report.chart": {"report.html"},
    "audit.chances": set(),
    "audit": set(),
    "audit.intervals": set(),
    "audit.small_cells": set(),
    "files": set(),
    "people": set(),
    "rules": set(),
    "engine": set(),
    "diagnosis": set(),
    "lots": set(),
    "messages": set(),
    "display": set(),
    "report.entries": set(),
    "report.voice": {"messages", "report.entries"},
    "audit.definitions": {"messages"},
    "dutch_click": {"messages"},
    "errors": set(),
    "files.cells": set(),
    "files.dialects": {"messages"},
    "files.tables": {"errors", "files.cells", "files.dialects"},
    "files.package": {"errors", "files.tables"},
    "files.workbook": {"files.cells", "files.package", "files.tables"},
    "files.readers": {"errors", "files.cells", "files.dialects", "files.tables"},
    "files.writers": {"files.cells"},
    "files.paths": set(),
    "files.spelling": {"files.tables"},
    "files.headings": {"errors", "files.spelling", "files.tables"},
    "people.statuses": {
        "errors", "files.headings", "files.readers", "files.spelling", "files.tables",
    },
    "people.places": {"errors", "files.headings", "files.spelling", "files.tables", "messages"},
    "people.ages": {"errors"},
    "people.homes": {"files.tables"},
    "people.derive": {"errors", "files.headings", "files.tables", "people.ages", "people.homes"},
    "people.identity": {"files.headings", "files.spelling", "files.tables", "people.ages"},
    "people.personal": {"people.identity"},
    "people.choices": set(),
    "people.duplicates": {
        "errors", "files.headings", "files.spelling", "files.tables", "messages", "people.choices",
        "people.identity",
    },
    "people.exclude": {
        "errors", "files.cells", "files.headings", "files.spelling", "files.tables",
        "people.duplicates", "people.homes",
    },
    "people.served": {
        "errors", "files.headings", "files.readers", "files.spelling", "files.tables",
        "files.writers", "messages", "people.ages",
    },
    "people.cohorts": {"errors", "files.headings", "files.tables", "people.duplicates"},
    "people.prepare": {
        "errors", "files.headings", "files.paths", "files.readers", "files.tables", "people.derive",
        "people.duplicates", "people.exclude", "people.places", "people.served",
    },
    "people.pool": {
        "display", "errors", "files.headings", "files.readers", "files.tables", "people.homes",
        "people.personal",
    },
    "people.pseudonyms": {
        "errors", "files.headings", "files.tables", "people.homes", "people.personal",
    },
    "rules.amounts": set(),
    "rules.panel_names": set(),
    "rules.toml": set(),
    "rules.apportion": set(),
    "rules.meant": {"files.spelling", "files.tables"},
    "rules.keys": {"messages", "people.choices", "process.invitations.choices"},
    "rules.fitting": {"errors", "messages", "rules.keys", "rules.meant"},
    "rules.roles": {"rules.apportion"},
    "rules.quotas": {
        "display", "errors", "files.headings", "files.readers", "files.tables", "rules.roles",
    },
    "rules.role_quotas": {"errors", "files.tables", "rules.quotas", "rules.roles"},
    "report.comparison": {"report.chart", "report.html", "report.voice", "rules.quotas"},
    "process.kinds": {
        "errors", "files.headings", "files.spelling", "files.tables", "people.pool", "rules.quotas",
    },
    "audit.figures.sheet": {"errors", "messages"},
    "audit.figures.files": set(),
    "audit.figures.chances": {"audit.figures.sheet", "messages"},
    "audit.figures.changes": {"audit.figures.sheet", "messages"},
    "audit.figures.groups": {"audit.figures.sheet", "messages", "rules.quotas"},
    "audit.figures.against": {
        "audit.figures.groups", "audit.figures.sheet", "messages", "rules.quotas",
    },
    "audit.figures": {
        "audit.figures.against", "audit.figures.chances", "audit.figures.changes",
        "audit.figures.files", "audit.figures.groups",
    },
    "rules.populations": {
        "errors", "files.headings", "files.readers", "files.tables", "rules.quotas",
    },
    "rules.statements": {
        "errors", "files.spelling", "files.tables", "rules.amounts", "rules.quotas",
    },
    "rules.schema": {"rules.keys", "rules.statements"},
    "process.invitations.invitation": {
        "errors", "process.invitations.choices", "rules.fitting", "rules.keys", "rules.quotas",
    },
    "process.planning": {"errors", "process.invitations.invitation", "rules.fitting", "rules.keys"},
    "process.invitations.heading": {
        "errors", "files.headings", "files.tables", "process.invitations.invitation",
    },
    "process.invitations.letters": {"process.invitations.invitation", "rules.apportion"},
    "process.invitations.survey": {
        "errors", "files.spelling", "people.personal", "process.invitations.heading",
        "process.invitations.invitation", "process.invitations.letters", "rules.quotas",
    },
    "process.invitations.selection": {"process.invitations.letters"},
    "process.invitations.invite": {
        "errors", "files.writers", "process.invitations.heading", "process.invitations.invitation",
        "process.invitations.letters", "process.invitations.selection",
        "process.invitations.survey", "rules.quotas",
    },
    "process.invitations.register": {
        "errors", "files.tables", "process.invitations.heading", "process.invitations.invitation",
        "process.invitations.letters", "process.invitations.selection",
        "process.invitations.survey", "rules.quotas",
    },
    "process.invitations.reference": {
        "process.invitations.letters", "process.invitations.selection",
    },
    "process.invitations.plain": {
        "errors", "files.tables", "process.invitations.heading", "process.invitations.invitation",
        "process.invitations.letters", "process.invitations.reference",
        "process.invitations.selection", "process.invitations.survey", "rules.quotas",
    },
    "rules.share_table": {"errors", "files.tables", "rules.quotas"},
    "rules.quota_table": {
        "errors", "files.tables", "messages", "rules.fitting", "rules.keys", "rules.meant",
        "rules.populations", "rules.quotas", "rules.statements",
    },
    "rules.seats": {
        "display", "errors", "messages", "rules.amounts", "rules.apportion", "rules.quotas",
        "rules.statements",
    },
    "rules.fields": {
        "errors", "files.spelling", "files.tables", "messages", "people.pool", "rules.quotas",
    },
    "rules.parts": {
        "errors", "files.tables", "people.pool", "rules.fields", "rules.quotas",
        "rules.role_quotas", "rules.roles", "rules.seats", "rules.statements",
    },
    "rules.stating": {
        "display", "errors", "files.cells", "files.spelling", "files.tables", "people.pool",
        "rules.fields", "rules.parts", "rules.quotas", "rules.role_quotas", "rules.roles",
        "rules.seats", "rules.statements",
    },
    "people.chances": {"errors", "files.headings", "files.readers", "files.tables", "people.pool"},
    "rules.agreement": {
        "errors", "files.spelling", "files.tables", "messages", "people.pool", "rules.fields",
        "rules.quotas",
    },
    "rules.themes": {
        "errors", "files.spelling", "files.tables", "messages", "people.pool", "rules.agreement",
        "rules.panel_names", "rules.quotas",
    },
    "rules.several": {
        "errors", "files.spelling", "rules.fitting", "rules.keys", "rules.panel_names",
        "rules.quota_table", "rules.statements",
    },
    "rules.ready": {
        "people.pool", "people.prepare", "rules.quotas", "rules.roles", "rules.seats",
        "rules.themes",
    },
    "rules.project": {
        "errors", "files.headings", "files.readers", "files.tables", "messages", "people.cohorts",
        "people.pool", "people.prepare", "people.served", "rules.quotas", "rules.ready",
        "rules.seats", "rules.several", "rules.share_table", "rules.statements", "rules.stating",
        "rules.themes",
    },
    "rules.project_file": {
        "errors", "files.readers", "files.spelling", "messages", "rules.fitting", "rules.keys",
        "rules.meant",
    },
    "rules.read_project": {
        "errors", "files.readers", "messages", "people.cohorts", "people.prepare", "people.served",
        "rules.keys", "rules.project", "rules.project_file", "rules.quota_table", "rules.several",
        "rules.statements",
    },
    "process.meetings.programme": {"files.cells"},
    "process.meetings.rules": {
        "errors", "files.headings", "files.readers", "files.spelling", "files.tables", "messages",
        "people.pool", "people.prepare", "people.statuses", "process.meetings.programme",
        "rules.fitting", "rules.keys", "rules.project_file",
    },
    "process.meetings.layout": {"files.cells", "process.meetings.programme"},
    "process.meetings.check": {"files.cells", "process.meetings.programme"},
    "process.meetings.encounters": {"process.meetings.check", "process.meetings.programme"},
    "process.meetings.conflicts": {
        "errors", "files.cells", "process.meetings.check", "process.meetings.programme",
    },
    "process.meetings.model": {"process.meetings.layout"},
    "process.meetings.search": {"process.meetings.layout"},
    "process.meetings.seated": {
        "errors", "files.cells", "process.meetings.check", "process.meetings.programme",
    },
    "process.meetings.seating": {
        "errors", "files.cells", "process.meetings.check", "process.meetings.conflicts",
        "process.meetings.encounters", "process.meetings.layout", "process.meetings.model",
        "process.meetings.programme", "process.meetings.search", "process.meetings.seated",
    },
    "process.meetings.unmet": {
        "files.cells", "process.meetings.check", "process.meetings.programme",
        "process.meetings.seated",
    },
    "report.meeting_pages": {
        "files.cells", "process.meetings.programme", "process.meetings.seated", "report.html",
        "report.voice",
    },
    "rules.settings": {
        "errors", "files.paths", "messages", "rules.fitting", "rules.keys", "rules.project_file",
        "rules.toml",
    },
    "rules.guesses": {"files.headings", "files.spelling", "files.tables", "people.ages"},
    "rules.starter": {
        "errors", "files.headings", "files.tables", "messages", "people.ages", "people.duplicates",
        "people.places", "rules.guesses", "rules.quotas", "rules.toml",
    },
    "engine.problem": {
        "display", "errors", "files.tables", "people.pool", "rules.agreement", "rules.quotas",
    },
    "datasets.shapes": set(),
    "datasets.synthetic": {"datasets.shapes", "people.pool", "rules.quotas"},
    "datasets.shipped": {
        "display", "engine.problem", "people.pool", "rules.project", "rules.quotas",
        "rules.read_project",
        "rules.seats",
    },
    "datasets": {"datasets.shapes", "datasets.shipped", "datasets.synthetic"},
    "engine.solver": {"errors"},
    "process.pools": {"audit.intervals", "engine.solver", "process.kinds"},
    "engine.objectives": set(),
    "engine.rows": {"engine.solver"},
    "engine.relaxation": {"engine.problem", "engine.rows", "engine.solver"},
    "engine.persons": {"engine.problem", "engine.relaxation"},
    "engine.leximin": {"engine.persons", "engine.relaxation", "engine.solver"},
    "diagnosis.barred": {"engine.problem", "engine.relaxation", "engine.solver"},
    "engine.convex": {"engine.problem", "engine.relaxation", "engine.solver"},
    "engine.proof": {"engine.persons", "engine.problem", "engine.relaxation"},
    "engine.values": {
        "engine.objectives", "engine.problem", "engine.proof", "engine.relaxation",
        "engine.solver",
    },
    "engine.targets": {
        "engine.convex", "engine.leximin", "engine.objectives", "engine.relaxation",
        "engine.solver", "engine.values",
    },
    "diagnosis.sums": {"engine.problem", "files.tables"},
    "diagnosis.conflicts": {"display", "errors"},
    "diagnosis.diagnose": {
        "diagnosis.conflicts", "diagnosis.sums", "engine.problem", "engine.relaxation",
        "engine.solver", "files.tables",
    },
    "diagnosis.written": {"engine.problem", "rules.quotas", "rules.role_quotas", "rules.roles"},
    "diagnosis.repair_models": {"diagnosis.written", "engine.problem"},
    "diagnosis.newcomers": {
        "diagnosis.repair_models", "engine.problem", "files.tables", "rules.quotas",
    },
    "diagnosis.ways": {
        "diagnosis.newcomers", "files.writers", "rules.quotas", "rules.role_quotas", "rules.roles",
        "rules.toml",
    },
    "diagnosis.repair": {
        "diagnosis.newcomers", "diagnosis.repair_models", "diagnosis.ways", "diagnosis.written",
        "engine.problem", "engine.relaxation", "rules.role_quotas",
    },
    "engine.panels": {
        "diagnosis.diagnose", "engine.problem", "engine.relaxation", "engine.solver", "errors",
    },
    "engine.realise": {"engine.panels", "engine.problem", "engine.relaxation"},
    "engine.columns": {
        "engine.leximin", "engine.panels", "engine.persons", "engine.problem", "engine.proof",
        "engine.relaxation", "engine.solver", "errors",
    },
    "engine.distribution": {
        "display", "engine.objectives", "engine.persons", "engine.problem", "engine.proof",
    },
    "audit.barred": {"diagnosis.diagnose", "engine.distribution", "engine.problem", "rules.quotas"},
    "engine.clock": set(),
    "process.plan": {"audit.intervals", "engine.clock", "process.kinds", "process.pools"},
    "engine.reach": {
        "engine.clock", "engine.distribution", "engine.panels", "engine.proof", "engine.relaxation",
        "engine.solver", "errors",
    },
    "engine.threads": set(),
    "engine.search": {
        "engine.clock", "engine.columns", "engine.distribution", "engine.objectives",
        "engine.panels", "engine.persons", "engine.problem", "engine.proof", "engine.reach",
        "engine.realise", "engine.relaxation", "engine.targets", "engine.threads",
        "engine.values", "errors",
    },
    "process.one_of": {
        "engine.objectives", "errors", "files.headings", "files.readers", "files.spelling",
        "files.tables", "people.places", "people.pool", "people.prepare", "rules.fitting",
        "rules.keys", "rules.project", "rules.quotas", "rules.ready",
    },
    "process.stages": {
        "engine.problem", "engine.search", "errors", "process.kinds", "process.pools",
    },
    "audit.manipulate": {
        "engine.clock", "engine.leximin", "engine.objectives", "engine.problem",
        "engine.relaxation", "engine.search", "engine.targets", "engine.threads", "errors",
        "files.tables", "people.pool", "rules.quotas",
    },
    "audit.optima": {
        "engine.distribution", "engine.objectives", "engine.problem", "engine.search", "errors",
    },
    "process.phases": {"errors"},
    "process.themes": {
        "engine.distribution", "engine.problem", "engine.relaxation", "engine.solver",
        "files.tables", "people.pool", "rules.panel_names", "rules.ready", "rules.themes",
    },
    "lots.groups": {"engine.problem"},
    "lots.rounding": {
        "engine.clock", "engine.distribution", "engine.panels", "engine.realise",
        "engine.relaxation",
    },
    "lots.seating": {"engine.problem"},
    "lots.lottery": {
        "display", "engine.clock", "engine.distribution", "engine.problem", "engine.threads",
        "files.cells", "files.writers", "lots.rounding", "lots.seating",
    },
    "diagnosis.price": {
        "diagnosis.written", "engine.clock", "engine.distribution", "engine.objectives",
        "engine.problem", "engine.relaxation", "engine.search", "errors", "messages",
        "rules.quotas", "rules.role_quotas",
    },
    "lots.balance": {"engine.clock", "errors", "lots.lottery", "people.pool"},
    "engine.legacy": {"engine.clock", "engine.problem", "errors"},
    "audit.compare": {
        "audit.chances", "audit.optima", "display", "engine.clock", "engine.distribution",
        "engine.legacy", "engine.objectives", "engine.problem", "engine.search", "errors",
    },
    "engine.counting": {"engine.problem", "errors"},
    "draw": set(),
    "lots.reserves": {"draw", "engine.problem"},
    "lots.exact": {
        "display", "draw", "engine.distribution", "engine.problem", "files.writers", "lots.groups",
    },
    "audit.seats": {"engine.distribution", "engine.problem", "lots.exact", "lots.lottery"},
    "audit.panels": {
        "audit.seats", "engine.problem", "lots.exact", "lots.lottery", "people.pool",
        "rules.quotas",
    },
    "audit.groups": {
        "audit.chances", "audit.optima", "audit.seats", "errors", "files.tables", "people.pool",
        "rules.quotas",
    },
    "audit.errors": {"audit.groups"},
    "audit.beside": {
        "audit.groups", "errors", "files.headings", "files.spelling", "files.tables",
        "people.personal", "people.pool", "rules.quotas",
    },
    "audit.against": {
        "audit.beside", "audit.errors", "audit.groups", "audit.intervals", "audit.small_cells",
        "display", "files.spelling", "files.tables", "people.pool", "rules.quotas",
    },
    "audit.references": {
        "audit.groups", "errors", "files.headings", "files.readers", "files.tables", "people.pool",
        "rules.amounts", "rules.populations", "rules.quotas",
    },
    "audit.result": {
        "audit.barred", "audit.chances", "audit.definitions", "audit.errors", "audit.groups",
        "audit.manipulate", "audit.optima", "audit.panels", "diagnosis.price", "display",
    },
    "audit.measure": {
        "audit.barred", "audit.chances", "audit.errors", "audit.groups", "audit.manipulate",
        "audit.optima", "audit.panels", "audit.result", "audit.seats", "diagnosis.price",
        "engine.clock", "engine.distribution", "engine.objectives", "engine.search", "lots.lottery",
        "people.pool", "rules.quotas",
    },
    "engine.uniform": {"draw", "engine.counting", "engine.problem", "errors"},
    "verify": set(),
    "verify_exact": set(),
    "prove": set(),
    "checking": {"verify"},
    "lots.ranked": {"draw", "errors", "verify"},
    "lots.replacement": {
        "diagnosis.repair", "engine.problem", "errors", "files.writers", "lots.groups",
        "lots.ranked", "rules.panel_names", "rules.quotas", "verify",
    },
    "lots.stepping_in": {
        "engine.panels", "engine.problem", "errors", "lots.ranked", "lots.replacement", "verify",
    },
    "lots.place": {"lots.stepping_in", "prove", "verify"},
    "lots.effects": set(),
    "lots.explanation": {"lots.effects", "messages"},
    "lots.explain": {"checking", "draw", "errors", "lots.effects", "lots.explanation", "prove",
                     "verify"},
    "__init__": {"audit", "checking", "draw"},
    "output": {"errors"},
    "lots.randomness": {"errors", "verify"},
    "lots.certificates": set(),
    "lots.beacons": {"errors", "lots.certificates", "lots.randomness", "verify"},
    "lots.commitment": {"errors", "lots.randomness", "prove", "verify"},
    "lots.names": {"rules.panel_names"},
    "lots.folder": {"checking", "errors", "output", "verify"},
    "lots.source": {
        "files.paths", "files.tables", "messages", "people.pool", "rules.panel_names", "verify",
    },
    "lots.panels": {"files.writers", "lots.names", "lots.source", "rules.panel_names"},
    "lots.rosters": {"files.tables", "files.writers", "messages", "people.statuses", "verify"},
    "lots.record": {
        "files.writers", "lots.commitment", "lots.groups", "lots.names", "prove",
        "rules.panel_names", "verify",
    },
    "lots.drawn": {
        "draw", "files.tables", "files.writers", "lots.commitment", "lots.panels",
        "lots.randomness", "lots.ranked", "lots.rosters", "lots.source",
    },
    "lots.small_cells": {"rules.panel_names"},
    "report.early": {"lots.names", "report.html", "report.voice"},
    "report.facts": {"lots.names", "lots.small_cells", "rules.panel_names", "verify"},
    "report.appendix": {
        "audit.chances", "audit.definitions", "report.facts", "report.html", "report.voice",
    },
    "lots.purge": {
        "checking", "errors", "files.writers", "lots.commitment", "lots.names", "people.personal",
        "verify",
    },
    "report.page": {
        "engine.objectives", "lots.names", "lots.small_cells", "messages", "report.appendix",
        "report.chart", "report.early", "report.facts", "report.html", "report.voice", "verify",
    },
    "report.ceremony": {
        "draw", "lots.names", "messages", "report.early", "report.html", "report.voice", "verify",
    },
    "report": {"report.page"},
    "lots.publish": {
        "checking", "errors", "files.writers", "lots.ranked", "lots.small_cells", "people.personal",
        "report", "report.facts", "rules.panel_names", "verify",
    },
    "lots.published": {
        "checking", "draw", "errors", "files.readers", "lots.commitment", "lots.drawn",
        "lots.folder", "lots.names", "lots.randomness", "lots.rosters", "lots.source",
        "people.pool", "report", "verify",
    },
    "audit.reopen": {
        "engine.distribution", "engine.problem", "files.tables", "lots.exact", "lots.lottery",
        "lots.published", "people.pool", "rules.quotas", "verify",
    },
    "process.meetings.record": {
        "process.meetings.seated", "process.meetings.unmet", "verify",
    },
    "process.meetings.files": {
        "files.cells", "files.writers", "process.meetings.programme", "process.meetings.record",
        "process.meetings.rules", "process.meetings.seated", "process.meetings.unmet",
        "report.meeting_pages", "report.voice",
    },
    "process.meetings.seed": {"errors", "lots.folder", "lots.names", "lots.ranked", "verify"},
    "process.meetings.recheck": {
        "checking", "errors", "lots.names", "messages", "output", "people.choices",
        "process.meetings.check", "process.meetings.encounters", "process.meetings.files",
        "process.meetings.programme", "process.meetings.record", "process.meetings.rules",
        "process.meetings.seated", "process.meetings.seed", "verify",
    },
    "cli.say": {"cli.pace", "messages"},
    "cli.prices": {"cli.say"},
    "cli.guard": {"cli.say"},
    "cli.options": {"cli.guard", "cli.say", "engine.objectives", "messages", "people.choices"},
    "cli.completion": {"cli.guard", "cli.options", "cli.say"},
    "cli.standing": {"cli.say", "messages"},
    "cli.ways_out": {"cli.say"},
    "cli.ceremony": {"cli.guard", "cli.options", "cli.say"},
    "cli.purge": {"cli.guard", "cli.options", "cli.say"},
    "cli.explain": {"cli.guard", "cli.options", "cli.say"},
    "cli.rules": {"cli.options", "cli.say", "engine.objectives"},
    "cli.making": {
        "cli.clock", "cli.options", "cli.rules", "cli.say", "engine.objectives", "messages",
    },
    "cli.members": {"cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say"},
    "cli.phases": {"cli.guard", "cli.options", "cli.rules", "cli.say"},
    "cli.served": {"cli.guard", "cli.options", "cli.rules", "cli.say"},
    "cli.replace": {
        "cli.clock", "cli.guard", "cli.making", "cli.options", "cli.say", "cli.standing",
        "cli.ways_out",
    },
    "cli.invite": {
        "cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say",
        "process.invitations.choices",
    },
    "cli.missing": {"cli.say"},
    "cli.plan": {"cli.guard", "cli.invite", "cli.missing", "cli.options", "cli.rules", "cli.say"},
    "cli.meetings": {
        "cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say", "people.choices",
    },
    "cli.compare": {"cli.guard", "cli.options", "cli.rules", "cli.say"},
    "cli.page": {"cli.guard", "cli.making", "cli.options", "cli.say"},
    "cli.audit_files": set(),
    "cli.audit": {
        "cli.audit_files", "cli.guard", "cli.making", "cli.options", "cli.prices", "cli.rules",
        "cli.say", "messages",
    },
    "cli.pseudonymise": {"cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say"},
    "cli.publish": {"cli.guard", "cli.making", "cli.options", "cli.say"},
    "cli.check": {"cli.guard", "cli.options", "cli.prices", "cli.rules", "cli.say"},
    "cli.init": {"cli.guard", "cli.options", "cli.rules", "cli.say"},
    "cli.lottery": {"cli.clock", "cli.guard", "cli.making", "cli.options", "cli.rules", "cli.say"},
    "cli.lot": {"cli.guard", "cli.lottery", "cli.making", "cli.options", "cli.rules", "cli.say"},
    "cli.sources": {"cli.clock", "cli.say"},
    "cli.reserves": {"cli.options", "cli.say", "messages"},
    "cli.draw": {
        "cli.clock", "cli.guard", "cli.making", "cli.options", "cli.reserves", "cli.rules",
        "cli.say", "cli.sources",
    },
    "cli.verify": {"cli.guard", "cli.options", "cli.say", "cli.sources"},
    "cli.import_settings": {
        "cli.guard", "cli.options", "cli.rules", "cli.say", "engine.objectives",
    },
    "cli": {"__init__", "cli.guard", "cli.options", "cli.say", "dutch_click", "messages"},
    "__main__": {"cli"},
}
# What functions may import when they run: conveniences that look back, and what starts late.
LATE: dict[str, set[str]] = {
    "rules.project_file": {"rules.statements"},
    "rules.schema": {"engine.objectives"},
    "draw": {"display", "errors"},
    "errors": {"messages"},
    "diagnosis.conflicts": {"messages"},
    "engine.distribution": {"lots.exact", "lots.lottery"},
    "diagnosis.newcomers": {"messages"},
    "diagnosis.ways": {"messages"},
    "checking": {"lots.drawn", "lots.record", "prove", "verify_exact"},
    "engine.uniform": {"diagnosis.diagnose"},
    "lots.record": {"__init__", "engine.solver"},
    "process.meetings.record": {"__init__"},
    "files.readers": {"files.workbook"},
    "cli": {"lots.folder", "output", "rules.project_file"},
    "cli.guard": {"errors"},
    "cli.rules": {
        "display", "files.dialects", "messages", "people.prepare", "rules.panel_names",
        "rules.project", "rules.project_file", "rules.read_project", "rules.ready",
    },
    "cli.making": {
        "engine.clock", "engine.objectives", "engine.problem", "engine.search", "errors",
        "lots.balance", "lots.exact", "lots.folder", "lots.groups", "lots.lottery", "lots.record",
        "lots.source", "people.chances", "process.themes", "report",
    },
    "cli.check": {
        "diagnosis.barred", "diagnosis.price", "diagnosis.repair", "diagnosis.ways", "display",
        "engine.panels", "engine.problem", "errors",
    },
    "cli.init": {"files.paths", "files.readers", "output", "rules.starter"},
    "cli.lottery": {
        "lots.commitment", "lots.folder", "lots.names", "lots.record", "messages", "output",
        "verify",
    },
    "cli.members": {
        "errors", "files.readers", "files.writers", "people.cohorts", "rules.read_project",
    },
    "cli.phases": {
        "engine.problem", "engine.search", "errors", "files.writers", "lots.folder", "lots.record",
        "process.phases", "rules.project", "rules.read_project", "verify",
    },
    "cli.served": {
        "errors", "files.headings", "files.readers", "messages", "people.served",
        "rules.read_project",
    },
    "cli.lot": {
        "engine.problem", "engine.search", "lots.exact", "lots.lottery", "messages",
        "process.one_of", "rules.project_file", "rules.read_project",
    },
    "cli.sources": {"errors", "lots.beacons", "lots.randomness"},
    "cli.reserves": {"lots.ranked", "lots.reserves", "people.chances"},
    "cli.draw": {
        "draw", "errors", "lots.drawn", "lots.folder", "lots.names", "lots.published",
        "lots.ranked", "lots.record", "lots.replacement", "output", "report",
    },
    "cli.verify": {
        "checking", "errors", "lots.beacons", "lots.commitment", "lots.folder", "lots.names",
        "lots.randomness", "lots.ranked", "lots.replacement", "lots.stepping_in", "messages",
        "output", "verify",
    },
    "cli.import_settings": {
        "engine.problem", "errors", "messages", "output", "rules.project", "rules.ready",
        "rules.settings",
    },
    "cli.explain": {"errors", "files.cells", "lots.explain", "lots.folder", "lots.place"},
    "cli.ceremony": {"lots.folder", "lots.names", "output", "report.ceremony"},
    "cli.publish": {"errors", "lots.folder", "lots.names", "lots.publish", "output", "verify"},
    "cli.purge": {"lots.folder", "lots.names", "lots.purge", "output"},
    "cli.pseudonymise": {
        "engine.objectives", "errors", "files.readers", "files.writers", "output",
        "people.pseudonyms", "rules.project", "rules.read_project",
    },
    "audit": {"audit.measure"},
    "cli.audit_files": {"audit.figures", "diagnosis.price", "files.writers", "rules.quotas"},
    "cli.audit": {
        "audit.compare", "audit.measure", "audit.reopen", "engine.legacy", "errors", "lots.folder",
        "lots.published", "output", "rules.populations", "rules.quotas",
    },
    "cli.compare": {
        "audit.against", "audit.figures", "audit.references", "errors", "files.readers",
        "files.writers", "lots.folder", "output", "people.pool", "people.prepare",
        "process.invitations.invitation", "report.comparison", "report.voice", "rules.fitting",
        "rules.keys", "rules.quotas", "rules.read_project",
    },
    "cli.replace": {
        "engine.clock", "engine.search", "errors", "files.paths", "lots.exact", "lots.folder",
        "lots.names", "lots.published", "lots.record", "lots.replacement", "lots.rosters",
        "lots.stepping_in", "output", "people.duplicates", "people.pool", "report", "verify",
    },
    "cli.standing": {
        "checking", "errors", "files.readers", "files.tables", "lots.folder", "lots.names",
        "lots.published", "lots.ranked", "lots.replacement", "people.statuses",
    },
    "cli.ways_out": {"engine.panels", "errors", "lots.replacement"},
    "cli.say": {"cli.terminal", "output"},
    "cli.page": {"errors", "files.spelling", "lots.folder", "output", "report", "verify"},
    "process.invitations.invite": {"process.invitations.plain", "process.invitations.register"},
    "cli.invite": {"output", "process.invitations.invitation", "process.invitations.invite"},
    "cli.missing": {"engine.problem", "errors", "files.writers"},
    "cli.meetings": {
        "errors", "messages", "output", "process.meetings.files", "process.meetings.recheck",
        "process.meetings.record", "process.meetings.rules", "process.meetings.seating",
        "process.meetings.seed", "process.meetings.unmet", "report.meeting_pages", "report.voice",
        "rules.project_file",
    },
    "cli.plan": {
        "files.writers", "output", "process.kinds", "process.plan", "process.planning",
        "process.stages", "rules.populations", "rules.project", "rules.quotas",
        "rules.read_project",
    },
    "lots.source": {"people.duplicates", "people.prepare", "rules.roles", "rules.themes"},
    "rules.share_table": {"rules.statements"},
}
# Who may import what is not ours, at the top or late.
OTHERS: dict[str, set[str]] = {
    "highspy": {"engine.solver"},
    "pandas": {
        "audit.against", "audit.compare", "audit.definitions", "audit.result", "datasets.shipped",
        "datasets.synthetic", "diagnosis.price", "draw", "files.tables",
    },
    "openpyxl": {"files.writers"},
    "click": {"dutch_click", *(name for name in ALLOWED if name.startswith("cli"))},
    "pulp": {"diagnosis.repair_models", "lots.reserves", "process.meetings.model"},
    "threadpoolctl": {"engine.threads"},
    "numpy": {
        "audit.against", "audit.barred", "audit.beside", "audit.chances", "audit.compare",
        "audit.errors", "audit.figures.chances", "audit.figures.changes", "audit.figures.groups",
        "audit.figures.sheet", "audit.groups", "audit.intervals", "audit.manipulate",
        "audit.measure", "audit.panels", "audit.reopen", "audit.result", "audit.seats",
        "audit.small_cells", "cli.replace", "cli.rules", "diagnosis.barred", "diagnosis.diagnose",
        "diagnosis.newcomers", "diagnosis.price", "diagnosis.repair", "diagnosis.repair_models",
        "diagnosis.written", "engine.columns", "engine.convex", "engine.counting",
        "engine.distribution", "engine.legacy", "engine.leximin", "engine.panels", "engine.persons",
        "engine.problem", "engine.proof", "engine.realise", "engine.relaxation", "engine.rows",
        "engine.reach", "engine.search", "engine.solver", "engine.targets", "engine.uniform",
        "engine.values", "lots.balance", "lots.exact", "lots.lottery", "lots.record",
        "lots.replacement", "lots.reserves",
        "lots.rounding", "lots.seating", "lots.stepping_in", "people.pool", "process.kinds",
        "process.meetings.layout", "process.meetings.model", "process.meetings.search",
        "process.meetings.seating", "process.one_of", "process.plan", "process.pools",
        "process.stages", "process.themes", "report.appendix", "rules.agreement", "rules.fields",
        "rules.parts", "rules.themes",
    },
    "matplotlib": {"audit.figures.files", "audit.figures.sheet"},
    "py_ecc": {"lots.beacons"},
    "rich": {"cli.terminal"},
    "joblib": {"process.plan"},
    "duckdb": {"process.invitations.heading", "process.invitations.register"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


# Packages whose names are modules; that of the report gives a function.
PACKAGES = {"sortition"} | {
    f"sortition.{path.parent.name}"
    for path in PACKAGE.glob("*/__init__.py")
    if path.parent.name != "report"
}
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
                if module in PACKAGES:  # whose names are modules
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
    return {name if name in MODULES else name.rpartition(".")[0] or "__init__" for name in inside}


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
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["figures"] + extras["register"]
    lines += extras["parallel"] + extras["beacon"]
    declared = {re.split(r"[<>=!~ \[]", line)[0].lower().replace("-", "_") for line in lines}
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


HEAVY = {
    "duckdb",
    "highspy",
    "jinja2",
    "joblib",
    "matplotlib",
    "openpyxl",
    "pandas",
    "pulp",
    "scipy",
}


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


def test_checking_a_folder_loads_no_numpy(tmp_path: Path) -> None:
    """Whoever holds files against what was published waits for no arrays and no list of people."""
    code = (
        "from sortition.lots.folder import lottery_record\n"
        "from sortition.checking import verify_folder\n"
        f"assert not verify_folder({str(tmp_path)!r}).ok\n"
        f"assert lottery_record({str(tmp_path)!r}) == {{}}"
    )

    assert set() == loaded(code) & (HEAVY | {"numpy"})


UNUSED = {  # by two plain tables, a least and a most for each value, and one panel of tickets
    "sortition.lots.drawn", "sortition.lots.exact", "sortition.people.cohorts",
    "sortition.people.derive", "sortition.people.exclude", "sortition.people.served",
    "sortition.process.themes", "sortition.rules.keys", "sortition.rules.read_project",
    "sortition.rules.several", "sortition.rules.statements", "sortition.rules.stating",
    "sortition.rules.themes", "sortition.verify_exact",
}


def test_a_plain_lottery_loads_only_what_it_uses(region: Path, tmp_path: Path) -> None:
    """Most people have two tables: what project files, themes and phases need waits for them."""
    tables = [str(region / name) for name in ("people.csv", "quotas.csv")]
    words = ["lottery", *tables, "--size", "24", "--tickets", "10", "--out", str(tmp_path / "made")]
    done = child("-c", (
        "import sys\nfrom sortition.cli import main\n"
        f"try:\n    main({[*words, '--quiet']})\nexcept SystemExit as ended:\n"
        "    assert not ended.code\nprint(*sys.modules)"
    ))

    assert 0 == done.returncode, done.stderr
    assert set() == UNUSED & set(done.stdout.decode().splitlines()[-1].split())
    assert {name.removeprefix("sortition.") for name in UNUSED} <= MODULES.keys()


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
