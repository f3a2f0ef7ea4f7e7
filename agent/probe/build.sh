#!/bin/sh
# Builds agent/probe/whodunit.bpf.o, or with --check compares the committed object with a fresh build.
#
# The object is committed so that a host needs no compiler. Its bytes are the same wherever it is built: one clang
# major (16), no paths, debug information stripped except the BTF that CO-RE needs.
# Needs: apt-get install clang-16 llvm-16 libbpf-dev
set -eu
cd "$(dirname "$0")"

major=16
find_tool() {
  for candidate in "$@"; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  echo "build:probe: none of '$*' is installed; apt-get install clang-$major llvm-$major libbpf-dev" >&2
  exit 1
}

clang=$(find_tool "${CLANG:-}" "clang-$major" clang)
strip=$(find_tool "${LLVM_STRIP:-}" "llvm-strip-$major" llvm-strip)
actual=$("$clang" -dumpversion | cut -d. -f1)
if [ "$actual" != "$major" ]; then
  echo "build:probe: $clang is version $actual; the committed object is built with clang $major (set CLANG=)" >&2
  exit 1
fi

object=whodunit.bpf.o
if [ "${1:-}" = --check ]; then
  object=$(mktemp)
  trap 'rm -f "$object"' EXIT
fi

"$clang" -target bpfel -mcpu=v3 -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-unused-function \
  -fdebug-compilation-dir=. -fno-ident -c whodunit.bpf.c -o "$object"
"$strip" -g "$object"

if [ "${1:-}" = --check ]; then
  if ! cmp "$object" whodunit.bpf.o; then
    echo "build:probe: the committed object is not what its source gives; run 'npm run build:probe' and commit it" >&2
    exit 1
  fi
  echo "build:probe: the committed object matches its source"
fi
