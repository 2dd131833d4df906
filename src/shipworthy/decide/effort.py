"""How many hours a task takes: by the kind of work and the number of places, never by the size of the code.

The figures are judgements of one team, in hours of a person who knows the stack and before review; they
are listed here so that they can be argued about, and are replaced by measured ones where a team has some.
"""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.decide.plan import Kind, Task
from shipworthy.decide.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours for the first place (half of all take less; one of ten takes longer than `p90`), and the
    share of it that each further place takes: what is uniform is cheap to repeat."""

    p50: float
    p90: float
    further: float = 0.25


TINY = Effort(0.5, 1.5, 0.15)
SMALL = Effort(1.5, 4, 0.15)
MEDIUM = Effort(4, 10, 0.2)
LARGE = Effort(10, 24, 0.3)
HUGE = Effort(24, 60, 0.4)

_BY_CONTROL = {
    **dict.fromkeys(
        """no-lock-file no-health-endpoint unpinned-model model-address-in-code unpinned-dependency
        unused-dependency
        redundant-index timestamp-without-time-zone updated-at-without-trigger policy-reevaluates-auth
        foreign-key-without-index unindexed-filter definer-without-search-path insecure-cookie
        missing-security-headers outbound-call-without-timeout cors-any-origin-credentials
        typescript-not-strict-flag env-file-committed committed-database""".split(),
        TINY,
    ),
    **dict.fromkeys(
        """client-decided-money home-grown-auth sign-up-decides-role open-tenant
        privileged-client-for-any-caller non-atomic-writes god-module no-evaluation-suite no-tests
        broken-migration-history query-of-missing-object plain-text-secret-column shared-mutable-state
        no-account-deletion typescript-not-strict model-output-executed stored-card-data
        state-in-process-memory""".split(),
        LARGE,
    ),
    **dict.fromkeys(
        """unauthenticated-endpoint missing-authorisation missing-rate-limit webhook-unverified
        webhook-replay not-idempotent self-promotion open-firebase-rules open-storage-bucket
        client-side-secret service-role-in-browser secret-in-history no-ci no-data-export no-retention
        no-structured-logging missing-input-validation csrf import-cycle data-access-in-component
        sql-injection read-modify-write-race""".split(),
        MEDIUM,
    ),
}  # fmt: skip

_BY_NAME = {
    "rollback-drill": MEDIUM,
    "restore-drill": MEDIUM,
    "security-review": Effort(24, 40),
    "load-test": Effort(12, 24),
    "impact-assessment": Effort(24, 60),
    "go-live": Effort(6, 12),
    "parity-list": Effort(12, 30),
    "move-data": Effort(24, 80),
    "switch-off": Effort(12, 30),
}

_PATH_STEP = Effort(20, 50)


def effort_of(task: Task) -> Effort:
    """The effort of a task; the usual one of its kind where it has none of its own."""
    if task.id in _BY_NAME:
        return _BY_NAME[task.id]
    if task.kind is Kind.PATH:
        return _PATH_STEP
    if task.kind is Kind.COMPONENT:
        return _REBUILD if task.id.startswith(Verdict.REBUILD.value) else _REFACTOR
    return _BY_CONTROL.get(task.id, SMALL)


_REFACTOR = Effort(40, 100)
_REBUILD = Effort(80, 220)
