"""deploy/: Kubernetes and systemd start a run of the job once a day, and never two at once."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def documents(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def cron_job(name):
    return next(one for one in documents(name) if one["kind"] == "CronJob")


@pytest.mark.parametrize(
    "name", ["run-on-kubernetes.yaml", "tasks-on-kubernetes.yaml", "dask-on-kubernetes.yaml"]
)
def test_a_night_on_kubernetes_waits_for_the_one_before_and_mounts_the_job_file(name):
    spec = cron_job(name)["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    (mount,) = container["volumeMounts"]
    assert container["args"][0] == f"{mount['mountPath']}/dogs.toml"
    (volume,) = [one for one in pod["volumes"] if one["name"] == mount["name"]]
    assert volume["secret"]["secretName"] == "drift-dogs"
    assert "--exit-code" not in container["args"]


def test_the_single_run_has_no_more_rights_than_it_needs():
    account, job = documents("run-on-kubernetes.yaml")
    assert account["kind"] == "ServiceAccount"
    assert account["automountServiceAccountToken"] is False
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    assert pod["securityContext"] == {"runAsNonRoot": True}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    (urls,) = [one for one in container["env"] if one["name"] == "DRIFT_NOTIFY_URLS"]
    assert urls["valueFrom"]["secretKeyRef"]["optional"] is True


# Not a skipped test, which is a failure in CI: not every machine has the program.
if shutil.which("systemd-analyze") is not None:

    def test_systemd_takes_the_units(tmp_path):
        program = shutil.which("true")
        for unit in (DEPLOY / "systemd").iterdir():
            text = unit.read_text(encoding="utf-8").replace("/opt/drift/bin/drift", program)
            (tmp_path / unit.name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
