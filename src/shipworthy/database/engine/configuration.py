"""How a server is made and set: nothing durable, nothing in the background, no network."""

from __future__ import annotations

from shipworthy.database.engine.binaries import Binaries
from shipworthy.database.engine.options import EngineOptions
from shipworthy.database.engine.process import Place

ADMIN = "supabase_admin"  # the bootstrap superuser, as on the platform

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "24",
    "superuser_reserved_connections": "4",
    "shared_buffers": "32MB",
    "huge_pages": "off",
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that nothing stays in /dev/shm
    "work_mem": "8MB",
    "maintenance_work_mem": "32MB",
    "max_locks_per_transaction": "256",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "64MB",
    "min_wal_size": "2MB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "bgwriter_lru_maxpages": "0",
    "jit": "off",
    "lock_timeout": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "fatal",  # a flood of warnings must not fill the log
    "log_min_error_statement": "panic",
    "logging_collector": "off",
    "dynamic_library_path": "$libdir",
    "lc_messages": "C",
}
_SETTINGS_SINCE = {
    17: {"allow_alter_system": "off", "max_notify_queue_pages": "64"},
    18: {"io_method": "sync"},
}


def initdb_arguments(binaries: Binaries) -> tuple[str, ...]:
    """How a cluster is made. Names sort by code point, as nothing of a replay depends on it."""
    arguments = [
        f"--username={ADMIN}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]
    arguments += ["--no-instructions", "--wal-segsize=1"]
    if binaries.major >= 17:
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if binaries.major >= 18:
        arguments += ["--no-data-checksums"]
    return tuple(arguments)


def configure(place: Place, options: EngineOptions) -> None:
    """Write the whole configuration of a place."""
    settings = _SETTINGS | {
        "unix_socket_directories": str(place.folder),
        "statement_timeout": f"{options.statement_seconds * 1000:.0f}",
        "temp_file_limit": f"{options.file_bytes // 1024}kB",
    }
    for since, more in _SETTINGS_SINCE.items():
        if place.binaries.major >= since:
            settings |= more
    if place.binaries.has_extension_path:
        settings["extension_control_path"] = str(place.folder / "share")
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    (place.data / "postgresql.conf").write_text("\n".join(lines) + "\n")
    place.account.owns(place.data / "postgresql.conf")
