/** The one root of the PyTorch original that trains no image classifier. */

import { ConfigError } from "../../base/errors.ts";
import { isList, isMap, type Node } from "../tree.ts";

const LANGUAGE_MODEL = /smol_?vlm|q_?lora|vision_?language/i;

/** Refuses a vision-language model in one sentence, instead of each of its keys. @throws ConfigError */
export function refuseLanguageModel(rootName: string, root: Node): void {
  const found = mention(root);
  if (!LANGUAGE_MODEL.test(rootName) && found === undefined) return;
  throw new ConfigError(
    `Cannot use ${rootName} because it fine-tunes a vision-language model` +
      `${
        found === undefined ? "" : ` (${found})`
      }, and wgrad trains image classifiers: run it with the original`,
  );
}

/** The first value of `model` or `_target_` that names such a model. */
function mention(node: Node, key = ""): string | undefined {
  if (isMap(node)) {
    for (const [name, item] of node.value) {
      const found = mention(item, name === "_target_" || key === "model" || name === "model" ? "model" : "");
      if (found !== undefined) return found;
    }
  }
  if (isList(node)) return node.value.map((item) => mention(item, key)).find((found) => found !== undefined);
  return key === "model" && typeof node.value === "string" && LANGUAGE_MODEL.test(node.value)
    ? node.value
    : undefined;
}
