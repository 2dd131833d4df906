"""The outbound calls that somebody waits for: of the product that runs, and of no model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.models.safety_nets import is_script
from shipworthy.prototype.outbound.calls import OutboundCall
from shipworthy.prototype.roles import is_trial

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def judged_calls(prototype: Prototype) -> Iterator[OutboundCall]:
    """Calls without those of scripts, of endpoints made to try a service out, of what developers
    start by hand, and of models, which are judged with their fallback."""
    models = {call.location for call in prototype.model_calls}
    for call in prototype.outbound_calls:
        path = call.location.path
        if call.location in models or path in prototype.by_hand or is_trial(path):
            continue
        if not is_script(prototype, path, call.function):
            yield call
