"""A Chromium that trusts one authority, as a person would have it who followed `sidecar trust`."""

from __future__ import annotations

import ctypes
import ssl
import sys
from pathlib import Path

_TRUSTED_FOR_SERVERS = (1 << 3) | (1 << 4)  # CERTDB_VALID_CA, CERTDB_TRUSTED_CA of NSS


def trust(home: Path, authority: Path) -> None:
    """Enter the authority into the certificates of the user whose home this is (`~/.pki/nssdb`)."""
    folder = home / ".pki/nssdb"
    folder.mkdir(parents=True, exist_ok=True)
    nss, mime = ctypes.CDLL("libnss3.so"), ctypes.CDLL("libsmime3.so")
    for function in (nss.CERT_GetDefaultCertDB, nss.PK11_GetInternalKeySlot):
        function.restype = ctypes.c_void_p
    mime.CERT_DecodeCertFromPackage.restype = ctypes.c_void_p
    _done(nss.NSS_InitReadWrite(f"sql:{folder}".encode()))
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    _done(nss.PK11_InitPin(slot, None, b""))
    der = ssl.PEM_cert_to_DER_cert(authority.read_text())
    certificate = ctypes.c_void_p(mime.CERT_DecodeCertFromPackage(der, len(der)))
    _done(nss.PK11_ImportCert(slot, certificate, ctypes.c_ulong(0), b"ours", 0))
    flags = (ctypes.c_uint * 3)(_TRUSTED_FOR_SERVERS, 0, 0)
    database = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
    _done(nss.CERT_ChangeCertTrust(database, certificate, flags))
    nss.NSS_Shutdown()


def _done(code: int) -> None:
    if code != 0:
        raise OSError("NSS did not do it")


if __name__ == "__main__":  # a process of its own: NSS has one database in each
    trust(Path(sys.argv[1]), Path(sys.argv[2]))
