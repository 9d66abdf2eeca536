"""Handlers of TorchServe, by stand-ins of the same methods, with the mixin in front of them."""

import base64
import json

import pytest
import torch

from prediction_log.integrations.torchserve import HandlerAnswer, LogPredictions
from prediction_log.spooling.counts import FAILED
from tests.support.images import numbered_photographs
from tests.support.recorded import counts_in, image_in, rows_in
from tests.support.torchserve_handlers import BaseHandler, Context, ImageClassifier, VisionHandler

PICTURES = numbered_photographs(3)


class Dogs(LogPredictions, ImageClassifier):
    """What an owner of an `ImageClassifier` writes."""


class Numbers(LogPredictions, VisionHandler):
    """One with a postprocessing of its own."""

    def postprocess(self, data):
        return data.argmax(1).tolist()


class AnyRequests(LogPredictions, ImageClassifier):
    """One whose model answers whatever comes."""

    def preprocess(self, data):
        return super().preprocess([{"data": PICTURES[0]}] * len(data))


class OwnFiles(AnyRequests):
    """One that looks for the file by itself."""

    def image_of(self, request):
        return request["file"]


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Return a function that answers requests by a handler of a class."""
    monkeypatch.setenv("PREDICTION_LOG_URL", str(tmp_path / "bucket"))
    monkeypatch.setenv("PREDICTION_LOG_SPOOL", str(tmp_path / "spool"))
    torch.manual_seed(0)
    handlers = []

    def serve(kind, requests, **headers):
        context = Context(len(requests), headers)
        handlers.append(kind())
        handlers[-1].initialize(context)
        answered = handlers[-1].handle(requests, context)
        handlers[-1].prediction_log.close()
        return answered, rows_in(tmp_path / "bucket")

    return serve


def test_a_batch_of_an_image_classifier_is_recorded(served, tmp_path):
    answered, rows = served(Dogs, [{"data": bytearray(one)} for one in PICTURES])

    assert len(rows) == 3
    for place, (row, said, picture) in enumerate(zip(rows, answered, PICTURES, strict=True)):
        best = max(said, key=said.get)
        assert row["id"] == f"0f2a-{place}"
        assert (row["prediction"], row["confidence"]) == (best, pytest.approx(said[best]))
        assert {name: row[f"probability_{name}"] for name in said} == pytest.approx(said)
        assert (row["model"], row["model_version"]) == ("dogs", "2.0")
        assert row["latency_ms"] > 0
        assert (tmp_path / "bucket" / row["image"]).read_bytes() == picture


@pytest.mark.parametrize(
    "request_of",
    [lambda one: {"body": one}, lambda one: {"data": base64.b64encode(one).decode()}],
    ids=["body", "base64"],
)
def test_images_are_found_where_the_handler_finds_them(served, tmp_path, request_of):
    _, (row,) = served(Dogs, [request_of(PICTURES[0])])

    assert (tmp_path / "bucket" / row["image"]).read_bytes() == PICTURES[0]


def test_images_are_packed_where_the_environment_asks_for_it(served, tmp_path, monkeypatch):
    monkeypatch.setenv("PREDICTION_LOG_PACK_IMAGES", "yes")
    _, rows = served(Dogs, [{"data": one} for one in PICTURES])

    assert [image_in(tmp_path / "bucket", row["image"]) for row in rows] == PICTURES
    (shard,) = (tmp_path / "bucket/images").glob("dt=*/*")
    assert {row["image"].partition("#")[0] for row in rows} == {
        shard.relative_to(tmp_path / "bucket").as_posix()
    }


def test_each_model_of_a_server_can_have_a_log_of_its_own(served, tmp_path, monkeypatch):
    monkeypatch.setenv("PREDICTION_LOG_URL", str(tmp_path / "served" / "{model}"))
    served(Dogs, [{"data": PICTURES[0]}])

    assert [row["model"] for row in rows_in(tmp_path / "served" / "dogs")] == ["dogs"]


def test_a_request_whose_file_cannot_be_found_costs_no_other_its_row(served, tmp_path):
    _, rows = served(OwnFiles, [{"file": PICTURES[0]}, {}, {"file": PICTURES[2]}])

    assert [row["id"] for row in rows] == ["0f2a-0", "0f2a-2"]
    assert counts_in(tmp_path / "bucket") == {"recorded": 2, FAILED: 1}


def test_a_text_that_is_no_base64_is_no_picture(served):
    _, (row,) = served(AnyRequests, [{"body": "words, and no picture"}])

    assert "image" not in row


def test_a_request_without_a_file_has_a_row(served):
    _, (row,) = served(Dogs, [{"data": [[0.0] * 3] * 4}])

    assert "image" not in row
    assert row["prediction"] in {"beagle", "boxer", "pug"}


def test_answers_that_are_classes_have_the_model_s_probabilities(served):
    (answer,), (row,) = served(Numbers, [{"data": PICTURES[0]}])

    shares = [row[f"probability_{name}"] for name in ("beagle", "boxer", "pug")]
    assert row["prediction"] == answer
    assert row["confidence"] == pytest.approx(max(shares))
    assert sum(shares) == pytest.approx(1)


def test_what_torchserve_takes_for_a_prediction_is_recorded(served):
    assert len(served(Dogs, [{"data": PICTURES[0]}], explain="true")[1]) == 1


@pytest.mark.parametrize("kind", ["explain", "describe"])
def test_explanations_and_descriptions_are_no_predictions(served, kind):
    answered, rows = served(Dogs, [{"data": PICTURES[0]}], **{kind: "True"})

    assert len(answered) == 1
    assert rows == []


def test_without_a_url_the_handler_serves_and_says_that_nothing_is_recorded(monkeypatch, caplog):
    monkeypatch.delenv("PREDICTION_LOG_URL", raising=False)
    handler = Dogs()
    handler.initialize(Context())

    assert len(handler.handle([{"data": PICTURES[0]}], Context())) == 1
    assert "PREDICTION_LOG_URL is not set" in caplog.text


def test_a_log_that_fails_fails_no_request(served, caplog):
    class Odd(LogPredictions, ImageClassifier):
        def image_of(self, request):
            raise RuntimeError("no image today")

    answered, rows = served(Odd, [{"data": PICTURES[0]}])

    assert len(answered) == 1
    assert rows == []
    assert "no image today" in caplog.text


def test_a_context_of_another_kind_fails_no_request(served, caplog):
    class Odd(Context):
        get_request_header = None

    class Own(LogPredictions, ImageClassifier):
        def _is_describe(self):
            return False

        _is_explain = _is_describe

        def handle(self, data, context):
            return super().handle(data, Odd())

    answered, rows = served(Own, [{"data": PICTURES[0]}])

    assert len(answered) == 1
    assert rows == []
    assert "not recorded" in caplog.text


def test_the_wrong_order_of_bases_is_refused():
    with pytest.raises(TypeError, match=r"class Late\(LogPredictions, \.\.\.\)"):

        class Late(ImageClassifier, LogPredictions):
            pass


def test_a_handle_of_one_s_own_in_the_class_itself_is_fine(served):
    class Own(LogPredictions, ImageClassifier):
        def handle(self, data, context):
            return super().handle(data, context)

    assert len(served(Own, [{"data": PICTURES[0]}])[1]) == 1


LOGITS = torch.tensor([[0.0, 1.0], [3.0, -1.0]])


@pytest.mark.parametrize(
    "outputs", [LOGITS, LOGITS.softmax(1), LOGITS.log_softmax(1)], ids=["logits", "shares", "logs"]
)
def test_probabilities_are_made_of_whatever_the_model_returns(outputs):
    answers = LogPredictions().answers(outputs, [1, 0])

    for answer, expected in zip(answers, LOGITS.softmax(1).tolist(), strict=True):
        assert list(answer.probabilities.values()) == pytest.approx(expected)
        assert answer.confidence == pytest.approx(max(expected))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"beagle": 0.7, "pug": 0.3}, HandlerAnswer("beagle", 0.7)),
        ({"Class": "beagle", "score": 0.7}, HandlerAnswer("beagle", 0.7)),
        ({"label": "beagle"}, HandlerAnswer("beagle")),
        (["beagle"], HandlerAnswer("beagle")),
        ("beagle", HandlerAnswer("beagle")),
        ({"boxes": []}, HandlerAnswer({"boxes": []})),
    ],
)
def test_answers_are_understood_as_handlers_write_them(said, expected):
    assert LogPredictions().answers(None, [said]) == [expected]


def test_a_thousand_classes_are_not_written_out(served):
    class Many(LogPredictions, BaseHandler):
        def preprocess(self, data):
            return torch.zeros(len(data), 1000)

        def inference(self, data, *args, **kwargs):
            self._outputs = data
            return data

        def postprocess(self, data):
            return [{"tench": 0.4, "goldfish": 0.2}] * len(data)

    _, (row,) = served(Many, [{"data": PICTURES[0]}])
    assert (row["prediction"], row["confidence"]) == ("tench", 0.4)
    assert len(json.dumps(row)) < 500
