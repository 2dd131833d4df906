"""What it means that a control is satisfied, in words a founder can repeat to an investor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Praise:
    """`noun` names what was judged, one of them ("table"); `text` is "" where the finding's own
    message says it best, `noun` where there is only one thing to judge."""

    text: str
    noun: str = "place"


_TABLE = "table"
_ENTRY = "entry point"

PRAISES = {
    "rls-disabled": Praise("Row security is on", _TABLE),
    "rls-without-policy": Praise("Policies say who may do what", _TABLE),
    "rows-readable-by-anybody": Praise("Nothing is readable without signing in", _TABLE),
    "rows-readable-by-any-user": Praise("Users see no rows of others", _TABLE),
    "rows-writable-by-anybody": Praise("Nothing can be changed without signing in", _TABLE),
    "rows-writable-by-any-user": Praise("Users change no rows of others", _TABLE),
    "self-promotion": Praise("Users cannot raise their own rights", _TABLE),
    "open-storage-bucket": Praise("Files of others cannot be touched", "bucket"),
    "exposed-function": Praise("Database functions give strangers nothing", "function"),
    "definer-without-search-path": Praise("Privileged functions fix their search path", "function"),
    "no-primary-key": Praise("Every row can be told from every other", _TABLE),
    "missing-foreign-key": Praise("References are kept true by the database", "reference"),
    "foreign-key-without-index": Praise("References have an index", _TABLE),
    "missing-unique": Praise("Doubles are kept out by the database", "column"),
    "money-as-float": Praise("Money is kept exactly", "column"),
    "timestamp-without-time-zone": Praise("Moments carry their time zone", _TABLE),
    "user-deletion-blocked": Praise("Users can be deleted", "reference"),
    "query-of-missing-object": Praise("What the code asks of the database exists there", "object"),
    "unindexed-filter": Praise("What is searched by has an index", "column"),
    "updated-at-without-trigger": Praise("The time of a change sets itself", _TABLE),
    "broken-migration-history": Praise("", ""),
    "policy-recursion": Praise("", ""),
    "unauthenticated-endpoint": Praise("It asks who is calling before it acts", _ENTRY),
    "missing-authorisation": Praise("Callers are held to their own rows, rights or role", _ENTRY),
    "privileged-client-for-any-caller": Praise(
        "Full rights are used only after the caller was checked", _ENTRY
    ),
    "fail-open-guard": Praise("Who fails a check gets no further", _ENTRY),
    "missing-rate-limit": Praise("Calls that cost money are counted", _ENTRY),
    "webhook-unverified": Praise("The sender is verified first", "webhook"),
    "webhook-replay": Praise("A message that comes twice changes nothing more", "webhook"),
    "mass-assignment": Praise("Only named, harmless columns are written", "write"),
    "sql-injection": Praise("What users send never becomes part of SQL text", _ENTRY),
    "nosql-injection": Praise("What users send never becomes a query operator", _ENTRY),
    "command-injection": Praise("What users send never becomes a command", _ENTRY),
    "path-traversal": Praise("What users send cannot lead out of a folder", _ENTRY),
    "server-side-request-forgery": Praise("Users cannot choose which host is asked", _ENTRY),
    "html-injection": Praise("What users send never becomes HTML", _ENTRY),
    "open-redirect": Praise("Links lead only to known addresses", _ENTRY),
    "host-header-link": Praise("Links in mails lead to a configured address", _ENTRY),
    "open-email-relay": Praise("Mails cannot be misused for spam", _ENTRY),
    "internals-in-response": Praise("Answers hold no secret, hash or stack trace", _ENTRY),
    "user-enumeration": Praise("Sign-in does not tell who has an account", _ENTRY),
    "csrf": Praise("Other sites cannot act for a visitor", _ENTRY),
    "cors-any-origin-credentials": Praise("Other sites get no logins", "rule"),
    "secret-in-code": Praise("Secrets come from the environment", "secret"),
    "service-role-in-browser": Praise("Keys with full rights stay on the server", "key"),
    "client-side-secret": Praise("Keys in the browser are made to be public", "key"),
    "env-file-committed": Praise("Settings stay out of version control", "file"),
    "secret-in-logs": Praise("Logs hold no secrets", "place"),
    "personal-data-in-logs": Praise("Logs hold no personal data", "place"),
    "swallowed-error": Praise("Failed writes are noticed", "function"),
    "outbound-call-without-timeout": Praise("Calls to other services cannot hang for ever", "call"),
    "model-call-without-timeout": Praise("Model calls have a time limit and a fallback", "call"),
    "missing-input-validation": Praise("Input has a checked shape", _ENTRY),
    "non-atomic-writes": Praise("Writes that belong together succeed or fail together", _ENTRY),
    "not-idempotent": Praise("A repeated request does nothing twice", _ENTRY),
    "n-plus-one-query": Praise("Lists are read in one query", "function"),
    "data-access-in-component": Praise(
        "Screens get their data through hooks or services", "screen"
    ),
    "vulnerable-dependency": Praise("No known vulnerability", "package"),
    "brute-force": Praise("Passwords and codes cannot be tried without end", _ENTRY),
    "default-secret": Praise("No secret has a default in the code", "setting"),
    "weak-random": Praise("Passwords and tokens cannot be guessed"),
    "insecure-cookie": Praise("Session cookies are protected", "cookie"),
    "unpinned-model": Praise("Model names say which release is meant", "call"),
    "unvalidated-model-output": Praise("Answers of a model are checked before use", "call"),
    "no-deploy-description": Praise("How it is deployed is written down", "part"),
    "no-health-endpoint": Praise("It tells whether it is well", "server"),
    "no-error-tracking": Praise("Errors are reported to somebody", "part"),
    "no-retry": Praise("Failed requests are tried again", "part"),
    "no-structured-logging": Praise("Logs can be searched by field", "server"),
    "unbounded-query": Praise("Lists have an end", "query"),
    "unused-dependency": Praise("Every package that is asked for is used", "part"),
    "unpinned-dependency": Praise("Packages have a version", "part"),
    "no-lock-file": Praise("A lock file holds every package to one version", ""),
    "no-tests": Praise("", ""),
}
"""By control. One that is missing here is described by its findings' own message."""
