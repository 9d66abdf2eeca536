"""docs/start/aws.md: its commands and files have the parameters that Amazon publishes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import OperationModel
from botocore.validate import ParamValidator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "start" / "aws.md").read_text(encoding="utf-8").replace("\\\n", " ")
FILES = ROOT / "deploy" / "aws"
# Commands of the program that are no calls of a service.
PROGRAMS_OWN = {("ecr", "get-login-password")}
CALLS = [
    (service, name, re.findall(r"--([\w-]+)", options))
    for service, name, options in re.findall(r"aws ([a-z]+) ([a-z-]+)([^\n|]*)", PAGE)
    if (service, name) not in PROGRAMS_OWN and name != "login"
]


def operation_of(service: str, name: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(one, "-"): one for one in model.operation_names}
    return model.operation_model(names[name])


@pytest.mark.parametrize(("service", "name", "options"), CALLS, ids=str)
def test_a_command_has_the_parameters_of_its_call(service, name, options):
    shape = operation_of(service, name).input_shape
    members = {xform_name(member, "-"): member for member in shape.members}
    given = {members[option] for option in options if option != "cli-input-json"}
    if "cli-input-json" not in options:
        assert set(shape.required_members) <= given


def test_the_page_has_commands():
    assert len(CALLS) == 11


@pytest.mark.parametrize(
    ("file", "service", "name"),
    [
        ("task.json", "ecs", "register-task-definition"),
        ("schedule.json", "scheduler", "create-schedule"),
    ],
)
def test_a_file_is_what_its_call_takes(file, service, name):
    given = json.loads((FILES / file).read_text(encoding="utf-8"))
    report = ParamValidator().validate(given, operation_of(service, name).input_shape)
    assert not report.has_errors(), report.generate_report()


def test_the_page_names_every_file():
    named = set(re.findall(r"file://aws/([\w-]+\.json)", PAGE))
    assert named == {path.name for path in FILES.iterdir()}


def test_a_run_may_write_nowhere_but_below_the_reports():
    rights = json.loads((FILES / "rights-run.json").read_text(encoding="utf-8"))["Statement"]
    writing = [one for one in rights if "s3:PutObject" in one["Action"]]
    assert [one["Resource"] for one in writing] == ["arn:aws:s3:::BUCKET/data_drift_reports/*"]
