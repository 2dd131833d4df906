"""Telephone numbers: international ones by their country's plan, national ones by form or by context.

Source of calling codes and lengths: ITU-T E.164 and the national numbering plans that it lists.
"""

from __future__ import annotations

import re

# Calling code: fewest and most digits of the number behind it.
PLANS = {
    "1": (10, 10), "31": (9, 9), "32": (8, 9), "33": (9, 9), "34": (9, 9), "351": (9, 9),
    "353": (7, 9), "358": (6, 12), "39": (6, 11), "41": (9, 9), "43": (7, 13), "44": (9, 10),
    "45": (8, 8), "46": (7, 13), "47": (8, 8), "48": (9, 9), "49": (6, 12), "52": (10, 10),
    "55": (10, 11), "61": (9, 9), "64": (8, 10), "65": (8, 8), "81": (9, 10), "91": (10, 10),
    "420": (9, 9), "30": (10, 10), "36": (8, 9), "40": (9, 9), "380": (9, 9), "90": (10, 10),
    "972": (8, 9), "971": (8, 9), "27": (9, 9), "82": (8, 11), "86": (10, 11), "54": (10, 11),
}  # fmt: skip

WORDS = (
    "phone", "tel.", "tel:", "tel ", "call", "mobile", "cell", "fax", "whatsapp", "sms", "dial",
    "reach me", "ring me", "text me", "telefon", "handy", "rufnummer", "mobil", "anruf", "ruf mich",
    "téléphone", "telephone", "portable", "appel", "joindre", "móvil", "movil", "teléfono", "llám",
    "llam", "telefono", "cellulare", "chiam", "telefoon", "gsm", "bel me", "bellen", "celular",
    "ligue", "puhelin", "komórk", "zadzwo", "puh.", "tlf", "number is", "contact number",
    "telemóvel", "telemovel", "電話", "电话",
)  # fmt: skip
NOT_PHONES = (
    "order", "invoice", "ticket", "case", "ref", "sku", "isbn", "account", "konto", "rechnung",
    "bestell", "auftrag", "commande", "facture", "pedido", "factura", "ordine", "fattura", "part no",
    "serial", "tracking", "artikel", "version", "id:", "price", "total", "amount", "eur", "usd",
)  # fmt: skip


def is_international(digits: str) -> bool:
    """True for what follows a plus sign (or 00): a calling code and as many digits as its plan has."""
    for length in (1, 2, 3):
        limits = PLANS.get(digits[:length])
        if limits:
            national = len(digits) - length
            # "+49 (0)30 …": the trunk zero is written and not dialled
            trunk = digits[length : length + 1] == "0"
            return limits[0] <= national <= limits[1] + trunk
    return 9 <= len(digits) <= 15 and not digits.startswith("0")


def is_national(written: str, digits: str) -> bool:
    """True for a number written in a form that is a telephone number's in one of the plans."""
    return any(form.fullmatch(written) for form in _BY_COUNT.get(len(digits), ()))


def announced(before: str) -> bool:
    """True where the words before a number, in lower case, speak of a telephone and of nothing nearer."""
    words = [word for word in WORDS if word in before]
    if not words:
        return False
    nearest = max([before.rfind(word) for word in words])
    return _NOT_PHONE.search(before, nearest) is None


_NOT_PHONE = re.compile("|".join(map(re.escape, NOT_PHONES)))
NAMED_AFTER = (" (mobile", " (cell", " (phone", " (tel", " (handy", " (fax")
"""Words that say so behind a number."""

_NANP = re.compile(r"(?:1[ .-])?\(?[2-9][0-9]{2}(?:\) ?|[ .-])[2-9][0-9]{2}[ .-][0-9]{4}")
_TRUNK = re.compile(r"\(?0[0-9]{1,4}\)?(?:[ ./-]|[ ][/-][ ])[0-9]{2,9}(?:[ .-][0-9]{2,6}){0,4}")
_BRITISH = re.compile(
    r"0(?:7[0-9]{3}|20|1[0-9]{2,3}|[38][0-9]{2})[ -]?[0-9]{3,6}(?:[ -]?[0-9]{3,4})?"
)
_MOBILE = re.compile(r"0(?:7[0-9]{9}|1[5-7][0-9]{8,9}|6[0-9]{8})")
_FRENCH = re.compile(r"0[1-9](?:[ .-][0-9]{2}){4}")
_BRAZILIAN = re.compile(r"\([1-9][0-9]\) ?9?[0-9]{4}-[0-9]{4}")
_INDIAN = re.compile(r"[6-9][0-9]{4}[ -][0-9]{5}")
_BY_COUNT = {
    9: (_TRUNK, _FRENCH),
    10: (_NANP, _TRUNK, _FRENCH, _BRAZILIAN, _INDIAN, _MOBILE),
    11: (_TRUNK, _BRITISH, _BRAZILIAN, _MOBILE, _NANP),
    12: (_TRUNK, _MOBILE),
}
