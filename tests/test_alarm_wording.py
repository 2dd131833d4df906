"""What an alarm says is true of the code that it points at."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.controls.access.debug_endpoint.control import DebugEndpoint
from shipworthy.finding import Finding, Outcome
from shipworthy.prototype import Prototype


def _gaps(found: list[Finding]) -> list[Finding]:
    return [f for f in found if f.outcome is Outcome.GAP]


_COMPARES = """
import express from "express";
import bcrypt from "bcryptjs";
const app = express();
app.post("/api/debug-device", async (req, res) => {
  const right = await bcrypt.compare(req.body.key, process.env.DEVICE_KEY_HASH);
  res.json({ right });
});
app.listen(3000);
"""


def test_a_comparison_is_not_called_a_change(tmp_path: Path) -> None:
    package = '{"dependencies": {"express": "4.0.0", "bcryptjs": "3.0.0"}}'
    prototype = prototype_of(tmp_path, {"package.json": package, "server/index.ts": _COMPARES})
    (gap,) = _gaps(list(_debug(prototype)))
    assert "changes" not in gap.message
    assert gap.message.endswith("tells whether a password or key is right")


def _debug(prototype: Prototype) -> list[Finding]:
    return list(DebugEndpoint().detect(prototype))
