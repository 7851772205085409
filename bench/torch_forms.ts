/** How PyTorch runs a training step; `compile` is torch.compile on top of channels_last. */
export const torchForms = ["eager", "channels_last", "compile"] as const;

/** One of them. */
export type TorchForm = typeof torchForms[number];
