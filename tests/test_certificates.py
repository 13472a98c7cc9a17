"""Signatures of NIST: a published pulse with the certificate that signed it, and what is neither.

The certificate is the one that NIST used from August 2025 to September 2026; the beacon publishes
it under its SHA-512, and several public repositories keep a copy (the file here is that of
bradlipovsky/mass-movements, ``data/geographic_sample/beacon/certificate.pem``).
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import test_verify as tickets
from conftest import ROOT, write
from small import POOL, RULES, snapshot
from sources import PULSE_1853311, as_json, drawn_from, pulse_at

from sortition.errors import InputError
from sortition.lots import beacons
from sortition.lots.certificates import Certificate, made_by, read_certificates

FILE = ROOT / "tests" / "data" / "nist-certificate-2026.pem"
PEM = FILE.read_bytes()
DER = base64.b64decode(b"".join(PEM.splitlines()[1:-1]))
PULSE = beacons.nist(as_json(PULSE_1853311))
[OWN] = read_certificates(PEM)
# The two largest primes of 1024 bits: a key whose private half everybody has.
P = 2**1024 - 105
Q = 2**1024 - 179


def codes_of(raised: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [issue.code for issue in raised.value.issues]


def signed(certificate_id: str, sign) -> dict:
    """Return a pulse of the form of NIST's, signed by `sign` from message to number."""
    made = copy.deepcopy(PULSE_1853311)
    pulse = made["pulse"]
    pulse["certificateId"] = certificate_id
    message = beacons._signed(pulse, beacons._PULSE)
    pulse["signatureValue"] = sign(message).hex()
    whole = message + bytes.fromhex(pulse["signatureValue"])
    pulse["outputValue"] = hashlib.sha512(whole).hexdigest()
    return made


def test_the_pulse_of_nist_was_signed_by_nist() -> None:
    """The published pulse, with the published certificate, read from PEM, a chain or DER."""
    for data in (PEM, DER, PEM + PEM, b"Bag Attributes\r\n" + PEM.replace(b"\n", b"\r\n")):
        own = beacons.certificate_of(PULSE, data)
        assert OWN == own
        assert beacons.signature_holds(PULSE, own) is True

    assert "engine.beacon.nist.gov" == OWN.subject
    assert PULSE_1853311["pulse"]["certificateId"] == OWN.sha512
    assert (4096, 65537) == (OWN.modulus.bit_length(), OWN.exponent)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to compare with")
def test_the_key_is_the_one_that_openssl_reads() -> None:
    """Modulus, and the subject in whole."""
    told = subprocess.run(["openssl", "x509", "-noout", "-modulus", "-subject", "-in", FILE],
                          capture_output=True, text=True, check=True).stdout

    assert f"Modulus={OWN.modulus:X}\n" in told
    assert OWN.subject in told


@pytest.mark.parametrize("change", [
    {"timeStamp": "2026-07-10T11:03:00.000Z"}, {"localRandomValue": "00" * 64}, {"period": 1},
    {"pulseIndex": 1853312}, {"signatureValue": "00" * 512}, {"signatureValue": "ff" * 512},
    {"signatureValue": PULSE_1853311["pulse"]["signatureValue"][2:]},
    {"signatureValue": "00" + PULSE_1853311["pulse"]["signatureValue"]},
])
def test_what_nist_did_not_sign_does_not_hold(change: dict) -> None:
    """A field changed and the value hashed anew: whole, and still nobody's but a forger's."""
    made = copy.deepcopy(PULSE_1853311)
    made["pulse"] |= change
    whole = (beacons._signed(made["pulse"], beacons._PULSE)
             + bytes.fromhex(made["pulse"]["signatureValue"]))
    made["pulse"]["outputValue"] = hashlib.sha512(whole).hexdigest()

    assert beacons.signature_holds(beacons.nist(as_json(made)), OWN) is False


def test_only_the_whole_padding_is_a_signature() -> None:
    """With a key of one's own: the right padding holds, a digest elsewhere or alone does not."""
    n, e = P * Q, 65537
    d = pow(e, -1, (P - 1) * (Q - 1))
    own = Certificate("ab" * 64, "here", n, e)
    info = bytes.fromhex("3051300d060960864801650304020305000440")

    def padded(message: bytes, *, kind=b"\1", fill=b"\xff", behind=b"", head=info) -> bytes:
        told = head + hashlib.sha512(message).digest()
        rest = 256 - 3 - len(told) - len(behind)
        value = b"\0" + kind + fill * rest + b"\0" + told + behind
        return pow(int.from_bytes(value, "big"), d, n).to_bytes(256, "big")

    def holds(**how) -> bool | None:
        made = beacons.nist(as_json(signed(own.sha512, lambda told: padded(told, **how))))
        return beacons.signature_holds(made, own)

    assert holds() is True
    sha256 = bytes.fromhex("3031300d060960864801650304020105000420")
    for how in ({"kind": b"\2"}, {"fill": b"\0"}, {"behind": b"\0" * 8}, {"head": b""},
                {"head": sha256}):
        assert holds(**how) is False, how
    right = padded(b"x")
    assert made_by(own, b"x", right)
    more = int.from_bytes(right, "big") + n
    assert more >= 2**2048 or not made_by(own, b"x", more.to_bytes(256, "big"))
    assert not made_by(replace(own, exponent=3), b"x", right)


def test_a_pulse_of_another_suite_or_certificate_is_not_held_to_this_one() -> None:
    """Of another cipher suite nothing is known; a certificate must be the one that is named."""
    for change in ({"cipherSuite": 1}, {"certificateId": "00" * 64}):
        made = copy.deepcopy(PULSE_1853311)
        made["pulse"] |= change
        whole = (beacons._signed(made["pulse"], beacons._PULSE)
                 + bytes.fromhex(made["pulse"]["signatureValue"]))
        made["pulse"]["outputValue"] = hashlib.sha512(whole).hexdigest()
        assert beacons.signature_holds(beacons.nist(as_json(made)), OWN) is False


def test_without_a_certificate_it_is_left_open() -> None:
    """Neither true nor false."""
    assert beacons.signature_holds(PULSE) is None


@pytest.mark.parametrize("data", [
    b"", b"x", b"0\x80", DER[:-1], DER + b"\0\0", DER[:700], b"\x30\x84\xff\xff\xff\xff",
    PEM.replace(b"MIIIDD", b"MIII!!"), PEM[:900], b"0" * 10**6,
    DER.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d010102")),
])
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    """Cut off, padded, with another kind of key: an error with its file, and no traceback."""
    with pytest.raises(InputError) as raised:
        beacons.certificate_of(PULSE, data, "nist.pem")

    assert ["certificate-unread"] == codes_of(raised)
    assert "nist.pem" == raised.value.issues[0].file


def test_a_certificate_that_cannot_be_read_is_passed_over() -> None:
    """Beside the right one, before or behind it: another kind of key, or no certificate at all."""
    other = DER.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d010102"))
    for broken in (other, DER[:-1], b"x", b""):
        body = b"\n".join([b"-----BEGIN CERTIFICATE-----", base64.b64encode(broken),
                           b"-----END CERTIFICATE-----", b""])
        for data in (body + PEM, PEM + body, body + body + PEM):
            assert OWN == beacons.certificate_of(PULSE, data)


def test_every_cut_and_every_byte_of_a_certificate() -> None:
    """Whatever stands there, it is read, refused, or another certificate; nothing else happens."""
    for at in range(0, len(DER), 3):
        for data in (DER[:at], DER[:at] + bytes([DER[at] ^ 0x55]) + DER[at + 1:]):
            with pytest.raises(InputError) as raised:
                beacons.certificate_of(PULSE, data)
            assert codes_of(raised)[0] in {"certificate-unread", "certificate-other"}


def test_another_certificate_is_refused_with_the_address_of_the_right_one() -> None:
    """By its digest."""
    changed = DER[:-1] + bytes([DER[-1] ^ 1])
    with pytest.raises(InputError) as raised:
        beacons.certificate_of(PULSE, changed)

    assert ["certificate-other"] == codes_of(raised)
    assert OWN.sha512 == raised.value.issues[0].params["id"]


def test_the_commands_take_a_certificate(run, tmp_path: Path) -> None:
    """`verify` says that it holds, or leaves it open; a pulse that was made up ends with 5."""
    forged = beacons.nist(as_json(pulse_at("2026-07-10T11:03:00.000Z")))
    for name, source in {"true": PULSE, "forged": forged}.items():
        tickets.lay(drawn_from(tickets.undrawn(), tickets.pool(), source), tmp_path / name)
    tickets.lay(tickets.drawn(), tmp_path / "balls")
    (tmp_path / "no.pem").write_bytes(b"no")
    own = ("--certificate", FILE)

    held, left = run("verify", tmp_path / "true", *own), run("verify", tmp_path / "true")
    false = run("verify", tmp_path / "forged", *own, "--json")

    assert (0, 0) == (held.code, left.code)
    assert "certificate of engine.beacon.nist.gov: it holds" in held.out
    assert "not checked: that takes the certificate of the beacon (--certificate FILE)" in left.out
    assert f"certificate/{OWN.sha512}" in left.out
    assert 0 == run("verify", tmp_path / "forged").code, "its hash was made right"
    assert (5, "beacon-false") == (false.code, false.json["error"])
    assert 2 == run("verify", tmp_path / "balls", *own).code
    for file in (tmp_path / "no.pem", tmp_path / "nowhere.pem", ""):
        refused = run("verify", tmp_path / "true", "--certificate", file)
        assert (3, False, False) == (
            refused.code, "your list" in refused.err, "checks out" in refused.out), file
    failed = run("verify", tmp_path / "forged", *own)
    assert (5, False) == (failed.code, "checks out" in failed.out)


def test_draw_takes_a_certificate(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pulse of which nobody has the signature is refused, and nothing is written."""
    write(POOL, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sortition.cli.clock.now", lambda: datetime(2026, 7, 10, 11, tzinfo=UTC))
    assert 0 == run("lottery", *RULES, "--out", "made", "--quiet").code
    Path("true.json").write_bytes(as_json(PULSE_1853311))
    Path("forged.json").write_bytes(as_json(pulse_at("2026-07-10T11:03:00.000Z")))
    before = snapshot(Path("made"))

    ahead = run("draw", "made", "--nist", "forged.json", "--json")
    assert (3, ["source-ahead"]) == (ahead.code, [one["code"] for one in ahead.json["issues"]])
    monkeypatch.setattr("sortition.cli.clock.now", lambda: datetime(2026, 7, 10, 12, tzinfo=UTC))
    false = run("draw", "made", "--nist", "forged.json", "--certificate", FILE, "--json")
    assert (3, "beacon-signature") == (false.code, false.json["issues"][0]["code"])
    assert 2 == run("draw", "made", "--ticket", "1", "--certificate", FILE).code
    blank = run("draw", "made", "--nist", "true.json", "--certificate", "")
    assert (3, False) == (blank.code, "your list" in blank.err)
    for name in ("--dice", "--drand", "--nist"):
        assert 3 == run("draw", "made", "--ticket", "1", name, "").code, name
    assert before == snapshot(Path("made"))
    done = run("draw", "made", "--nist", "true.json", "--certificate", FILE)
    assert 0 == done.code
    assert "it holds" in done.out
    record = json.loads(Path("made/record.json").read_bytes())
    assert ["nist"] == [source["kind"] for source in record["draw"]["sources"]]
