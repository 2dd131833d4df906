"""Identity and tax numbers of countries: how many digits, which check, and the words around them.

Sources: the issuing authorities' published algorithms, as collected in the OECD's TIN descriptions
(oecd.org, "Tax identification numbers") and ISO 7064. A number whose check lets more than one random
number in fifty pass counts only in a form that nothing else has, or beside a word that names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from shipworthy.gateway.redaction.checksums import (
    is_day,
    luhn,
    mod_11_10,
    verhoeff,
    weighted,
)


@dataclass(frozen=True, slots=True)
class NationalId:
    """One kind of number: `valid` sees its digits, `form` (where not None) makes context needless."""

    kind: str
    digits: int
    valid: Callable[[str], bool]
    words: tuple[str, ...]
    form: re.Pattern[str] | None = None
    strong: bool = (
        False  # fewer than one random number in fifty passes: neither form nor word needed
    )


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _ssn(d: str) -> bool:
    # Areas 000 and 666 are never issued; 900 to 999 are ITINs and numbers that stand in for one.
    return d[3:5] != "00" and d[5:] != "0000" and d[:3] not in ("000", "666")


def _steuer_id(d: str) -> bool:
    # One digit comes two or three times among the first ten (Bundeszentralamt für Steuern).
    repeated = [d[:10].count(x) for x in set(d[:10]) if d[:10].count(x) > 1]
    return d[0] != "0" and len(repeated) == 1 and repeated[0] <= 3 and mod_11_10(d)


def _nir(d: str) -> bool:
    return d[0] in "123478" and d[3:5] != "00" and int(d[13:]) == 97 - int(d[:13]) % 97


def _bsn(d: str) -> bool:
    total = weighted(d, range(9, 1, -1)) - int(d[8])
    return total > 0 and total % 11 == 0


def _pesel(d: str) -> bool:
    check = weighted(d, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    return check and is_day(d[4:6], f"{int(d[2:4]) % 20:02}")


def _cpf(d: str) -> bool:
    if len(set(d)) == 1:
        return False
    first = weighted(d, range(10, 1, -1)) * 10 % 11 % 10
    return first == int(d[9]) and weighted(d, range(11, 1, -1)) * 10 % 11 % 10 == int(d[10])


def _aadhaar(d: str) -> bool:
    return d[0] not in "01" and verhoeff(d)


def _personnummer(d: str) -> bool:
    ten = d[-10:]
    day = f"{int(ten[4:6]) % 60:02}"  # coordination numbers add 60 to the day
    return is_day(day, ten[2:4]) and luhn(ten) and (len(d) == 10 or d[:2] in ("19", "20"))


def _belgian(d: str) -> bool:
    check = int(d[9:])
    return check in (97 - int(d[:9]) % 97, 97 - int("2" + d[:9]) % 97) and int(d[2:4]) % 20 <= 12


def _fodselsnummer(d: str) -> bool:
    if not is_day(f"{int(d[:2]) % 40:02}", f"{int(d[2:4]) % 40:02}"):
        return False
    first = -weighted(d, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weighted(d, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (first, second) == (int(d[9]), int(d[10]))


def _cpr(d: str) -> bool:
    return is_day(d[:2], d[2:4])  # Danish numbers have had no check digit since 2007


def _ahv(d: str) -> bool:
    return d.startswith("756") and -weighted(d, (1, 3) * 6) % 10 == int(d[12])


def _svnr(d: str) -> bool:
    total = weighted(d[:3] + d[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11
    return total == int(d[3]) and is_day(d[4:6], d[6:8])


def _nif(d: str) -> bool:
    check = -weighted(d, range(9, 1, -1)) % 11
    return d[0] in "1235689" and (check if check < 10 else 0) == int(d[8])


def _rodne_cislo(d: str) -> bool:
    month = int(d[2:4])
    return int(d) % 11 == 0 and any(is_day(d[4:6], f"{month - k:02}") for k in (0, 20, 50, 70))


def _nhs(d: str) -> bool:
    check = -weighted(d, range(10, 1, -1)) % 11
    return check != 10 and check == int(d[9]) and len(set(d)) > 1


def _tfn(d: str) -> bool:
    return weighted(d, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


NATIONAL_IDS = (
    NationalId("US_SSN", 9, _ssn, ("ssn", "social security", "itin", "taxpayer"),
               _form(r"\d{3}([- ])\d{2}\1\d{4}")),
    NationalId("UK_NHS", 10, _nhs, ("nhs",)),
    NationalId("DE_TAX_ID", 11, _steuer_id, ("steuer", "idnr", "id-nr", "tax id", "tin"),
               _form(r"\d{2} \d{3} \d{3} \d{3}")),
    NationalId("FR_NIR", 15, _nir, ("sécu", "secu", "nir"), strong=True),
    NationalId("NL_BSN", 9, _bsn, ("bsn", "burgerservice", "sofi")),
    NationalId("PL_PESEL", 11, _pesel, ("pesel",), strong=True),
    NationalId("BR_CPF", 11, _cpf, ("cpf",), strong=True),
    NationalId("IN_AADHAAR", 12, _aadhaar, ("aadhaar", "aadhar", "uidai"),
               _form(r"\d{4}([- ])\d{4}\1\d{4}")),
    NationalId("SE_PERSONNUMMER", 10, _personnummer, ("personnummer", "person no", "pnr"),
               _form(r"\d{6}[-+]\d{4}")),
    NationalId("SE_PERSONNUMMER", 12, _personnummer, ("personnummer",), strong=True),
    NationalId("BE_NRN", 11, _belgian, ("rijksregister", "registre national", "nrn"), strong=True),
    NationalId("NO_FNR", 11, _fodselsnummer, ("fødselsnummer", "personnummer"), strong=True),
    NationalId("DK_CPR", 10, _cpr, ("cpr", "personnummer"), _form(r"\d{6}-\d{4}")),
    NationalId("CH_AHV", 13, _ahv, ("ahv", "avs"), strong=True),
    NationalId("AT_SVNR", 10, _svnr, ("svnr", "sozialversicherung", "sv-nr")),
    NationalId("PT_NIF", 9, _nif, ("nif", "contribuinte")),
    NationalId("CZ_RC", 10, _rodne_cislo, ("rodné", "rodne"), _form(r"\d{6}/\d{4}")),
    NationalId("CA_SIN", 9, luhn, ("social insurance", "sin:", "sin ", "nas "), ),
    NationalId("AU_TFN", 9, _tfn, ("tfn", "tax file")),
)  # fmt: skip

BY_DIGITS: dict[int, tuple[NationalId, ...]] = {
    count: tuple(i for i in NATIONAL_IDS if i.digits == count)
    for count in {i.digits for i in NATIONAL_IDS}
}
WORDS_BY_DIGITS = {
    count: re.compile("|".join(re.escape(word) for one in possible for word in one.words))
    for count, possible in BY_DIGITS.items()
}
"""Finds whether any of them is named: of most numbers none is."""
