#!/usr/bin/env bash
# Installs what wgrad needs and this machine lacks: Deno, the pinned packages, a Vulkan driver and a browser for
# the page tests. It says what it installs, and is done at once when nothing is missing. What it may not install
# (no root, no apt-get) it lists at the end, with the command that does, and exits 1.
set -euo pipefail
cd "$(dirname "$0")"

DENO_VERSION=2.9.6
HOME=${HOME:-/root}
missing=()

say() { printf 'setup: %s\n' "$*"; }
lack() { missing+=("$*"); }
has() { command -v "$1" >/dev/null 2>&1; }
may_be_root() { [ "$(id -u)" = 0 ] || { has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() { # PACKAGE PURPOSE
  local cure="$2: as root, apt-get install $1"
  if ! has apt-get || ! may_be_root; then lack "$cure"; return; fi
  say "installing $1 ($2)"
  [ -n "${apt_is_fresh:-}" ] || as_root apt-get update -qq || say "apt-get update failed, trying without"
  apt_is_fresh=1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null ||
    lack "$cure (it failed, see above)"
}

has_deno() {
  local version
  has deno && read -r _ version _ < <(deno --version) &&
    [ "$(printf '%s\n' "$DENO_VERSION" "$version" | sort -V | tail -n 1)" = "$version" ]
}

install_deno() {
  local cure="Deno $DENO_VERSION: npm install --global deno@$DENO_VERSION" prefix folder run=()
  if ! has npm; then lack "Node.js and npm, which bring Deno: as root, apt-get install nodejs npm"; return; fi
  prefix=$(npm prefix --global)
  for folder in "$prefix/lib/node_modules" "$prefix/lib" "$prefix"; do [ ! -e "$folder" ] || break; done
  if [ ! -w "$folder" ]; then
    run=(as_root)
    if ! may_be_root; then lack "$cure (as root, since $folder is not writable)"; return; fi
  fi
  say "installing Deno $DENO_VERSION (npm package deno, into $prefix)"
  # Where npm runs no install scripts it says so: the package then finds its binary at the first call.
  "${run[@]}" npm install --global --no-fund --no-audit --loglevel=error "deno@$DENO_VERSION" >/dev/null ||
    { lack "$cure (it failed, see above)"; return; }
  hash -r
  has_deno || lack "Deno $DENO_VERSION on PATH: it is in $prefix/bin, current deno is $(command -v deno || echo none)"
}

has_vulkan_driver() {
  local file named=()
  IFS=: read -r -a named <<<"${VK_DRIVER_FILES:-}:${VK_ICD_FILENAMES:-}"
  for file in {/usr/share,/usr/local/share,/etc,"$HOME/.local/share"}/vulkan/icd.d/*.json "${named[@]}"; do
    [ ! -f "$file" ] || return 0
  done
  return 1
}

has_vulkan_loader() { compgen -G '/usr/lib*/libvulkan.so.1' || compgen -G '/usr/lib/*/libvulkan.so.1'; }

has_turbojpeg() { compgen -G '/usr/lib*/libturbojpeg.so.0' || compgen -G '/usr/lib/*/libturbojpeg.so.0'; }

install_turbojpeg() { # which only makes JPEGs twice as fast, so nothing is missing without it
  local package
  has apt-get && may_be_root || return 0
  for package in libturbojpeg0 libturbojpeg; do # Debian's name, and Ubuntu's
    apt-cache show $package >/dev/null 2>&1 || continue
    say "installing $package (JPEGs decode twice as fast)"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $package >/dev/null && return
  done
  say "without libjpeg-turbo, JPEGs take twice as long to decode"
}

has_browser() {
  local name
  # Asked for its version, since Ubuntu's chromium-browser may be a stub that only tells of a snap.
  for name in ${CHROME_PATH:+"$CHROME_PATH"} chromium chromium-browser google-chrome google-chrome-stable; do
    if has "$name" && "$name" --version >/dev/null 2>&1; then return 0; fi
  done
  compgen -G "$HOME/.cache/ms-playwright/chromium-*/chrome-linux*/chrome" >/dev/null
}

install_browser() {
  local purpose="a browser for the page tests" cli=node_modules/playwright-core/cli.js
  if ! grep -qs '^ID=ubuntu' /etc/os-release; then apt_install chromium "$purpose"; return; fi
  # Ubuntu's package chromium is a snap, which containers cannot run: playwright-core fetches a plain one.
  local cure="$purpose: node $cli install --with-deps chromium, or install Google Chrome"
  if ! may_be_root || [ ! -f $cli ] || ! has node; then lack "$cure"; return; fi
  say "installing Chromium ($purpose, by playwright-core)"
  node $cli install --with-deps chromium || lack "$cure (it failed, see above)"
}

has_deno || install_deno
! has deno || deno install --quiet --frozen || lack "the pinned packages: deno install --frozen"
has_vulkan_driver || apt_install mesa-vulkan-drivers "a Vulkan driver"
has_vulkan_loader >/dev/null || apt_install libvulkan1 "the Vulkan loader"
has_turbojpeg >/dev/null || install_turbojpeg
has_browser || install_browser

if [ ${#missing[@]} -gt 0 ]; then
  say "this is still missing:"
  printf '  - %s\n' "${missing[@]}"
  exit 1
fi
say "all is there"
