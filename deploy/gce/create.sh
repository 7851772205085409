#!/usr/bin/env bash
# Creates a spot VM with a T4 that trains and shuts itself down: create.sh NAME IMAGE BUCKET ARGUMENT ...
set -euo pipefail
name=${1:?give NAME IMAGE BUCKET ARGUMENT ...} image=${2:?} bucket=${3:?}
shift 3
here=$(cd "$(dirname "$0")" && pwd)
gcloud compute instances create "$name" \
  --zone "${ZONE:-us-central1-a}" --machine-type n1-standard-4 --accelerator type=nvidia-tesla-t4,count=1 \
  --provisioning-model SPOT --instance-termination-action STOP --maintenance-policy TERMINATE \
  --image-family common-cu128-ubuntu-2204-nvidia-570 --image-project deeplearning-platform-release \
  --boot-disk-size 60GB --scopes storage-full --metadata-from-file "startup-script=$here/startup.sh" \
  --metadata "wgrad-image=$image,wgrad-bucket=$bucket,wgrad-arguments=$*"
