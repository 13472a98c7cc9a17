"""Public beacons: rounds of drand and pulses of NIST, from the JSON that they publish.

A stored file, or an answer that was asked for by name, becomes a `Source`. The value is derived by
hashing, never believed. What drand signs is checked where ``py_ecc`` is installed, and what NIST
signs with its certificate, from a stored file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sortition.errors import InputError, Issue
from sortition.lots.certificates import Certificate, made_by, read_certificates
from sortition.lots.randomness import Source
from sortition.verify import CHAINS

__all__ = ["certificate_of", "drand", "fetch", "nist", "pulse_holds", "signature_holds"]

_HASHES = {"quicknet": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
           "default": "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"}
_KEYS = {
    "quicknet": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3a"
    "c6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc0"
    "9e76eae8991ef5ece45a",
    "default": "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293"
    "784a9402801af31",
}
_SIGNED = {48: "quicknet", 96: "default"}  # bytes of a signature: a point of one group or the other
_HEX = re.compile(r"([0-9a-f]{2}){1,96}")
_BYTES, _FOUR, _EIGHT = re.compile(r"([0-9A-Fa-f]{2}){1,1000}"), range(2**32), range(2**64)
_PULSE = {  # what a NIST pulse signs, in this order
    "uri": str, "version": str, "cipherSuite": _FOUR, "period": _FOUR, "certificateId": _BYTES,
    "chainIndex": _EIGHT, "pulseIndex": _EIGHT, "timeStamp": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"),
    "localRandomValue": _BYTES,
    "external": {"sourceId": _BYTES, "statusCode": _FOUR, "value": _BYTES},
    "listValues": [{"value": _BYTES}], "precommitmentValue": _BYTES, "statusCode": _FOUR}
_ROUND = {"round": range(1, 10**12), "signature": _HEX}
_SUITE = 0  # SHA-512, and RSA with padding as in PKCS #1 v1.5
_LARGE = 10**5  # bytes: no round and no pulse is longer
_SECONDS = 20  # to wait for an answer


def drand(data: bytes, file: str | None = None) -> Source:
    """Return a round of drand, of its network "quicknet" or "default".

    Parameters
    ----------
    data
        JSON as drand's nodes answer: ``round``, ``signature`` and perhaps ``randomness``, which is
        the SHA-256 of the signature, and ``previous_signature``.
    file
        Where it was, for messages.

    Raises
    ------
    InputError
        If it is no such round, or its randomness is not the hash of its signature.

    References
    ----------
    drand, "HTTP API" and "Specification", docs.drand.love.
    """
    answer = _object(data, file)
    signature = str(answer.get("signature")).lower()
    chain = _SIGNED.get(len(signature) // 2)
    kept = {"kind": "drand", "chain": chain, "round": answer.get("round"), "signature": signature}
    if "previous_signature" in answer and chain == "default":
        kept["previous_signature"] = str(answer["previous_signature"]).lower()
    form = _ROUND | ({} if len(kept) < 5 else {"previous_signature": _HEX})
    if chain is None or not _fits(kept, form):
        raise _unread("drand", file)
    source = Source.of(kept)
    if str(answer.get("randomness", source.value)).lower() != source.value:
        raise InputError([Issue("beacon-hash", {"beacon": "drand"}, file,
                                suggestion="beacon-again")])
    return source


def nist(data: bytes, file: str | None = None) -> Source:
    """Return a pulse of the NIST randomness beacon, version 2.

    Parameters
    ----------
    data
        JSON as the beacon answers.
    file
        Where it was, for messages.

    Raises
    ------
    InputError
        If it is no such pulse, or its output value is not the hash of its other fields.

    References
    ----------
    Kelsey, Brandão, Peralta, Booth, "A Reference for Randomness Beacons", NISTIR 8213 (draft).
    """
    answer = _object(data, file)
    pulse = answer.get("pulse", answer)
    if not _fits(pulse, _PULSE | {"signatureValue": _BYTES, "outputValue": _BYTES}):
        raise _unread("NIST", file)
    kept = {name: pulse[name] for name in (*_PULSE, "signatureValue", "outputValue")}
    try:
        source = Source.of({"kind": "nist", "pulse": kept})
    except (OverflowError, ValueError):  # no such time
        raise _unread("NIST", file) from None
    if not pulse_holds(kept):
        raise InputError([Issue("beacon-hash", {"beacon": "NIST"}, file,
                                suggestion="beacon-again")])
    return source


def pulse_holds(pulse: Mapping[str, Any]) -> bool:
    """Return whether the output value of a pulse of NIST is the hash of its other fields.

    So the pulse is whole; who made it, only its signature says: see `signature_holds`.
    """
    try:
        whole = _signed(pulse, _PULSE) + bytes.fromhex(pulse["signatureValue"])
        return hashlib.sha512(whole).hexdigest() == str(pulse["outputValue"]).lower()
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        return False


def _fits(value: Any, shape: Any) -> bool:
    """Whether data are of a type, a pattern, a range, or so part by part."""
    if isinstance(shape, re.Pattern):
        return type(value) is str and shape.fullmatch(value) is not None
    if isinstance(shape, range):  # a text would be looked for one by one
        return type(value) is int and value in shape
    if isinstance(shape, list):
        return type(value) is list and all(_fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return type(value) is dict and all(
            key in value and _fits(value[key], part) for key, part in shape.items())
    return type(value) is shape


def _signed(value: Any, shape: Any) -> bytes:
    """Return what of a pulse is signed: numbers in four or eight bytes, all else by length."""
    if isinstance(shape, dict):
        return b"".join(_signed(value[key], part) for key, part in shape.items())
    if isinstance(shape, list):
        return b"".join(_signed(each, shape[0]) for each in value)
    if isinstance(shape, range):
        return int(value).to_bytes(shape.stop.bit_length() // 8, "big")
    data = bytes.fromhex(value) if shape is _BYTES else value.encode()
    return len(data).to_bytes(4, "big") + data


def certificate_of(source: Source, data: bytes, file: str | None = None) -> Certificate:
    """Return the certificate that a pulse of NIST names, from a file that holds it.

    Parameters
    ----------
    source
        The pulse, whose ``certificateId`` is the SHA-512 of the certificate.
    data
        The certificate as the beacon publishes it (PEM), or as DER; there may be others with it.
    file
        Where it was, for messages.

    Raises
    ------
    InputError
        If the file holds no certificate with an RSA key, or another than the pulse names.
    """
    wanted = str(source.data["pulse"]["certificateId"]).lower()
    try:
        held = read_certificates(data)
    except ValueError:
        raise InputError([Issue("certificate-unread", {}, file, suggestion="certificate-file")]
                         ) from None
    found = next((one for one in held if one.sha512 == wanted), None)
    if found is None:
        params = {"source": source.name, "id": wanted}
        raise InputError([Issue("certificate-other", params, file, suggestion="certificate-from")])
    return found


def signature_holds(source: Source, certificate: Certificate | None = None) -> bool | None:
    """Return whether a beacon signed what it is said to; None where nothing here can tell.

    Of a round of drand it takes the package ``py_ecc`` (``pip install "sortition[beacon]"``) and
    some seconds, of a pulse of NIST its certificate.

    References
    ----------
    Boneh, Lynn, Shacham, "Short Signatures from the Weil Pairing"; RFC 9380. Of NIST see `nist`.
    """
    if source.kind == "nist" and certificate is not None:
        pulse = source.data["pulse"]
        signed, signature = _signed(pulse, _PULSE), bytes.fromhex(pulse["signatureValue"])
        named = pulse["certificateId"].lower() == certificate.sha512
        return named and pulse["cipherSuite"] == _SUITE and made_by(certificate, signed, signature)
    if source.kind != "drand":
        return None
    try:
        from py_ecc.bls.hash_to_curve import hash_to_G1, hash_to_G2
        from py_ecc.bls.point_compression import decompress_G1, decompress_G2
        from py_ecc.optimized_bls12_381 import G1, G2, pairing
    except ImportError:
        return None
    kept = source.data
    quick = kept["chain"] == "quicknet"
    message = bytes.fromhex(kept.get("previous_signature", "")) + kept["round"].to_bytes(8, "big")
    digest, key = hashlib.sha256(message).digest(), bytes.fromhex(_KEYS[kept["chain"]])
    signed = bytes.fromhex(kept["signature"])
    domain = f"BLS_SIG_BLS12381G{1 if quick else 2}_XMD:SHA-256_SSWU_RO_NUL_".encode()

    def point(data: bytes) -> Any:
        if len(data) == 48:
            return decompress_G1(int.from_bytes(data, "big"))
        return decompress_G2((int.from_bytes(data[:48], "big"), int.from_bytes(data[48:], "big")))

    try:
        if quick:
            hashed = hash_to_G1(digest, domain, hashlib.sha256)
            return bool(pairing(G2, point(signed)) == pairing(point(key), hashed))
        hashed = hash_to_G2(digest, domain, hashlib.sha256)
        return bool(pairing(point(signed), G1) == pairing(hashed, point(key)))
    except ValueError:  # no point of the curve
        return False


def fetch(name: str) -> Source:
    """Return what a beacon says over the network: ``drand:quicknet:1000``, ``nist:2026-…Z``.

    Raises
    ------
    InputError
        If the name is not of that form, nothing answers, or it answers something else.
    """
    from urllib.error import URLError
    from urllib.request import urlopen

    kind, _, rest = name.partition(":")
    chain, _, number = rest.rpartition(":")
    try:
        if kind == "drand" and (chain or "quicknet") in CHAINS and re.fullmatch(r"\d+", number):
            url = f"https://api.drand.sh/{_HASHES[chain or 'quicknet']}/public/{number}"
            read = drand
        elif kind == "nist" and re.fullmatch(r"[-\dT:]+Z", rest):
            time = int(datetime.fromisoformat(rest).timestamp())
            url = f"https://beacon.nist.gov/beacon/2.0/pulse/time/{time * 1000}"
            read = nist
        else:
            raise ValueError(name)
    except ValueError:
        raise InputError([Issue("fetch-form", {"name": name}, suggestion="fetch-like")]) from None
    try:
        with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - an address of ours, https
            data = answer.read(_LARGE)
    except (URLError, OSError) as error:
        params = {"name": name, "reason": type(error).__name__}
        raise InputError([Issue("fetch-failed", params, suggestion="fetch-by-hand")]) from None
    return read(data, name)


def _object(data: bytes, file: str | None) -> dict[str, Any]:
    """Return the object that JSON holds, whose numbers are whole."""
    try:
        answer = json.loads(data, parse_float=str)
    except (RecursionError, ValueError):
        answer = None
    if not isinstance(answer, dict):
        raise _unread("drand / NIST", file)
    return answer


def _unread(beacon: str, file: str | None) -> InputError:
    return InputError([Issue("beacon-unread", {"beacon": beacon}, file, suggestion="beacon-file")])
