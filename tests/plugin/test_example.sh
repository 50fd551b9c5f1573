#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds sdk/example as a stranger would: copied out of the tree, against an installed SDK,
# knowing nothing but pkg-config; then runs its own checks and loads it into our host. The
# shortest plugin of sdk/PLUGIN.md is built with the command that stands there, and loaded too.
# Usage: test_example.sh SOURCE_ROOT BUILD_ROOT MESON LOAD_PROGRAM
set -eu

source_root=$1
build_root=$2
meson=$3
case $4 in
/*) load=$4 ;;
*) load=$2/$4 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

"$meson" install -C "$build_root" --no-rebuild --tags devel --quiet --destdir "$work/root"
pc=$(find "$work/root" -name scute-sdk.pc)
[ -n "$pc" ] || { echo "scute-sdk.pc is not installed" >&2; exit 1; }
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$work/root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR

cp -R "$source_root/sdk/example" "$work/csv"
cd "$work/csv"
# With the compiler and the sanitizers of the build under test: its support library needs them.
${MAKE:-make} CC="${CC:-cc}" CFLAGS="-O1 -g -Werror -Wshadow -Wconversion ${SDK_TEST_FLAGS:-}" \
	LDFLAGS="${SDK_TEST_FLAGS:-}" csv.so check
${MAKE:-make} install DESTDIR="$work/target" PLUGIN_DIR=/plugins

exported=$(nm -D --defined-only csv.so | awk '{ print $3 }' | grep -v '^__\(asan\|odr_asan\|ubsan\)')
[ "$exported" = scute_plugin_entry ] || {
	echo "csv.so exports more than its entry: $exported" >&2
	exit 1
}

awk '/^```/ { inside = !inside && /^```c$/ && !n++; next } inside' \
	"$source_root/sdk/PLUGIN.md" >upper.c
command=$(awk '/^```/ { inside = !inside; next } inside && /^cc / { on = 1 } inside && on { print }
	on && !/\\$/ { exit }' "$source_root/sdk/PLUGIN.md" | sed "s|^cc|${CC:-cc} -Werror ${SDK_TEST_FLAGS:-}|")
eval "$command"
cp upper.so "$work/target/plugins"
"$load" "$work/target/plugins" csv upper
