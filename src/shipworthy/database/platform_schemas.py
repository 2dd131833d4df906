"""The schemas that the platform or PostgreSQL bring; all others are the prototype's own."""

from __future__ import annotations

PLATFORM_SCHEMAS = frozenset(
    """auth storage realtime vault cron net graphql graphql_public extensions pgsodium pgsodium_masks
    pgbouncer pgmq supabase_functions supabase_migrations information_schema pg_catalog pg_toast
    shipworthy _realtime _analytics _supavisor""".split()
)
