/** The documentation's site: its pages and their links. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { brokenLinks, relinked } from "../../packaging/links.ts";
import { headings, htmlPath, pageHtml, withSiteLinks } from "../../packaging/site_page.ts";

Deno.test("headings have the anchors that GitHub makes, and code has none", () => {
  const text = "# A `b_c` & d\n\n```bash\n# no heading\n```\n\n## Naïve: 2.5\n";
  assertEquals(headings(text), [
    { name: "A b_c & d", anchor: "a-b_c--d" },
    { name: "Naïve: 2.5", anchor: "naïve-25" },
  ]);
});

Deno.test("withSiteLinks() leads to the site's own pages", () => {
  const pages = ["README.md", "docs/a.md", "deploy/README.md"];
  const links = ["a.md#b-c", "../deploy/README.md", "other.md", "https://example.org/x.md"];
  const html = `<h2>B &amp; <code>c</code></h2>` + links.map((link) => `<a href="${link}">x</a>`).join("");
  const expected = ["../docs/a.html#b-c", "../deploy/index.html", "other.md", "https://example.org/x.md"];
  assertEquals(
    withSiteLinks(html, "docs/a.md", pages),
    `<h2 id="b--c">B &amp; <code>c</code></h2>` + expected.map((link) => `<a href="${link}">x</a>`).join(""),
  );
});

Deno.test("relinked() changes the links that it is told to, as they are written", () => {
  const html = `<a href="file:&#x2F;&#x2F;&#x2F;a.ts">x</a><img src="b.png">`;
  assertEquals(
    relinked(html, (link) => link.replace("file:///", "source/")),
    `<a href="source/a.ts">x</a><img src="b.png">`,
  );
});

Deno.test("brokenLinks() finds pages and places that are not there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_site_" });
  const body =
    `<h2 id="here">x</h2><a href="#here"></a><a href="#gone"></a><a href="sub/"></a><a href="sub/no.html"></a>
    <a href="sub/index.html#top"></a><a href="https://example.org/"></a>`;
  const page = { title: "A & B", pages: [{ path: "README.md", title: "A & B" }] };
  await Deno.mkdir(`${folder}/sub`);
  await Deno.mkdir(`${folder}/api`);
  await Deno.writeTextFile(
    `${folder}/${htmlPath("README.md")}`,
    pageHtml({ ...page, path: "README.md", body }),
  );
  await Deno.writeTextFile(`${folder}/sub/index.html`, `<p id="top">`);
  for (const name of ["api/index.html", "style.css", "search.js"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "");
  }
  assertEquals(await brokenLinks(folder), [
    "index.html links to #gone: index.html has no such place",
    "index.html links to sub/no.html: there is no sub/no.html",
  ]);
  assertStringIncludes(await Deno.readTextFile(`${folder}/index.html`), `aria-current="page">A &amp; B</a>`);
  assert((await Deno.readTextFile(`${folder}/index.html`)).includes(`<input type="search"`));
  await Deno.remove(folder, { recursive: true });
});
