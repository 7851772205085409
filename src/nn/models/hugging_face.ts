/**
 * Hugging Face's names of a ResNet's tensors (transformers, `models/resnet/modeling_resnet.py`). The layers are those
 * of torchvision, in the same order.
 */

/** The modules of a network, each as torchvision calls it and as Hugging Face does. */
const modules: readonly [ours: RegExp, theirs: (...groups: string[]) => string][] = [
  [/^conv1\./, () => "resnet.embedder.embedder.convolution."],
  [/^bn1\./, () => "resnet.embedder.embedder.normalization."],
  [/^layer(\d+)\.(\d+)\.conv(\d+)\./, (...at) => `${layer(at)}.layer.${before(at[2])}.convolution.`],
  [/^layer(\d+)\.(\d+)\.bn(\d+)\./, (...at) => `${layer(at)}.layer.${before(at[2])}.normalization.`],
  [/^layer(\d+)\.(\d+)\.downsample\.0\./, (...at) => `${layer(at)}.shortcut.convolution.`],
  [/^layer(\d+)\.(\d+)\.downsample\.1\./, (...at) => `${layer(at)}.shortcut.normalization.`],
  [/^fc\./, () => "classifier.1."],
];

function layer([stage, block]: readonly string[]): string {
  return `resnet.encoder.stages.${before(stage)}.layers.${block}`;
}

/** Hugging Face counts from 0 where torchvision counts from 1. */
function before(number: string): number {
  return Number(number) - 1;
}

/** The name of a classifier's tensor, `ResNetForImageClassification`. */
export function huggingFaceName(name: string): string {
  for (const [ours, theirs] of modules) {
    const found = ours.exec(name);
    if (found) return theirs(...found.slice(1)) + name.slice(found[0].length);
  }
  return name;
}

/** The name of the same tensor in the network without its classifier, `ResNetModel`. */
export function huggingFaceBackboneName(name: string): string {
  return huggingFaceName(name).replace(/^resnet\./, "");
}
