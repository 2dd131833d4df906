#!/bin/sh
# Install the system packages that tests use and that no Python package brings: a browser to look at reports.
# Where that cannot be done, the tests that need one are skipped and say so.
set -eu

packages="chromium fonts-liberation"

command -v chromium >/dev/null 2>&1 && exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "no Chromium, and no right to install it: tests in a browser are skipped" >&2
    echo "(Debian: sudo apt-get install $packages)" >&2
    exit 0
fi
echo "installing $packages" >&2
{
    apt-get update -qq
    # shellcheck disable=SC2086 - a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
} >/dev/null 2>&1 || echo "Chromium cannot be installed here: tests in a browser are skipped" >&2
