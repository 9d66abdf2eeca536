"""Examples of runs with a model's view: one that saw a new kind of picture, and one without it."""

from __future__ import annotations

from dataclasses import replace

from reference_stats.model_view.view_scores import ENERGY, ENTROPY, NOVELTY, VIEW_SCORES
from reports.findings.answers import State
from reports.findings.model_view import ExplainedImage, ModelView, NovelGroup
from reports.findings.run import RunFindings
from tests.support import findings as examples

SEEN = ModelView(
    model="models/cats.mar",
    kind="mar",
    digest="5f" * 32,
    view_id="v-0123456789ab",
    runtime="torch 2.13.0+cpu on cpu",
    found_layer="the input of fc2",
    images=5190,
    bank=803,
    held_out=401,
    unknown=2,
    novel_images=611,
    novel_expected=51.9,
    stands_out=True,
    novel=(
        NovelGroup(
            images=("images/fox 1.jpg", "images/fox 2.jpg", "images/fox 3.jpg"),
            reference_images=("reference/cat 9.jpg", "reference/cat 9.jpg", "reference/dog 2.jpg"),
            size=41,
            share=41 / 5190,
            predicted="cat",
            predicted_share=0.8,
        ),
        NovelGroup(
            images=("images/truck.jpg",),
            reference_images=("reference/dog 7.jpg",),
            size=3,
            share=3 / 5190,
            predicted="dog",
            predicted_share=2 / 3,
        ),
    ),
    explained=(
        ExplainedImage(image="images/fox 1.jpg", predicted="cat", confidence=0.51),
        ExplainedImage(image="images/cat 4.jpg", predicted="cat", confidence=0.98, typical=True),
    ),
)


def novel_images() -> RunFindings:
    """Return a run in which novelty drifted, with two groups of novel images."""
    run = examples.drifted()
    by_name = {one.name: one for one in run.features}
    drifted, steady = by_name["sharpness"], examples.steady().features[0]
    scores = [
        replace(
            drifted if score is NOVELTY else steady,
            name=score.name,
            unit=score.unit,
            direction="up",
        )
        for score in VIEW_SCORES
    ]
    return replace(run, view=tuple(scores), model_view=SEEN)


def no_view() -> RunFindings:
    """Return a steady run whose model could not be opened."""
    problem = "models/cats.mar is not there. Upload it, or correct model.path."
    return replace(
        examples.steady(), model_view=ModelView(model="models/cats.mar", problem=problem)
    )


def unanswering_model() -> RunFindings:
    """Return a run of a model without classes: two of its scores have no values."""
    run = novel_images()
    missing = {ENTROPY.name, ENERGY.name}
    view = [
        replace(examples.missing_column(one.name), unit=one.unit) if one.name in missing else one
        for one in run.view
    ]
    groups = [replace(one, predicted="", predicted_share=None) for one in SEEN.novel]
    seen = replace(
        SEEN,
        kind="embedder",
        novel=tuple(groups),
        explained=(),
        unexplained_because="the model has no classes",
    )
    assert {one.state for one in view} >= {State.MISSING}
    return replace(run, view=tuple(view), model_view=seen)


VIEW_EXAMPLES = (novel_images, no_view, unanswering_model)
