"""A local stand-in for the hosted parts of a prototype: Supabase, or a plain PostgreSQL.

Nothing here is the real PostgREST, Auth or Storage server. It answers like them, well enough to click
through a prototype on a laptop, and says in every answer that it is a stand-in.
"""

from shipworthy.sidecar.standin.plain import PlainDatabase, start_database
from shipworthy.sidecar.standin.pointing import point
from shipworthy.sidecar.standin.supabase import Standin, start_supabase

__all__ = ["PlainDatabase", "Standin", "point", "start_database", "start_supabase"]
