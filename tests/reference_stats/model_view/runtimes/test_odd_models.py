"""Models that are not as the books have them: each is looked with, or refused in one line."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from jobs.errors import ModelError
from reference_stats.model_view.definition import MOST_WIDTH
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model
from tests.support.tiny_models import SIDE, pictures, save_exported, save_script

MOST_AT_ONCE = 256
RAW = {"mean": (0.0,) * 3, "std": (1.0,) * 3}


class Pooled(nn.Module):
    """A head over the mean colour, with a step of one's own behind it."""

    def __init__(self, after, width=5):
        super().__init__()
        torch.manual_seed(5)
        self.head = nn.Linear(3, width)
        self.after = after

    def forward(self, shown):
        return self.after(self.head(shown.mean((2, 3))))


class Step(nn.Module):
    """One of the functions below, by its name."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def forward(self, values):
        return STEPS[self.name](values)


STEPS = {
    "probabilities": lambda v: v.softmax(1),
    "log": lambda v: v.log_softmax(1),
    "tuple": lambda v: (v, v * 2),
    "dict": lambda v: {"features": v * 2, "logits": v},
    "wide": lambda v: v.repeat(1, 1000),
    "map": lambda v: v[:, :, None, None].repeat(1, 1, 4, 4),
    "one row": lambda v: v.mean(0, keepdim=True),
    "of the batch": lambda v: (v - v.mean(0), v),
    "random answer": lambda v: (v + torch.rand_like(v), v),
    "large": lambda v: v * 1e6,
}


def scripted(tmp_path, name, **choice):
    path = tmp_path / "model.pt"
    save_script(Pooled(Step(name)), path)
    return opened(path, **choice)


def opened(path, **choice):
    file = ModelFile.at("bucket/model", path)
    return open_model(file, ModelChoice(path=file.url, **{"input_size": (SIDE, SIDE)} | choice))


@pytest.mark.parametrize("name", ["probabilities", "log"])
def test_probabilities_have_no_energy(tmp_path, name):
    views = scripted(tmp_path, name).look(pictures(4))

    assert np.isnan(views.answers[:, 1]).all()
    assert np.isfinite(views.answers[:, [0, 2]]).all()


@pytest.mark.parametrize(
    ("name", "layer", "words", "is_output"),
    [
        ("tuple", None, "the output 0", True),
        ("tuple", "1", "the output 1", False),
        ("dict", None, "the output logits", True),
        ("dict", "features", "the output features", False),
    ],
)
def test_of_several_outputs_one_is_the_answer(tmp_path, name, layer, words, is_output):
    plain = Pooled(nn.Identity())
    model = scripted(tmp_path, name, layer=layer, **RAW)
    shown = pictures(3)
    logits = plain(torch.from_numpy(shown.transpose(0, 3, 1, 2) / 255).float()).detach().numpy()

    views, said = model.look(shown), model.definition

    assert (said.found_layer, said.is_output, said.classes) == (words, is_output, 5)
    wanted = logits if is_output else logits * 2
    np.testing.assert_allclose(views.embeddings, wanted, atol=2e-3)
    np.testing.assert_array_equal(views.classes, logits.argmax(axis=1))


def test_a_wide_embedding_is_projected(tmp_path):
    views = scripted(tmp_path, "wide").look(pictures(2))

    assert views.width == MOST_WIDTH


def test_an_answer_for_each_place_has_no_classes(tmp_path):
    model = scripted(tmp_path, "map")
    views = model.look(pictures(2))

    assert (views.width, model.definition.classes) == (5, 0)
    assert (views.classes == -1).all()
    with pytest.raises(ModelError, match="has no classes, so that no answer can be explained"):
        model.explain(pictures(1), most_s=5.0)


def test_an_answer_for_the_whole_batch_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"answers a batch of \d+ images with 1 rows"):
        scripted(tmp_path, "one row")


def test_a_model_whose_answers_depend_on_the_batch_is_refused(tmp_path):
    with pytest.raises(ModelError, match="depends on the other pictures of the batch"):
        scripted(tmp_path, "of the batch", layer="1")


def test_a_program_exported_while_training_is_refused(tmp_path):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(5))
    model(torch.rand(2, 3, SIDE, SIDE))
    save_exported(model.train(), tmp_path / "model.pt2")

    with pytest.raises(ModelError, match=r"Call model\.eval\(\) before it is saved"):
        opened(tmp_path / "model.pt2")


def test_a_model_whose_answers_alone_are_random_is_refused(tmp_path):
    with pytest.raises(ModelError, match="other numbers each time"):
        scripted(tmp_path, "random answer", layer="1")


def test_an_image_that_is_no_number_to_the_model_has_no_view(tmp_path):
    path = tmp_path / "model.pt"
    save_script(Stretching(), path, example=torch.rand(2, 3, SIDE, SIDE))
    model = opened(path, **RAW)
    shown = pictures(4)
    before = model.look(shown)
    assert before.known.all()
    shown[2] = 77

    views = model.look(shown)

    assert views.known.tolist() == [True, True, False, True]
    assert views.failed.tolist() == [False, False, True, False]
    np.testing.assert_array_equal(views.embeddings[views.known], before.embeddings[views.known])
    assert np.isfinite(views.embeddings).all()
    said = model.explain(shown, most_s=30.0)
    assert np.isfinite(said.attributions).all(axis=(1, 2)).tolist() == views.known.tolist()
    assert (said.classes >= -1).all()


@pytest.mark.parametrize(
    ("count", "spoiled"),
    [
        (24, (3,)),
        (24, (0, 9)),
        (24, tuple(range(20, 24))),
        # It fills a batch alone.
        (MOST_AT_ONCE + 1, (MOST_AT_ONCE,)),
        # It is the only one that is not remembered yet.
        (1, (0,)),
    ],
)
def test_an_image_that_the_model_raises_an_error_for_takes_no_other_along(tmp_path, count, spoiled):
    path = tmp_path / "model.pt"
    save_picky(path)
    model = opened(path, **RAW)
    shown = pictures(count)
    before = model.look(shown)
    shown[list(spoiled), 0, 0] = (1, 254, 1)

    views = model.look(shown)

    assert np.flatnonzero(views.failed).tolist() == list(spoiled)
    np.testing.assert_array_equal(views.embeddings[views.known], before.embeddings[views.known])


def test_a_model_that_raises_an_error_for_every_image_fails_with_what_it_said(tmp_path):
    path = tmp_path / "model.pt"
    save_picky(path)
    shown = pictures(40)
    shown[:, 0, 0] = (1, 254, 1)

    with pytest.raises(ModelError, match="it fails on a batch of"):
        opened(path, **RAW).look(shown)


def test_outputs_that_are_infinite_cost_one_view(tmp_path):
    path = tmp_path / "model.pt"
    save_script(Overflowing(), path)
    shown = np.zeros((3, SIDE, SIDE, 3), np.uint8)
    shown[1] = 255

    views = opened(path, layer="1", **RAW).look(shown)

    assert views.failed.tolist() == [False, True, False]


class Overflowing(nn.Module):
    """Of a white picture the first output is beyond what floats hold, the second is fine."""

    def forward(self, shown):
        mean = shown.mean((2, 3))
        return torch.exp(mean * 89), mean


def save_picky(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(Picky()).save(str(path))


class Picky(nn.Module):
    """Raises an error for a picture that begins with one colour."""

    def forward(self, shown: torch.Tensor) -> torch.Tensor:
        first = shown[:, :, 0, 0]
        wrong = (first[:, 0] < 0.01) & (first[:, 1] > 0.99) & (first[:, 2] < 0.01)
        if bool(wrong.any()):
            raise RuntimeError("no such colour")
        return shown.mean((2, 3))


class Stretching(nn.Module):
    """Divides each picture by its own range: a plain one is no number."""

    def __init__(self):
        super().__init__()
        self.rest = Pooled(Step("probabilities"))

    def forward(self, shown):
        low, high = shown.amin((1, 2, 3), keepdim=True), shown.amax((1, 2, 3), keepdim=True)
        return self.rest((shown - low) / (high - low))


def test_pictures_that_are_no_numbers_do_not_hide_what_outputs_are(tmp_path):
    path = tmp_path / "model.pt"
    save_script(Stretching(), path, example=torch.rand(2, 3, SIDE, SIDE))

    assert np.isnan(opened(path, **RAW).look(pictures(3)).answers[:, 1]).all()


def test_embeddings_beyond_16_bits_are_scaled(tmp_path):
    large = scripted(tmp_path, "large", **RAW).look(pictures(6)).embeddings.astype(float)
    plain = Pooled(nn.Identity())
    shown = torch.from_numpy(pictures(6).transpose(0, 3, 1, 2) / 255).float()
    wanted = plain(shown).detach().numpy()

    ratio = large / wanted
    np.testing.assert_allclose(ratio, np.median(ratio), rtol=2e-3)
    assert np.isfinite(large).all()


def test_a_model_that_was_saved_while_training_is_refused(tmp_path):
    path = tmp_path / "model.pt"
    save_script(Pooled(AlwaysDropping()), path)

    with pytest.raises(ModelError, match=r"other numbers each time .* model\.eval\(\)"):
        opened(path)


class AlwaysDropping(nn.Module):
    def forward(self, values):
        return nn.functional.dropout(values, 0.5, training=True)


def test_a_model_in_16_bits_is_looked_with(tmp_path):
    path = tmp_path / "model.pt2"
    example = torch.zeros(2, 3, SIDE, SIDE, dtype=torch.bfloat16)
    save_exported(Pooled(nn.Identity()).to(torch.bfloat16), path, example=example)

    views = opened(path).look(pictures(3))

    assert np.isfinite(views.answers).all()


class Normalising(nn.Module):
    """Takes pixels as they are."""

    def __init__(self):
        super().__init__()
        self.rest = Pooled(nn.Identity())

    def forward(self, shown):
        return self.rest((shown.float() / 255 - 0.5) / 0.25)


def test_a_model_that_normalises_itself_takes_pixels(tmp_path):
    path = tmp_path / "model.pt2"
    save_exported(Normalising(), path, example=torch.zeros(2, 3, SIDE, SIDE, dtype=torch.uint8))
    shown = pictures(3)
    wanted = Normalising()(torch.from_numpy(shown.transpose(0, 3, 1, 2).copy()))

    model = opened(path)

    np.testing.assert_array_equal(model.look(shown).classes, wanted.argmax(dim=1).numpy())
    with pytest.raises(ModelError, match="takes whole numbers, which have no gradients"):
        model.explain(shown[:1], most_s=5.0)
    with pytest.raises(ModelError, match=r"Leave model\.mean and model\.std away"):
        opened(path, **RAW)


class ForOne(nn.Module):
    """Was traced with one image, and has that number in its program."""

    def forward(self, shown):
        token = torch.zeros(len(shown), 3).expand(len(shown), -1)
        return torch.cat([token, shown.mean((2, 3))], dim=1)


def test_a_model_that_was_traced_with_one_image_sees_one_at_a_time(tmp_path):
    path = tmp_path / "model.pt"
    save_script(ForOne(), path, example=torch.rand(1, 3, SIDE, SIDE))
    shown = pictures(3)

    views = opened(path, **RAW).look(shown)

    np.testing.assert_allclose(views.embeddings[:, 3:], shown.mean((1, 2)) / 255, atol=1e-3)


def test_pictures_that_may_not_be_written_to_are_looked_at(tmp_path):
    shown = pictures(2)
    shown.flags.writeable = False
    model = scripted(tmp_path, "log")

    assert len(model.look(shown)) == 2
    assert len(model.explain(shown, most_s=20.0).classes) == 2


def test_four_channels_are_refused(tmp_path):
    path = tmp_path / "model.pt2"
    net = nn.Sequential(nn.Conv2d(4, 2, 3), nn.Flatten())
    save_exported(net, path, example=torch.zeros(2, 4, SIDE, SIDE))

    with pytest.raises(ModelError, match="takes 4 channels"):
        opened(path)


def test_pictures_of_another_shape_are_refused(tmp_path):
    model = scripted(tmp_path, "log")

    with pytest.raises(ModelError, match="was handed pictures of uint8 and shape"):
        model.look(pictures(2, side=SIDE + 1))


def test_an_accelerator_that_is_not_there_is_said(tmp_path):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(ModelError, match=r'model\.device says "cuda" and torch finds none'):
        scripted(tmp_path, "log", device="cuda")
