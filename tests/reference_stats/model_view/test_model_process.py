"""The model's own process: what it answers, how it ends, and what it is not told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.errors import ModelError
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.process import connection, model_process, wire
from reference_stats.model_view.process.model_process import ModelProcess
from reference_stats.model_view.viewer import Explanations
from reference_stats.model_view.views import ImageViews
from tests.support.images import noise
from tests.support.tiny_nets import CLASSES, SIDE, WIDTH, tiny_net

ROOT = Path(__file__).parents[3]


def pictures(count: int, seed: int = 0) -> NDArray[np.uint8]:
    return noise((count, SIDE, SIDE, 1), seed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nets")


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[ModelProcess]:
    with ModelProcess(*tiny_net(folder)) as model:
        yield model


@pytest.fixture
def faulty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelProcess]:
    """A process whose model does what the first pixel of a picture asks for."""
    monkeypatch.setattr(connection, "_WORKER", "tests.support.faulty_model")
    with ModelProcess(*tiny_net(folder)) as model:
        yield model


def asking(number: int) -> NDArray[np.uint8]:
    """Return pictures of which the second one asks for a fault of `tests.support.faulty_model`."""
    some = np.zeros((3, SIDE, SIDE, 1), np.uint8)
    some[1, 0, 0, 0] = number
    return some


def is_there(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


class TestAnswers:
    def test_views_are_those_of_the_net(self, shared: ModelProcess, folder: Path) -> None:
        some = pictures(20)
        views = shared.look(some)
        onnxruntime = pytest.importorskip("onnxruntime")
        session = onnxruntime.InferenceSession(str(folder / "net.onnx"))
        entering = some.transpose(0, 3, 1, 2).astype(np.float32) / 255
        logits, features = session.run(["logits", "features"], {"image": entering})
        np.testing.assert_allclose(views.embeddings, features, rtol=2e-3, atol=2e-3)
        np.testing.assert_array_equal(views.classes, logits.argmax(axis=1))
        assert views.known.all()
        assert views.answers.shape == (20, 3)

    def test_what_it_is_is_told(self, shared: ModelProcess) -> None:
        assert (shared.definition.width, shared.definition.classes) == (WIDTH, CLASSES)
        assert shared.definition.found_layer == "the output features"

    def test_an_images_numbers_do_not_depend_on_its_company(self, shared: ModelProcess) -> None:
        some = pictures(600)
        every = shared.look(some)
        alone = shared.look(some[311:313])
        np.testing.assert_array_equal(every.embeddings[311:313], alone.embeddings)
        assert len(shared.look(some[:0])) == 0

    def test_many_threads_get_their_own_answers(self, shared: ModelProcess) -> None:
        expected = [shared.look(pictures(5, seed)).embeddings for seed in range(8)]
        found: dict[int, ImageViews] = {}
        threads = [
            threading.Thread(
                target=lambda seed=seed: found.update({seed: shared.look(pictures(5, seed))})
            )
            for seed in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for seed in range(8):
            np.testing.assert_array_equal(found[seed].embeddings, expected[seed])

    def test_what_cannot_be_explained_is_an_error_after_which_it_still_looks(
        self, shared: ModelProcess
    ) -> None:
        with pytest.raises(ModelError):
            shared.explain(pictures(2), 5.0)
        assert len(shared.look(pictures(2))) == 2

    def test_pictures_of_another_shape_are_refused(self, shared: ModelProcess) -> None:
        with pytest.raises(ModelError):
            shared.look(noise((2, SIDE, SIDE + 1, 1)))
        assert len(shared.look(pictures(2))) == 2


@pytest.mark.slow
def test_a_model_with_gradients_explains_through_its_process(tmp_path: Path) -> None:
    """Of a linear net integrated gradients are its weights times the pixels."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(SIDE * SIDE, CLASSES)).eval()
    with warnings.catch_warnings():
        # TorchScript is deprecated, and what teams have.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.trace(net, torch.zeros(1, 1, SIDE, SIDE)).save(str(tmp_path / "net.pt"))
    some = pictures(3)
    choice = ModelChoice(path="net.pt", grey=True, input_size=(SIDE, SIDE))
    with ModelProcess(ModelFile.at("net.pt", tmp_path / "net.pt"), choice) as model:
        shown = model.explain(some, 60.0)
        classes = model.look(some).classes
    np.testing.assert_array_equal(shown.classes, classes)
    weights = net[1].weight.detach().numpy().reshape(CLASSES, SIDE, SIDE)
    expected = np.abs(weights[classes] * (some[:, :, :, 0] / 255))
    np.testing.assert_allclose(shown.attributions, expected, rtol=1e-3, atol=1e-5)


class TestWhenItStarts:
    @pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04" + bytes(50)])
    def test_a_file_that_is_no_model_is_one_clear_line(self, folder: Path, content: bytes) -> None:
        file, choice = tiny_net(folder, "broken.onnx")
        assert file.path is not None
        file.path.write_bytes(content)
        with ModelProcess(file, choice) as model:
            for _ in range(2):
                with pytest.raises(ModelError, match=r"^broken\.onnx: .*") as caught:
                    model.definition  # noqa: B018
        assert "\n" not in str(caught.value)


class TestHowItEnds:
    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (1, "ended by SIGSEGV"),
            (2, "was killed; most likely the machine has no more memory"),
            (3, "ended with exit code 3. It said last: the model says good-bye"),
            (4, "answered nonsense"),
            (5, "answered nonsense"),
            (6, "answered nonsense"),
            (7, "answered nonsense"),
            (8, "ended its connection and did not end"),
        ],
    )
    def test_a_process_that_ends_or_lies_is_an_error_each_time(
        self, faulty: ModelProcess, number: int, words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "_END_PATIENCE_S", 2.0)
        assert len(faulty.look(pictures(3) // 2 + 128)) == 3
        for _ in range(2):
            with pytest.raises(ModelError, match=words):
                faulty.look(asking(number))

    def test_a_model_that_hangs_is_ended(
        self, faulty: ModelProcess, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(model_process, "_LOOK_PATIENCE_S", 0.5)
        monkeypatch.setattr(model_process, "_EACH_PATIENCE_S", 0.0)
        assert faulty.definition.width == WIDTH
        began = time.monotonic()
        with pytest.raises(ModelError, match="no answer within 0 s"):
            faulty.look(asking(9))
        assert time.monotonic() - began < 10

    def test_memory_that_is_not_there_is_refused_and_it_goes_on(self, faulty: ModelProcess) -> None:
        with pytest.raises(ModelError, match="more memory than there is"):
            faulty.look(asking(10))
        assert len(faulty.look(pictures(3) // 2 + 128)) == 3

    def test_closing_ends_it_also_while_it_is_waited_for(self, faulty: ModelProcess) -> None:
        pid = int(faulty.look(pictures(1) // 2 + 128).answers[0, 0])
        caught: list[ModelError] = []

        def look() -> None:
            try:
                faulty.look(asking(9))
            except ModelError as error:
                caught.append(error)

        waiting = threading.Thread(target=look)
        waiting.start()
        time.sleep(0.3)
        assert is_there(pid)
        faulty.close()
        waiting.join(timeout=20)
        assert len(caught) == 1
        assert until(lambda: not is_there(pid))
        with pytest.raises(ModelError, match="the run is ending"):
            faulty.look(pictures(1))

    def test_what_the_model_has_started_ends_with_it(self, faulty: ModelProcess) -> None:
        copy = int(faulty.look(asking(11)).answers[0, 1])
        assert is_there(copy)
        faulty.close()
        assert until(lambda: not is_there(copy))

    def test_a_process_that_leaves_a_copy_and_ends_is_an_error_at_once(
        self, faulty: ModelProcess
    ) -> None:
        assert faulty.definition.width == WIDTH
        began = time.monotonic()
        with pytest.raises(ModelError, match="ended with exit code 4"):
            faulty.look(asking(12))
        assert time.monotonic() - began < 30

    @pytest.mark.parametrize("is_busy", [False, True])
    def test_it_ends_with_a_run_that_is_killed(self, folder: Path, is_busy: bool) -> None:
        tiny_net(folder, "killed.onnx")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.Popen(
            [sys.executable, "-m", "tests.support.looking_run", str(folder), str(int(is_busy))],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )
        assert run.stdout is not None
        with run.stdout:
            pid = int(run.stdout.readline())
            time.sleep(0.3 * is_busy)
            assert is_there(pid)
            run.send_signal(signal.SIGKILL)
            run.wait()
        assert until(lambda: not is_there(pid))


class TestWhatItIsTold:
    def test_no_credentials_and_no_home(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/a/secret.json")
        monkeypatch.setenv("DRIFT_NOTIFY_URLS", "https://a:secret@b")
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        monkeypatch.setattr(connection, "_WORKER", "tests.support.faulty_model")
        with ModelProcess(*tiny_net(folder)) as model:
            pid = int(model.look(pictures(1) // 2 + 128).answers[0, 0])
            told = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"secret" not in told
        assert b"\0HOME=" not in told
        assert b"OMP_NUM_THREADS=1" in told


class TestWhatIsUnderstood:
    @pytest.fixture
    def definition(self, shared: ModelProcess) -> ViewDefinition:
        return shared.definition

    def test_what_is_packed_is_unpacked(self, shared: ModelProcess) -> None:
        views = shared.look(pictures(7))
        found = wire.unpack_views(b"".join(wire.pack_views(views)), 7, shared.definition)
        np.testing.assert_array_equal(found.embeddings, views.embeddings)
        np.testing.assert_array_equal(found.answers, views.answers)
        np.testing.assert_array_equal(found.classes, views.classes)

    def test_images_that_the_model_failed_on_stay_marked(self, shared: ModelProcess) -> None:
        views = shared.look(pictures(5))
        views.put(np.array([1, 4]), ImageViews.of_failed(2, WIDTH))
        views.embeddings[4] = np.inf
        found = wire.unpack_views(b"".join(wire.pack_views(views)), 5, shared.definition)
        assert np.flatnonzero(found.failed).tolist() == [1, 4]
        assert np.isfinite(found.embeddings).all()
        np.testing.assert_array_equal(found.embeddings[:1], views.embeddings[:1])
        np.testing.assert_array_equal(found.classes[2:4], views.classes[2:4])

    def test_explanations_are_unpacked_and_those_that_cannot_be_are_refused(
        self, definition: ViewDefinition
    ) -> None:
        random = np.random.default_rng(1)
        shown = Explanations(
            attributions=random.random((2, SIDE, SIDE), np.float32),
            classes=np.array([1, 2], np.int32),
            confidences=np.array([0.5, 0.25], np.float32),
        )
        content = b"".join(wire.pack_explanations(shown))
        assert len(content) == wire.explained_bytes(definition.preprocessing, 2)
        found = wire.unpack_explanations(content, 3, definition)
        np.testing.assert_array_equal(found.attributions, shown.attributions)
        np.testing.assert_array_equal(found.classes, shown.classes)
        np.testing.assert_array_equal(found.confidences, shown.confidences)
        for bad in (b"", content[:-1], content + b"\0", b"\xff\xff\xff\xff" + content[4:]):
            with pytest.raises(ValueError, match="an answer of"):
                wire.unpack_explanations(bad, 3, definition)
        with pytest.raises(ValueError, match="an answer of"):
            wire.unpack_explanations(content, 1, definition)

    def test_a_request_survives(self, folder: Path) -> None:
        request = tiny_net(folder)
        assert wire.unpack_request(wire.pack_request(*request)) == request

    @pytest.mark.parametrize(
        "change",
        [
            lambda content: content[:-1],
            lambda content: content + b"\0",
            lambda content: b"",
            lambda content: b"\xff\x7f" + content[2:],
            lambda content: content[:-4] + (99).to_bytes(4, "little"),
            lambda content: content[:-4] + b"\xfd\xff\xff\xff",
        ],
        ids=["short", "long", "empty", "infinite", "no such class", "negative class"],
    )
    def test_views_that_cannot_be_are_refused(
        self, shared: ModelProcess, change: Callable[[bytes], bytes]
    ) -> None:
        content = b"".join(wire.pack_views(shared.look(pictures(2))))
        with pytest.raises(ValueError, match=r"."):
            wire.unpack_views(change(content), 2, shared.definition)

    @pytest.mark.parametrize(
        "changes",
        [
            {"width": 0},
            {"width": 1 << 40},
            {"width": None},
            {"preprocessing": []},
            {"classes": "x"},
        ],
        ids=str,
    )
    def test_definitions_that_no_model_has_are_refused(
        self, definition: ViewDefinition, changes: dict[str, object]
    ) -> None:
        said = json.loads(wire.pack_definition(definition))
        assert wire.unpack_definition(json.dumps(said).encode()) == definition
        for content in (
            json.dumps({**said, **changes}).encode(),
            b"[]",
            b"{}",
            b"\xff",
            b"[" * 9999,
        ):
            with pytest.raises(ValueError, match=r"."):
                wire.unpack_definition(content)
