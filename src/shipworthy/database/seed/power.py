"""Which columns and words carry power: roles, plans, credit, approval."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from shipworthy.regex import regex


class Power(Enum):
    """What a column decides."""

    ROLE = "role"
    FLAG = "flag"
    PLAN = "plan"
    AMOUNT = "amount"
    APPROVAL = "approval"


_COLUMNS: tuple[tuple[Power, re.Pattern[str]], ...] = (
    (
        Power.FLAG,
        regex(
            r"^(is|es|e|eh|has|can)_?(super_?|system_?|platform_?)?"
            r"((admin|administrador|staff|superuser|superadmin|owner|moderator|premium|paid|"
            r"verified|approved|manager|super)\w*|pro(_\w+)?)$|^(admin|superuser|premium|verified|approved)$"
        ),
    ),
    (
        Power.ROLE,
        regex(
            r"(^|_)(roles?|papel|perfil_acesso|cargo|rol|tipo_usuario|user_type|account_type|"
            r"access_level|permissions?|permission_level|permissao|privileges?|user_level|"
            r"nivel_acesso)(_names?)?$"
        ),
    ),
    (
        Power.PLAN,
        regex(
            r"(^|_)(plan|plano|tier|subscription|membership)(_(type|tier|name|level|plan|status))?$"
        ),
    ),
    (
        Power.AMOUNT,
        regex(
            r"(^|_)(credits?|(balance|saldo)(_(usd|eur|gbp|brl|inr|ngn|kes|zar|cents|amount))?|wallet|tokens?|"
            r"quota|coins|points_balance|"
            r"(credits?|tokens?|usage)_(balance|remaining|limit|total)|\w+_(credits|quota))$"
        ),
    ),
    (Power.APPROVAL, regex(r"(^|_)(status|approval|approval_status|verification_status)$")),
)
# Rank of a word: 90 and more rule over others, 50 and more give what others pay or wait for.
_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (15, regex(r"^(non|not|no|un)[_-]?(admin|approved|verified|paid)")),
    (100, regex(r"super|root|master|god|platform|system|sysadmin")),
    (95, regex(r"adm")),
    (90, regex(r"^(owner|dono|propriet|director|diretor|ceo|founder)")),
    (70, regex(r"moderat|manager|gerente|supervisor|gestor|lead$|head")),
    (60, regex(r"enterprise|unlimited|lifetime|ultimate|business|agency|max$")),
    (55, regex(r"premium|^pro|gold|platinum|paid|plus|staff|editor|approv|verified|aprovad")),
    (50, regex(r"^active$|^ativo$|^activo$|^accepted$|^complete")),
    (
        10,
        regex(
            r"user|usu|member|viewer|guest|client|custom|free|basic|trial|pend|none|starter|"
            r"inactive|standard|reject|block|ban|suspend|read|anon|cancel|expired|student|buyer"
        ),
    ),
)
# What somebody wishes or does for a living: `wished_role`, `job_role`.
_WORDLESS = regex(
    r"(^|_)(wish|wished|request|requested|desired|preferred|wanted|target|job|applied|proposed|suggested)_"
)


def power_of(column: str) -> Power | None:
    """What a column of this name decides, or None."""
    lower = column.lower()
    if _WORDLESS.search(lower):
        return None
    return next((power for power, pattern in _COLUMNS if pattern.search(lower)), None)


def rank(word: object) -> int:
    """How much a role, plan or status gives, 0 to 100; 30 for words we do not know."""
    if isinstance(word, bool):
        return 95 if word else 10
    text = str(word).strip().lower()
    if text in ("true", "false"):
        return 95 if text == "true" else 10
    return next((rank for rank, pattern in _RANKS if pattern.search(text)), 30)


def lowest(words: Iterable[str]) -> str:
    """The word that gives least; the first of equals."""
    return min(words, key=rank)


def highest(words: Iterable[str]) -> str:
    """The word that gives most; the first of equals."""
    return max(words, key=rank)
