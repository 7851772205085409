#!/bin/sh
# One job of a sweep, by the number that a scheduler gives it: sweep_job.sh FOLDER OVERRIDE ... runs
# `wgrad train -m OVERRIDE ... resume=auto hydra.sweep.dir=FOLDER --job NUMBER`. FOLDER is one that all jobs see. A job
# that is run again goes on from its last checkpoint. WGRAD names the program, by default `wgrad` on PATH.
set -eu
[ $# -ge 2 ] || { echo "usage: sweep_job.sh FOLDER OVERRIDE ..." >&2; exit 2; }
folder=$1
shift
# Google Batch, Kubernetes, Slurm, SkyPilot, or given by hand.
number=${BATCH_TASK_INDEX:-${JOB_COMPLETION_INDEX:-${SLURM_ARRAY_TASK_ID:-${SKYPILOT_JOB_RANK:-${JOB_INDEX:-}}}}}
[ -n "$number" ] || { echo "sweep_job.sh: no scheduler gave a number; set JOB_INDEX" >&2; exit 2; }
exec ${WGRAD:-wgrad} train -m "$@" resume=auto "hydra.sweep.dir=$folder" --job "$number"
