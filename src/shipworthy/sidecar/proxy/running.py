"""The proxy as it runs: started, changed without losing a request, paused, stopped."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar import guarded
from shipworthy.sidecar.certificate import Certificate
from shipworthy.sidecar.proxy import admin
from shipworthy.sidecar.proxy.answers import PAUSED, paused_routes
from shipworthy.sidecar.proxy.binary import find_envoy
from shipworthy.sidecar.proxy.certificate_files import put_certificate
from shipworthy.sidecar.proxy.configuration import (
    Configuration,
    clusters_file,
    discovered,
    routes_file,
)
from shipworthy.sidecar.proxy.files import Files, put
from shipworthy.sidecar.proxy.log_rotation import kept_small
from shipworthy.sidecar.proxy.typed import Message
from shipworthy.sidecar.proxy.validation import RefusedConfiguration, validate

READY_SECONDS = 15.0
TAKEN_SECONDS = 5.0
DRAIN_SECONDS = 5
_LIMITS = guarded.Limits(memory=0)  # its own overload rules hold its memory
_LOADED = "/stats?format=json&filter=%5E(listener_manager%5C.lds|cluster_manager%5C.cds|http%5C.edge%5C.rds)"

_ACTIVE = "/stats?format=json&filter=%5Ehttp%5C.edge%5C.downstream_rq_active%24"


class NotStarted(ShipworthyError):
    """The proxy did not start, and why."""


class NeedsRestart(ShipworthyError):
    """The change is of something that Envoy reads only at its start."""


@dataclass
class Proxy:
    """A running Envoy. `start` makes one; every method may be called from any thread."""

    configuration: Configuration
    process: guarded.Guarded
    paused: str = ""  # what callers are told meanwhile; '' while it serves
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def start(cls, configuration: Configuration, certificate: Certificate) -> Proxy:
        """Validate, start Envoy, and wait until it answers on its ports; about 0.2 s.

        Raises RefusedConfiguration, and NotStarted with what Envoy said last.
        """
        files = configuration.files
        files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in (files.log, files.messages):  # Envoy, also to validate, would let all read them
            file.touch(mode=0o600)
        put_certificate(files, certificate)
        validate(configuration)
        put(files.bootstrap, configuration.bootstrap)
        for file, content in discovered(configuration).items():
            put(file, content)
        process = guarded.start(_argv(files), files.folder, {}, files.messages, _LIMITS)
        proxy = cls(configuration, process)
        try:
            proxy._wait_until_ready()
        except BaseException:
            process.stop(0)
            raise
        kept_small(files, proxy.alive)
        return proxy

    @property
    def files(self) -> Files:
        """Where its files are: `log` is the access log, `messages` what Envoy says."""
        return self.configuration.files

    def admin(self, question: str, *, method: str = "GET") -> bytes:
        """An answer of Envoy's administration. Raises ProxyGone."""
        return admin.ask(self.files.admin, question, method=method)

    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def apply(self, configuration: Configuration) -> None:
        """Go over to another configuration without losing a request: 0.02 s where only routes and programs
        behind it differ, 0.15 s where filters do.

        Raises RefusedConfiguration, NeedsRestart; then everything stays as it was.
        """
        with self._lock:
            if configuration.bootstrap != self.configuration.bootstrap:
                raise NeedsRestart("limits.connections changes with the next start only")
            filters = configuration.listeners != self.configuration.listeners
            if filters or configuration.secrets != self.configuration.secrets:
                validate(configuration)
            try:
                self._go_over(configuration)
            except RefusedConfiguration:
                validate(configuration)  # says which field; discovery says only that there is one
                raise
            self.configuration = configuration

    def _go_over(self, configuration: Configuration) -> None:
        """Write what differs. A wrong file of routes or clusters is refused whole by the running Envoy, which
        is told to be strict: these need no validation before."""
        before, after = discovered(self.configuration), discovered(configuration)
        if self.paused:
            paused = paused_routes(configuration.routes, self.paused)
            after[self.files.routes] = routes_file(paused)
        # Nothing may lead to a program that is not known yet, or not any more.
        both = clusters_file(_united(configuration.clusters, self.configuration.clusters))
        self._put(self.files.clusters, both, unless=before[self.files.clusters])
        for file in (self.files.routes, self.files.redirects, self.files.listeners):
            self._put(file, after[file], unless=before[file])
        self._put(self.files.clusters, after[self.files.clusters], unless=both)

    def pause(self, text: str = PAUSED) -> None:
        """Answer everything with a page that says so; what is under way is finished."""
        with self._lock:
            self._put(
                self.files.routes, routes_file(paused_routes(self.configuration.routes, text))
            )
            self.paused = text

    def resume(self) -> None:
        """Serve again."""
        with self._lock:
            self._put(self.files.routes, routes_file(self.configuration.routes))
            self.paused = ""

    def renew(self, certificate: Certificate) -> None:
        """Serve another certificate from the next connection on."""
        put_certificate(self.files, certificate)

    def stop(self, grace: float = DRAIN_SECONDS) -> None:
        """Take no more connections, let what is under way finish for `grace` seconds, and end."""
        deadline = time.monotonic() + grace
        try:
            if grace:  # a signal alone would end Envoy at once, in the middle of answers
                self.admin("/drain_listeners", method="POST")
            while time.monotonic() < deadline and self._active():
                time.sleep(0.05)
        except admin.ProxyGone:
            pass  # it has ended already
        self.process.stop(grace)

    def _active(self) -> int:
        """How many requests are being answered."""
        stats = json.loads(self.admin(_ACTIVE))["stats"]
        return sum(s["value"] for s in stats if isinstance(s.get("value"), int))

    def _put(self, file: Path, content: Message, unless: Message | None = None) -> None:
        """Write a discovery file and wait until Envoy took it. Raises RefusedConfiguration."""
        if content == unless:
            return
        name = {
            self.files.routes: "http.edge.rds.app",
            self.files.redirects: "http.edge.rds.to-https",
            self.files.clusters: "cluster_manager.cds",
            self.files.listeners: "listener_manager.lds",
        }[file]
        old = file.read_bytes()
        before = self._counted()
        put(file, content)
        deadline = time.monotonic() + TAKEN_SECONDS
        while time.monotonic() < deadline:
            now = self._counted()
            if _grew(before, now, f"{name}.update_rejected"):
                put_back(file, old)
                raise RefusedConfiguration(f"Envoy refuses {file.name}: see {self.files.messages}")
            if _grew(before, now, f"{name}.update_success"):
                return
            time.sleep(0.003)
        put_back(file, old)
        raise RefusedConfiguration(f"Envoy did not take {file.name} in {TAKEN_SECONDS:.0f} s")

    def _counted(self) -> dict[str, int]:
        stats = json.loads(self.admin(_LOADED))["stats"]
        return {s["name"]: s["value"] for s in stats if isinstance(s.get("value"), int)}

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.alive():
            try:
                state = json.loads(self.admin("/server_info"))["state"]
                if state == "LIVE" and self._all_listen():
                    return
                if self._counted().get("listener_manager.lds.update_rejected"):
                    break  # a port is taken; Envoy itself would go on without it
            except admin.ProxyGone:
                pass
            time.sleep(0.005)
        raise NotStarted(f"the proxy did not start: {last_words(self.files.messages)}")

    def _all_listen(self) -> bool:
        told = json.loads(self.admin("/listeners?format=json"))
        return len(told.get("listener_statuses", [])) >= len(self.configuration.listeners)


def put_back(file: Path, content: bytes) -> None:
    """The former content of a discovery file, which Envoy had taken."""
    put(file, json.loads(content))


def last_words(log: Path) -> str:
    """The last lines that Envoy wrote about what went wrong."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "it said nothing"
    telling = [line for line in lines if "[critical]" in line or "[error]" in line] or lines
    return " ".join(telling[-2:])[:600] or "it said nothing"


def _united(new: list[Message], old: list[Message]) -> list[Message]:
    names = {cluster["name"] for cluster in new}
    return [*new, *(cluster for cluster in old if cluster["name"] not in names)]


def _grew(before: dict[str, int], now: dict[str, int], name: str) -> bool:
    return now.get(name, 0) > before.get(name, 0)


def _argv(files: Files) -> list[str]:
    """A hot restart shares memory by a number: two proxies on one machine would meet there."""
    return [
        str(find_envoy()),
        "-c",
        str(files.bootstrap),
        "--disable-hot-restart",
        "--reject-unknown-dynamic-fields",
        "--log-level",
        "warning",
        "--concurrency",
        "2",
        "--drain-time-s",
        str(DRAIN_SECONDS),
        "--drain-strategy",
        "immediate",
        "--file-flush-interval-msec",
        "500",
    ]
