"""How far the accuracy that a model's confidences let one expect is from the true one.

Small networks learn scikit-learn's digits; a part that they did not see is the labelled reference,
and windows of 300 are drawn from the rest: clean, with another mix of classes, or with images that
look otherwise. Beside average thresholded confidence (ATC), which reports show, stand two other
estimators and the reference's accuracy itself. Errors are absolute, means over windows.

Run as ``python -m benchmarks.expected_accuracy`` (a minute), or with ``--quick``. Seeded.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.neural_network import MLPClassifier

from drift.model_quality.scoring.expected_accuracy import expected_accuracy, learn_threshold

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Change = Callable[[Numbers, np.random.Generator], Numbers]

WINDOW = 300
NETS = 8
WINDOWS_OF_A_NET = 5
TRAINED, REFERENCE = 500, 500
BRIGHTEST = 16.0


def blurred(sigma: float) -> Change:
    """Return a change that blurs images of 8 by 8 pixels."""
    return lambda images, _: gaussian_filter(images, (0, sigma, sigma))


def noisy(deviation: float) -> Change:
    """Return a change that adds normal noise, in units of the brightest grey level."""
    return lambda images, generator: np.clip(
        images + generator.normal(0, deviation * BRIGHTEST, images.shape), 0, BRIGHTEST
    )


def faint(factor: float) -> Change:
    """Return a change that draws all grey levels towards middle grey."""
    return lambda images, _: BRIGHTEST / 2 + factor * (images - BRIGHTEST / 2)


CONDITIONS: dict[str, Change | None] = {
    "clean": lambda images, _: images,
    "class mix": None,
    "mild blur": blurred(0.5),
    "strong blur": blurred(1.2),
    "mild noise": noisy(0.1),
    "strong noise": noisy(0.4),
    "mild contrast": faint(0.8),
    "strong contrast": faint(0.3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The confidences of a set of predictions, and whether each is right."""

    confidence: Numbers
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """A trained network with its reference, and the images and labels that windows are drawn of."""

    model: MLPClassifier
    reference: Answers
    images: Numbers
    labels: Places


def trained(seed: int) -> Net:
    """Return a network of another third of the digits for each seed."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    images, labels = digits.images[order], digits.target[order]
    model = MLPClassifier((32,), max_iter=300, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(_flat(images[:TRAINED]), labels[:TRAINED])
    known = slice(TRAINED, TRAINED + REFERENCE)
    return Net(
        model=model,
        reference=answered(model, images[known], labels[known]),
        images=images[known.stop :],
        labels=labels[known.stop :],
    )


def answered(model: MLPClassifier, images: Numbers, labels: Places) -> Answers:
    """Return what the model says of images; confidences have two digits, as in many logs."""
    probability = model.predict_proba(_flat(images))
    return Answers(
        confidence=np.round(probability.max(axis=1), 2), right=probability.argmax(axis=1) == labels
    )


def window(net: Net, condition: str, generator: np.random.Generator) -> Answers:
    """Return the answers to a window of 300 images under a condition."""
    change = CONDITIONS[condition]
    weight = np.ones(len(net.labels))
    if change is None:
        weight = generator.dirichlet(np.full(10, 0.5))[net.labels]
    drawn = generator.choice(len(weight), WINDOW, replace=change is None, p=weight / weight.sum())
    images = net.images[drawn] if change is None else change(net.images[drawn], generator)
    return answered(net.model, images, net.labels[drawn])


def estimates(reference: Answers, confidence: Numbers) -> dict[str, float]:
    """Return what each estimator expects of a window."""
    isotonic = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1)
    isotonic.fit(reference.confidence, reference.right)
    usual = float(reference.right.mean())
    return {
        "DoC": usual + float(confidence.mean() - reference.confidence.mean()),
        "CBPE": float(isotonic.predict(confidence).mean()),
        "reference": usual,
    }


def measure(condition: str, nets: list[Net], windows: int) -> dict[str, float]:
    """Return the true accuracy, each estimator's error, and how often ATC's interval was right."""
    generator = np.random.default_rng(list(CONDITIONS).index(condition))
    found: list[dict[str, float]] = []
    for net in nets:
        learned = learn_threshold(net.reference.confidence, net.reference.right)
        for _ in range(windows):
            answers = window(net, condition, generator)
            truth = float(answers.right.mean())
            atc = expected_accuracy(learned, answers.confidence) if learned else None
            if atc is None or atc.low is None or atc.high is None:
                raise RuntimeError(f"{condition}: a window without an estimate.")
            errors = estimates(net.reference, answers.confidence) | {"ATC": atc.value}
            row = {name: abs(value - truth) for name, value in errors.items()}
            found.append(row | {"true": truth, "inside": float(atc.low <= truth <= atc.high)})
    return {name: float(np.mean([row[name] for row in found])) for name in found[0]}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two networks with two windows each")
    quick = parser.parse_args().quick
    nets = [trained(seed) for seed in range(2 if quick else NETS)]
    windows = 2 if quick else WINDOWS_OF_A_NET
    usual = np.mean([net.reference.right.mean() for net in nets])
    print(f"{len(nets) * windows} windows of {WINDOW}; the reference's accuracy is {usual:.3f}")
    print("mean absolute error of        ATC    DoC   CBPE  reference   ATC's interval is right in")
    for condition in CONDITIONS:
        row = measure(condition, nets, windows)
        print(
            f"{condition:<16} (true {row['true']:.3f}) {row['ATC']:6.3f} {row['DoC']:6.3f} "
            f"{row['CBPE']:6.3f} {row['reference']:10.3f} {row['inside']:26.0%}"
        )


def _flat(images: Numbers) -> Numbers:
    return images.reshape(len(images), -1) / BRIGHTEST


if __name__ == "__main__":
    main()
