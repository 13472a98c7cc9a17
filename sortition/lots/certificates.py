"""The RSA key in a certificate, and whether it made a signature: what a pulse of NIST takes.

From the bytes of a stored X.509 certificate to `Certificate`; called by `sortition.lots.beacons`.
Standard library only. Of a certificate no more is read than whose it says it is and its key: who
issued it, and when it holds, is not looked at. It is believed for its digest, which the pulse
names, and for where whoever checks got it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Certificate", "made_by", "read_certificates"]

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _SET, _INTEGER, _BITS, _OBJECT, _VERSION = 0x30, 0x31, 0x02, 0x03, 0x06, 0xA0
_RSA = bytes.fromhex("2a864886f70d010101")  # rsaEncryption, RFC 8017
_COMMON_NAME = bytes.fromhex("550403")  # id-at-commonName, X.520
_SHA512 = bytes.fromhex("3051300d060960864801650304020305000440")  # before a digest, RFC 8017
_SHORTEST = 256  # bytes of a modulus: a shorter key could be broken


@dataclass(frozen=True, slots=True)
class Certificate:
    """What of a certificate is used.

    Parameters
    ----------
    sha512
        Of its bytes, in hexadecimal: by this a pulse names it.
    subject
        Whose it says it is: the common name, blank where there is none.
    modulus, exponent
        Of its RSA key.
    """

    sha512: str
    subject: str
    modulus: int
    exponent: int


def read_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Return the certificates in a file, in their order: PEM, one or several, or DER.

    Those that cannot be read, or have no RSA key of at least 2048 bits, are passed over.

    Raises
    ------
    ValueError
        If none is left.

    References
    ----------
    RFC 5280 (X.509), RFC 7468 (PEM), ITU-T X.690 (DER).
    """
    found = [b"".join(text.split()) for text in _PEM.findall(data)]
    read: list[Certificate] = []
    for text in found or [base64.b64encode(data)]:
        with suppress(IndexError, ValueError):  # of which the errors of base64 and UTF-8 are kinds
            read.append(_certificate(base64.b64decode(text, validate=True)))
    if not read:
        raise ValueError("no certificate with an RSA key")
    return tuple(read)


def made_by(certificate: Certificate, message: bytes, signature: bytes) -> bool:
    """Return whether the key of a certificate signed a message: RSA, PKCS #1 v1.5, SHA-512.

    What the signature gives is compared whole with what it must give. Nothing is taken apart, so
    that no padding that is nearly right can pass.

    References
    ----------
    RFC 8017, sections 8.2.2 and 9.2.
    """
    size = (certificate.modulus.bit_length() + 7) // 8
    value = int.from_bytes(signature, "big")
    if len(signature) != size or value >= certificate.modulus:
        return False
    told = _SHA512 + hashlib.sha512(message).digest()
    expected = b"\0\1" + b"\xff" * (size - 3 - len(told)) + b"\0" + told
    return pow(value, certificate.exponent, certificate.modulus).to_bytes(size, "big") == expected


def _certificate(data: bytes) -> Certificate:
    [whole] = _elements(data)
    fields = _elements(_elements(_content(whole, _SEQUENCE))[0][1])
    if fields[0][0] == _VERSION:  # left out in the first version
        del fields[0]
    _serial, _algorithm, _issuer, _validity, subject, key, *_ = fields
    kind, bits = _elements(_content(key, _SEQUENCE))
    if _content(_elements(_content(kind, _SEQUENCE))[0], _OBJECT) != _RSA:
        raise ValueError("no RSA key")
    [pair] = _elements(_content(bits, _BITS)[1:])  # behind the number of bits that are left over
    modulus, exponent = (
        int.from_bytes(_content(part, _INTEGER), "big")
        for part in _elements(_content(pair, _SEQUENCE))
    )
    if modulus.bit_length() <= 8 * (_SHORTEST - 1) or exponent < 3 or not modulus & exponent & 1:
        raise ValueError("no key to rely on")
    digest = hashlib.sha512(data).hexdigest()
    return Certificate(digest, _common_name(_content(subject, _SEQUENCE)), modulus, exponent)


def _common_name(subject: bytes) -> str:
    """Return the last common name of a subject, blank where it has none."""
    found = ""
    for part in _elements(subject):
        for pair in _elements(_content(part, _SET)):
            name, value = _elements(_content(pair, _SEQUENCE))
            if _content(name, _OBJECT) == _COMMON_NAME:
                found = value[1].decode()
    return "".join(sign if sign.isprintable() else "?" for sign in found)


def _content(element: tuple[int, bytes], tag: int) -> bytes:
    """Return what is in an element of this kind."""
    if element[0] != tag:
        raise ValueError("another kind of element")
    return element[1]


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """Return the elements that stand one after the other: the tag of each, and its content."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length >= 0x80:  # the number of bytes that hold the length
            many = length - 0x80
            if not 0 < many <= 4:
                raise ValueError("no length")
            length, at = int.from_bytes(data[at : at + many], "big"), at + many
        if at + length > len(data):
            raise ValueError("shorter than it says")
        found.append((tag, data[at : at + length]))
        at += length
    return found
