# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the scripts beside it: where the checkout is, and how they speak.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=script/$(basename "$0")
venv=$top/.cache/venv

say() { printf '==> %s\n' "$*" >&2; }

die() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 1
}

# Whether something listens on that TCP port of that host.
answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# build DIR [MESON_OPTION ...]: configures once, then compiles what changed.
build() {
	local dir=$1
	shift
	if [ ! -e "$dir/build.ninja" ]; then
		say "configuring $(basename "$dir")/"
		mkdir -p "$top/.cache"
		meson setup "$dir" "$top" "$@" >"$top/.cache/setup.log" 2>&1 ||
			{ tail -20 "$top/.cache/setup.log" >&2; die "configuring failed"; }
	fi
	say "building $(basename "$dir")/"
	ninja -C "$dir" >"$dir/build.log" 2>&1 || { tail -40 "$dir/build.log" >&2; die "the build failed"; }
	if grep -q 'warning:' "$dir/build.log"; then
		grep 'warning:' "$dir/build.log" >&2
	fi
}

# The Python packages of the tests, in $venv; made anew when their list changed.
make_venv() {
	if ! cmp -s "$top/tests/requirements.txt" "$venv/requirements.txt"; then
		say "installing the Python packages of tests/requirements.txt"
		python3 -m venv --clear "$venv"
		"$venv/bin/pip" install -q --disable-pip-version-check -r "$top/tests/requirements.txt" >&2
		cp "$top/tests/requirements.txt" "$venv/requirements.txt"
	fi
}
