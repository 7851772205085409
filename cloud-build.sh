#!/usr/bin/env bash
# Builds the images by Google Cloud Build: cloud-build.sh [--dry-run] [--project ID] [--region REGION] [--tag TAG]
# The tag is the commit unless another is given; --dry-run prints the command and runs nothing.
set -euo pipefail
cd "$(dirname "$0")"
project="" region=us-central1 tag="" run=()
while [ $# -gt 0 ]; do
  case $1 in
  --dry-run) run=(echo) ;;
  --project) project=${2:?--project takes an ID}; shift ;;
  --region) region=${2:?--region takes a name}; shift ;;
  --tag) tag=${2:?--tag takes a name}; shift ;;
  *) echo "cloud-build: cannot use $1: give --dry-run, --project, --region or --tag" >&2; exit 2 ;;
  esac
  shift
done
commit=$(git rev-parse HEAD)
if [ -n "$(git status --porcelain)" ] && [ -z "$tag" ]; then
  echo "cloud-build: there are changes that no commit has: commit them, or give --tag" >&2
  exit 2
fi
if [ ${#run[@]} = 0 ] && ! command -v gcloud >/dev/null; then
  echo "cloud-build: gcloud is not on PATH: install Google's command line, or look with --dry-run" >&2
  exit 2
fi
${run[@]+"${run[@]}"} gcloud builds submit . --config cloudbuild.yaml ${project:+--project "$project"} --region "$region" \
  --substitutions "_REGION=$region,_TAG=${tag:-${commit:0:12}},_COMMIT=$commit"
