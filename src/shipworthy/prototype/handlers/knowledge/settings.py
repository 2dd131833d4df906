"""The settings that a server is given: variables of its environment, read one by one or checked as a whole.

https://env.t3.gg/docs/core, https://github.com/af/envalid, https://saurabh-kumar.com/python-dotenv/reference/
"""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.values import UNKNOWN, Value, from_origins

_ALL = ("process.env", "os.environ", "Bun.env")


def holds_settings(value: Value) -> bool:
    """True for all the variables of the environment together."""
    return value.what in _ALL


def _one(walk: Evaluation, value: Value, key: str) -> Value | None:
    return from_origins(Origin("environment", key))


def _get(walk: Evaluation, site: Site) -> Value | None:
    name = site.argument(0).text
    if name is None:
        return UNKNOWN
    default = site.argument(1)
    tags = frozenset({f"default:{default.text[:60]}"}) if default.text else frozenset()
    return Value(origins=frozenset({Origin("environment", name)}), tags=tags)


def _whole(walk: Evaluation, site: Site) -> Value | None:
    """`createEnv({ server, client, runtimeEnv })`, `dotenv_values(".env")`: each field is a variable."""
    return Value(what=_ALL[0], tags=frozenset({"truthy"}))


def _checked(walk: Evaluation, site: Site) -> Value | None:
    """`cleanEnv(process.env, { PORT: port() })`."""
    return site.argument(0) if holds_settings(site.argument(0)) else None


PROPERTIES = dict.fromkeys(_ALL, _one)

CALLS = {
    **dict.fromkeys(
        """Deno.env.get process.env.get os.getenv os.environ.get decouple.config
        streamlit.secrets.get""".split(),
        _get,
    ),
    **dict.fromkeys(
        """@t3-oss/env-nextjs.createEnv @t3-oss/env-core.createEnv @t3-oss/env-nuxt.createEnv
        dotenv.dotenv_values os.environ.copy""".split(),
        _whole,
    ),
    "envalid.cleanEnv": _checked,
}
