/** Networks of each kind, written for each version of ONNX's operators: ONNX Runtime's logits are the engine's. */
import { OPSETS } from "../../src/formats/onnx/model.ts";
import { type Form, kinds, onnxTest } from "../nn/onnx_case.ts";

const versions = Array.from({ length: OPSETS.last - OPSETS.first + 1 }, (_, i) => OPSETS.first + i);
const forms = versions.flatMap((version): Form[] => [["folded", version], ["kept", version]]);
for (const name of kinds) onnxTest(name, forms);
