# Counts what passed and what failed, for the scripts beside it: sourced, not run.
# shellcheck shell=sh
passed=0
failed=0

# count PASSED FAILED: adds what a runner counted; one that printed no counts is one failure.
count() {
  case "${1:-x}${2:-x}" in
    *[!0-9]*) failed=$((failed + 1)); echo "FAIL: a runner printed no counts" ;;
    *) passed=$((passed + $1)); failed=$((failed + $2)) ;;
  esac
}

# counts_of FILE: "PASSED FAILED" of the last line like "N passed, N failed" in what a runner printed; nothing without one.
counts_of() { sed -n 's/^\(.* \)\{0,1\}\([0-9]\{1,\}\) passed, \([0-9]\{1,\}\) failed.*/\2 \3/p' "$1" | tail -n 1; }

# count_run LOG NAME COMMAND...: runs it and shows what it printed. One without counts counts as one that passed or failed;
# one that fails though it counted no failure is a failure.
count_run() {
  count_log=$1 count_name=$2; shift 2
  count_status=0
  "$@" </dev/null >"$count_log" 2>&1 || count_status=$?
  cat "$count_log"
  # shellcheck disable=SC2046 # two words
  set -- $(counts_of "$count_log")
  if [ "$count_status" -eq 0 ]; then
    set -- "${1:-1}" "${2:-0}"
  else
    echo "FAIL $count_name: exit $count_status"
    [ "${2:-0}" -gt 0 ] || set -- "${1:-0}" 1
  fi
  count "$1" "$2"
}

# The line of counts that ends every script; fails where something did.
finish_count() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
