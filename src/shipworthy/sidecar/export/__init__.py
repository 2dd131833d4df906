"""Take a policy to production: files for systemd, Docker Compose or Kubernetes, and what they cannot say."""

from __future__ import annotations

from shipworthy.sidecar.export.application import Application, application_of
from shipworthy.sidecar.export.exported import Exported, Target, export

__all__ = ["Application", "Exported", "Target", "application_of", "export"]
