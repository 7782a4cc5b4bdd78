"""Deploys both configurations of samconfig.toml, with the SAM CLI as it is, and hands the stacks to the tests."""

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from aws import Aws

TOP = Path(__file__).parent.parent
FUNCTIONS = sorted(folder.name for folder in (TOP / "functions").iterdir())


def pytest_addoption(parser):
    parser.addoption(
        "--built", action="store_true", help="deploy what `sam build` built, and not a stand-in for each program"
    )


def settings(config):
    """The parameters that samconfig.toml gives a stack, by name, without the quotes around values with spaces."""
    parameters = tomllib.loads((TOP / "samconfig.toml").read_text())[config]["deploy"]["parameters"]
    given = (it.split("=", 1) for it in parameters["parameter_overrides"])
    return {name: value.removeprefix('"').removesuffix('"') for name, value in given}


@dataclass
class Stack:
    """A deployed stack: its resources' ids, its template as AWS runs it, its parameters and outputs."""

    name: str
    config: str
    ids: dict
    template: dict
    parameters: dict
    outputs: dict

    def of_type(self, kind):
        """The properties of the template's resources of a kind, by name."""
        resources = self.template["Resources"].items()
        return {name: it.get("Properties", {}) for name, it in resources if it["Type"] == kind}


class Deployer:
    def __init__(self, template, folder):
        self.template, self.folder = template, folder

    def deploy(self, config, own=()):
        """Runs `sam deploy` as a merchant does who adds parameters of their `own` to a copy of samconfig.toml."""
        head, section, tail = (TOP / "samconfig.toml").read_text().partition(f"[{config}.deploy.parameters]")
        assignment = "parameter_overrides = ["
        tail = tail.replace(assignment, "\n".join([assignment, *(f"    '{it}'," for it in own)]), 1)
        config_file = self.folder / "my.samconfig.toml"
        config_file.write_text(head + section + tail)
        command = [
            Path(sys.executable).parent / "sam",
            "deploy",
            "--config-env",
            config,
            "--template-file",
            self.template,
        ]
        command += ["--config-file", config_file, "--no-progressbar", "--no-confirm-changeset"]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.read(re.search(r"Stack name\s*: (\S+)", done.stdout).group(1), config)

    @staticmethod
    def read(name, config):
        cloudformation = boto3.client("cloudformation")
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        return Stack(
            name=name,
            config=config,
            # moto lists what a condition leaves out, too, with no name, and gives some kinds no id.
            ids={
                it["LogicalResourceId"]: it.get("PhysicalResourceId") for it in resources if "LogicalResourceId" in it
            },
            template=cloudformation.get_template(StackName=name)["TemplateBody"],
            parameters={it["ParameterKey"]: it["ParameterValue"] for it in stack["Parameters"]},
            outputs={it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]},
        )


@pytest.fixture(scope="session")
def template(request, tmp_path_factory):
    """The template of `sam build`, or ours, with a stand-in for each program that says its name."""
    if request.config.getoption("built"):
        return TOP / ".aws-sam/build/template.yaml"
    folder = tmp_path_factory.mktemp("deployment")
    for function in FUNCTIONS:
        (folder / "functions" / function).mkdir(parents=True)
        (folder / "functions" / function / "bootstrap").write_text(function)
    (folder / "template.yaml").write_text((TOP / "template.yaml").read_text())
    return folder / "template.yaml"


@pytest.fixture(scope="session")
def deployer(template, tmp_path_factory):
    with Aws():
        yield Deployer(template, tmp_path_factory.mktemp("configuration"))


@pytest.fixture(scope="session")
def sandbox(deployer):
    return deployer.deploy("default")


@pytest.fixture(scope="session")
def production(deployer):
    """With everything that is optional."""
    certificate = boto3.client("acm").request_certificate(DomainName="api.shop.example")["CertificateArn"]
    own = ["DomainName=api.shop.example", f"CertificateArn={certificate}", "AlarmEmail=merchant@shop.example"]
    return deployer.deploy("production", [*own, "Tracing=Active"])


@pytest.fixture(scope="session", params=["sandbox", "production"])
def stack(request):
    return request.getfixturevalue(request.param)
