"""Small texts as TorchServe writes them: its log of metrics, and what its address answers."""

from datetime import UTC, datetime, timedelta

DAY = datetime(2025, 3, 4, tzinfo=UTC)
REQUESTS = "ts_inference_requests_total"
LATENCY = "ts_inference_latency_microseconds"
QUEUE = "ts_queue_latency_microseconds"
_UNITS = {REQUESTS: "Count", LATENCY: "Microseconds", QUEUE: "Microseconds"}


def at(hours):
    return DAY + timedelta(hours=hours)


def log_line(moment, metric, value, *, model="dogs", version="1.0", host="vm", local=None):
    """Return one line; `local` is the time in front where the server's clock is in another zone."""
    front = f"{local or moment:%Y-%m-%dT%H:%M:%S},871"
    return (
        f"{front} - {metric}.{_UNITS[metric]}:{value}|#model_name:{model},model_version:{version}"
        f"|#hostname:{host},timestamp:{int(moment.timestamp())}\n"
    )


def request_lines(moment, latency_us, queue_us, **labels):
    """Return the lines of one request, with the others that stand between them."""
    return (
        log_line(moment, REQUESTS, 1.0, **labels)
        + f"{moment:%Y-%m-%dT%H:%M:%S},871 - Requests2XX.Count:1.0|#Level:Host|#hostname:vm,"
        f"timestamp:{int(moment.timestamp())}\n"
        + log_line(moment, LATENCY, latency_us, **labels)
        + log_line(moment, QUEUE, queue_us, **labels)
    )


def worker_line(moment, worker, host="vm"):
    return (
        f"{moment:%Y-%m-%dT%H:%M:%S},573 - WorkerLoadTime.Milliseconds:11595.0"
        f"|#WorkerName:{worker},Level:Host|#hostname:{host},timestamp:{int(moment.timestamp())}\n"
    )


def exposition(*counters, time=None):
    """Return what a metrics address answers.

    Each counter is ``(labels, requests, latency, queue)``; a server that was not asked has none.
    """
    behind = "" if time is None else f" {int(time.timestamp() * 1000)}"
    lines = ['MemoryUsed{Level="Host",Hostname="vm",} 3623.5' + behind]
    for number, metric in enumerate((REQUESTS, LATENCY, QUEUE), start=1):
        lines += [f"# HELP {metric} Torchserve", f"# TYPE {metric} counter"]
        lines += [f"{metric}{{{one[0]},}} {one[number]}{behind}" for one in counters]
    return "\n".join(lines) + "\n"


def labels(process, model="dogs", version="1.0", kind="hostname"):
    return f'{kind}="{process}",model_name="{model}",model_version="{version}"'
