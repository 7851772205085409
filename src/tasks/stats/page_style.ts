/** The style sheet of the page: the colours and parts of all pages, and its own. */
import parts from "../../plots/style/parts.css" with { type: "text" };
import tokens from "../../plots/style/tokens.css" with { type: "text" };
import own from "./page.css" with { type: "text" };

export const style = [tokens, parts, own].join("\n");
