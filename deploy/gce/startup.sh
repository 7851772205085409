#!/bin/bash
# Startup script of a GCE VM with a T4: trains in the image, keeps outputs in a bucket, and shuts the VM down at the end.
# A spot VM that is preempted gets 30 seconds: docker passes SIGTERM on, wgrad saves, and the next start goes on.
set -euo pipefail
metadata() { curl -fs -H Metadata-Flavor:Google "http://metadata.google.internal/computeMetadata/v1/instance/attributes/$1"; }
image=$(metadata wgrad-image)
bucket=$(metadata wgrad-bucket)
arguments=$(metadata wgrad-arguments)
mkdir -p /mnt/data /mnt/outputs
gcloud storage rsync --recursive "gs://$bucket/data" /mnt/data
# Outputs of an earlier start; gcloud fails to fetch a folder that is not there.
folders=$(gcloud storage ls "gs://$bucket")
case $folders in
*/outputs/*) gcloud storage rsync --recursive "gs://$bucket/outputs" /mnt/outputs ;;
esac
chown -R 1000:1000 /mnt/outputs
status=0
# shellcheck disable=SC2086 # the arguments are words
docker run --rm --init --name wgrad --runtime nvidia --gpus all --stop-timeout 25 \
  --volume /mnt/data:/data:ro --volume /mnt/outputs:/outputs "$image" train $arguments resume=auto &
child=$!
# What the container ended with: a wait that a signal breaks off has the signal's code.
trap 'docker stop --time 20 wgrad; stopped=0; wait "$child" || stopped=$?' TERM
wait "$child" || status=${stopped:-$?}
gcloud storage rsync --recursive /mnt/outputs "gs://$bucket/outputs"
# 130 is an interrupted run: the VM was preempted, and starts again. Anything else is the end.
[ "$status" = 130 ] || shutdown -h now
exit "$status"
