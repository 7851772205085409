// How semantic-release finds the next version and writes its notes. `main` makes releases, `develop` prereleases.
// A first line may join two changes, "feat(a): b; docs(c): d": the scope ends at its first bracket.
const parserOpts = {
  headerPattern: /^(\w*)(?:\(([^)]*)\))?!?: (.*)$/,
  breakingHeaderPattern: /^(\w*)(?:\(([^)]*)\))?!: (.*)$/,
  headerCorrespondence: ["type", "scope", "subject"],
};
const preset = "conventionalcommits";

export default {
  branches: ["main", { name: "develop", prerelease: true }],
  tagFormat: "v${version}",
  plugins: [
    ["@semantic-release/commit-analyzer", { preset, parserOpts }],
    ["@semantic-release/release-notes-generator", { preset, parserOpts }],
    ["@semantic-release/changelog", { changelogFile: "CHANGELOG.md" }],
    ["@semantic-release/exec", {
      prepareCmd: `sed -i 's/^  "version": ".*"/  "version": "\${nextRelease.version}"/' deno.json`,
    }],
    ["@semantic-release/git", {
      assets: ["CHANGELOG.md", "deno.json"],
      message: "chore(release): ${nextRelease.version}\n\n${nextRelease.notes}",
    }],
    "@semantic-release/github",
  ],
};
