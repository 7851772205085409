#!/usr/bin/env bash
# Makes a repository's rulesets what the files beside this say, by GitHub's own command line:
#   .github/rulesets/apply.sh OWNER/NAME
# Who releases (the release workflow's own token) is added as a bypass actor in the repository's settings.
set -euo pipefail
repository=${1:?give OWNER/NAME}
cd "$(dirname "$0")"
for file in *.json; do
  name=${file%.json}
  id=$(gh api "repos/$repository/rulesets" --jq ".[] | select(.name == \"$name\") | .id")
  if [ -n "$id" ]; then
    gh api --method PUT "repos/$repository/rulesets/$id" --input "$file" >/dev/null
  else
    gh api --method POST "repos/$repository/rulesets" --input "$file" >/dev/null
  fi
  echo "ruleset $name of $repository is as $file says"
done
