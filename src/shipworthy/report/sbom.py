"""The packages of a prototype as a CycloneDX bill of materials, for tools that keep track of them."""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shipworthy import __version__
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.dependency import Dependencies, Dependency, Ecosystem
from shipworthy.prototype.dependencies.licences import licence_of

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

_NAMESPACE = uuid.UUID("6d4f8a4e-98f3-5a3c-8ad6-9d5d0b7a2f11")  # of serial numbers made here
_LOGIN = re.compile(r"//[^/@\s]*@")
_MANY = "edges lead to every locked version of a name"


def sbom_json(prototype: Prototype, made: datetime | None = None) -> str:
    """A CycloneDX 1.6 document; the same for the same files.

    `made` is the time that it names; without one it names none.
    """
    from cyclonedx.output.json import JsonV1Dot6

    bom = _Writer(prototype).bom()
    bom.serial_number = _serial_number(bom)
    if made is not None:
        bom.metadata.timestamp = made
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    if made is None:
        document["metadata"].pop("timestamp", None)
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _serial_number(bom: Bom) -> uuid.UUID:
    refs = sorted(str(c.bom_ref.value) for c in bom.components)
    root = bom.metadata.component
    return uuid.uuid5(_NAMESPACE, "\n".join([root.name if root else "", *refs]))


@dataclass(frozen=True, slots=True)
class _Part:
    """One manifest with its own installation: its component and its packages, by name."""

    component: Component
    packages: Mapping[str, Sequence[Dependency]]


class _Writer:
    def __init__(self, prototype: Prototype) -> None:
        self.prototype = prototype
        self.dependencies: Dependencies = prototype.dependencies
        self.components: dict[str, Component] = {}  # by package URL

    def bom(self) -> Bom:
        """Everything, the prototype at the root and each of its parts below it."""
        from cyclonedx.model import Property
        from cyclonedx.model.bom import Bom
        from cyclonedx.model.component import Component, ComponentType

        bom = Bom()
        name = self.prototype.root.name or "prototype"
        root = Component(name=name, type=ComponentType.APPLICATION, bom_ref="prototype")
        bom.metadata.component = root
        tool = Component(name="shipworthy", version=__version__, type=ComponentType.APPLICATION)
        bom.metadata.tools.components.add(tool)
        bom.metadata.properties.add(Property(name="shipworthy:graph", value=_MANY))
        parts = [self._part(path) for path in sorted({*map(self._home, self._packages)})]
        bom.register_dependency(root, [part.component for part in parts])
        for part in parts:
            bom.components.add(part.component)
            self._connect(bom, part)
        bom.components.update(self.components.values())
        return bom

    @property
    def _packages(self) -> Sequence[Dependency]:
        return self.dependencies.packages

    def _home(self, one: Dependency) -> str:
        return self.dependencies.part_of(one)

    def _part(self, path: str) -> _Part:
        from cyclonedx.model.component import Component, ComponentType

        kind = ComponentType.APPLICATION
        component = Component(name=path, type=kind, bom_ref=f"manifest:{path}")
        packages: dict[str, list[Dependency]] = {}
        for one in self._packages:
            if self._home(one) == path:
                packages.setdefault(one.name, []).append(one)
                self._add(one)
        return _Part(component, packages)

    def _add(self, one: Dependency) -> None:
        """A component for a package; one that several parts install is there once."""
        from cyclonedx.model.component import ComponentScope

        component = self._component(one)
        known = self.components.setdefault(str(component.purl), component)
        known.properties.update(component.properties)
        if component.scope is ComponentScope.REQUIRED:
            known.scope = ComponentScope.REQUIRED

    def _component(self, one: Dependency) -> Component:
        from cyclonedx.model.component import Component, ComponentScope, ComponentType

        url = package_url(one)
        scope = ComponentScope.EXCLUDED if one.development else ComponentScope.REQUIRED
        stated = licence_of(one)
        return Component(
            name=url.name,
            group=url.namespace,
            version=url.version,
            type=ComponentType.LIBRARY,
            purl=url,
            bom_ref=str(url),
            scope=scope,
            licenses=[_licence(stated.licence)] if stated else None,
            hashes=list(_hashes(one.integrity)),
            properties=list(_properties(one)),
        )

    def _connect(self, bom: Bom, part: _Part) -> None:
        needs = self.dependencies.needs.get(part.component.name, {})
        direct = [one for ones in part.packages.values() for one in ones if one.direct]
        bom.register_dependency(part.component, [self._known(one) for one in direct])
        for name, ones in part.packages.items():
            needed = [
                n for wanted in sorted(needs.get(name, ())) for n in part.packages.get(wanted, ())
            ]
            for one in ones:
                bom.register_dependency(self._known(one), [self._known(n) for n in needed])

    def _known(self, one: Dependency) -> Component:
        return self.components[str(package_url(one))]


def package_url(one: Dependency) -> PackageURL:
    """The package URL; the address of a download stands in it without any login."""
    from packageurl import PackageURL

    namespace, _, name = one.name.rpartition("/")
    kind = "npm" if one.ecosystem is Ecosystem.NPM else "pypi"
    if one.version is None or not _is_address(one.version):
        return PackageURL(kind, namespace or None, name, one.version)
    address = _LOGIN.sub("//", one.version).partition("?")[0]
    key = "vcs_url" if address.startswith("git") else "download_url"
    return PackageURL(kind, namespace or None, name, None, {key: address})


def _licence(stated: str) -> Any:
    """An SPDX id or expression; where it is none, the words as they stand."""
    from cyclonedx import spdx
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression

    if spdx.is_supported_id(stated):
        return DisjunctiveLicense(id=spdx.fixup_id(stated))
    if spdx.is_expression(stated):
        return LicenseExpression(stated)
    return DisjunctiveLicense(name=stated)


def _is_address(version: str) -> bool:
    return "/" in version or ":" in version


def _hashes(integrity: str) -> Iterator[Any]:
    """The checksums of `sha512-<base64>`, as hexadecimal digits."""
    from cyclonedx.model import HashAlgorithm, HashType

    known = {"sha512": HashAlgorithm.SHA_512, "sha256": HashAlgorithm.SHA_256}
    known |= {"sha384": HashAlgorithm.SHA_384, "sha1": HashAlgorithm.SHA_1}
    sizes = {"sha512": 64, "sha384": 48, "sha256": 32, "sha1": 20}
    for stated in integrity.split():
        name, _, encoded = stated.partition("-")
        try:
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if name in known and len(content) == sizes[name]:
            yield HashType(alg=known[name], content=content.hex())


def _properties(one: Dependency) -> Iterator[Any]:
    """Where a package is asked for, and what is not known of its version."""
    from cyclonedx.model import Property

    yield Property(name="shipworthy:declared-in", value=one.location.path)
    if one.version is None:
        yield Property(name="shipworthy:version", value="not locked")
        if one.specifier:
            asked = _LOGIN.sub("//", one.specifier)
            yield Property(name="shipworthy:specifier", value=asked)
