"""Runs an ONNX file in a runtime from PyPI: `run.py RUNTIME MODEL JSON` prints the output for each input, as JSON.

JSON lists the inputs as {"type": "f32" or "u8", "shape": [...], "path": file of the values}.
"""
import json
import sys

import numpy

runtime, model, listed = sys.argv[1:]
inputs = [
    numpy.fromfile(one["path"], {"f32": numpy.float32, "u8": numpy.uint8}[one["type"]]).reshape(one["shape"])
    for one in json.loads(listed)
]


def openvino(images):
    from openvino import Core

    # Without the hint, a processor with bf16 computes in it.
    return Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([images])[0]


def opencv(images):
    import cv2

    network = cv2.dnn.readNetFromONNX(model)
    network.setInput(images, "input")
    return network.forward()


def tract(images):
    import tract

    loaded = tract.onnx().load(model)
    loaded.set_input_fact(0, ",".join(map(str, images.shape)) + (",u8" if images.dtype == numpy.uint8 else ",f32"))
    return loaded.into_model().into_runnable().run([images])[0].to_numpy()


run = {"openvino": openvino, "cv2": opencv, "tract": tract}[runtime]
try:
    print(json.dumps({"outputs": [run(images).astype(float).ravel().tolist() for images in inputs]}))
except Exception as error:  # whatever class the runtime has for it
    print(json.dumps({"refusal": " ".join(str(error).split()).split(" error: ")[-1][:240]}))
