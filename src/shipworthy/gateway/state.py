"""Where a gateway keeps what must outlive it, and how that is opened."""

from __future__ import annotations

from pathlib import Path

from shipworthy.gateway.accounts import LEDGER
from shipworthy.gateway.control import CONTROL, Control
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.policy import Policy
from shipworthy.gateway.store import open_store


def state_folder(file: Path, policy: Policy) -> Path:
    """The folder of the gateway of this policy file: its journal, its admin socket, and SQLite stores."""
    return file.parent / policy.server.state


def open_control(file: Path, policy: Policy) -> Control:
    """The keys and switches that hold for this policy file. Raises BrokenStore and MissingExtra."""
    return Control(open_store(CONTROL, state_folder(file, policy), policy.server))


def open_ledger(file: Path, policy: Policy) -> Ledger:
    """The accounts that hold for this policy file. Raises BrokenStore and MissingExtra."""
    return Ledger(open_store(LEDGER, state_folder(file, policy), policy.server))
