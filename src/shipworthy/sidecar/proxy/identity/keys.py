"""API keys in `x-api-key`: the proxy knows only their SHA-256, and the prototype only who has the key."""

from __future__ import annotations

from shipworthy.sidecar.policy import Need, Policy, Who
from shipworthy.sidecar.proxy.identity.script import in_route, off, script
from shipworthy.sidecar.proxy.identity.secrets import Secrets, hashes
from shipworthy.sidecar.proxy.typed import Message

NAME = "shipworthy.keys"
METADATA = NAME  # where the script says whose key it was
CLIENT = "client"


def keys_filter() -> Message:
    """The filter; it looks for a key where a route asks for one."""
    return script(NAME, "keys.lua")


def of_route(policy: Policy, need: Need, secrets: Secrets) -> Message:
    """The part of a route that says which keys there are. Every key is looked at for every caller."""
    if need.who is not Who.KEY:
        return off(NAME)
    known = [{"hash": digest, "name": name} for digest, name in hashes(policy, secrets).items()]
    return in_route(NAME, keys=known)
