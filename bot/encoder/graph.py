"""The model's transformer as an ONNX graph, in eight-bit integers, from the packed file.

BERT's encoder (Devlin et al., 2019): twelve layers of self-attention and a feed-forward net, each followed by layer
normalisation. Weights are taken to seven bits, one scale for each output, so that the sums of products fit on every
processor; activations are quantised as they come. Against the packed weights in full precision the vectors keep a
cosine of at least 0.99.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.encoder.packed import PackedModel

INPUT, OUTPUT = "embedded", "read"

#: The layers whose tokens are averaged, from 1; the last one is the model's own last. What a sentence is about gathers
#: in the late layers, how it is said in the earlier ones: a classifier that sees both raises a third
#: fewer false alarms at the same recall.
LAYERS = (2, 4, 6, 8, 10, 12)

#: Fixed, so that every version of the runtime reads the same graph.
_OPSET, _IR_VERSION = 17, 9
_MICROSOFT = "com.microsoft"
_LARGEST = 63


def build(model: PackedModel) -> bytes:
    """The graph, serialised: INPUT (texts, tokens, width), embedded tokens; OUTPUT (texts, layers, width), means."""
    from onnx import TensorProto, helper

    graph = _Graph(model)
    width, inner = model.shape.width, model.shape.inner
    hidden = graph.normalise(INPUT, "emb.ln")
    means: list[str] = []
    for layer in range(model.shape.layers):
        names = f"l{layer}."
        query, key, value = (graph.linear(hidden, f"{names}{name}", width, width) for name in "qkv")
        attended = graph.add("MultiHeadAttention", [query, key, value], domain=_MICROSOFT, num_heads=model.shape.heads)
        hidden = graph.normalise(
            graph.add("Add", [hidden, graph.linear(attended, f"{names}ao", width, width)]), f"{names}aln"
        )
        active = graph.add("Gelu", [graph.linear(hidden, f"{names}fi", inner, width)], domain=_MICROSOFT)
        hidden = graph.normalise(
            graph.add("Add", [hidden, graph.linear(active, f"{names}fo", width, inner)]), f"{names}oln"
        )
        if layer + 1 in LAYERS:
            means.append(graph.add("ReduceMean", [hidden], axes=[1], keepdims=1))
    graph.nodes.append(helper.make_node("Concat", means, [OUTPUT], axis=1))
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "sentence encoder",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["texts", "tokens", width])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts", len(LAYERS), width])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)],
        ir_version=_IR_VERSION,
    )
    return bytes(made.SerializeToString())


class _Graph:
    def __init__(self, model: PackedModel) -> None:
        self._model = model
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Add a node; the name of its output."""
        from onnx import helper

        output = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def linear(self, value: str, name: str, outputs: int, inputs: int) -> str:
        """A linear map with the packed matrix of this name and its bias."""
        weights = self._model.matrix(f"{name}.w", outputs, inputs)
        scales = np.abs(weights).max(axis=1) / _LARGEST
        steps = np.round(weights / scales[:, None]).astype(np.int8)
        constants = [
            self._constant(f"{name}.steps", np.ascontiguousarray(steps.T)),
            self._constant(f"{name}.scales", scales.astype(np.float32)),
            self._constant(f"{name}.zeros", np.zeros(outputs, np.int8)),
            self._constant(f"{name}.bias", self._model.numbers(f"{name}.b")),
        ]
        return self.add("DynamicQuantizeMatMul", [value, *constants], domain=_MICROSOFT)

    def normalise(self, value: str, name: str) -> str:
        """Layer normalisation with the weights of this name."""
        constants = [self._constant(f"{name}.{part}", self._model.numbers(f"{name}.{part}")) for part in "wb"]
        return self.add("LayerNormalization", [value, *constants], epsilon=self._model.shape.epsilon)

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(values, name))
        return name
