"""Whether an e-mail address may belong to somebody or was made up."""

from __future__ import annotations

from shipworthy.regex import regex

ADDRESS = regex(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# RFC 2606 keeps `example` and `.test` for this; the others are what people write in their place.
_PLACEHOLDER = regex(
    r"(?:.*[.@])?(?:example|test|tests|testing|demo|sample|fake|dummy|placeholder|invalid|local|localhost"
    r"|localdomain|domain|mydomain|yourdomain|email|mail|company|mycompany|yourcompany|acme|seed|foo|bar|xyz"
    r"|abc|asdf|qwerty)\.[a-z.]+|.*\.(?:test|example|invalid|local|localhost)"
)
_MADE_UP = regex(
    r"(?:test|demo|sample|fake|dummy|example|placeholder|foo|bar|asdf|abc|xyz|a|b|x|user|admin|john\.?doe"
    r"|jane\.?doe|your\.?e?mail|e?mail|john|jane|alice|bob)[\d_.+-]*"
)
# Where private persons have their mailboxes.
_MAILBOXES = frozenset(
    """gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.fr outlook.com hotmail.com live.com
    msn.com icloud.com me.com aol.com proton.me protonmail.com gmx.de gmx.net gmx.com web.de t-online.de
    freenet.de mail.ru yandex.ru qq.com 163.com 126.com naver.com orange.fr wanadoo.fr free.fr libero.it
    uol.com.br bol.com.br hotmail.fr hotmail.co.uk outlook.fr outlook.de rediffmail.com zoho.com""".split()
)


def is_placeholder(address: str) -> bool:
    """True for addresses that nobody has or that show the form of one: ana@example.com, test@test.de."""
    name, _, domain = address.lower().rpartition("@")
    return (
        bool(_PLACEHOLDER.fullmatch(domain))
        or bool(_MADE_UP.fullmatch(name))
        or domain.partition(".")[0] == name  # admin@admin.com
        or len(domain.partition(".")[0]) < 2
    )


def is_of_a_person(address: str) -> bool:
    """True for a mailbox at a provider for private persons."""
    return address.lower().rpartition("@")[2] in _MAILBOXES and not is_placeholder(address)
