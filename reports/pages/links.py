"""Links to what a job has written and to images: relative ones, by a template, or of a console."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from jobs.images.packed.names import PackedName
from jobs.job_file.names.logged_images import LoggedImageName

# The placeholders of a template; each value is percent-encoded for a URL.
PLACEHOLDERS = ("job", "path", "run_id")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_CONSOLES = {
    "gs": "https://console.cloud.google.com/storage/browser/_details/{bucket}/{name}",
    "s3": "https://console.aws.amazon.com/s3/object/{bucket}?prefix={name}",
}
_OWN_STORES = {
    "gs": ("STORAGE_EMULATOR_HOST",),
    "s3": ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"),
}


def link_by_template(template: str | None, *, job: str, path: str, run_id: str = "") -> str | None:
    """Return the link that a template makes, or None where it cannot make one.

    Parameters
    ----------
    template
        `reports.link_template`, such as ``https://storage.cloud.google.com/dogs/{path}``; None
        where the job has none.
    path
        The object's name in the bucket; its slashes stay slashes.
    run_id
        The run that the object belongs to; empty for an object of no run. A template that names
        the run but not the path makes links to pages of runs only.
    """
    if template is None or ("{path}" not in template and not run_id):
        return None
    values = {"job": _quoted(job), "path": _quoted(path, safe="/"), "run_id": _quoted(run_id)}
    link = template
    for name in PLACEHOLDERS:
        link = link.replace("{" + name + "}", values[name])
    return link


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLinks:
    """Links between the pages of a job: made by the template if it can, relative otherwise.

    Attributes
    ----------
    job
        The job's name.
    prefix
        The job's folder in the bucket.
    template
        `reports.link_template`; None where the job has none.
    up
        The path from the linking page to the job's folder: empty for ``index.html``.
    pruned
        The runs whose reports were deleted; no link is made to them.
    """

    job: str
    prefix: str = ""
    template: str | None = None
    up: str = ""
    pruned: frozenset[str] = frozenset()

    def from_below(self) -> JobLinks:
        """Return the links for a page that lies one folder below the job's folder."""
        return replace(self, up="../")

    def without(self, pruned: frozenset[str]) -> JobLinks:
        """Return the links where no link is made to these runs."""
        return replace(self, pruned=pruned)

    def to_run(self, run_id: str) -> str | None:
        """Return the link to a run's page; None if the page was pruned."""
        if run_id in self.pruned:
            return None
        # No run has such an id, but anyone who may write to the bucket can write a history row.
        name = f"runs/{run_id.replace('/', '%2F')}/report.html"
        return self._made(name, run_id) or f"{self.up}runs/{_quoted(run_id)}/report.html"

    def to_index(self) -> str:
        """Return the link to the index."""
        return self._made("index.html") or f"{self.up}index.html"

    def to_table(self, name: str, fragment: str = "") -> str:
        """Return the link to one of the tables behind the index, or to a line in it."""
        link = self._made(f"index/{name}") or f"{self.up}index/{_quoted(name)}"
        return f"{link}#{fragment}" if fragment else link

    def _made(self, name: str, run_id: str = "") -> str | None:
        path = f"{self.prefix}/{name}"
        return link_by_template(self.template, job=self.job, path=path, run_id=run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLinks:
    """Links from a run's page and its table to the images themselves.

    Attributes
    ----------
    bucket_url
        The job's own bucket.
    up
        The path from the run's folder to the bucket's, such as ``../../../../``.
    template
        `reports.image_link`, for images in the job's own bucket; None where the job has none.
    own_stores
        The schemes of the stores whose own console has no such buckets: emulators, other vendors.
    """

    bucket_url: str
    up: str
    template: str | None = None
    own_stores: frozenset[str] = frozenset()

    @classmethod
    def of_run(
        cls, template: str | None, *, bucket_url: str, prefix: str, environment: Mapping[str, str]
    ) -> ImageLinks:
        """Return the links of a run whose job has the folder `prefix` in its bucket."""
        own = {
            scheme
            for scheme, variables in _OWN_STORES.items()
            if any(environment.get(name) for name in variables)
        }
        up = "../" * (prefix.count("/") + 3)
        return cls(bucket_url=bucket_url, up=up, template=template, own_stores=frozenset(own))

    def to(self, image: str) -> str | None:
        """Return the link to an image, relative or ``http(s)``; None where none is known.

        Parameters
        ----------
        image
            Its name in the job's own bucket, or its full URI. An image in the log has no link,
            one in a packed object only by the template.
        """
        if LoggedImageName.parse(image) is not None:
            return None
        is_elsewhere = _SCHEME.match(image) is not None
        if self.template is not None and not is_elsewhere:
            return self.template.replace("{path}", _quoted(image, safe="/"))
        if PackedName.parse(image) is not None:
            return None
        url = image if is_elsewhere else f"{self.bucket_url.rstrip('/')}/{image}"
        scheme, mark, rest = url.partition("://")
        bucket, _, name = rest.partition("/")
        console = _CONSOLES.get(scheme) if mark else None
        if console is not None:
            if scheme in self.own_stores:
                return None
            return console.format(bucket=_quoted(bucket), name=_quoted(name, safe="/"))
        return None if is_elsewhere else self.up + _quoted(image, safe="/")


def _quoted(text: str, safe: str = "") -> str:
    # A file name can hold a lone surrogate, which has no encoding in UTF-8.
    return quote(text, safe=safe, errors="replace")
