/** The style sheet of the page. Severities are shown as text and colour; colours differ in light and dark mode. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fafaf8; --card: #fff; --ink: #1d2025; --soft: #5d646e; --line: #dfe1e5; --frame: #eef0f2;
  --error: #b3261e; --warning: #8a5a00; --info: #1f5fa8; --none: #2f6f3e;
  --train: #3f6fb0; --valid: #2b8a7a; --test: #b0703f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --card: #1c1f24; --ink: #e8eaee; --soft: #a0a7b2; --line: #333840; --frame: #262a31;
    --error: #ff8a80; --warning: #f0b849; --info: #8ab8f5; --none: #86cf97;
    --train: #7aa5e0; --valid: #5fc2b0; --test: #e0a070;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 82rem; padding: 2rem clamp(1rem, 3vw, 2.5rem) 4rem;
  background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; }
h2 small { color: var(--soft); font-weight: 400; font-size: .9rem; }
p { margin: .25rem 0 .75rem; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
.root { font: 1rem ui-monospace, monospace; overflow-wrap: anywhere; margin: .25rem 0 0; }
.when { color: var(--soft); font-size: .85rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; margin: 1rem 0; list-style: none; }
.tiles li {
  min-width: 6rem; padding: .5rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
}
.tiles b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tiles span { color: var(--soft); font-size: .85rem; }
.error { --tone: var(--error); } .warning { --tone: var(--warning); } .info { --tone: var(--info); }
.none { --tone: var(--none); }
.tiles .error b, .tiles .warning b, .tiles .info b, .tiles .none b { color: var(--tone); }
nav ol { display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: 0 0 1.25rem; list-style: none; }
nav li {
  padding: .15rem .6rem; border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: .35rem;
  background: var(--card); font-size: .88rem;
}
nav a { color: inherit; text-decoration: none; } nav a:hover { text-decoration: underline; }
nav span { color: var(--soft); font-variant-numeric: tabular-nums; }
.healthy { color: var(--none); font-size: 1.1rem; }
section {
  margin: 0 0 1.25rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; scroll-margin-top: 1rem;
}
section.error, section.warning, section.info { border-left: 4px solid var(--tone); }
.badge {
  display: inline-block; padding: .05rem .5rem; margin-right: .25rem; border: 1px solid currentColor;
  border-radius: 1rem; color: var(--tone); font-size: .75rem; font-weight: 600; vertical-align: .1em;
}
.groups, .singles { display: flex; flex-wrap: wrap; gap: .75rem; }
.group { display: flex; flex-wrap: wrap; gap: .5rem; padding: .5rem; background: var(--frame); border-radius: .5rem; }
.singles .group { padding: 0; background: none; }
figure { margin: 0; width: 8.5rem; }
figure img, .no-picture {
  display: block; width: 100%; height: 7rem; object-fit: contain; background: var(--frame); border-radius: .3rem;
}
.groups figure img { background: var(--card); }
.no-picture { display: grid; place-items: center; color: var(--soft); font-size: .8rem; }
figcaption { padding-top: .25rem; font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
figcaption .class { font-weight: 600; }
figcaption .split { color: var(--soft); }
figure.split .split { color: var(--ink); font-weight: 600; } figure.split .class { font-weight: 400; }
figcaption .note, figcaption code { display: block; color: var(--soft); }
figcaption .class, figcaption code {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
}
figcaption code { -webkit-line-clamp: 3; }
.note { color: var(--soft); }
figcaption code { font-size: .72rem; }
.more { align-self: center; color: var(--soft); margin: 0 .5rem; }
.classes { display: flex; flex-wrap: wrap; gap: .35rem .5rem; padding: 0; margin: .5rem 0 0; list-style: none; }
.classes li {
  padding: .1rem .6rem; background: var(--frame); border-radius: .3rem; font-size: .88rem; overflow-wrap: anywhere;
}
details { margin-top: .75rem; } summary { cursor: pointer; color: var(--info); }
.paths { margin: .5rem 0 0; padding-left: 1.2rem; font-size: .88rem; max-height: 24rem; overflow: auto; }
.counts { display: grid; gap: 0 2.5rem; align-items: start; }
.counts.of-2 { grid-template-columns: repeat(auto-fit, minmax(25rem, 1fr)); }
.counts.of-3 { grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); }
table { border-collapse: collapse; table-layout: fixed; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
th {
  text-align: left; font-weight: 500; padding: .1rem .5rem .1rem 0;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
col.name { width: 28%; } col.n { width: 2.9rem; }
thead th { color: var(--soft); border-bottom: 1px solid var(--line); }
tbody tr:hover { background: var(--frame); }
td { padding: .1rem 0; }
.count { text-align: right; padding-right: .4rem; white-space: nowrap; }
.count.zero { color: var(--error); font-weight: 600; }
.bars { padding-right: .8rem; }
.bar { display: block; width: 100%; height: .55rem; background: var(--frame); border-radius: 1px; }
.train rect { fill: var(--train); } .valid rect { fill: var(--valid); } .test rect { fill: var(--test); }
@media print { body { background: none; } section { break-inside: avoid-page; } }
`;
