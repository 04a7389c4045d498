#!/usr/bin/env bash
# Installs the Debian packages that tests need (packages.txt, or the list given), and nothing else.
# No service of theirs is started: while packages are set up, /usr/sbin/policy-rc.d denies it. Afterwards that file is
# what it was before, also after a failure.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
list=${1:-$here/packages.txt}
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d} # invoke-rc.d knows this one path; the script's own test has another
saved=$policy.before-test-setup
marker='# deny-all, put here by test/setup/install-packages.sh'

fail() {
  echo "test:setup: $*" >&2
  exit 1
}

missing_packages() {
  local package
  for package in $(awk '!/^#/ && NF == 2 { print $2 }' "$list" | sort -u); do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

restore_policy() {
  if grep -qsF "$marker" "$policy"; then rm -f "$policy"; fi
  if [ -e "$saved" ] || [ -L "$saved" ]; then mv -f "$saved" "$policy"; fi
}

deny_services() {
  restore_policy # a run that was killed may have left its own behind
  if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$saved"; fi
  printf '#!/bin/sh\n%s\nexit 101\n' "$marker" >"$policy"
  chmod 755 "$policy"
}

[ -r "$list" ] || fail "$list cannot be read"
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  fail "this machine has no apt; install the equivalents of the packages in $list yourself"

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -eq 0 ]; then
  echo "test:setup: all packages of $(basename "$list") are installed"
  exit 0
fi
[ "$(id -u)" -eq 0 ] || fail "needs root to install: ${missing[*]}. Run: sudo bash $here/install-packages.sh"

exec 9>/run/lock/witness-test-setup
flock 9
trap restore_policy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
deny_services

export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 -qq update || echo "test:setup: apt-get update failed; trying with the lists at hand" >&2
apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install "${missing[@]}" 9>&- ||
  fail "apt-get could not install: ${missing[*]}"
echo "test:setup: installed ${missing[*]}"
