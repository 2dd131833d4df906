"""A prototype run unchanged, and all that surrounds it, from the start to the end."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.errors import ShipworthyError, ToldInLines
from shipworthy.prototype import Prototype
from shipworthy.sidecar import control, place
from shipworthy.sidecar.application.settings import read_settings
from shipworthy.sidecar.backend import running_backend
from shipworthy.sidecar.egress import WayOut
from shipworthy.sidecar.ending import Ending
from shipworthy.sidecar.event import Event, Kind, Tell
from shipworthy.sidecar.in_force import policy_for
from shipworthy.sidecar.login_provider import LoginProvider
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.admin import ProxyGone
from shipworthy.sidecar.rehearsal import secrets_of
from shipworthy.sidecar.run import Run
from shipworthy.sidecar.services import running_services
from shipworthy.sidecar.stats import PATH, Counts, read_counts
from shipworthy.sidecar.status import State, Status
from shipworthy.sidecar.traffic import Traffic
from shipworthy.sidecar.visit import Visit, visit_until_it_answers
from shipworthy.sidecar.wish import Wish

if TYPE_CHECKING:
    from shipworthy.sidecar.proxy import Configuration, Proxy

_LATELY = 60.0  # seconds
_FIRST_ANSWER_SECONDS = 120.0  # a development server builds its pages when they are asked for
_IN_MEMORY = (
    "the policy was derived from the code and is in memory alone. Keep it: shipworthy sidecar init"
)
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_FAILS = 500  # the least status that says that the prototype itself is broken
_NOBODY = 9  # the port of the prototype until it has one: discard, so the maintenance page is shown
# Of the policy: sockets, certificates, and what a program was told when it was started.
_AT_START_ALONE = ("host", "ports", "tls", "egress.mode", "egress.port")


class NotNow(ShipworthyError):
    """A change that a running sidecar does not take, and why."""


class BrokenDown(ToldInLines):
    """The prototype ends as often as it is started; everything was ended."""


class Sidecar:
    """One run. `start`, then `tick` every now and then, then `stop`; what happens is told as events."""

    def __init__(self, wish: Wish, prototype: Prototype, tell: Tell) -> None:
        self.ended = Ending()
        self.state = State.STARTING
        self._wish, self._prototype, self._tell_user = wish, prototype, tell
        self._parts = ExitStack()
        self._lock = threading.RLock()  # commands come from other threads
        self._ready_at = time.monotonic()
        self._written: bytes | None = None  # the policy file, as it was read last
        self._proxy: Proxy
        self._said: deque[str] = deque(maxlen=5)
        self._readings: deque[tuple[float, Counts]] = deque()
        self._restarts = 0

    def start(self) -> None:
        """Prepare, launch and surround the prototype. Raises a ShipworthyError, and leaves nothing then."""
        try:
            self._start()
        except BaseException:
            self._parts.close()
            raise

    def stop(self) -> None:
        """End everything in order: first the proxy, after the requests that it is answering."""
        with self._lock:
            self.state = State.ENDING
            self._tell(Kind.STATE, "ending: requests under way are finished first", state="ending")
            self._proxy.stop()
            self._tell(
                Kind.STEP, "ending the prototype, and keeping its packages for the next start"
            )
            self._parts.close()
        self._tell(Kind.END, "ended")

    def tick(self) -> None:
        """Look at the policy file, the prototype and the counters; tell what changed.

        Raises BrokenDown, and NotStarted for a proxy that cannot be started again.
        """
        with self._lock:
            if self._written != (text := self._policy_text()):
                self._written = text
                self._try_policy()
            self._look_after_proxy()
            if self._login.is_due():
                self._proxy.apply(self._configured(self._in_force.policy))
            self._count()
            self._look_after_prototype()

    def status(self) -> Status:
        """How it is now."""
        with self._lock:
            now = time.monotonic()
            earlier = self._readings[0][1] if self._readings else Counts()
            total = self._readings[-1][1] if self._readings else Counts()
            return Status(
                url=self.url,
                prototype=self._prototype.root.name,
                runs=self._runs,
                policy=str(self._in_force.file or ""),
                state=self.state,
                seconds=now - self._ready_at,
                restarts=self._backend.restarts,
                total=total,
                lately=total.since(earlier),
                people=self._traffic.people(now),
                last=tuple(self._traffic.last),
                unprotected=self._in_force.unprotected,
                said=tuple(self._said),
                pid=os.getpid(),
            )

    @property
    def url(self) -> str:
        """Where people open the prototype."""
        policy = self._in_force.policy
        port = "" if policy.ports.https == 443 else f":{policy.ports.https}"
        return f"https://{policy.host}{port}"

    def pause(self) -> None:
        """Answer everything with the maintenance page until `resume`."""
        with self._lock:
            self._proxy.pause()
            self.state = State.PAUSED
            self._tell(Kind.STATE, "paused: everybody gets the maintenance page", state="paused")

    def resume(self) -> None:
        """Serve again."""
        with self._lock:
            self._proxy.resume()
            self.state = State.SERVING
            self._tell(Kind.STATE, "serving again", state="serving")

    def reload(self) -> None:
        """Apply the policy as its file says it now. Raises what is wrong with it; then the old one stays."""
        with self._lock:
            self._written = self._policy_text()
            self._apply()

    def _start(self) -> None:
        from shipworthy.sidecar.certificate import certificate_for, default_authorities

        enter = self._parts.enter_context
        self._folder = place.runtime_folder(self._prototype.root)
        enter(place.held(self._folder))
        enter(_without_leftovers(self._folder / "proxy"))
        self._written = self._policy_text()
        self._in_force = policy_for(self._wish, self._prototype)
        self._say_what_is_open()
        self._certificate = certificate_for(self._in_force.policy, default_authorities())
        self._given = read_settings(self._wish.environment) if self._wish.environment else {}
        run = self._run()
        self._login = LoginProvider(self._tell)
        self._services = enter(running_services(run, self._tell_user))
        self._start_proxy()
        self._backend = enter(running_backend(run, self._services, self._tell_user))
        self._runs = self._backend.runs
        self._upstreams = self._backend.upstreams
        self._proxy.apply(self._configured(self._in_force.policy))
        enter(control.answering(self._folder, self._verbs()))
        self._first_page_seen = self._first_page()
        self.state, self._ready_at = State.SERVING, time.monotonic()
        self._count()
        self._tell(Kind.READY, self._ready(), **self.status().document)

    def _start_proxy(self) -> None:
        """Before the prototype, which may ask its stand-ins at the public address while it is built."""
        from shipworthy.sidecar.proxy import Proxy
        from shipworthy.sidecar.proxy.upstreams import Upstreams

        self._tell(Kind.STEP, "starting the proxy")
        self._upstreams = Upstreams(_NOBODY, self._services.prefixes)
        self._proxy = Proxy.start(self._configured(self._in_force.policy), self._certificate)
        self._parts.callback(lambda: self._proxy.stop())  # the one that runs then
        self._traffic = Traffic(self._proxy.files.log)

    def _run(self) -> Run:
        policy, own = self._in_force.policy, self._folder / "proxy"
        secret = set(secrets_of(policy)) - {read.name for read in self._prototype.environment}
        return Run(
            self._prototype,
            self._folder,
            self.url,
            self._certificate.authority.decode(),
            {name: value for name, value in self._given.items() if name not in secret},
            WayOut(policy.egress, own, (policy.ports.https,), (own,)),
        )

    def _configured(self, policy: Policy) -> Configuration:
        from shipworthy.sidecar import proxy

        secrets = {**os.environ, **self._services.secrets, **self._given}
        self._login.look(policy.login)
        return proxy.build(policy, self._upstreams, self._folder, secrets, self._login.provider)

    def _try_policy(self) -> None:
        """A broken file changes nothing but what the user is told."""
        try:
            self._apply()
        except ShipworthyError as error:
            self._tell(Kind.POLICY, f"the policy stays as it was: {error}", applied=False)

    def _apply(self) -> None:
        began = time.monotonic()
        old = self._in_force.policy
        new = policy_for(self._wish, self._prototype, bound=old)
        for name in _AT_START_ALONE:
            read = attrgetter(name)
            if read(new.policy) != read(old):
                raise NotNow(f"{name} counts from the next start on: end `shipworthy up` first")
        self._proxy.apply(self._configured(new.policy))
        self._in_force = new
        took = 1000 * (time.monotonic() - began)
        self._tell(Kind.POLICY, f"the policy was applied in {took:.0f} ms", applied=True)
        self._say_what_is_open()

    def _policy_text(self) -> bytes | None:
        """What the policy file says now; None where there is none."""
        try:
            return self._wish.policy_file.read_bytes()
        except OSError:
            return None

    def _count(self) -> None:
        now = time.monotonic()
        self._traffic.read(now)
        try:
            counts = read_counts(self._proxy.admin(PATH)).with_refusals(self._traffic.refused)
        except (ProxyGone, ValueError):
            return  # told where the proxy is looked after
        self._readings.append((now, counts))
        while len(self._readings) > 2 and now - self._readings[1][0] > _LATELY:
            self._readings.popleft()

    def _look_after_proxy(self) -> None:
        """Renew its certificate in time, and start it again where it died. Raises NotStarted."""
        from shipworthy.sidecar.certificate import certificate_for, default_authorities
        from shipworthy.sidecar.proxy import Proxy

        if self._certificate.must_be_renewed(datetime.now(UTC)):
            policy = self._in_force.policy
            self._certificate = certificate_for(policy, default_authorities())
            self._proxy.renew(self._certificate)
            self._tell(
                Kind.NOTE, f"the certificate was renewed, until {self._certificate.ends:%d %B}"
            )
        if not self._proxy.alive():
            self._proxy = Proxy.start(self._proxy.configuration, self._certificate)
            if self.state is State.PAUSED:
                self._proxy.pause()
            self._tell(Kind.STATE, "the proxy had died and was started again")

    def _look_after_prototype(self) -> None:
        if problem := self._backend.problem:
            raise BrokenDown(f"the prototype was given up: {problem}")
        restarts = self._backend.restarts
        if restarts != self._restarts:
            self._restarts = restarts
            self._tell(Kind.STATE, f"the prototype was restarted (number {restarts})")
        if self.state is State.PAUSED:
            return
        state = State.SERVING if self._is_up() else State.DOWN
        if state is not self.state:
            self.state = state
            words = "answers again" if state is State.SERVING else "does not answer"
            self._tell(Kind.STATE, f"the prototype {words}", state=state.value)

    def _is_up(self) -> bool:
        counts = self._readings[-1][1] if self._readings else Counts()
        app = [upstream for upstream in counts.upstreams if upstream.name == "app"]
        return self._backend.alive() and all(upstream.healthy for upstream in app)

    def _verbs(self) -> Mapping[str, control.Verb]:
        def then_status(act: Any) -> control.Verb:
            def verb(_: Mapping[str, Any]) -> dict[str, Any]:
                act()
                return self.status().document

            return verb

        return {
            "status": then_status(self._count_now),
            "pause": then_status(self.pause),
            "resume": then_status(self.resume),
            "reload": then_status(self.reload),
            "stop": then_status(self.ended.set),
        }

    def _count_now(self) -> None:
        with self._lock:
            self._count()

    def _say_what_is_open(self) -> None:
        if self._in_force.file is None:
            self._tell(Kind.NOTE, _IN_MEMORY)
        for note in self._in_force.notes:
            self._tell(Kind.NOTE, note)
        for route in self._in_force.unprotected:
            self._tell(Kind.OPEN, route)

    def _first_page(self) -> Visit:
        policy = self._in_force.policy
        address = (_ANY.get(policy.ports.bind, policy.ports.bind), policy.ports.https)
        authority = self._certificate.authority.decode()
        return visit_until_it_answers(address, policy.host, authority, _FIRST_ANSWER_SECONDS)

    def _ready(self) -> str:
        seen = self._first_page_seen
        if seen.status >= _FAILS:
            return f"{self.url} is up, and its first page fails with {seen.status}{self._why()}"
        page = f" ({seen.title})" if seen.title else f" (its first page answers {seen.status})"
        return f"{self.url} is ready{page}"

    def _why(self) -> str:
        """What the prototype says of its last error, in words; '' where it says nothing."""
        from shipworthy.sidecar.application import last_fault

        why = last_fault(self._backend.log)
        return f": {why}" if why else f"; what it says of it: {self._backend.log}"

    def _tell(self, kind: Kind, text: str, **details: Any) -> None:
        if kind in (Kind.NOTE, Kind.POLICY, Kind.STATE):
            self._said.append(text)
        self._tell_user(Event(kind, text, details))


@contextmanager
def _without_leftovers(folder: Path) -> Iterator[None]:
    """Take away what a killed run left, and at the end all but the logs: the configuration holds secrets."""
    _clear(folder)
    try:
        yield
    finally:
        _clear(folder)


def _clear(folder: Path) -> None:
    for left in folder.glob("*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.suffix != ".log":
            left.unlink()
