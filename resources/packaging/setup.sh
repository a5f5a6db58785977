#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what building (and with "tests" testing) Rivereto needs on Debian 12 or Ubuntu 24.04. Does nothing when all is there.
set -euo pipefail
packages=(cmake ninja-build g++ ccache mold pkg-config qt6-base-dev qt6-charts-dev qt6-svg-dev libqt6opengl6-dev
    libgl1-mesa-dev libpcap-dev libsnmp-dev libmaxminddb-dev libsqlite3-dev libfmt-dev libexpected-dev libre2-dev
    libtomlplusplus-dev libzstd-dev liblz4-dev liblzo2-dev libbz2-dev zlib1g-dev fonts-inter fonts-jetbrains-mono)
[ "${1:-}" != tests ] || packages+=(nfdump softflowd tshark sqlite3 zstd python3)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "Installing ${missing[*]}" >&2
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
