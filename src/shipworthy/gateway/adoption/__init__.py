"""Run a prototype as it is, with every call to a model going through the gateway."""

from __future__ import annotations

from shipworthy.gateway.adoption.rerouted import Rerouted, run_rerouted

__all__ = ["Rerouted", "run_rerouted"]
