"""deploy/terraform: it parses, says what the page's commands say, and reads alerts that exist."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hcl2
import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "deploy" / "terraform"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OPTIONS = hcl2.SerializationOptions(
    with_comments=False, explicit_blocks=False, strip_string_quotes=True
)


def parsed(path):
    with path.open(encoding="utf-8") as file:
        return hcl2.load(file, serialization_options=OPTIONS)


FILES = {path.name: parsed(path) for path in sorted(MODULE.glob("*.tf"))}
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in MODULE.glob("*.tf"))


def resources(kind):
    """Return the resources of a kind by name."""
    found = {}
    for file in FILES.values():
        for one in file.get("resource", []):
            found |= one.get(kind, {})
    return found


def strings(value) -> Iterator[str]:
    """Yield all texts of a parsed value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def test_every_variable_is_used_and_every_used_one_is_declared():
    declared = {name for one in FILES["variables.tf"]["variable"] for name in one}
    assert set(re.findall(r"\bvar\.(\w+)", TEXT)) == declared


def test_resources_that_are_referred_to_are_there():
    for kind, name in re.findall(r"\b(google_\w+)\.(\w+)", TEXT):
        assert name in resources(kind), f"{kind}.{name}"


def test_it_gives_the_rights_that_the_page_gives_and_no_others():
    members = [
        one
        for file in FILES.values()
        for block in file.get("resource", [])
        for kind, named in block.items()
        if kind.endswith("_iam_member")
        for one in named.values()
    ]
    notifications = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    commands = "\n".join(
        line for line in f"{OPERATIONS}\n{notifications}".splitlines() if "--role=" in line
    )
    assert {one["role"] for one in members} == set(re.findall(r"--role=(roles/[\w.]+)", commands))
    assert not re.search(r"_iam_(binding|policy)\"", TEXT), "others would lose their rights"


def test_the_services_of_the_page_are_switched_on():
    command = OPERATIONS.partition("gcloud services enable")[2].partition("\n\n")[0]
    needed = set(re.findall(r"\w+\.googleapis\.com", command)) - {"cloudbuild.googleapis.com"}
    assert needed <= set(re.findall(r"\w+\.googleapis\.com", TEXT))


def test_a_job_is_that_of_the_manifest():
    manifest = yaml.safe_load((ROOT / "deploy" / "cloud-run-job.yaml").read_text(encoding="utf-8"))
    execution = manifest["spec"]["template"]["spec"]
    task = execution["template"]["spec"]
    (container,) = task["containers"]
    job = resources("google_cloud_run_v2_job")["run"]
    (template,) = job["template"][0]["template"]
    (made,) = template["containers"]
    assert job["name"] == manifest["metadata"]["name"].replace("dogs", "${each.key}")
    assert made["args"] == [one.replace("dogs", "${each.key}") for one in container["args"]]
    assert made["volume_mounts"][0]["mount_path"] == container["volumeMounts"][0]["mountPath"]
    (secret,) = template["volumes"][0]["secret"]
    (item,) = task["volumes"][0]["secret"]["items"]
    path = item["path"].replace("dogs", "${each.key}")
    assert secret["items"] == [{"version": item["key"], "path": path}]
    assert f": {task['maxRetries']}}}" in template["max_retries"]
    jobs = next(one["jobs"] for one in FILES["variables.tf"]["variable"] if "jobs" in one)
    limits = container["resources"]["limits"]
    for default in (f'"{limits["cpu"]}"', f'"{limits["memory"]}"', f"{task['timeoutSeconds']}"):
        assert f", {default})" in jobs["type"]
    for variable in container["env"]:
        assert any(variable["name"] in text for text in strings(made["dynamic"]))


@pytest.mark.parametrize(
    ("name", "file"),
    [("failed", "alert-policy.json"), ("drifted", "drift-alert-policy.json")],
)
def test_an_alert_reads_what_its_policy_has(name, file):
    policy = json.loads((ROOT / "deploy" / file).read_text(encoding="utf-8"))
    resource = resources("google_monitoring_alert_policy")[name]
    assert f'"${{path.module}}/../{file}"' in TEXT
    paths = {
        path
        for text in strings(resource)
        for path in re.findall(r"each\.value\.([\w.\[\]]+)", text)
    }
    assert len(paths) > 5
    for path in paths:
        value = policy
        for step in re.findall(r"\w+", path):
            value = value[int(step)] if step.isdigit() else value[step]
        assert value is not None, path


def test_the_page_shows_a_call_of_the_module_that_sets_what_it_needs():
    example = OPERATIONS.partition("```terraform\n")[2].partition("```")[0]
    (call,) = hcl2.loads(example, serialization_options=OPTIONS)["module"]
    given = call["drift"].keys() - {"source"}
    variables = {
        name: body for one in FILES["variables.tf"]["variable"] for name, body in one.items()
    }
    assert given <= variables.keys()
    assert {name for name, body in variables.items() if "default" not in body} <= given


# Not a skipped test, which is a failure in CI: not every machine has the program.
if shutil.which("terraform") is not None:

    def test_it_is_written_as_terraform_writes_it():
        done = subprocess.run(
            ["terraform", "fmt", "-check", "-diff", str(MODULE)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
