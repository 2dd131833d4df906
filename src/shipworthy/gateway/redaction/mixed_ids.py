"""Numbers that mix letters and digits: IBANs and the identity numbers with a letter in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.gateway.redaction.checksums import is_day, mod_97, weighted
from shipworthy.gateway.redaction.found import Found


def find_mixed(text: str) -> Iterator[Found]:
    """Every IBAN and identity number in which a letter touches a digit, or that ends in a letter."""
    at = 0
    while touch := _TOUCH.search(text, at):
        start = touch.start()
        while start > 0 and text[start - 1].isalnum() and text[start - 1].isascii():
            start -= 1
        if start and text[start - 1] == "\\" and text[start] in "nrt":
            start += 1
        token = _TOKEN.match(text, start)
        end = token.end() if token else touch.end()
        at = max(end, touch.end())
        if not token or end - start < 4:
            continue
        found = _iban(text, start) or _identity(start, token[0].upper())
        if found:
            yield found
            at = max(at, found.end)


def find_in_pairs(text: str) -> Iterator[Found]:
    """National Insurance numbers as they are printed: `QQ 12 34 56 C`."""
    for match in _IN_PAIRS.finditer(text):
        found = _identity(0, match[0].replace(" ", ""))
        if found:
            yield Found(*match.span(), found.kind)


_IN_PAIRS = re.compile(r"\b[A-Z]{2} [0-9]{2} [0-9]{2} [0-9]{2} [A-D]\b")
_TOUCH = re.compile(
    r"[0-9](?:(?<=[A-Za-z][0-9])|(?=[A-Za-z])|(?<=[0-9]{6})(?=[-+][0-9]{3}[0-9A-Y]))"
)
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-+](?=[0-9]{3}[0-9A-Za-z]\b)[0-9]{3}[0-9A-Za-z])?")


def _iban(text: str, start: int) -> Found | None:
    match = _IBAN.match(text, start)
    if not match:
        return None
    length = IBAN_LENGTHS.get(match[0][:2].upper())
    if length is None:
        return None
    end, seen = start, 0
    while end < len(text) and seen < length:
        seen += text[end] not in " -\u00a0"
        end += 1
    whole = "".join(c for c in text[start:end] if c.isalnum()).upper()
    if len(whole) != length or not whole.isascii() or text[end : end + 1].isalnum():
        return None
    return Found(start, end, "IBAN") if mod_97(whole[4:] + whole[:4]) == 1 else None


_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}[ -]?[A-Za-z0-9]{4}[ -]?[A-Za-z0-9]{3}")

IBAN_LENGTHS = {
    row[:2]: int(row[2:])
    for row in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27"
        " DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28"
        " IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22"
        " MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24"
        " SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    ).split()
}
"""Length of the IBAN of each country. Source: SWIFT IBAN Registry, release 99."""


def _identity(start: int, token: str) -> Found | None:
    for kind, shape, valid in _SHAPES.get(len(token), ()):
        if shape.fullmatch(token) and valid(token):
            return Found(start, start + len(token), kind)
    return None


def _dni(token: str) -> bool:
    number = token[:-1].translate(_NIE)
    return _DNI_LETTERS[int(number) % 23] == token[-1]


_NIE = str.maketrans("XYZ", "012")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def _pps(token: str) -> bool:
    second = ord(token[8]) - 64 if len(token) == 9 and token[8] != "W" else 0
    return _PPS_LETTERS[(weighted(token[:7], range(8, 1, -1)) + 9 * second) % 23] == token[7]


_PPS_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"


def _hetu(token: str) -> bool:
    if not is_day(token[:2], token[2:4]):
        return False
    return _HETU_LETTERS[int(token[:6] + token[7:10]) % 31] == token[10]


_HETU_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def _codice_fiscale(token: str) -> bool:
    total = sum(_ODD[int(c, 36) if c.isdigit() else ord(c) - 65] for c in token[0:15:2])
    total += sum(int(c) if c.isdigit() else ord(c) - 65 for c in token[1:15:2])
    return chr(65 + total % 26) == token[15]


_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)


def _nino(token: str) -> bool:
    # Prefixes that HMRC does not issue: manual NIM39110. QQ is the one of its examples.
    return token[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def _corsican(token: str) -> bool:
    number = token[:13].replace("2A", "19", 1).replace("2B", "18", 1)
    return int(token[13:]) == 97 - int(number) % 97


def _always(_: str) -> bool:
    return True


_D = r"[0-9LMNPQRSTUV]"  # the Italian tax office swaps digits for letters where two people collide
_SHAPES = {
    8: (("IE_PPS", re.compile(r"[0-9]{7}[A-W]"), _pps),),
    9: (
        ("ES_DNI", re.compile(r"[0-9]{8}[A-Z]|[XYZ][0-9]{7}[A-Z]"), _dni),
        ("UK_NINO", re.compile(r"(?:QQ|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])[0-9]{6}[A-D]"), _nino),
        ("IE_PPS", re.compile(r"[0-9]{7}[A-W][A-IW]"), _pps),
    ),
    10: (("IN_PAN", re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]"), _always),),
    11: (("FI_HETU", re.compile(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]"), _hetu),),
    15: (("FR_NIR", re.compile(r"[12][0-9]{4}2[AB][0-9]{8}"), _corsican),),
    16: (
        (
            "IT_CF",
            re.compile(rf"[A-Z]{{6}}{_D}{{2}}[A-EHLMPRST]{_D}{{2}}[A-Z]{_D}{{3}}[A-Z]"),
            _codice_fiscale,
        ),
    ),
}
