"""The policy that is in force: from its file, or derived; and what it leaves open for now."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shipworthy.errors import ShipworthyError
from shipworthy.prototype import Prototype
from shipworthy.sidecar.egress import in_force as egress_in_force
from shipworthy.sidecar.policy import Need, Policy, Who
from shipworthy.sidecar.ports import check_free, free_ports
from shipworthy.sidecar.wish import Wish


class CannotOpen(ShipworthyError):
    """Routes may not be opened where others can reach them."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy, the file it came from (None: derived, in memory alone), and what is open for now."""

    policy: Policy
    file: Path | None
    unprotected: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def policy_for(wish: Wish, prototype: Prototype, bound: Policy | None = None) -> InForce:
    """The policy of a run; a derived one gets free ports. `bound`: the one that listens already.

    Raises BrokenPolicy for a file with a mistake, PortTaken, CannotOpen.
    """
    found = _policy_for(wish, prototype, bound)
    egress, said = egress_in_force(found.policy.egress)
    policy = msgspec.structs.replace(found.policy, egress=egress)
    notes = (*found.notes, *([said] if said else []))
    return InForce(policy, found.file, found.unprotected, notes)


def _policy_for(wish: Wish, prototype: Prototype, bound: Policy | None) -> InForce:
    if not wish.policy_file.is_file() and wish.policy is None:
        return _derived(wish, prototype, bound)
    from shipworthy.sidecar.policy_file import read_policy

    policy = read_policy(wish.policy_file)
    if bound is None:
        check_free(policy.ports)
    found = InForce(policy, wish.policy_file)
    return found if wish.login else opened(found)


def _derived(wish: Wish, prototype: Prototype, bound: Policy | None) -> InForce:
    from shipworthy.sidecar.derive import derive

    derived = derive(prototype)
    ports = bound.ports if bound else free_ports(derived.policy.ports)
    policy = msgspec.structs.replace(derived.policy, ports=ports)
    found = InForce(
        policy, None, notes=tuple(f"for you to decide: {one}" for one in derived.undecided)
    )
    return found if wish.login and _can_tell_people(policy) else opened(found)


def opened(found: InForce) -> InForce:
    """The policy without login: what needs somebody is open to anyone, and is named as unprotected.

    Routes for nobody, and routes for keys where there are keys, stay as they are. Raises CannotOpen
    where the proxy listens on more than this machine.
    """
    policy = found.policy
    if not ipaddress.ip_address(policy.ports.bind).is_loopback:
        raise CannotOpen(
            f"without a login everybody who reaches {policy.ports.bind} would get in:"
            f" set ports.bind to 127.0.0.1, or login: in the policy"
        )
    routes = [
        msgspec.structs.replace(route, need=_open(route.need, policy)) for route in policy.routes
    ]
    closed = [route for route, now in zip(policy.routes, routes, strict=True) if route != now]
    unprotected = [f"{route.path}, which needs {_in_words(route.need)}" for route in closed]
    default = _open(policy.default, policy)
    if default != policy.default:
        unprotected.append(f"everything else, which needs {_in_words(policy.default)}")
    left = msgspec.structs.replace(policy, routes=routes, default=default, login=None)
    return InForce(left, found.file, tuple(unprotected), found.notes)


def _can_tell_people(policy: Policy) -> bool:
    return policy.login is not None or bool(policy.tokens)


def _open(need: Need, policy: Policy) -> Need:
    stays = need.who is Who.NOBODY or (need.who is Who.KEY and policy.keys)
    return need if stays else Need(Who.ANYONE)


def _in_words(need: Need) -> str:
    if need.who is Who.ROLE:
        return f"the role {need.name}"
    if need.who is Who.KEY:
        return "an API key"
    return "somebody who is signed in"
