"""Check digits: the arithmetic that tells a card, an account or an identity number from any number."""

from __future__ import annotations

from collections.abc import Iterable


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: payment cards, Swedish and Canadian numbers."""
    total = sum(map(int, digits[-1::-2]))
    return (total + sum(_DOUBLED[int(d)] for d in digits[-2::-2])) % 10 == 0


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mod_97(text: str) -> int:
    """ISO 7064 MOD 97-10 of digits and capital letters (A = 10): 1 for a valid IBAN, rotated."""
    return int("".join(str(int(c, 36)) for c in text)) % 97


def mod_11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10 with the check digit last: the German tax identification number."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def verhoeff(digits: str) -> bool:
    """Verhoeff's check in the dihedral group D5: Aadhaar."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _D5[check][_PERMUTED[place % 8][int(digit)]]
    return check == 0


def _row(start: int) -> tuple[int, ...]:
    if start < 5:
        return (*((start + j) % 5 for j in range(5)), *((start + j) % 5 + 5 for j in range(5)))
    return (*((start - j) % 5 + 5 for j in range(5)), *((start - j) % 5 for j in range(5)))


_D5 = tuple(_row(i) for i in range(10))
_FIRST = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permutations() -> Iterable[tuple[int, ...]]:
    row = tuple(range(10))
    for _ in range(8):
        yield row
        row = tuple(_FIRST[i] for i in row)


_PERMUTED = tuple(_permutations())


def weighted(digits: str, weights: Iterable[int]) -> int:
    """The sum of the digits, each times its weight; digits beyond the weights are left out."""
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False))


def is_day(day: str, month: str) -> bool:
    """True for 01 to 31 and 01 to 12: the form of a date, not its place in a calendar."""
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12
