"""Where Evidently is built otherwise, its own way is taken: the same report, and a log line."""

import contextlib
import importlib.metadata
import inspect
import json
import logging
import os
import pkgutil
import shutil
from pathlib import Path

import numpy as np
import pytest

from drift.comparison.compare import compare
from drift.evidently import patches as evidently_patches
from drift.evidently.patches import Patch, applied, fingerprint
from drift.evidently.registry import main, patches
from drift.evidently.report import import_quietly, render
from jobs.job_file.job import DetectionSettings
from tests.support.columns import classes, lined_up, numeric
from tests.support.command import ROOT, WITH_EVIDENTLY, drift, warm_drift
from tests.support.evidently_page import charts_of, differences, page_data
from tests.support.worlds import JOB_FILE, make_world

NAMES = [patch.target for patch in patches()]
INSTALLED = f"Evidently {importlib.metadata.version('evidently')}"


@pytest.fixture(autouse=True)
def evidently():
    """Return what is used of Evidently, for which a new process has said nothing yet."""
    evidently_patches._say_once.cache_clear()
    return import_quietly("drift.evidently.api")


@pytest.fixture(scope="module")
def columns():
    """Classes are more than Evidently lists one by one, in whatever order it has them."""
    generator = np.random.default_rng(3)
    return [
        numeric("moved", generator.normal(size=300), generator.normal(2, 1, 120)),
        numeric("constant", [3.0] * 300, [3.0] * 120),
        classes(
            "prediction",
            ["a"] * 200 + ["b"] * 100,
            ["a"] * 50 + ["b"] * 30 + ["c"] * 25 + ["d"] * 15,
        ),
    ]


@pytest.fixture(scope="module")
def findings(columns):
    found = compare(lined_up(*columns), DetectionSettings()).findings
    return {finding.name: finding for finding in found}


@pytest.fixture(scope="module")
def usual(columns, findings):
    """The report that all patches made."""
    return render(columns, findings)


def patch_of(target: str) -> Patch:
    (patch,) = (patch for patch in patches() if patch.target == target)
    return patch


def doctor(monkeypatch, target: str) -> list[str]:
    """Give Evidently another function of the same meaning; return who calls it."""
    owner, name = evidently_patches._place(target)
    theirs, called = getattr(owner, name), []

    def built_otherwise(*arguments, **named):
        called.append(target)
        return theirs(*arguments, **named)

    monkeypatch.setattr(owner, name, built_otherwise)
    return called


def said(caplog) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == evidently_patches.__name__]


def assert_same_report(one, other):
    assert list(differences(json.loads(one.json), json.loads(other.json))) == []
    assert list(differences(page_data(one.html), page_data(other.html))) == []
    assert list(differences(charts_of(one.html), charts_of(other.html))) == []


def test_the_installed_evidently_is_the_one_that_the_patches_were_written_for(
    usual, columns, findings, caplog
):
    with caplog.at_level(logging.WARNING):
        assert render(columns, findings) == usual
    assert said(caplog) == []


@pytest.mark.parametrize("target", NAMES)
def test_a_function_that_differs_is_called_itself_and_the_report_is_the_same(
    target, usual, columns, findings, monkeypatch, caplog
):
    called = doctor(monkeypatch, target)
    with caplog.at_level(logging.WARNING):
        theirs = render(columns, findings)
    assert called
    assert_same_report(theirs, usual)
    (line,) = said(caplog)
    patch = patch_of(target)
    assert f"{patch.name} ({patch.without})" in line
    assert line.startswith(INSTALLED)


def test_a_patch_is_left_out_where_a_function_that_it_rests_on_differs(
    usual, columns, findings, monkeypatch, caplog
):
    target = "evidently.metrics.column_statistics:ValueDriftCalculation._render"
    called = doctor(monkeypatch, target)
    with caplog.at_level(logging.WARNING):
        theirs = render(columns, findings)
    assert called
    assert_same_report(theirs, usual)
    (line,) = said(caplog)
    resting = [target in patch.rests_on for patch in patches()]
    assert [patch.name in line for patch in patches()] == resting
    assert 0 < sum(resting) < len(resting)


def test_the_log_says_it_once(columns, findings, monkeypatch, caplog):
    doctor(monkeypatch, NAMES[0])
    with caplog.at_level(logging.WARNING):
        render(columns, findings)
        render(columns, findings)
    assert len(said(caplog)) == 1


@pytest.mark.parametrize(
    "target",
    [
        "evidently.metrics.column_statistics:no_such_function",
        "evidently.no_such_module:function",
        "evidently.metrics.column_statistics:NoSuchClass.method",
        "evidently.metrics.column_statistics:ValueDrift",
    ],
)
def test_a_part_that_is_not_there_is_not_put_there(target, caplog):
    patch = Patch(
        name="what is gone",
        without="slower",
        target=target,
        fingerprints=frozenset({"0123456789abcdef"}),
        replacement=print,
    )
    module = pkgutil.resolve_name("evidently.metrics.column_statistics")
    before = dict(vars(module))
    with caplog.at_level(logging.WARNING), applied([patch]):
        assert vars(module) == before
    assert fingerprint(patch) is None
    assert "what is gone (slower)" in said(caplog)[0]


def test_a_function_that_was_wrapped_is_not_taken_for_the_one_inside(monkeypatch):
    patch = patches()[0]
    owner, name = evidently_patches._place(patch.target)
    theirs = getattr(owner, name)

    def wrapper(*arguments):
        return theirs(*arguments)

    wrapper.__wrapped__ = theirs
    monkeypatch.setattr(owner, name, wrapper)
    assert fingerprint(patch) not in patch.fingerprints


@pytest.mark.parametrize("fails", [False, True])
def test_evidently_is_left_as_it_was(fails):
    owners = [evidently_patches._place(target)[0] for target in NAMES]
    before = [dict(vars(owner)) for owner in owners]
    with contextlib.suppress(InterruptedError), applied(patches()):
        assert all(vars(one) != other for one, other in zip(owners, before, strict=True))
        if fails:
            raise InterruptedError
    assert [dict(vars(owner)) for owner in owners] == before


def test_the_text_of_a_function_is_all_of_it():
    names = {name for patch in patches() for name in (patch.target, *patch.rests_on)}
    for name in names:
        part = pkgutil.resolve_name(name)
        whole = inspect.getsource(part)
        if not inspect.ismodule(part):
            whole = whole[whole.index(f"def {part.__name__}") :]
        assert evidently_patches._text_of(part).strip() == whole.strip(), name


def test_the_command_prints_the_fingerprints_of_the_installed_evidently(monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    fitting = capsys.readouterr().out
    assert fitting.startswith(INSTALLED)
    assert all(f"{fingerprint(one)}  {one.target}  (as recorded)" in fitting for one in patches())
    doctor(monkeypatch, NAMES[0])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    (recorded,) = patches()[0].fingerprints
    changed = capsys.readouterr().out
    assert f"{fingerprint(patches()[0])}  {NAMES[0]}  (recorded: {recorded})" in changed


def doctored_copy(folder: Path, edits: dict[str, tuple[str, str]]) -> Path:
    """Make a folder with Evidently, in which some files have another text."""
    real = Path(str(pkgutil.resolve_name("evidently").__file__)).parent
    link_all(real, folder / "evidently")
    for name, (text, other) in edits.items():
        for parent in reversed(Path(name).parents[:-1]):
            if (folder / "evidently" / parent).is_symlink():
                (folder / "evidently" / parent).unlink()
                link_all(real / parent, folder / "evidently" / parent)
        found = (real / name).read_text(encoding="utf-8")
        assert text in found
        (folder / "evidently" / name).unlink()
        for compiled in (folder / "evidently" / name).parent.glob(
            f"__pycache__/{Path(name).stem}.*.pyc"
        ):
            compiled.unlink()
        (folder / "evidently" / name).write_text(found.replace(text, other), encoding="utf-8")
    return folder


def link_all(real: Path, folder: Path) -> None:
    """Link what is in a folder, compiled files one by one: new ones are to lie beside them."""
    folder.mkdir(parents=True)
    for path in real.iterdir():
        if path.name == "__pycache__":
            link_all(path, folder / path.name)
        else:
            (folder / path.name).symlink_to(path)


def test_a_run_with_another_evidently_finds_the_same_and_says_what_is_slower(tmp_path):
    make_world(tmp_path / "bucket", lights=(1.0, 0.3), requests=40, references=60)
    (tmp_path / "job.toml").write_text(JOB_FILE.format(url="bucket"), encoding="utf-8")
    reports = tmp_path / "bucket" / "data_drift_reports"
    until = ("--until", "2025-03-05T00:00:00Z")
    arguments = ("run", "job.toml", *until)
    usual = warm_drift(*arguments, cwd=tmp_path, timeout_s=240, **WITH_EVIDENTLY)
    before = {path.name: path.read_bytes() for path in reports.rglob("runs/*/*")}
    shutil.rmtree(reports)
    newer = doctored_copy(
        tmp_path / "newer",
        {
            # The name is gone, and a function has another body.
            "metrics/column_statistics.py": ("_all_unique_values", "_values_of_both"),
            "legacy/utils/visualizations.py": (
                "fig = add_traces_with_perc(fig, hist_curr, 1, 1, curr_color, current_name)",
                "add_traces_with_perc(fig, hist_curr, 1, 1, curr_color, current_name)",
            ),
        },
    )
    path = os.pathsep.join((str(newer), str(ROOT)))
    other = drift(*arguments, cwd=tmp_path, PYTHONPATH=path, timeout_s=240, **WITH_EVIDENTLY)
    after = {path.name: path.read_bytes() for path in reports.rglob("runs/*/*")}
    assert usual.returncode == other.returncode, other.stderr
    assert "is built otherwise" not in usual.stderr
    (line,) = [one for one in other.stderr.splitlines() if "is built otherwise" in one]
    assert "the classes of both sides as a set (the classes may stand in another order" in line
    assert "histograms through all checks of Plotly (slower, and a larger evidently.html)" in line
    assert line.count("(slower") == 2
    assert (
        list(differences(json.loads(before["evidently.json"]), json.loads(after["evidently.json"])))
        == []
    )
    assert (
        list(differences(charts_of(before["evidently.html"]), charts_of(after["evidently.html"])))
        == []
    )
    assert len(after["evidently.html"]) > len(before["evidently.html"])
    assert report(before) == report(after)


def report(files: dict[str, bytes]) -> dict[str, object]:
    said = json.loads(files["report.json"])
    for clock in ("generated_at", "timings", "profile"):
        said.pop(clock)
    return said
