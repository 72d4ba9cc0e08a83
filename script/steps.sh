# Sourced by the commands beside it: quiet steps with progress, one line when something is missing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p build/log

die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

# step TITLE LOG COMMAND...: runs the command with its output in build/log/LOG, shows that it is alive, and the
# end of the log where it fails.
step() {
  local title=$1 log=build/log/$2 started=$SECONDS said=0
  shift 2
  "$@" > "$log" 2>&1 &
  local pid=$!
  while kill -0 "$pid" 2> /dev/null; do
    sleep 0.2
    if [ -t 1 ]; then
      printf '\r\033[K%s … %s' "$title" "$(progress "$log" "$started")"
    elif ((SECONDS - started >= said + 30)); then
      said=$((SECONDS - started))
      printf '%s … %s\n' "$title" "$(progress "$log" "$started")"
    fi
  done
  local code=0
  wait "$pid" || code=$?
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ "$code" -ne 0 ]; then
    tail -n 40 "$log" >&2
    die "$title failed; the whole story is in $log"
  fi
  if ((SECONDS - started > 2)); then printf '%s: done in %d s\n' "$title" $((SECONDS - started)); fi
}

# "37/212, 41 s": how far a build or test run is, from its log, and for how long it has been at it.
progress() {
  local count
  count=$(tail -c 4000 "$1" | tr '\r' '\n' | grep -oE '^\[ *[0-9]+/[0-9]+\]|^ *[0-9]+/[0-9]+ Test' | tail -n 1 | grep -oE '[0-9]+/[0-9]+' || true)
  printf '%s%d s' "${count:+$count, }" $((SECONDS - $2))
}
