"""Links to what a job has written: relative ones, or by `reports.link_template`."""

from __future__ import annotations

from urllib.parse import quote

# What a template may name; each is put in with its characters made safe for a URL.
PLACEHOLDERS = ("job", "path", "run_id")


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
        The run that the object belongs to; empty for what belongs to no run. A template that names
        the run but not the path makes links to pages of runs only.
    """
    if template is None or ("{path}" not in template and not run_id):
        return None
    values = {"job": quote(job, safe=""), "path": quote(path), "run_id": quote(run_id, safe="")}
    link = template
    for name in PLACEHOLDERS:
        link = link.replace("{" + name + "}", values[name])
    return link
