"""What a comparison proves: that the caller is known, has a role, owns what it asks for."""

from shipworthy.prototype.handlers.comparing.callers import (
    AMONG,
    AS_OWNER,
    AT_ITS_WORD,
    IN_CLAIMS,
    ROLE_KEY,
    SELF_MADE,
    SESSION_HOLDER,
    UNSIGNED,
    apart,
    is_address_of_caller,
    is_claim,
    is_identity,
    is_session_token,
    is_token,
    named_by_header,
    named_role,
    true_of_caller,
)
from shipworthy.prototype.handlers.comparing.comparison import (
    COMPARED,
    OWN_SITE,
    STAFF,
    compared,
    kind_of,
    names_host,
)
from shipworthy.prototype.handlers.comparing.nobody_yet import nobody_yet, set_up_once
from shipworthy.prototype.handlers.comparing.plain_roles import OF_EVERYBODY
from shipworthy.prototype.handlers.comparing.rows import CREDENTIAL, existing, is_open_on_one
from shipworthy.prototype.handlers.comparing.settings import STANDS_IN, settled
from shipworthy.prototype.handlers.comparing.some_roles import WHOSE_OF_SOME, asked_of_some_roles
from shipworthy.prototype.handlers.comparing.words import WORD_OF_CODE

__all__ = [
    "AMONG",
    "AS_OWNER",
    "AT_ITS_WORD",
    "COMPARED",
    "CREDENTIAL",
    "IN_CLAIMS",
    "OF_EVERYBODY",
    "OWN_SITE",
    "ROLE_KEY",
    "SELF_MADE",
    "SESSION_HOLDER",
    "STAFF",
    "STANDS_IN",
    "UNSIGNED",
    "WHOSE_OF_SOME",
    "WORD_OF_CODE",
    "apart",
    "asked_of_some_roles",
    "compared",
    "existing",
    "is_address_of_caller",
    "is_claim",
    "is_identity",
    "is_open_on_one",
    "is_session_token",
    "is_token",
    "kind_of",
    "named_by_header",
    "named_role",
    "names_host",
    "nobody_yet",
    "set_up_once",
    "settled",
    "true_of_caller",
]
