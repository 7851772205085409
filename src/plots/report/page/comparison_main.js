/** Builds the page of a comparison from its JSON island. */
import { buildComparison } from "./comparison.js";
import { find } from "./dom.js";
import { onLayout } from "./paper.js";

onLayout(buildComparison(find("#comparison"), JSON.parse(find("#report").textContent)));
