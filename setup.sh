#!/usr/bin/env bash
# Installs what training needs and this machine lacks: Deno, the pinned packages and a Vulkan driver. It says what it
# installs, and is done at once when nothing is missing. What it may not install (no root, another system than Debian
# or Ubuntu) it lists at the end, with the command that does, and exits 1.
#
#   ./setup.sh          to train, evaluate, predict and check datasets
#   ./setup.sh --onnx   also ONNX Runtime, for ONNX files, and Dawn, for 16-mixed on matrix units (export and page fetch both)
#   ./setup.sh --dev    also what the tests and benchmarks need: a browser, other engines
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

case ${1:-} in
"") set=run ;;
--onnx) set=onnx ;;
--dev) set=dev ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0"
  if [ "$1" = --help ] || [ "$1" = -h ]; then exit 0; fi
  echo "setup: cannot use $1: give nothing, --onnx or --dev" >&2
  exit 2
  ;;
esac

# How a system other than Debian and Ubuntu installs a package of ours: its command, and its name for it.
elsewhere() { # PACKAGE
  local id name=$1
  id=$(sed -nE 's/^ID(_LIKE)?=//p' /etc/os-release 2>/dev/null | tr -d '"' | tr '\n' ' ') || id=""
  case "$(uname -s) $id" in
  Darwin*) case $1 in npm) name=deno ;; esac; echo "brew install $name" ;;
  *fedora* | *rhel*) case $1 in libvulkan1) name=vulkan-loader ;; esac; echo "as root, dnf install $name" ;;
  *arch*) case $1 in mesa-vulkan-drivers) name=vulkan-swrast ;; libvulkan1) name=vulkan-icd-loader ;; esac; echo "as root, pacman -S $name" ;;
  *suse*) case $1 in mesa-vulkan-drivers) name=libvulkan_lvp ;; esac; echo "as root, zypper install $name" ;;
  *) echo "as root, apt-get install $1" ;;
  esac
}

apt_install() { # PACKAGE PURPOSE
  local cure
  cure="$2: $(elsewhere "$1")"
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

# By npm where it is there; else by Deno's own installer; else by pip, which is 20 Debian packages; else by Debian's
# npm, which is 380.
install_deno() {
  if ! has npm; then
    deno_by_script || deno_by_pip || apt_install npm "npm, which brings Deno"
    has_deno || ! has npm || deno_by_npm
  else
    deno_by_npm
  fi
  hash -r
  has_deno || lack "Deno $DENO_VERSION: https://docs.deno.com/runtime/getting_started/installation, or" \
    "npm install --global deno@$DENO_VERSION, or take the portable folder of a release, which needs no set-up"
}

deno_by_script() {
  has curl || apt_tool curl || return 1
  has unzip || apt_tool unzip || return 1
  say "installing Deno $DENO_VERSION (Deno's own installer, into $HOME/.deno)"
  { curl -fsSL --connect-timeout 10 https://deno.land/install.sh |
    DENO_INSTALL="$HOME/.deno" sh -s "v$DENO_VERSION" --yes --no-modify-path; } >/dev/null 2>&1 ||
    { say "it cannot be reached"; return 1; }
  link_deno "$HOME/.deno/bin/deno"
}

apt_tool() { # PACKAGE, which is not needed if something else does
  has apt-get && may_be_root || return 1
  [ -n "${apt_is_fresh:-}" ] || as_root apt-get update -qq || return 1
  apt_is_fresh=1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

# The same binary by PyPI's package; into a folder of its own, so that nothing of the system's Python changes.
deno_by_pip() {
  local folder="$HOME/.deno/pip"
  python3 -m pip --version >/dev/null 2>&1 || apt_tool python3-pip || return 1
  say "installing Deno $DENO_VERSION (PyPI's package deno, into $folder)"
  python3 -m pip install --quiet --no-deps --upgrade --target "$folder" "deno==$DENO_VERSION" >/dev/null 2>&1 ||
    { say "pip cannot install it"; return 1; }
  link_deno "$folder/bin/deno"
}

# On PATH, so that the next command finds it.
link_deno() { # FILE
  [ -x "$1" ] || return 1
  PATH="$(dirname "$1"):$PATH"
  as_root_if_needed ln -sf "$1" /usr/local/bin/deno 2>/dev/null ||
    say "add it to PATH: export PATH=\"$(dirname "$1"):\$PATH\""
}
as_root_if_needed() { if [ -w /usr/local/bin ]; then "$@"; elif may_be_root; then as_root "$@"; else return 1; fi; }

deno_by_npm() {
  local prefix folder run=()
  prefix=$(npm prefix --global)
  for folder in "$prefix/lib/node_modules" "$prefix/lib" "$prefix"; do [ ! -e "$folder" ] || break; done
  if [ ! -w "$folder" ]; then
    run=(as_root)
    may_be_root || { say "$folder is not writable, and this is not root"; return 0; }
  fi
  say "installing Deno $DENO_VERSION (npm package deno, into $prefix)"
  # Where npm runs no install scripts it says so: the package then finds its binary at the first call.
  # An empty list counts as unset in macOS's bash.
  ${run[@]+"${run[@]}"} npm install --global --no-fund --no-audit --loglevel=error "deno@$DENO_VERSION" >/dev/null || return 0
  hash -r
  has_deno || say "Deno is in $prefix/bin, which is not on PATH; the deno on PATH is $(command -v deno || echo none)"
}

# What was installed for more stays: a smaller set would take packages away again.
packages_config() {
  if [ $set = dev ] || [ -e node_modules/playwright-core ]; then echo "--config deno.dev.json"
  elif [ $set = onnx ] || [ -e node_modules/onnxruntime-node ]; then echo "--config deno.onnx.json"; fi
}

install_packages() { # CONFIG
  # shellcheck disable=SC2086 # an option and its value, or nothing
  deno install --quiet --frozen $1 || return
  # A start with the configuration of training links node_modules for it: now, and not beside something that runs.
  [ -z "$1" ] || deno task -q completion bash >/dev/null
}

has_vulkan_driver() {
  local file named=()
  IFS=: read -r -a named <<<"${VK_DRIVER_FILES:-}:${VK_ICD_FILENAMES:-}"
  for file in {/usr/share,/usr/local/share,/etc,"$HOME/.local/share"}/vulkan/icd.d/*.json "${named[@]}"; do
    [ ! -f "$file" ] || return 0
  done
  return 1
}

has_library() { compgen -G "/usr/lib*/$1" >/dev/null || compgen -G "/usr/lib/*/$1" >/dev/null; }

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
  local cure="$purpose: deno run -A $cli install --with-deps chromium, or install Google Chrome"
  if ! may_be_root || [ ! -f $cli ] || ! has node; then lack "$cure"; return; fi
  say "installing Chromium ($purpose, by playwright-core)"
  node $cli install --with-deps chromium || lack "$cure (it failed, see above)"
}

case $(uname -s) in
MINGW* | MSYS* | CYGWIN*)
  say "on Windows, install Deno (winget install DenoLand.Deno), then: deno install --frozen"
  exit 1
  ;;
esac

has_deno || install_deno
config=$(packages_config)
if has_deno; then
  # Beside what apt installs, which takes as long.
  install_packages "$config" &
  packages=$!
fi
if [ "$(uname -s)" = Linux ]; then
  has_vulkan_driver || apt_install mesa-vulkan-drivers "a Vulkan driver, here the software GPU"
  has_library libvulkan.so.1 || apt_install libvulkan1 "the Vulkan loader"
  has_library libturbojpeg.so.0 || install_turbojpeg
fi
[ -z "${packages:-}" ] || wait "$packages" || lack "the pinned packages: deno install --frozen $config"
[ $set != dev ] || has_browser || install_browser

if [ ${#missing[@]} -gt 0 ]; then
  say "this is still missing:"
  printf '  - %s\n' "${missing[@]}"
  exit 1
fi
say "all is there"
