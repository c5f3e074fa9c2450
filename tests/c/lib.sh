# Shared by tests/c/run and tests/sanitize/run: compile, start an emulator, run, count.
# shellcheck shell=sh disable=SC2086,SC2016 # a variable with options is several words; $ORIGIN is the linker's
target=${CARGO_TARGET_DIR:-target}
programs="nonsense steps misuse flow"
for operations in tests/c/operations_*.c; do programs="$programs $(basename "$operations" .c)"; done
strict="-Wall -Wextra -Wpedantic -Werror"
passed=0
failed=0

count() { # count NAME COMMAND...: one check
  name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "failed: $name" >&2; fi
}

strict_header() { # strict_header COMPILER...: the header alone, twice, and in two files of one program
  at=$target/c/header
  mkdir -p "$at"
  printf '#include <sendsafely.h>\n#include <sendsafely.h>\nint main(void) { return 0; }\n' >"$at/one"
  printf '#include <sendsafely.h>\n' >"$at/two"
  case "$*" in *-x*) kind= ;; *) kind=-xc ;; esac
  count "header with $*" "$@" $kind $strict -I include "$at/one" "$at/two" -o "$at/program"
}

prepare() { # prepare DIRECTORY LIBRARIES COMPILER: the programs, beside a library that they find by its SONAME
  work=$1
  mkdir -p "$work/lib"
  ln -sf "$(realpath "$2/libsendsafely.so")" "$work/lib/libsendsafely.so.0"
  ln -sf libsendsafely.so.0 "$work/lib/libsendsafely.so"
  tools/python tests/c/nonsense.py >"$work/nonsense_calls.h"
  for program in $programs; do
    $3 -std=c11 -D_GNU_SOURCE -g $strict -pthread -I include -I tests/c -I "$work" tests/c/$program.c tests/c/support.c \
      -o "$work/$program" -L "$work/lib" -lsendsafely -Wl,-rpath,'$ORIGIN/lib'
  done
}

start_emulator() {
  scratch=$(mktemp -d)
  # Its standard input is a pipe that only this script holds open, so that it ends with the script in any case.
  mkfifo "$scratch/stdin"
  "$target/release/sendsafely-emulator" --exit-with-stdin --ready-file "$scratch/ready.json" \
    --api-key test-api-key --api-secret test-api-secret <"$scratch/stdin" >"$scratch/emulator.log" 2>&1 &
  emulator=$!
  exec 9>"$scratch/stdin"
  trap 'kill $emulator 2>/dev/null; rm -rf "$scratch"' EXIT
  trap 'exit 1' INT TERM HUP
  tries=0
  until [ -s "$scratch/ready.json" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { cat "$scratch/emulator.log" >&2; exit 1; }
    sleep 0.1
  done
  ready() { sed 's/.*"'"$1"'":"\([^"]*\)".*/\1/' "$scratch/ready.json"; }
  SENDSAFELY_HOST=$(ready url) DROPZONE_ID=$(ready dropzone_id) admin_url=$(ready admin_url)
  SENDSAFELY_API_KEY=test-api-key SENDSAFELY_API_SECRET=test-api-secret EMULATOR_ADMIN_PORT=${admin_url##*:}
  export SENDSAFELY_HOST SENDSAFELY_API_KEY SENDSAFELY_API_SECRET EMULATOR_ADMIN_PORT DROPZONE_ID
}

add_counts() { # add_counts NAME: shows the output of a program, and adds what its last line counts
  cat "$scratch/output"
  counts=$(sed -n "s/^$1: \([0-9]*\) passed, \([0-9]*\) failed\$/\1 \2/p" "$scratch/output")
  passed=$((passed + $(echo "${counts:-0 0}" | cut -d' ' -f1)))
  failed=$((failed + $(echo "${counts:-0 0}" | cut -d' ' -f2)))
}

run_program() { # run_program NAME [WRAPPER...]: one program with a scratch directory of its own
  program=$1
  shift
  export TEST_DIRECTORY="$scratch/$program"
  rm -rf "$TEST_DIRECTORY"
  mkdir "$TEST_DIRECTORY"
  status=0
  timeout 120 "$@" "$work/$program" 9>&- >"$scratch/output" || status=$?
  add_counts "$program"
  count "exit status of ${*:+$1 }$program ($status)" [ $status -eq 0 ]
}

report() { # report SUITE: leaves the counts as JUnit
  echo "$1: $passed passed, $failed failed"
  mkdir -p "$target/junit/$1"
  echo "<testsuite name=\"$1\" tests=\"$((passed + failed))\" failures=\"$failed\"/>" >"$target/junit/$1/programs.xml"
  [ $failed -eq 0 ]
}
