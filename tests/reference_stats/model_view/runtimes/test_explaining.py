"""Integrated gradients: what they say of each pixel adds up to what the model says."""

import numpy as np
import pytest
import torch
from torch import nn

from jobs.errors import ModelError
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model
from reference_stats.model_view.runtimes.with_torch.gradients import integrated_gradients
from tests.support.tiny_models import (
    SIDE,
    pictures,
    save_exported,
    save_onnx,
    save_script,
    tiny_net,
)


class Smooth(nn.Module):
    """A net without kinks, for which a Riemann sum comes close."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(7)
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.Tanh(), nn.Flatten())
        self.head = nn.Linear(196, 3)

    def forward(self, shown):
        return self.head(self.body(shown))


@pytest.fixture(scope="module")
def smooth(tmp_path_factory):
    path = tmp_path_factory.mktemp("smooth") / "model.pt"
    return save_script(Smooth().eval(), path)


def opened(path, **choice):
    file = ModelFile.at("bucket/model", path)
    return open_model(file, ModelChoice(path=file.url, **{"input_size": (SIDE, SIDE)} | choice))


@pytest.mark.parametrize("at_once", [1, 5, 64])
def test_what_is_attributed_adds_up_to_the_difference_of_outputs(at_once):
    net = Smooth().double()
    shown = torch.rand(1, 3, SIDE, SIDE, dtype=torch.float64)
    black = torch.full_like(shown, -1.0)

    spoken = integrated_gradients(
        lambda batch: net(batch)[:, 1], shown, black, steps=64, at_once=at_once
    )

    difference = float((net(shown) - net(black))[0, 1].detach())
    assert float(spoken.sum()) == pytest.approx(difference, rel=1e-3)


def test_the_gradient_is_taken_in_the_middle_of_each_step():
    """Of a square the middle rule is exact up to a known rest: x * x - x * x / (12 n n) * 0."""
    shown = torch.tensor([[3.0, 2.0]], dtype=torch.float64)

    spoken = integrated_gradients(
        lambda batch: (batch**3).sum(dim=1), shown, torch.zeros_like(shown), steps=4, at_once=3
    )

    # The mean of 3 t^2 over the middles of four steps is 1 - 1 / (4 * 4^2).
    torch.testing.assert_close(spoken, shown**3 * (1 - 1 / 64))


def test_a_linear_model_is_told_exactly():
    weights = torch.tensor([[2.0, -1.0, 0.5]], dtype=torch.float64)
    shown = torch.tensor([[1.0, 4.0, 3.0]], dtype=torch.float64)
    black = torch.tensor([[0.5, 0.0, -1.0]], dtype=torch.float64)

    spoken = integrated_gradients(
        lambda batch: (batch * weights).sum(dim=1), shown, black, steps=3, at_once=2
    )

    torch.testing.assert_close(spoken, (shown - black) * weights)


def test_the_sum_over_channels_is_what_signed_attributions_say(smooth):
    model, net = opened(smooth), Smooth()
    shown = pictures(3)

    said = model.explain(shown, most_s=30.0)

    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    for place in range(3):
        entering, black = (
            torch.from_numpy(((one - mean) / std).transpose(2, 0, 1)[None].astype(np.float32))
            for one in (shown[place] / 255, np.zeros((SIDE, SIDE, 3)))
        )
        target = int(net(entering).argmax())
        path = black + (torch.arange(32) + 0.5).view(-1, 1, 1, 1) / 32 * (entering - black)
        path.requires_grad_(True)
        (gradient,) = torch.autograd.grad(net(path)[:, target].sum(), path)
        wanted = ((entering - black) * gradient.mean(dim=0)).abs().sum(dim=(0, 1)).numpy()
        assert said.classes[place] == target
        np.testing.assert_allclose(said.attributions[place], wanted, rtol=1e-4, atol=1e-6)


def test_black_pixels_speak_for_nothing(smooth):
    shown = pictures(1)
    shown[0, :5] = 0

    said = opened(smooth).explain(shown, most_s=30.0)

    assert (said.attributions[0, :5] == 0).all()
    assert said.attributions[0, 6:].max() > 0


def test_views_are_the_same_after_explaining(smooth):
    model, shown = opened(smooth), pictures(4)
    before = model.look(shown)

    said = model.explain(shown, most_s=30.0)
    after = model.look(shown)

    np.testing.assert_array_equal(before.embeddings, after.embeddings)
    np.testing.assert_array_equal(said.classes, before.classes)
    np.testing.assert_array_equal(said.confidences, before.answers[:, 2])


def test_no_image_is_begun_when_the_time_is_over(smooth):
    model = opened(smooth)

    assert len(model.explain(pictures(3), most_s=0.0).attributions) == 0
    assert model.explain(pictures(0), most_s=1.0).attributions.shape == (0, SIDE, SIDE)


def test_a_program_of_a_fixed_batch_is_explained(tmp_path):
    fixed = save_exported(tiny_net(), tmp_path / "fixed.pt2", images=3)
    free = save_exported(tiny_net(), tmp_path / "free.pt2")
    shown = pictures(2)

    one, two = (opened(path).explain(shown, most_s=30.0) for path in (fixed, free))

    np.testing.assert_allclose(one.attributions, two.attributions, rtol=1e-3, atol=1e-6)


def test_onnx_is_not_explained(tmp_path):
    model = opened(save_onnx(tiny_net(), tmp_path / "model.onnx"))

    with pytest.raises(ModelError, match=r"ONNX has no gradients\. Set reports.explanations to 0"):
        model.explain(pictures(1), most_s=5.0)
