"""Where replicas share what they know: one seam, SQLite and PostgreSQL behind it."""

from shipworthy.gateway.store.opening import open_store
from shipworthy.gateway.store.seam import BrokenStore, Part, Session, Store, StoreBusy

__all__ = ["BrokenStore", "Part", "Session", "Store", "StoreBusy", "open_store"]
