"""OSV's archives of advisories, one zip for each ecosystem: downloaded, or brought by the user."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from shipworthy.errors import ShipworthyError
from shipworthy.prototype.dependencies.versions import Ecosystem

OSV = "https://osv-vulnerabilities.storage.googleapis.com"
"""Where OSV publishes one `all.zip` for each ecosystem, renewed within the hour."""

_LARGEST_ARCHIVE = 2_000_000_000  # bytes; npm's is the largest, for its malicious packages
_LARGEST_RECORD = 5_000_000  # bytes of one advisory
_MOST_RECORDS = 2_000_000
_CHUNK = 1 << 18
_SECONDS = 60.0  # without a byte
_BY_HAND = (
    "Where there is no network, fetch npm/all.zip and PyPI/all.zip from"
    f" {OSV} elsewhere and run `shipworthy advisories update --from FOLDER`"
)


class Archive(Struct, frozen=True):
    """The zip of one ecosystem, on disk."""

    ecosystem: Ecosystem
    path: Path

    def records(self) -> Iterator[dict[str, object]]:
        """Its records, read one by one without unpacking. Raises ShipworthyError for a bad zip."""
        try:
            with zipfile.ZipFile(self.path) as opened:
                for number, entry in enumerate(opened.infolist()):
                    if number >= _MOST_RECORDS:
                        raise ShipworthyError(
                            f"{self.path.name} has too many entries for an archive"
                        )
                    if entry.filename.endswith(".json") and entry.file_size <= _LARGEST_RECORD:
                        record = _record(opened.read(entry))
                        if record is not None:
                            yield record
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise ShipworthyError(
                f"the archive for {self.ecosystem.value} is no readable zip ({error}):"
                " fetch it again"
            ) from error


@contextmanager
def archives(
    ecosystems: Sequence[Ecosystem],
    source: str | Path | None,
    folder: Path,
    progress: Callable[[str], None],
) -> Iterator[list[Archive]]:
    """The archives of these ecosystems, downloaded into `folder` unless they are here already."""
    where = OSV if source is None else str(source)
    if "://" in where:
        yield [_download(e, where, len(ecosystems), folder, progress) for e in ecosystems]
    else:
        yield [Archive(e, _local(e, Path(where), len(ecosystems))) for e in ecosystems]


def _record(data: bytes) -> dict[str, object] | None:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _local(ecosystem: Ecosystem, source: Path, wanted: int) -> Path:
    if source.is_file() and wanted == 1:
        return source
    name = ecosystem.value
    tried = (source / name / "all.zip", source / f"{name}.zip", source / f"{name}-all.zip")
    for path in tried:
        if path.is_file():
            return path
    if source.is_file():
        raise ShipworthyError(f"{source} is one zip: say which ecosystem it is, or name a folder")
    listed = " or ".join(str(p.relative_to(source)) for p in tried)
    raise ShipworthyError(f"{source} has no {listed}. {_BY_HAND}")


def _download(
    ecosystem: Ecosystem, where: str, wanted: int, folder: Path, progress: Callable[[str], None]
) -> Archive:
    is_file = where.endswith(".zip") and wanted == 1
    address = where if is_file else f"{where.rstrip('/')}/{ecosystem.value}/all.zip"
    _check(address)
    path = folder / f"{ecosystem.value}.zip"
    try:
        with (
            urllib.request.build_opener(_Careful).open(address, timeout=_SECONDS) as answer,
            path.open("wb") as file,
        ):
            size = 0
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if size > _LARGEST_ARCHIVE:
                    raise ShipworthyError(f"{address} is larger than {_LARGEST_ARCHIVE:,} bytes")
                file.write(chunk)
                progress(f"{ecosystem.value}: {size / 1e6:,.0f} MB")
            promised = answer.headers.get("Content-Length", "")
            if promised.isdecimal() and int(promised) != size:
                raise ShipworthyError(f"{address} broke off after {size:,} bytes: run it again")
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
    ) as error:
        reason = getattr(error, "reason", None) or error
        raise ShipworthyError(f"{address} cannot be reached ({reason}). {_BY_HAND}") from error
    return Archive(ecosystem, path)


def _check(address: str) -> None:
    """Advisories decide what blocks a launch, so nobody on the way may change them."""
    parts = urlsplit(address)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ShipworthyError(f"{address}: advisories are fetched over https only")


class _Careful(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to an address that would have been refused at first."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
