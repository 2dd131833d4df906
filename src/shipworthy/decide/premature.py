"""What is built for more users than are expected: clusters, brokers, replicas, shards, many services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.finding import Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.servers import Hosting
from shipworthy.prototype.source import Role, SourceFile

FIRST = 1_000
"""Users below which neither Kubernetes nor separate services pay (requirement D40)."""
SMALL, LARGE = 10_000, 100_000
"""Users at which the next tier begins (requirement D41): replicas and brokers belong to the second,
shards and clusters of caches to the third."""

KUBERNETES, SERVICES = "Kubernetes", "servers of its own"
BROKER, REPLICA = "a message broker", "a read replica"
SHARDS, CLUSTER = "a database in shards", "a cluster of Redis servers"
_NEEDED_FROM = {
    KUBERNETES: FIRST,
    SERVICES: FIRST,
    BROKER: SMALL,
    REPLICA: SMALL,
    SHARDS: LARGE,
    CLUSTER: LARGE,
}
_MANY = 3  # servers; a server and a worker are one application


@dataclass(frozen=True, slots=True)
class _Sign:
    """In files whose path fits, a line that fits shows it."""

    of: str
    path: re.Pattern[str]
    line: re.Pattern[str]


_YAML = re.compile(r"\.ya?ml$")
_COMPOSE = re.compile(r"(^|/)(docker-)?compose([.-][^/]*)?\.ya?ml$")
_TERRAFORM = re.compile(r"\.tf$")
_SQL = re.compile(r"\.sql$")
_SIGNS = (
    _Sign(KUBERNETES, _YAML, re.compile(r"^kind: (Deployment|StatefulSet)\b")),
    _Sign(KUBERNETES, re.compile(r"(^|/)Chart\.ya?ml$"), re.compile(r"^apiVersion: v[12]\b")),
    _Sign(
        KUBERNETES,
        _TERRAFORM,
        re.compile(
            r'^resource "(aws_eks_cluster|google_container_cluster|\w+_kubernetes_cluster)"'
        ),
    ),
    _Sign(
        BROKER,
        _COMPOSE,
        re.compile(
            r"\s*image: *[\"']?([\w.-]+/)*(cp-)?(kafka|rabbitmq|nats|pulsar|redpanda|activemq|artemis)"
            r"([:@\"'\s]|$)"
        ),
    ),
    _Sign(
        BROKER,
        _TERRAFORM,
        re.compile(r'^resource "(aws_msk_\w*cluster|aws_mq_broker|confluent_kafka_cluster)"'),
    ),
    _Sign(
        REPLICA,
        _COMPOSE,
        re.compile(r"\s*(- )?\w*REPLICATION_MODE[:=] *[\"']?(slave|replica)|.*\bpg_basebackup\b"),
    ),
    _Sign(REPLICA, _TERRAFORM, re.compile(r"\s*(replicate_source_db|replica_configuration)\b")),
    _Sign(
        SHARDS,
        _COMPOSE,
        re.compile(
            r".*(--shardsvr|--configsvr|\bmongos\b)|\s*image: *[\"']?(citusdata/citus|vitess/)"
        ),
    ),
    _Sign(SHARDS, _SQL, re.compile(r"\s*select\s+create_distributed_table\s*\(", re.IGNORECASE)),
    _Sign(
        CLUSTER,
        re.compile(rf"{_COMPOSE.pattern}|(^|/)redis[\w-]*\.conf$"),
        re.compile(
            r".*cluster-enabled[ \"',]+yes|\s*image: *[\"']?([\w.-]+/)*(redis|valkey)-cluster([:@\"'\s]|$)"
        ),
    ),
    _Sign(CLUSTER, _TERRAFORM, re.compile(r"\s*(num_node_groups\s*=\s*[2-9]|cluster_mode\s*\{)")),
)
_PACKAGES = {
    **dict.fromkeys(
        """kafkajs node-rdkafka @confluentinc/kafka-javascript amqplib amqp-connection-manager
        @nestjs/microservices nats @nats-io/transport-node pulsar-client confluent_kafka confluent-kafka kafka
        aiokafka pika aio_pika aio-pika pulsar""".split(),
        BROKER,
    ),
    "@prisma/extension-read-replicas": REPLICA,
}
_NAMES = {"withReplicas": REPLICA, "RedisCluster": CLUSTER, "createCluster": CLUSTER}
_HOLDERS = re.compile(r"^(drizzle-orm(/.*)?|redis(\..*)?|@redis/.*)$")  # whose names these are
_REPLICA_VARIABLE = re.compile(
    r"REPLICA_?\w*(URL|HOST|DSN|URI)$|^(DATABASE|DB|PG|POSTGRES|MYSQL)_READ(ER|ONLY)?_(URL|HOST|DSN|URI)$"
)


def premature(prototype: Prototype, users: int | None) -> Iterator[str]:
    """What is there that so few users do not need, each with the first place that shows it.

    Where nobody said how many users there will be, few are taken: what has no demand yet has no load.
    """
    found: dict[str, dict[str, Location]] = {}
    for of, place in (*_configured(prototype), *_imported(prototype)):
        found.setdefault(of, {}).setdefault(place.path, place)
    for of, places in found.items():
        needed_from = _NEEDED_FROM[of]
        if users is None or users < needed_from:
            first, *others = places.values()
            more = f" (and {len(others)} more files)" if others else ""
            yield f"{first}{more} shows {of}: not needed before {needed_from:,} users"
    yield from _servers(prototype, users)


def _configured(prototype: Prototype) -> Iterator[tuple[str, Location]]:
    for file in prototype.of_role(Role.CONFIG, Role.MIGRATION):
        for sign in _SIGNS:
            if sign.path.search(file.path) and (line := _first(file, sign.line)):
                yield sign.of, Location(file.path, line)


def _first(file: SourceFile, fits: re.Pattern[str]) -> int:
    """The first line that fits and is no comment; 0 where none does."""
    return next(
        (
            number
            for number, line in enumerate(file.lines, 1)
            if fits.match(line) and not line.lstrip().startswith(("#", "--"))
        ),
        0,
    )


def _imported(prototype: Prototype) -> Iterator[tuple[str, Location]]:
    """What code of the product that runs asks for."""
    for file in prototype.of_role(Role.PRODUCT):
        facts = prototype.facts.get(file.path)
        if facts is None or file.path in prototype.abandoned:
            continue
        for item in facts.imports:
            package = _PACKAGES.get(item.specifier) or _PACKAGES.get(
                item.specifier.partition(".")[0]
            )
            if package and not item.type_only:
                yield package, item.location
            for name in item.imported:
                if name in _NAMES and _HOLDERS.match(item.specifier):
                    yield _NAMES[name], item.location
        if "ioredis" in prototype.modules.packages.get(file.path, ()):
            line = _first(file, re.compile(r".*\bnew (\w+\.)?Cluster\("))
            if line:
                yield CLUSTER, Location(file.path, line)
        for read in facts.environment:
            if _REPLICA_VARIABLE.search(read.name):
                yield REPLICA, read.location


def _servers(prototype: Prototype, users: int | None) -> Iterator[str]:
    """Several programs that somebody has to start, watch and keep in step."""
    started = [s for s in prototype.servers if s.hosting is Hosting.PROCESS]
    needed_from = _NEEDED_FROM[SERVICES]
    if len(started) >= _MANY and (users is None or users < needed_from):
        named = ", ".join(server.subject for server in started[:4])
        yield (
            f"{len(started)} {SERVICES} ({named}{', …' if len(started) > 4 else ''}):"
            f" not needed before {needed_from:,} users"
        )
