#!/bin/sh
# The images' entry point: `wgrad TASK ...`. Where an NVIDIA GPU is there, nothing trains on a software GPU: it says what
# is missing and exits with 4. `page` serves the page, which every visitor's own browser runs, at port 8080.
set -eu

has_nvidia() { for file in "${WGRAD_DEV:-/dev}"/nvidia[0-9]*; do [ -e "$file" ] && return 0; done; return 1; }

case ${1:-} in
train | eval | predict | export)
  if has_nvidia && ! found=$(wgrad doctor --hardware 2>&1); then
    # Without a display some drivers give their GPU through EGL alone (nvidia-container-toolkit#191).
    export VK_DRIVER_FILES=/opt/nvidia_egl.json
    if ! wgrad doctor --hardware; then
      printf '%s\n' "$found" >&2
      exit 4
    fi
  fi
  ;;
page)
  [ $# -gt 1 ] || set -- page --public --port 8080
  ;;
esac
exec wgrad "$@"
