"""Which trace the log lines of this process belong to, read off its environment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_CLOUD_TRACE = re.compile(r"([0-9a-fA-F]{32})(?:/(\d{1,20}))?(?:;.*)?")


def trace_fields(environment: Mapping[str, str]) -> dict[str, str]:
    """Return Cloud Logging's fields of the trace and the span; empty where there is none.

    The trace is the one of ``TRACEPARENT`` (W3C) or ``X_CLOUD_TRACE_CONTEXT``, where whoever
    started the process set it. A Cloud Run execution without either gets an id made from its name,
    so that its lines, those of a retry among them, are found together. With
    ``GOOGLE_CLOUD_PROJECT`` the trace is a full resource name, which Logs Explorer links.
    """
    trace, span = _context(environment)
    if not trace:
        return {}
    project = environment.get("GOOGLE_CLOUD_PROJECT")
    name = f"projects/{project}/traces/{trace}" if project else trace
    fields = {"logging.googleapis.com/trace": name}
    return {**fields, "logging.googleapis.com/spanId": span} if span else fields


def _context(environment: Mapping[str, str]) -> tuple[str, str]:
    parent = _TRACEPARENT.fullmatch(environment.get("TRACEPARENT", "").strip())
    if parent is not None and int(parent[1], 16):
        return parent[1], parent[2]
    cloud = _CLOUD_TRACE.fullmatch(environment.get("X_CLOUD_TRACE_CONTEXT", "").strip())
    if cloud is not None:
        return cloud[1].lower(), f"{int(cloud[2]):016x}"[-16:] if cloud[2] else ""
    execution = environment.get("CLOUD_RUN_EXECUTION", "")
    if execution:
        return hashlib.blake2b(execution.encode(), digest_size=16).hexdigest(), ""
    return "", ""
