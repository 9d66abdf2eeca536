"""The part of the job file that says where the results of a run go, and who is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from jobs.endpoints import check_textfile
from jobs.job_file.value_kinds import LENGTH_SCHEMA, Duration, Endpoint, Folder, Settings


def _link_template(value: str) -> str:
    known = ("{path}", "{run_id}", "{job}")
    rest = value
    for name in known:
        rest = rest.replace(name, "")
    if "{" in rest or "}" in rest or not ("{path}" in value or "{run_id}" in value):
        raise ValueError("a URL with {path} or {run_id} in it, and perhaps {job}")
    if not value.startswith(("https://", "http://")):
        raise ValueError("a URL that starts with https:// or http://")
    return value


def _image_link(value: str) -> str:
    rest = value.replace("{path}", "")
    if rest == value or "{" in rest or "}" in rest:
        raise ValueError("a URL with {path} in it, and no other braces")
    if not value.startswith(("https://", "http://")):
        raise ValueError("a URL that starts with https:// or http://")
    return value


def _link_lifetime(value: timedelta) -> timedelta:
    if value > timedelta(days=7):
        raise ValueError('at most "7d", the longest that Google and Amazon sign a link for')
    return value


def _unless_never(value: object) -> object:
    return None if value == "never" else value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError(
            "the name of an environment variable, such as DRIFT_NOTIFY_URLS; the URLs themselves "
            "are secret and have no place in the job file"
        )
    return value


class ReportSettings(Settings):
    """Where the reports go and what is in them."""

    path: Folder = "data_drift_reports"
    """The folder below `bucket.url` that everything is written to."""
    thumbnails: bool = True
    """Whether small pictures are in the page: of unusual images, or of four of a quiet day."""
    explanations: int = Field(default=0, ge=0, le=6)
    """Of how many images that stand out the page shows what the model looked at, by integrated
    gradients; it takes `[model]`, and up to some seconds an image."""
    copies: bool = True
    """Whether small objects of the log and of labels, where they are many, are kept packed by day
    in the job's folder `copies`, so that days that are read again cost one request. Only a cache;
    labels of another bucket are never copied. False where the log may be read by fewer people than
    the reports, and where a deleted object must not be kept anywhere."""
    link_template: Annotated[str, AfterValidator(_link_template)] | None = None
    """How links to reports are made where relative ones do not work, such as
    `https://storage.cloud.google.com/your-bucket/{path}`: `{path}` is an object's name in the
    bucket, `{job}` and `{run_id}` may be there too."""
    image_link: Annotated[str, AfterValidator(_image_link)] | None = None
    """How the page and `affected.csv` link to an image of the job's own bucket, such as
    `https://photos.example.com/{path}`: `{path}` is the image's name in the bucket. Unset: to the
    consoles of Google and Amazon, and relative in a folder."""
    signed_links: Annotated[Duration, AfterValidator(_link_lifetime)] | None = None
    """How long signed links to pages in a `gs://` or `s3://` bucket work, at most `7d`; they go
    into notifications only, and whoever has one can read the page. Signed without a private key, as
    on Cloud Run, they are sure to work for 12 hours only; signed by a role of AWS, until its
    temporary credentials end. Unset: none are made."""


class NotificationSettings(Settings):
    """Who is told, and when. Where to is secret, so it comes from the environment."""

    urls_from: Annotated[str, AfterValidator(_variable)] = Field(
        default="DRIFT_NOTIFY_URLS", repr=False
    )
    """The environment variable that holds the Apprise URLs to send to, separated by white space:
    `slack://...`, `mailtos://...`, `workflows://...` (Teams), `pagerduty://...`, `jsons://...` and
    more; see docs/notifications.md. Nobody is told while it is unset or empty."""
    inconclusive: bool = False
    """Whether a change to `inconclusive` is told too; drift and the end of drift always are."""
    quality: bool = True
    """Whether it is told, in a job with labels, that the model has become worse, and when it is as
    good as before again. See docs/model-quality.md."""
    quiet_period: Duration | None = None
    """After something was told, nothing more for so long; what is still so then is told then. It is
    measured from window end to window end."""
    remind_every: Annotated[
        Duration | None,
        BeforeValidator(_unless_never),
        WithJsonSchema({"anyOf": [{"const": "never"}, LENGTH_SCHEMA]}),
    ] = timedelta(days=7)
    """How often is reminded of a drift, or of a worse model, that lasts, from window end to window
    end; `"never"` for not at all."""


class MetricsSettings(Settings):
    """Where the numbers of a run go beside its report; see docs/metrics.md."""

    textfile: Annotated[str, AfterValidator(check_textfile)] | None = None
    """A file for the Prometheus node exporter's textfile collector, such as
    `/var/lib/node_exporter/textfile/drift_{job}.prom`. A relative path is taken from the job file's
    folder."""
    pushgateway: Endpoint | None = Field(default=None, repr=False)
    """The URL of a Prometheus Pushgateway, such as `http://localhost:9091`. One with a login in it
    belongs into the environment: `DRIFT__METRICS__PUSHGATEWAY`."""
    otlp: Endpoint | None = Field(default=None, repr=False)
    """The URL of an OpenTelemetry collector's HTTP receiver for metrics, such as
    `http://localhost:4318/v1/metrics`; needs the extra `otlp`."""


class EvidentlySettings(Settings):
    """Evidently's own report of each run, and its user interface."""

    report: Literal["full", "drift", "off"] = "full"
    """How much of Evidently's report lies beside each run's page. `full`: the test of every column
    and the data summary. `drift`: the tests alone, in fewer bytes. `off`: none, and Evidently is
    not even imported. The verdict and this program's own page are the same with all three;
    docs/performance.md has the seconds and the bytes."""
    workspace: str | None = Field(default=None, min_length=1)
    """An Evidently workspace that each run's snapshot is added to: a folder, which is made if
    needed, or a URL such as `gs://your-bucket/evidently`. A relative path is taken from the job
    file's folder. `evidently ui --workspace FOLDER` shows it; see docs/evidently-ui.md."""

    @model_validator(mode="after")
    def _report_for_workspace(self) -> EvidentlySettings:
        if self.report == "off" and self.workspace is not None:
            raise ValueError(
                'report = "drift" or "full" beside workspace, which shows Evidently\'s report of '
                'each run (found: "off"), or no workspace'
            )
        return self
