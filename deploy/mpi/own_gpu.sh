#!/bin/sh
# Runs a command with one of this machine's NVIDIA GPUs, by the number of this rank among those of the machine:
#   mpirun -n 4 deploy/mpi/own_gpu.sh deno task train PATH trainer.strategy=ddp
# Mesa's Vulkan layer puts the GPU that DRI_PRIME names first, with NVIDIA's driver, too.
set -eu
PROC="${WGRAD_PROC:-/proc}" LAYERS="${WGRAD_VULKAN_LAYERS:-/usr/share/vulkan/implicit_layer.d}"
rank="${OMPI_COMM_WORLD_LOCAL_RANK:-${MPI_LOCALRANKID:-${SLURM_LOCALID:-}}}"

refuse() {
  echo "own_gpu.sh: Cannot choose a GPU because $1" >&2
  exit 2
}

[ $# -gt 0 ] || refuse "no command is given: write it after own_gpu.sh"
[ -n "$rank" ] || refuse "no launcher has numbered this process: start it by mpirun, mpiexec or srun"
[ -n "$(find "$LAYERS" -name '*device_select*' 2>/dev/null)" ] ||
  refuse "$LAYERS lacks Mesa's device-select layer: apt-get install mesa-vulkan-drivers"
gpus="$(find "$PROC/driver/nvidia/gpus" -mindepth 1 -maxdepth 1 2>/dev/null | sort)"
gpu="$(echo "$gpus" | sed -n "$((rank + 1))p")"
[ -n "$gpu" ] || refuse "rank $rank of this machine is one more than it has NVIDIA GPUs: start fewer ranks"
DRI_PRIME="pci-$(basename "$gpu" | tr ':.' '__')"
export DRI_PRIME
exec "$@"
