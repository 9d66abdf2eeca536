"""The archives that `examples/torchserve` serves: opened, looked with, and explained."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from examples.torchserve.colours_model import ColoursModel
from examples.torchserve.digits_model import DigitsModel
from jobs.errors import ModelError
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model
from tests.support.model_archives import manifest, save_archive
from tests.support.tiny_models import save_state

EXAMPLES = Path("examples/torchserve")
DIGITS = {"input_size": (8, 8), "grey": True}
COLOURS = {"input_size": (9, 12), "mean": (0.0,) * 3, "std": (1.0,) * 3}


def archived(folder, name, model, classes):
    torch.manual_seed(1)
    weights = save_state(model, folder / f"{name}.pt")
    members = {
        f"{name}_model.py": (EXAMPLES / f"{name}_model.py").read_text(encoding="utf-8"),
        f"{name}.pt": weights.read_bytes(),
        "handler.py": (EXAMPLES / "handler.py").read_text(encoding="utf-8"),
        "plain_handler.py": (EXAMPLES / "plain_handler.py").read_text(encoding="utf-8"),
        "index_to_name.json": json.dumps(dict(enumerate(classes))),
    }
    said = manifest(f"{name}.pt", f"{name}_model.py", handler="handler.py", modelVersion="1.0")
    return save_archive(folder / f"{name}.mar", members, said)


def opened(path, **choice):
    file = ModelFile.at(f"models/{path.name}", path)
    return open_model(file, ModelChoice(path=file.url, trust_code=True, **choice))


@pytest.mark.parametrize(
    ("name", "made", "choice", "classes"),
    [("digits", DigitsModel, DIGITS, 10), ("colours", ColoursModel, COLOURS, 7)],
)
def test_an_archive_sees_what_its_handler_hands_to_the_model(tmp_path, name, made, choice, classes):
    names = [f"class {number}" for number in range(classes)]
    torch.manual_seed(2)
    net = made().eval()
    height, width = choice["input_size"]
    channels = 1 if choice.get("grey") else 3
    shown = np.random.default_rng(4).integers(0, 256, (5, height, width, channels), dtype=np.uint8)
    # As `read` of the model makes them of an upload: row by row, a pixel's channels together.
    rows = torch.from_numpy(shown.reshape(5, -1).astype(np.float32) / 255)

    model = opened(archived(tmp_path, name, net, names), **choice)
    views = model.look(shown)

    hidden = net.layers[1](net.layers[0](rows)).detach().numpy()
    np.testing.assert_allclose(views.embeddings, hidden, rtol=2e-3, atol=1e-3)
    np.testing.assert_array_equal(views.classes, net(rows).argmax(dim=1).numpy())
    said = model.definition
    assert said.found_layer == "the input of layers.2"
    assert said.class_names == tuple(names)

    explained = model.explain(shown[:2], most_s=20.0)
    assert explained.attributions.shape == (2, height, width)
    np.testing.assert_array_equal(explained.classes, views.classes[:2])
    # A network with one layer of ReLU is nearly linear: what speaks for the class adds up to it.
    weights = torch.autograd.functional.jacobian(
        lambda row: net(row)[:, views.classes[0]], rows[:1]
    )
    near = np.abs(weights[0, 0].numpy() * rows[0].numpy()).reshape(height, width, -1).sum(axis=2)
    assert np.corrcoef(near.ravel(), explained.attributions[0].ravel())[0, 1] > 0.9


def test_a_size_that_is_left_out_is_asked_for(tmp_path):
    path = archived(tmp_path, "digits", DigitsModel(), ["zero"])

    with pytest.raises(ModelError) as error:
        opened(path, grey=True)

    assert "Its first layer takes 64 numbers. Set model.input_size" in error.value.message
