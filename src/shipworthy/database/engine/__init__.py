"""A PostgreSQL of one's own, for as long as a proof takes: found, started, bounded and removed."""

from shipworthy.database.engine.options import EngineOptions
from shipworthy.database.engine.server import Database, Server, start

__all__ = ["Database", "EngineOptions", "Server", "start"]
