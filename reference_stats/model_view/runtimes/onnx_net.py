"""A model in ONNX that looks at pictures, run by onnxruntime: no torch is needed."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from jobs.errors import ModelError
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.files.onnx_graph import LINEAR, OnnxGraph, with_output
from reference_stats.model_view.runtimes.batches import images_at_once
from reference_stats.model_view.runtimes.entering import Entry, InputShape, Layout
from reference_stats.model_view.runtimes.net import Numbers, SeenBatch
from reference_stats.model_view.viewer import Pictures

_NUMBERS: dict[str, np.dtype[np.generic]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(double)": np.dtype(np.float64),
    "tensor(uint8)": np.dtype(np.uint8),
}
_MOST_NAMES = 8
_ERRORS_ONLY = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnnxProgram:
    """A model of onnxruntime before it is known how pictures enter it.

    Attributes
    ----------
    url
        The model as the job file names it.
    session
        What runs it.
    shape
        What it says of its input.
    dtype
        Of the numbers that it takes; uint8 where it normalises itself.
    answer, embedding
        The names of the outputs.
    words
        Where the embedding comes from.
    of_linear
        Whether it is the input of a linear layer, whose last axis holds the numbers of a place.
    """

    url: str
    session: onnxruntime.InferenceSession
    shape: InputShape
    dtype: np.dtype[np.generic]
    answer: str
    embedding: str
    words: str
    of_linear: bool

    def net(self, preprocessing: Preprocessing, entry: Entry, device: str) -> OnnxNet:
        """Return it with a way for pictures to enter; its device was chosen when it was read."""
        del device
        return OnnxNet(program=self, preprocessing=preprocessing, entry=entry)


def onnx_program(url: str, content: bytes, layer: str | None, device: str) -> OnnxProgram:
    """Return a model in ONNX, with its last linear layer's input as one more output.

    Raises
    ------
    ModelError
        If onnxruntime cannot read it, or it takes other than one batch of pictures.
    """
    try:
        graph = OnnxGraph.of(content)
    except ValueError as error:
        raise ModelError(url, f"it is no ONNX ({error}). Upload it again.") from None
    tensor, words = _embedding(url, graph, layer)
    if tensor is not None and tensor not in graph.outputs:
        content = with_output(content, tensor)
    session = _session(url, content, device)
    entering = session.get_inputs()
    if len(entering) != 1 or entering[0].type not in _NUMBERS:
        found = ", ".join(f"{one.name}: {one.type}" for one in entering)
        raise ModelError(
            url, f"it takes {found}. Expected one batch of pictures, as floats or uint8."
        )
    axes = tuple(length if isinstance(length, int) else None for length in entering[0].shape)
    dtype = _NUMBERS[entering[0].type]
    answer = next((name for name in graph.outputs if name != tensor), graph.outputs[0])
    return OnnxProgram(
        url=url,
        session=session,
        shape=InputShape.of_axes(url, axes, whole=dtype == np.uint8),
        dtype=dtype,
        answer=answer,
        embedding=tensor or answer,
        words=words,
        of_linear=any(node.type in LINEAR and tensor in node.inputs[:1] for node in graph.nodes),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnnxNet:
    """A model of onnxruntime, and how pictures enter it."""

    program: OnnxProgram
    preprocessing: Preprocessing
    entry: Entry

    @property
    def runtime(self) -> str:
        """What computes it."""
        where = self.program.session.get_providers()[0].removesuffix("ExecutionProvider").lower()
        return f"onnxruntime {onnxruntime.__version__} on {where}"

    @property
    def found_layer(self) -> str:
        """Where the embedding comes from, in words."""
        return self.program.words

    @property
    def is_output(self) -> bool:
        """Whether that is the model's answer, for want of a layer."""
        return self.program.embedding == self.program.answer

    @property
    def most_images(self) -> int:
        """How many images it takes at once."""
        return self.entry.images or images_at_once(self.preprocessing, "cpu")

    def see(self, pictures: Pictures) -> SeenBatch:
        """Return what it says of a batch."""
        program = self.program
        names = [program.answer]
        if not self.is_output:
            names.append(program.embedding)
        entering = {program.session.get_inputs()[0].name: self._entering(pictures)}
        try:
            values = program.session.run(names, entering)
        except Exception as error:  # noqa: BLE001 - onnxruntime raises types of its own
            shape = " x ".join(map(str, next(iter(entering.values())).shape))
            said = str(error).splitlines()[0][:300]
            raise ModelError(
                program.url,
                f"it fails on a batch of {shape} ({self.entry.layout}): {said}. Set "
                "model.input_size and model.grey as they were when it was trained.",
            ) from None
        answer = np.asarray(values[0], dtype=np.float32)
        return SeenBatch(
            embeddings=_pooled(
                np.asarray(values[-1], dtype=np.float32), channels_last=program.of_linear
            ),
            outputs=answer if answer.ndim == 2 else None,
        )

    def attributions(self, picture: Pictures, target: int, steps: int) -> Numbers:
        """Refuse: onnxruntime computes no gradients."""
        del picture, target, steps
        raise ModelError(
            self.program.url,
            "its outputs cannot be explained: ONNX has no gradients. Set reports.explanations to "
            "0, or name the same model as TorchScript or an exported program.",
        )

    def _entering(self, pictures: Pictures) -> NDArray[np.generic]:
        shape = self.preprocessing
        values: NDArray[np.generic]
        if self.program.shape.whole:
            values = pictures
        else:
            scale = np.array([1 / (255 * std) for std in shape.std], dtype=np.float32)
            both = zip(shape.mean, shape.std, strict=True)
            shift = np.array([mean / std for mean, std in both], dtype=np.float32)
            values = (pictures * scale - shift).astype(self.program.dtype, copy=False)
        if self.entry.layout is Layout.CHANNELS_FIRST:
            return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        return values.reshape(len(values), -1) if self.entry.layout is Layout.FLAT else values


def _embedding(url: str, graph: OnnxGraph, layer: str | None) -> tuple[str | None, str]:
    if not graph.outputs:
        raise ModelError(url, "its graph has no output. Export it again.")
    if layer is None:
        node = graph.last_linear()
        if node is None:
            return None, f"its output {graph.outputs[0]}"
        return node.inputs[0], f"the input of {node.name or node.outputs[0]}"
    tensor = graph.tensor_named(layer)
    if tensor is None:
        last = [node.outputs[0] for node in graph.nodes if node.outputs][-_MOST_NAMES:]
        raise ModelError(
            url, f"it has no tensor {layer} (model.layer). Its last ones are {', '.join(last)}."
        )
    return tensor, f"the output {layer}" if tensor == layer else f"the input of {layer}"


def _session(url: str, content: bytes, device: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.use_deterministic_compute = True
    # torch and numpy read this variable themselves.
    threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = (
        int(threads) if threads.isdecimal() else len(os.sched_getaffinity(0))
    )
    there = onnxruntime.get_available_providers()
    accelerated = "CUDAExecutionProvider" in there
    if device == "cuda" and not accelerated:
        raise ModelError(
            url, 'model.device says "cuda" and onnxruntime finds none here. Take "auto" or "cpu".'
        )
    providers = ["CPUExecutionProvider"]
    if accelerated and device != "cpu":
        providers.insert(0, "CUDAExecutionProvider")
    try:
        return onnxruntime.InferenceSession(content, options, providers=providers)
    except Exception as error:  # noqa: BLE001 - onnxruntime raises types of its own
        said = " ".join(str(error).split())[:300]
        raise ModelError(
            url,
            f"onnxruntime {onnxruntime.__version__} cannot read it: {said}. Weights in files of "
            "their own are not read: save the model with its weights in one file.",
        ) from None


def _pooled(values: Numbers, *, channels_last: bool) -> Numbers:
    """Return one row of numbers an image: the mean over places, where there are several."""
    if values.ndim <= 2:
        return values.reshape(len(values), -1)
    if values.ndim == 4 and not channels_last:
        return np.asarray(values.mean(axis=(2, 3)))
    return np.asarray(values.reshape(len(values), -1, values.shape[-1]).mean(axis=1))
