"""Texts of the page that speak of people and seats, and those of a plain lot in their place.

A plain lot may be one of municipalities, streets or numbers. Used by `sortition.report.voice`.
"""

from __future__ import annotations

__all__ = ["ENTRIES"]

ENTRIES = {
    "report-asked-text": "report-asked-text-entries",
    "report-asked-fair": "report-asked-fair-entries",
    "report-rules": "report-rules-entries",
    "report-rules-text": "report-rules-text-entries",
    "report-signed-up": "report-signed-up-entries",
    "report-seats": "report-seats-entries",
    "report-figure-people": "report-figure-people-entries",
    "report-figure-seats": "report-figure-seats-entries",
    "report-figure-panels": "report-figure-panels-entries",
    "report-figure-tickets": "report-figure-tickets-entries",
    "report-legend-pool": "report-legend-pool-entries",
    "report-legend-band": "report-legend-band-entries",
    "report-fair-text": "report-fair-text-entries",
    "report-fair-same": "report-fair-same-entries",
    "report-fair-why": "report-fair-why-entries",
    "report-fair-near": "report-fair-near-entries",
    "report-chart": "report-chart-entries",
    "report-chart-alt": "report-chart-alt-entries",
    "report-people": "report-people-entries",
    "report-proof-text": "report-proof-text-entries",
    "report-objective-text": "report-objective-text-entries",
    "report-lottery-text": "report-lottery-text-entries",
    "report-lottery-exact": "report-lottery-exact-entries",
    "report-lottery-one": "report-lottery-one-entries",
    "report-drawn-exact": "report-drawn-exact-entries",
    "report-how-seed-exact": "report-how-seed-exact-entries",
    "report-how-system-exact": "report-how-system-exact-entries",
    "report-drawn-where": "report-drawn-where-entries",
    "report-not-drawn": "report-not-drawn-entries",
    "report-hidden": "report-hidden-entries",
    "report-symbols": "report-symbols-entries",
    "report-def-n": "report-def-n-entries",
    "report-def-k": "report-def-k-entries",
    "report-def-min": "report-def-min-entries",
    "report-def-geometric": "report-def-geometric-entries",
    "report-def-mean": "report-def-mean-entries",
    "report-def-barred": "report-def-barred-entries",
    "report-def-bound": "report-def-bound-entries",
    "report-def-custom": "report-def-custom-entries",
    "report-def-loss": "report-def-loss-entries",
    "report-def-loss-exact": "report-def-loss-exact-entries",
    "report-panels": "report-panels-entries",
    "report-def-panels": "report-def-panels-entries",
    "report-def-levels": "report-def-levels-entries",
    "report-def-cuts": "report-def-cuts-entries",
    "report-expected": "report-expected-entries",
}
