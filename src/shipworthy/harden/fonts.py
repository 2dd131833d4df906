"""Stand in for Google's fonts, which Next.js fetches while it builds: without a network it fails for that
alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

_FONTS = re.compile("fonts.googleapis.com|Google Fonts")
# Turbopack reads the entries, webpack asks for any.
_ADDRESS = re.compile(r"https://fonts\.googleapis\.com/[^\s'\"`<>]+")
# No address in it: Turbopack fetches what it finds there.
_ANY_FONT = """const font = `
@font-face {
  font-family: "Any"; font-style: normal; font-weight: 400;
  src: local("Arial");
}`;
const known = Object.fromEntries(ADDRESSES.map((address) => [address, font]));
module.exports = new Proxy(known, { get: () => font });
"""


@dataclass
class Fonts:
    """What stands in for them: a module in `folder`, where Next.js looks for one in its own tests."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)  # for the next build
    addresses: set[str] = field(default_factory=set)

    def are_missing(self, output: str) -> bool:
        """True where a build that printed this failed for fonts, and may be tried with `settings`."""
        asked = set(_ADDRESS.findall(output)) - self.addresses
        if not asked and (self.settings or not _FONTS.search(output)):
            return False
        self.addresses |= asked
        module = self.folder / "fonts.cjs"
        listed = json.dumps(sorted(self.addresses))
        module.write_text(_ANY_FONT.replace("ADDRESSES", listed), encoding="utf-8")
        self.settings["NEXT_FONT_GOOGLE_MOCKED_RESPONSES"] = str(module)
        return True
