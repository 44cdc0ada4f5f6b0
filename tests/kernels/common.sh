# SPDX-License-Identifier: Apache-2.0
# Sourced by fetch, make-root and run: where things are, and how failures are told. Not a program of its own.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# One folder for all that is downloaded or built here; it may be deleted at any time.
# shellcheck disable=SC2034  # used by the scripts that source this
work=${APIARIST_KERNELS_DIR:-$here/../../build/kernels}

# Exit status of "this cannot be done on this machine", which ctest (SKIP_RETURN_CODE) and automake take as "skipped".
readonly kSkip=77

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() { say "$@"; exit 2; }
skip() { say "$@"; exit "$kSkip"; }

# kernel_suite KERNEL: the Debian suite of a kernel in the table.
kernel_suite() {
    local suite
    suite=$(awk -v kernel="$1" '$1 == kernel { print $2 }' "$here/kernels")
    [[ $suite ]] || fail "unknown kernel $1; known: $(known_kernels)"
    printf '%s\n' "$suite"
}

known_kernels() { awk '!/^#/ && NF { printf "%s%s", sep, $1; sep = " " }' "$here/kernels"; }

need_program() {
    command -v "$1" >/dev/null || fail "$1 is missing (Debian package $2)"
}
