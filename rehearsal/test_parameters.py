"""What whoever deploys is asked, and what the two configurations answer."""

import ast
import re
import tomllib

from samtranslator.yaml_helper import yaml_parse

from conftest import TOP, settings

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
    for name in tomllib.loads((TOP / "samconfig.toml").read_text()).keys() - {"version"}:
        given = settings(name)
        assert required <= given.keys() <= PARAMETERS.keys(), name
        assert given["PolarServer"] == {"default": "sandbox"}.get(name, name)


def items(name, stack):
    """The items of a parameter that is a list, which moto writes as Python does, or else its one value."""
    value = stack.parameters[name]
    return ast.literal_eval(value) if PARAMETERS[name]["Type"] == "CommaDelimitedList" else [value]


def test_a_stack_is_given_what_its_configuration_says(stack):
    given = settings(stack.config)
    assert {name: ",".join(items(name, stack)) for name in given} == given


def test_a_stack_is_given_nothing_that_its_parameters_refuse(stack):
    """CloudFormation compares each item of a list; moto compares nothing."""
    for name, parameter in PARAMETERS.items():
        for item in items(name, stack):
            assert re.search(parameter.get("AllowedPattern", ""), item), f"{name}: {item}"
            assert item in map(str, parameter.get("AllowedValues", [item])), f"{name}: {item}"


def test_the_deployment_after_one_that_ignores_alarms_watches_them_again():
    """A parameter that nobody names keeps its value."""
    for config in ("default", "production"):
        assert settings(config)["RolloutAlarms"] == PARAMETERS["RolloutAlarms"]["Default"] == "watch"
