#!/usr/bin/env bash
# Runs a command with a newer Mesa than the system's: Debian sid's, whose software GPU has matrix units (f16 to f32 in
# 8x8x8) for Dawn. The first call puts it into .cache/mesa-next (400 MB, a minute); nothing outside is changed. Its
# libraries need a newer glibc, so the command runs in a chroot with the project at /app. Needs Debian and root.
#   tests/mesa_next.sh deno test --no-check -A tests/ops
# A try has 300 s, or MESA_NEXT_SECONDS.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'mesa_next: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "needs root, for chroot and mount"
[ "$#" -gt 0 ] || fail "usage: tests/mesa_next.sh COMMAND ..."
folder=$PWD/.cache/mesa-next
root=$folder/root
ready=$root/usr/share/vulkan/icd.d/lvp_icd.json

set_up() {
  local sources=/etc/apt/sources.list.d/debian.sources mirror
  mirror=$(sed -nE 's/^(URIs: |deb (\[[^]]*\] )?)(https?:[^ ]*\/debian)( .*)?$/\3/p' "$sources" /etc/apt/sources.list \
    2>/dev/null | head -n 1 || true)
  [ -n "$mirror" ] || fail "no Debian mirror in the sources of apt"
  rm -rf "$folder"
  mkdir -p "$folder"/apt/{lists,archives}/partial "$root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$folder/apt/sources.list"
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache::archives=$folder/apt/archives" -o Dir::Cache::pkgcache=
    -o Dir::Cache::srcpkgcache= -o Dir::State::status=/dev/null -o APT::Install-Recommends=false)
  "${apt[@]}" update
  "${apt[@]}" -y --download-only -t sid install mesa-vulkan-drivers libvulkan1 bash coreutils libstdc++6 libc-bin \
    libegl1 libgl1 libglx0 >/dev/null
  local deb
  for deb in "$folder"/apt/archives/*.deb; do dpkg-deb -x "$deb" "$root"; done
  rm -rf "$folder/apt"
  mkdir -p "$root"/{proc,dev,tmp,app,root,deno}
  [ -e "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
  [ -e "$root/dev/urandom" ] || mknod -m 444 "$root/dev/urandom" c 1 9
  cp "$(deno eval 'console.log(Deno.execPath())')" "$root/usr/bin/deno"
}

[ -e "$ready" ] || set_up
# Mesa 26 sometimes hangs or crashes while it compiles; what it has compiled is kept, so another try gets further.
tries=6 limit=${MESA_NEXT_SECONDS:-300}
for ((try = 1; try <= tries; try++)); do
  status=0
  # a mount namespace of its own, so that nothing stays mounted behind
  timeout --foreground "$limit" unshare --mount bash -c '
    set -e; root=$1; shift
    mount --bind "$PWD" "$root/app"; mount -t proc proc "$root/proc"
    modules=$(realpath node_modules)
    if [ "$modules" != "$PWD/node_modules" ]; then
      mkdir -p "$root$modules"; mount --bind "$modules" "$root$modules"
    fi
    cache=${DENO_DIR:-$HOME/.cache/deno}
    if [ -d "$cache" ]; then mount --bind "$cache" "$root/deno"; fi
    cd /; exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin XDG_RUNTIME_DIR=/tmp NO_COLOR=1 \
      DENO_DIR=/deno DENO_NO_UPDATE_CHECK=1 GALLIVM_PERF=nopt WGRAD_GPU=dawn \
      VK_ICD_FILENAMES=/usr/share/vulkan/icd.d/lvp_icd.json bash -c "cd /app && exec \"\$@\"" run "$@"
  ' run "$root" "$@" || status=$?
  if [ "$status" -lt 124 ]; then exit "$status"; fi
  printf 'mesa_next: it hung or crashed (%s), try %s of %s\n' "$status" "$try" "$tries" >&2
done
exit "$status"
