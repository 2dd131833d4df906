"""Run an unmodified prototype: copied, installed, built, started on this machine alone, and kept running."""

from shipworthy.sidecar.application.launched import Launched, launch
from shipworthy.sidecar.application.packages import python_path
from shipworthy.sidecar.application.prepared import Prepared, prepare
from shipworthy.sidecar.application.problem import CannotRun, last_fault
from shipworthy.sidecar.application.server_actions import server_actions
from shipworthy.sidecar.application.settings import read_settings

__all__ = [
    "CannotRun",
    "Launched",
    "Prepared",
    "last_fault",
    "launch",
    "prepare",
    "python_path",
    "read_settings",
    "server_actions",
]
