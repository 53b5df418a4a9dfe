"""Writes ``encoder.onnx``, the structure of the network without its weights: ``python -m knowledge.e5.graph``.

Needs ``onnx``, which only who changes this file has (the dev group).
"""

from __future__ import annotations

from typing import Any

import onnx
from onnx import TensorProto
from onnx.helper import (
    make_graph,
    make_model,
    make_node,
    make_opsetid,
    make_tensor,
    make_tensor_value_info,
)

from knowledge.e5.adapter import ADAPTED, thin_shapes
from knowledge.e5.encoder import GRAPH
from knowledge.e5.weights import BLOCK, DIMENSION, EPSILON, HEADS, LAYERS, MATRICES, NORMS

BITS = 4
IN_FLOATS = 1
"""The operator's ``accuracy_level``: weights become floats as they are used. With 4, what they multiply is rounded to
8 bits: 5 MB more, 1 ms less for a question of 20 tokens, 6 ms more for one of 200."""
CONTRIB = "com.microsoft"


def encoder() -> onnx.ModelProto:
    """From embedded tokens (1, tokens, dimension), texts one after the other, to their hidden states (same shape).

    ``apart``: (1, 1, tokens, tokens), 0 where one token heeds another, -inf or nearly where they stand in two texts;
    (1, 1, 0, 0) for one text alone. ``adapted``: 1 for the model with its adapter, 0 for the model alone.
    """
    network = _Network()
    hidden = network.norm("emb.ln", "embedded")
    for layer in range(LAYERS):
        hidden = network.layer(f"l{layer}", hidden)
    network.node("Identity", [hidden], "hidden")
    shape: list[str | int | None] = [1, "tokens", DIMENSION]
    graph = make_graph(
        network.nodes,
        "multilingual-e5-small",
        [
            make_tensor_value_info("embedded", TensorProto.FLOAT, shape),
            make_tensor_value_info("apart", TensorProto.FLOAT, [1, 1, "parted", "parted"]),
            make_tensor_value_info("adapted", TensorProto.FLOAT, [1]),
        ],
        [make_tensor_value_info("hidden", TensorProto.FLOAT, shape)],
        [make_tensor("zero", TensorProto.INT64, [1], [0]), *_weights()],
    )
    return make_model(graph, opset_imports=[make_opsetid("", 20), make_opsetid(CONTRIB, 1)], ir_version=9)


class _Network:
    """The nodes, in order; each method adds some and returns the name of what they compute."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.node("Shape", ["apart"], "parted_tokens", start=2, end=3)
        self.node("Equal", ["parted_tokens", "zero"], "alone")

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(make_node(operator, inputs, [output], None, None, domain, **attributes))
        return output

    def layer(self, name: str, given: str) -> str:
        queries, keys, values = (self.product(f"{name}.{part}", given) for part in "qkv")
        attended = self.product(f"{name}.ao", self.attention(f"{name}.attention", [queries, keys, values]))
        middle = self.norm(f"{name}.aln", self.node("Add", [given, attended], f"{name}.attended"))
        inner = self.node("Gelu", [self.product(f"{name}.fi", middle)], f"{name}.gelu")
        outer = self.product(f"{name}.fo", inner)
        return self.norm(f"{name}.oln", self.node("Add", [middle, outer], f"{name}.fed"))

    def product(self, name: str, given: str) -> str:
        outputs, inputs = MATRICES[name]
        adapted = name in ADAPTED
        product = self.node(
            "MatMulNBits",
            [given, f"{name}.w", f"{name}.scales", "", "", f"{name}.b"],
            f"{name}.alone" if adapted else name,
            CONTRIB,
            N=outputs,
            K=inputs,
            bits=BITS,
            block_size=BLOCK,
            accuracy_level=IN_FLOATS,
        )
        if not adapted:
            return product
        thin = self.node("Mul", [self.node("MatMul", [given, f"{name}.down"], f"{name}.thin"), "adapted"], f"{name}.if")
        return self.node("Add", [product, self.node("MatMul", [thin, f"{name}.up"], f"{name}.learned")], name)

    def norm(self, name: str, given: str) -> str:
        return self.node("LayerNormalization", [given, f"{name}.w", f"{name}.b"], name, axis=-1, epsilon=EPSILON)

    def attention(self, name: str, given: list[str]) -> str:
        """Without a mask where a text is alone: a mask takes 20 MB more on 510 tokens."""

        def branch(kind: str, *mask: str) -> onnx.GraphProto:
            attention = make_node(
                "MultiHeadAttention", [*given, *mask], [f"{name}.{kind}"], domain=CONTRIB, num_heads=HEADS
            )
            output = make_tensor_value_info(f"{name}.{kind}", TensorProto.FLOAT, None)
            return make_graph([attention], f"{name}.{kind}", [], [output])

        without, masked = branch("without"), branch("masked", "", "", "apart")
        return self.node("If", ["alone"], name, then_branch=without, else_branch=masked)


def _weights() -> list[onnx.TensorProto]:
    """Their names and shapes; the values are given by ``Encoder``."""
    weights = [_given(f"{name}.{part}", TensorProto.FLOAT, DIMENSION) for name in NORMS for part in "wb"]
    for name, (outputs, inputs) in MATRICES.items():
        blocks = inputs // BLOCK
        weights.append(_given(f"{name}.w", TensorProto.UINT8, outputs, blocks, BLOCK * BITS // 8))
        weights.append(_given(f"{name}.scales", TensorProto.FLOAT, outputs * blocks))
        weights.append(_given(f"{name}.b", TensorProto.FLOAT, outputs))
    for name in ADAPTED:
        weights += [_given(thin, TensorProto.FLOAT, *shape) for thin, shape in thin_shapes(name).items()]
    return weights


def _given(name: str, kind: int, *shape: int) -> onnx.TensorProto:
    tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="given when the session is made")
    return tensor


if __name__ == "__main__":
    GRAPH.write_bytes(encoder().SerializeToString(deterministic=True))
