/** The written networks, run by ONNX Runtime, against the engine's own. */
import { kinds, onnxTest } from "./onnx_case.ts";

// A layer norm is one node since version 17 of the operators, and a hard swish since 14.
for (const name of kinds) onnxTest(name, [["folded", 17], ["kept", 13]]);
