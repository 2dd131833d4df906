"""What is exported says the policy in the language of each target, and holds no secret."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import jwt
import msgspec
import pytest
import yaml
from running_proxy import free_ports, program
from typer.testing import CliRunner

from shipworthy.cli.main import app
from shipworthy.prototype import read_prototype
from shipworthy.sidecar.certificate import certificate_for
from shipworthy.sidecar.derive import derive
from shipworthy.sidecar.export import Application, Exported, Target, application_of, export
from shipworthy.sidecar.export.exported import CannotExport
from shipworthy.sidecar.policy import (
    Cors,
    Egress,
    Limits,
    Login,
    Need,
    Policy,
    Ports,
    Rate,
    Route,
    Seconds,
    Tokens,
    Who,
)
from shipworthy.sidecar.proxy.binary import find_envoy
from shipworthy.sidecar.proxy.identity import Provider
from waiting import SECONDS, until

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
SECRET = "the secret of the tokens, 32 bytes and more"
VALUES = {
    "JWT_SECRET": SECRET,
    "OIDC_SECRET": "the secret of the client at its provider",
    "PARTNER_KEY": "a key of a partner that nobody guesses",
}
ISSUER = "https://login.shop.example"
PROVIDER = Provider(ISSUER, f"{ISSUER}/authorize", f"{ISSUER}/token", f"{ISSUER}/keys")
USER, ADMIN = Need(Who.USER), Need(Who.ROLE, "admin")
RICH = Policy(
    host="shop.example.com",
    login=Login(issuer=ISSUER, client_id="shop", client_secret="env:OIDC_SECRET"),
    tokens={"own": Tokens(issuer="shop", audiences=["shop"], secret="env:JWT_SECRET")},
    keys={"partner": "env:PARTNER_KEY"},
    limits=Limits(per_ip=Rate(600, 60.0)),
    cors=Cors(origins=["https://app.example.com"], credentials=True),
    egress=Egress(mode="isolate", allow=["api.stripe.com"]),
    routes=[
        Route(path="/api/webhooks", need=Need(Who.ANYONE), csrf=False),
        Route(path="/api/chat", need=USER, seconds=Seconds(0), exact=True, methods=["POST"]),
        Route(path="/api/partner", need=Need(Who.KEY)),
        Route(path="/admin-2.0", need=ADMIN),
        Route(path="/debug", need=Need(Who.NOBODY)),
    ],
)
SHOP = Application(
    name="shop",
    port=3000,
    command="node server.js",
    dockerfile="Dockerfile",
    variables=("STRIPE_SECRET_KEY",),
    beside=(Application(name="shop-1", port=8000, path="/api/ml", command="uvicorn app:app"),),
)


def exported(target: Target, policy: Policy = RICH) -> Exported:
    """An export of a policy that has everything."""
    return export(policy, target, SHOP, VALUES, PROVIDER)


@pytest.mark.parametrize("target", list(Target))
def test_no_secret_is_written(target: Target) -> None:
    whole = "\n".join([*exported(target).files.values(), *exported(target).said])
    for value in (value.encode() for value in VALUES.values()):
        for shape in (value, base64.b64encode(value), base64.urlsafe_b64encode(value)):
            assert shape.decode().rstrip("=") not in whole
    assert "JWT_SECRET" in whole


@pytest.mark.parametrize("target", list(Target))
def test_an_export_is_the_same_each_time(target: Target) -> None:
    assert exported(target) == exported(target)


def test_a_key_that_is_not_set_is_an_error() -> None:
    with pytest.raises(Exception, match="PARTNER_KEY"):
        export(RICH, Target.COMPOSE, SHOP, {}, PROVIDER)


def test_links_in_the_way_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "compose.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotExport, match="link"):
        exported(Target.COMPOSE).write(tmp_path / "out")
    assert not (tmp_path / "elsewhere").exists()


def faults(manifests: list[dict[str, Any]]) -> list[str]:
    """What the custom resources of a cluster would refuse."""
    found = []
    for manifest in manifests:
        file = HERE / "crds" / f"{manifest['kind']}.json"
        if file.is_file():
            checker = jsonschema.Draft7Validator(json.loads(file.read_text(encoding="utf-8")))
            found += [f"{manifest['kind']}: {e.message}" for e in checker.iter_errors(manifest)]
    return found


def manifests(policy: Policy = RICH, folder: str = "gateway-api") -> list[dict[str, Any]]:
    """The manifests for a cluster with Envoy Gateway, or of a pod."""
    text = exported(Target.KUBERNETES, policy).files[f"{folder}/manifests.yaml"]
    return [one for one in yaml.safe_load_all(text) if one]


def only(kind: str, name: str, among: list[dict[str, Any]]) -> dict[str, Any]:
    """The spec of one manifest."""
    (found,) = (m for m in among if m["kind"] == kind and m["metadata"]["name"] == name)
    return dict(found["spec"])


def test_a_cluster_takes_the_manifests() -> None:
    made = manifests()
    kinds = {m["kind"] for m in made}
    assert {"Gateway", "HTTPRoute", "SecurityPolicy", "BackendTrafficPolicy"} <= kinds
    assert faults(made) == []
    assert faults(manifests(msgspec.structs.replace(RICH, tokens={}))) == []


def test_a_misspelt_field_is_seen() -> None:
    made = manifests()
    policy = next(m for m in made if m["kind"] == "BackendTrafficPolicy")
    policy["spec"]["timeouts"] = policy["spec"].pop("timeout")
    assert any("timeouts" in fault for fault in faults(made))


def test_what_a_gateway_cannot_tell_apart_is_closed_and_said() -> None:
    made = manifests()
    (number,) = (i for i, r in enumerate(RICH.routes, 1) if r.path == "/debug")
    assert only("SecurityPolicy", f"shop-{number}", made) | {"targetRefs": 0} == {
        "targetRefs": 0,
        "authorization": {"defaultAction": "Deny"},
    }
    said = exported(Target.KUBERNETES).said
    assert any("tokens.own" in line and "/admin-2.0" in line for line in said)
    assert any("Redis" in line for line in said)
    assert any(line in exported(Target.KUBERNETES).files["gateway-api/manifests.yaml"]
               for line in [said[1].removeprefix("gateway-api: ")])  # fmt: skip


def test_case_does_not_lead_past_a_route() -> None:
    import re

    made = manifests()
    (number,) = (i for i, r in enumerate(RICH.routes, 1) if r.path == "/admin-2.0")
    match = only("HTTPRoute", f"shop-{number}", made)["rules"][0]["matches"][0]["path"]
    expression = re.compile(match["value"])
    for path in ("/admin-2.0", "/ADMIN-2.0/users", "/Admin-2.0/"):
        assert expression.match(path)
    for path in ("/admin-2x0", "/admin-2.00", "/x/admin-2.0"):
        assert not expression.match(path)


def test_headers_that_replace_the_method_are_taken_away_and_what_is_not_is_said() -> None:
    [traffic] = [m for m in manifests() if m["kind"] == "ClientTrafficPolicy"]
    assert "x-http-method-override" in traffic["spec"]["headers"]["earlyRequestHeaders"]["remove"]
    assert any("_method=DELETE" in said for said in exported(Target.KUBERNETES).said)


def test_django_is_started_by_a_server_for_production(tmp_path: Path) -> None:
    settings = 'import os\nURL = os.environ["DATABASE_URL"]\n'
    files = {
        "requirements.txt": "django",
        "manage.py": "import django",
        "shop/settings.py": settings,
    }
    for path, text in {**files, "shop/wsgi.py": "application = None\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    found = application_of(read_prototype(tmp_path))
    assert found.command == "gunicorn shop.wsgi:application --bind 127.0.0.1:3000"
    assert [said.partition(":")[0] for said in found.said] == ["database", "Django", "Django"]
    assert "DATABASE_URL" in found.said[0]
    assert "gunicorn" in found.said[1]
    told = export(RICH, Target.SYSTEMD, found, VALUES, PROVIDER).said
    assert {*found.said} <= {*told}
    assert not any("Supabase" in said for said in told)


def test_a_role_is_asked_of_the_login() -> None:
    policy = msgspec.structs.replace(RICH, tokens={})
    (number,) = (i for i, r in enumerate(RICH.routes, 1) if r.path == "/admin-2.0")
    spec = only("SecurityPolicy", f"shop-{number}", manifests(policy))
    assert spec["oidc"]["clientSecret"] == {"name": "shop-login"}
    assert spec["authorization"]["defaultAction"] == "Deny"
    assert spec["authorization"]["rules"][0]["principal"]["jwt"]["claims"][0]["values"] == ["admin"]


def test_a_program_beside_is_reached_by_its_paths() -> None:
    made = manifests()
    there = [
        m["spec"]["rules"][0]["backendRefs"][0]["name"]
        for m in made
        if m["kind"] == "HTTPRoute" and "/api/ml" in json.dumps(m["spec"]).replace("\\\\", "")
    ]
    assert there == ["shop-1"]


def test_calls_out_are_written_where_the_log_is_rotated() -> None:
    policy = msgspec.structs.replace(RICH, egress=Egress(mode="isolate"))
    units = exported(Target.SYSTEMD, policy).files
    told = "".join(text for name, text in units.items() if name.endswith("listeners.json"))
    rotated = next(text for name, text in units.items() if "logrotate" in name)
    assert "/var/log/shipworthy/egress.log" in told
    assert "/var/log/shipworthy/egress.log" in rotated
    inside = "".join(map(str, exported(Target.COMPOSE, policy).files.values()))
    assert "proxy/egress.log" not in inside


def test_compose_takes_the_file(tmp_path: Path) -> None:
    exported(Target.COMPOSE).write(tmp_path)
    tool = shutil.which(
        "check-jsonschema", path=f"{Path(os.sys.executable).parent}:{os.environ['PATH']}"
    )
    assert tool is not None
    argv = [tool, "--builtin-schema", "vendor.compose-spec", str(tmp_path / "compose.yaml")]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    services = yaml.safe_load((tmp_path / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["shop"]["network_mode"] == "service:proxy"
    assert "ports" not in services["shop"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    exported(Target.SYSTEMD).write(tmp_path)
    units = tmp_path / "etc/systemd/system"
    for (
        unit
    ) in units.iterdir():  # Envoy and its script are not installed on the machine of the test
        text = unit.read_text(encoding="utf-8").replace("/usr/bin/envoy", "/bin/true")
        unit.write_text(text, encoding="utf-8")
    argv = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(units.iterdir()))]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    shop = (units / "shipworthy-shop.service").read_text(encoding="utf-8")
    assert "IPAddressDeny=any\nIPAddressAllow=localhost\n" in shop


@pytest.fixture
def installed(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of a machine on which an export was put: its files, and what runs from them."""
    return tmp_path / "etc", tmp_path / "run"


def test_the_exported_envoy_enforces_the_policy(
    installed: tuple[Path, Path], tmp_path: Path
) -> None:
    """The real script fills in the secrets, the real Envoy starts from its files and refuses."""
    found, place = installed
    http, https = free_ports(2)
    policy = Policy(
        ports=Ports(http=http, https=https),
        tokens={"own": Tokens(issuer="shop", audiences=["shop"], secret="env:JWT_SECRET")},
        routes=[Route(path="/private", need=USER)],
    )
    with program() as (port, _):
        made = export(policy, Target.SYSTEMD, Application("shop", port), {})
        for name, text in made.files.items():
            if name.startswith("etc/shipworthy/"):
                file = found / name.removeprefix("etc/shipworthy/")
                file.parent.mkdir(parents=True, exist_ok=True)
                text = text.replace("/run/shipworthy", str(place))
                file.write_text(
                    text.replace("/var/log/shipworthy", str(tmp_path)), encoding="utf-8"
                )
        certificate = certificate_for(policy, tmp_path / "authorities")
        (found / "tls").mkdir()
        (found / "tls" / "chain.pem").write_bytes(certificate.chain)
        (found / "tls" / "key.pem").write_bytes(certificate.key)
        environment = {"PATH": os.environ["PATH"], "SHIPWORTHY_FILES": str(found)}
        environment["SHIPWORTHY_CERTIFICATE"] = str(found / "tls")
        script = ["/bin/sh", str(found / "prepare.sh")]
        refused = subprocess.run(
            script, env=environment, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert "JWT_SECRET is not set" in refused.stderr
        subprocess.run(script, env={**environment, "JWT_SECRET": SECRET}, check=True)
        assert (place / "proxy" / "tokens-own.jwks.json").stat().st_mode & 0o077 == 0
        argv = [str(find_envoy()), "-c", str(place / "proxy" / "bootstrap.json")]
        argv += ["--disable-hot-restart", "--reject-unknown-dynamic-fields", "--log-level", "off"]
        envoy = subprocess.Popen(argv)
        try:
            answers = asked(https, certificate.authority)
        finally:
            envoy.terminate()
            envoy.wait(SECONDS)
    assert answers == [200, 401, 200]


def asked(port: int, authority: bytes) -> list[int]:
    """The answers to a public page, a private one without and one with a token."""
    import httpx

    token = jwt.encode(
        {"iss": "shop", "aud": "shop", "sub": "u1", "exp": int(time.time()) + 600}, SECRET, "HS256"
    )
    url = f"https://localhost:{port}"
    trusted = ssl.create_default_context(cadata=authority.decode())
    with httpx.Client(verify=trusted, base_url=url, timeout=SECONDS, trust_env=False) as client:

        def answers() -> bool:
            try:
                return client.get("/").status_code > 0
            except httpx.TransportError:
                return False

        until(answers)
        bearer = {"authorization": f"Bearer {token}"}
        answers = [client.get("/"), client.get("/private"), client.get("/private", headers=bearer)]
    return [answer.status_code for answer in answers]


def test_a_key_is_exported_as_its_hash() -> None:
    routes = exported(Target.COMPOSE).files
    digest = hashlib.sha256(VALUES["PARTNER_KEY"].encode()).hexdigest()
    assert any(digest in text for text in routes.values())


@pytest.mark.parametrize("target", list(Target))
def test_exports_of_a_bundled_prototype_are_as_blessed(target: Target) -> None:
    prototype = read_prototype(EXAMPLES / "marketplace")
    policy = msgspec.structs.replace(derive(prototype).policy, host="market.example.com")
    made = export(policy, target, application_of(prototype), {})
    shown = [f"==> {name}\n{made.files[name]}" for name in sorted(made.files) if _is_read(name)]
    text = "\n".join([*shown, "==> said\n" + "\n".join(made.said) + "\n"])
    golden = HERE.parent / "golden" / f"marketplace.{target}.txt"
    if os.environ.get("SHIPWORTHY_BLESS"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), "./dev bless, then read the diff"


def _is_read(name: str) -> bool:
    """The Envoy configuration is the proxy's own, which its tests look at; a pod holds it again."""
    return not name.endswith(".json") and not name.startswith("pod/")


def test_a_policy_is_exported_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Hello</h1>\n", encoding="utf-8")
    argv = ["sidecar", "export", str(tmp_path), "--target", "kubernetes", "--host"]
    ran = CliRunner().invoke(app, [*argv, "shop.example.com"])
    assert ran.exit_code == 0, ran.output
    folder = tmp_path / ".shipworthy" / "export" / "kubernetes"
    text = (folder / "gateway-api" / "manifests.yaml").read_text(encoding="utf-8")
    assert "shop.example.com" in text
    assert "Redis" in ran.output
    assert CliRunner().invoke(app, [*argv, "https://x"]).exit_code == 2
