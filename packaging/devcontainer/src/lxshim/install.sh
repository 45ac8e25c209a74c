#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds and installs lxshim in a development container: SOURCE and REF are the feature's options. As root.
set -eu

[ -n "${SOURCE:-}" ] || {
    echo "lxshim: the option \"source\" names no repository" >&2
    exit 1
}
if command -v apk >/dev/null; then
    apk add --no-cache build-base git jansson-dev libseccomp-dev linux-headers bash
else
    apt-get update
    apt-get install -y --no-install-recommends ca-certificates gcc git libc6-dev libjansson-dev libseccomp-dev make musl-tools
fi
if [ -d "$SOURCE/shim" ]; then
    tree=$SOURCE
else
    tree=$(mktemp -d)
    git clone --depth 1 ${REF:+--branch "$REF"} "$SOURCE" "$tree"
fi
make -C "$tree" B=/tmp/lxshim-build all
command -v musl-gcc >/dev/null && make -C "$tree" B=/tmp/lxshim-build musl
make -C "$tree" B=/tmp/lxshim-build install
rm -rf /tmp/lxshim-build
