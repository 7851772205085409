#!/usr/bin/env bash
# Pins the actions of the workflows by commit: `uses: OWNER/NAME@v4` becomes `uses: OWNER/NAME@HASH # v4`, with the hash
# that the tag has now. Run it where GitHub can be reached; --check only tells which are not pinned, and exits 1.
set -euo pipefail
cd "${WORKFLOWS:-$(dirname "$0")/../.github/workflows}"
status=0
while read -r used; do
  name=${used%@*} tag=${used#*@}
  if [ "${1:-}" = --check ]; then echo "not pinned: $used"; status=1; continue; fi
  repository=$(cut -d/ -f1,2 <<<"$name")
  # An annotated tag has a second line, ^{}, with the commit.
  hash=$(git ls-remote "https://github.com/$repository" "refs/tags/$tag" "refs/tags/$tag^{}" | tail -n 1 | cut -f1)
  if [[ ! $hash =~ ^[0-9a-f]{40}$ ]]; then echo "no tag $tag of $repository" >&2; status=1; continue; fi
  sed -i "s|uses: $name@$tag\$|uses: $name@$hash # $tag|" ./*.yml
  echo "$used is $hash"
done < <(sed -nE 's/^ *-? *uses: ([^@ ]+@v[0-9.]+)$/\1/p' ./*.yml | sort -u)
exit $status
