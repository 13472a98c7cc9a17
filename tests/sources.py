"""Public pulses of beacons, as they were published, and pulses made here.

The rounds of drand are number 1000 of quicknet and number 1 of the default network; the pulse of
NIST is 1853311 of chain 2, of 10 July 2026, which several public documents quote as an anchor.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from conftest import ROOT

from sortition import Pool
from sortition.lots.beacons import _PULSE, _signed
from sortition.lots.commitment import sealed
from sortition.lots.published import Published
from sortition.lots.randomness import Source

QUICK = {
    "round": 1000,
    "randomness": "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    "signature": "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39",
}
CHAINED = {
    "round": 1,
    "randomness": "101297f1ca7dc44ef6088d94ad5fb7ba03455dc33d53ddb412bbc4564ed986ec",
    "signature": "8d61d9100567de44682506aea1a7a6fa6e5491cd27a0a0ed349ef6910ac5ac20"
    "ff7bc3e09d7c046566c9f7f3c6f3b10104990e7cb424998203d8f7de586fb7fa"
    "5f60045417a432684f85093b06ca91c769f0e7ca19268375e659c2a2352b4655",
    "previous_signature": "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
}
PULSE_1853311 = json.loads((ROOT / "tests" / "data" / "nist-pulse-1853311.json").read_bytes())


def pulse_at(time: str) -> dict[str, Any]:
    """Return a pulse of the form of NIST's with another time, which NIST never signed."""
    made = copy.deepcopy(PULSE_1853311)
    pulse = made["pulse"]
    pulse["timeStamp"] = time
    whole = _signed(pulse, _PULSE) + bytes.fromhex(pulse["signatureValue"])
    pulse["outputValue"] = hashlib.sha512(whole).hexdigest().upper()
    return made


def round_of(number: int) -> dict[str, Any]:
    """Return a round of the form of quicknet's, which its network never signed."""
    signature = hashlib.sha384(str(number).encode()).hexdigest()
    value = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    return {"round": number, "randomness": value, "signature": signature}


def as_json(answer: object) -> bytes:
    """Return an answer as a beacon gives it."""
    return json.dumps(answer).encode()


def drawn_from(
    files: Mapping[str, bytes], pool: Pool, *sources: Source, names: Sequence[str] = ()
) -> dict[str, bytes]:
    """Return the files of a lottery drawn from sources, with names announced or none."""
    record = json.loads(files["record.json"])
    at = "2016-01-01T00:00:00+00:00"
    record["announced"] = {"source": "as said", "at": at, "names": list(names)}
    fixed = {**files, "record.json": sealed(record)}
    lottery = Published(fixed, record["tickets"], pool, proven=True)
    made = lottery.draw(None, None, "en", sources=sources)[1]
    return fixed | {name: made[name] for name in ("record.json", "panel.csv", "remaining.csv")}
