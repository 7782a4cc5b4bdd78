"""What whoever deploys is asked, and what the two configurations answer."""

import tomllib

from samtranslator.yaml_helper import yaml_parse

from conftest import TOP

TEMPLATE = yaml_parse((TOP / "template.yaml").read_text())
PARAMETERS = TEMPLATE["Parameters"]


def test_every_parameter_says_what_it_is_and_refuses_what_it_is_not():
    for name, parameter in PARAMETERS.items():
        assert parameter["Description"].endswith("."), name
        assert parameter.keys() & {"AllowedValues", "AllowedPattern", "MinValue"}, name


def test_the_groups_show_every_parameter_once():
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(PARAMETERS)


def test_both_configurations_answer_all_that_has_no_default_and_nothing_else():
    required = {name for name, parameter in PARAMETERS.items() if "Default" not in parameter}
    for name, configuration in tomllib.loads((TOP / "samconfig.toml").read_text()).items():
        if name == "version":
            continue
        given = dict(it.split("=", 1) for it in configuration["deploy"]["parameters"]["parameter_overrides"])
        assert required <= given.keys() <= PARAMETERS.keys(), name
        assert given["PolarServer"] == {"default": "sandbox"}.get(name, name)
