/** Checkpoints through export and predict, by the engine and by ONNX Runtime, with a network of random weights. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CheckError, ConfigError, DataError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { float32, type StoredTensor, writeSafetensors } from "../../src/formats/safetensors.ts";
import { encodePng } from "../../src/host/deno_images.ts";
import { denoHost } from "../../src/host/deno.ts";
import { exportTask } from "../../src/tasks/export.ts";
import type { Host } from "../../src/setup/host.ts";
import { predict } from "../../src/tasks/predict.ts";
import { encodeOnnx } from "../../src/formats/onnx/model.ts";
import { joinParts } from "../formats/onnx/parts.ts";
import { writeCard } from "../../src/train/model_card.ts";
import { randomResnet18 } from "../formats/onnx/weights.ts";
import { gpuTest } from "../rings.ts";

const classes = ["0", "00", "<script>", "é", "10"];
const steps = [{ resize: { size: 40 } }, { center_crop: {} }, { normalize: {} }];

/** A folder with a checkpoint and pictures of several sizes, and what is printed. */
async function withCheckpoint(
  body: (place: { folder: string; host: Host; lines: string[]; remarks: string[] }) => Promise<void>,
  change: (tensors: Map<string, StoredTensor>) => void = () => {},
): Promise<void> {
  const folder = await Deno.makeTempDir(), lines: string[] = [], remarks: string[] = [];
  const remark = (line: string) => void remarks.push(line);
  try {
    const tensors = randomResnet18(classes.length);
    change(tensors);
    const card = writeCard({ model: "resnet18", classes, imageSize: 32, steps, input: "normalized" });
    await Deno.writeFile(`${folder}/best.safetensors`, writeSafetensors(tensors, new Map(card)));
    await Deno.mkdir(`${folder}/pictures`);
    for (const [i, [width, height]] of [[32, 32], [75, 40], [20, 61], [300, 299]].entries()) {
      const stream = rng(4, "pixels", i);
      const data = Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256));
      await Deno.writeFile(`${folder}/pictures/${i}.png`, await encodePng({ width, height, data }));
    }
    await body({
      folder,
      host: { ...denoHost(), print: (line) => void lines.push(line), remark },
      lines,
      remarks,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const options = { sanitizeOps: false, sanitizeResources: false };

async function predicted(host: Host, lines: string[], model: string, ...rest: string[]) {
  lines.length = 0;
  const code = await predict(host, [model, ...rest, "--json", "--top-k", "5"]);
  return { code, json: JSON.parse(lines.join("\n")) };
}

type Row = { file: string; label: string; top: { index: number; confidence: number }[] };

gpuTest(
  "export writes every kind of file that the engine agrees with, and predict says the same by each",
  () =>
    withCheckpoint(async ({ folder, host, lines }) => {
      const best = `${folder}/best.safetensors`;
      const { json: expected } = await predicted(host, lines, best, `${folder}/pictures`);
      assertEquals([expected.classes, expected.predictions.length], [classes, 4]);
      const kinds: Record<string, string[]> = {
        plain: ["--opset", "13"],
        unit: ["--normalize", "--batch-norm", "kept"],
        pixels: ["--preprocess"],
        exact: ["--preprocess", "exact", "--opset=21"],
        half: ["--weights=f16"],
        probabilities: ["--softmax"],
      };
      for (const [name, flags] of Object.entries(kinds)) {
        lines.length = 0;
        const path = `${folder}/${name}.onnx`;
        await exportTask(host, [best, "--output", path, ...flags]);
        assertMatch(lines.join("\n"), /same class for 16 of 16 drawn images/);
        const { code, json } = await predicted(host, lines, path, `${folder}/pictures`);
        assertEquals([code, json.runtime, json.classes], [0, "ONNX Runtime", classes]);
        const tolerance = name === "half" ? 1e-2 : 1e-5;
        (expected.predictions as Row[]).forEach(({ file, label, top }, i) => {
          const row: Row = json.predictions[i];
          assertEquals([row.file, row.label], [file, label]);
          const confidence = new Map(row.top.map(({ index, confidence }) => [index, confidence]));
          for (const guess of top) {
            assert(Math.abs(confidence.get(guess.index)! - guess.confidence) < tolerance, name);
          }
        });
      }
      const labels = JSON.parse(await Deno.readTextFile(`${folder}/labels_mapping.json`));
      assertEquals(labels.class_to_idx["<script>"], 2);
      assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.includes("unchecked")), []);
    }),
  options,
);

gpuTest(
  "an export that ONNX Runtime runs otherwise is an error, and gets no name",
  () =>
    withCheckpoint(async ({ folder, host }) => {
      const openOnnx: Host["openOnnx"] = async (path) => {
        const session = await host.openOnnx(path);
        return {
          ...session,
          run: async (input) => (await session.run(input)).map((value, i) => value + (i === 7 ? .1 : 0)),
        };
      };
      const broken = { ...host, openOnnx };
      await assertRejects(
        () => exportTask(broken, [`${folder}/best.safetensors`]),
        CheckError,
        "does not agree",
      );
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
        name.endsWith(".onnx")
      );
      assertEquals(names, ["best.unchecked.onnx"]);
    }),
  options,
);

gpuTest(
  "export takes averaged weights where a checkpoint has them",
  () =>
    withCheckpoint(async ({ folder, host, lines }) => {
      await exportTask(host, [`${folder}/best.safetensors`]);
      assertMatch(lines.join("\n"), /averaged weights in f32/);
      const { json } = await predicted(host, lines, `${folder}/best.onnx`, `${folder}/pictures/0.png`);
      assert(json.predictions[0].label === "10" && json.predictions[0].confidence > 0.999);
    }, (tensors) => {
      for (const [name, tensor] of [...tensors]) tensors.set(`ema.${name}`, tensor);
      tensors.set("ema.fc.bias", float32([5], [0, 0, 0, 0, 1000]));
    }),
  options,
);

Deno.test("predict names and counts what it cannot read, and fails only if that is all", () =>
  withCheckpoint(async ({ folder, host, lines, remarks }) => {
    const fake: Host = {
      ...host,
      openOnnx: () =>
        Promise.resolve({
          run: ({ shape }) => Promise.resolve(new Float32Array(shape[0] * classes.length)),
          close: () => Promise.resolve(),
        }),
    };
    await Deno.writeTextFile(`${folder}/broken.png`, "<html>");
    await assertRejects(() => predict(host, ["x.onnx"]), ConfigError, "no images given");
    await assertRejects(() => predict(host, ["x.onnx", "a", "--jsn"]), ConfigError, "did you mean --json?");
    await assertRejects(() => predict(host, ["x.onnx", `${folder}/none`]), DataError, "it does not exist");
    const model = `${folder}/model.onnx`;
    await Deno.writeFile(model, await tinyOnnx());
    assertEquals(await predict(fake, [model, `${folder}/broken.png`, `${folder}/pictures`]), 0);
    assertEquals(remarks, [
      `note    ${model} does not say its class names and preprocessing; assumed: classes named by their numbers; ` +
      "shorter side to 37 px, central crop of 32 px, values from 0 to 1, normalised by mean 0.485, 0.456, 0.406 and " +
      "std 0.229, 0.224, 0.225",
    ]);
    assert(
      lines.includes(`4 of 5 images classified by ${model} (a model in ONNX Runtime, 5 classes, 32 px)`),
    );
    assertMatch(lines.at(-1)!, /unreadable: .*broken\.png: not a JPEG, PNG/);
    assertEquals(await predict(fake, [model, `${folder}/broken.png`]), 3);
    assertEquals(await predict(fake, [model, `${folder}/broken.png`, `${folder}/pictures`, "--csv"]), 0);
    assertMatch(
      remarks.slice(-2).join("\n"),
      /^4 of 5 images classified .*\nunreadable: .*broken\.png: not a JPEG/,
    );
    for (const [name, ...flags] of [["a.json"], ["b.csv"], ["c.txt", "--csv"]]) {
      const path = `${folder}/${name}`;
      lines.length = 0;
      assertEquals(await predict(fake, [model, `${folder}/pictures`, "--output", path, ...flags]), 0);
      assertEquals([lines.length, lines[1]], [2, `predictions: ${path}`]);
      lines.length = 0;
      const form = name.endsWith("json") ? "--json" : "--csv";
      assertEquals(await predict(fake, [model, `${folder}/pictures`, form]), 0);
      assertEquals(await Deno.readTextFile(path), lines.join("\n") + "\n");
    }
    const unknown = predict(fake, [model, "a.png", "--output", "x.txt"]);
    await assertRejects(
      () => unknown,
      ConfigError,
      "its name must end with .json or .csv, or give --json or",
    );
  }));

/** A file with an input and an output, and nothing between them. */
async function tinyOnnx(): Promise<Uint8Array> {
  return await joinParts(encodeOnnx({
    name: "tiny",
    opset: 17,
    nodes: [],
    initializers: [],
    inputs: [{ name: "input", type: "f32", shape: ["n", 3, 32, 32] }],
    outputs: [{ name: "logits", type: "f32", shape: ["n", classes.length] }],
    metadata: new Map(),
  }));
}
