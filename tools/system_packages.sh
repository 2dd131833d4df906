#!/bin/sh
# Install the system packages that tests use and that no Python package brings: a browser to look at
# reports, and the text layout that writes them as PDF.
# Where that cannot be done, the tests that need one are skipped and say so.
set -eu

packages="chromium fonts-liberation libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

have_pango() { ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0; }

command -v chromium >/dev/null 2>&1 && have_pango && exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "Chromium or Pango is missing, and no right to install them: tests in a browser and of PDF are skipped" >&2
    echo "(Debian: sudo apt-get install $packages)" >&2
    exit 0
fi
echo "installing $packages" >&2
{
    apt-get update -qq
    # shellcheck disable=SC2086 - a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
} >/dev/null 2>&1 || echo "Chromium and Pango cannot be installed here: tests in a browser and of PDF are skipped" >&2
