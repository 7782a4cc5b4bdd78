"""Who is told when something goes wrong, and of what."""

import json
import re

import boto3

from conftest import FUNCTIONS, TOP


def alarms(stack):
    """The deployed alarms by their names in the template."""
    found = {it["AlarmName"]: it for it in boto3.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]}
    return {name: found[stack.ids[name]] for name in stack.of_type("AWS::CloudWatch::Alarm")}


def metrics(alarm):
    """The namespaces, names and dimensions that an alarm looks at."""
    if "MetricName" in alarm:
        return [(alarm["Namespace"], alarm["MetricName"], [it["Value"] for it in alarm["Dimensions"]])]
    of_expression = [it["MetricStat"]["Metric"] for it in alarm["Metrics"] if "MetricStat" in it]
    return [
        (it["Namespace"], it["MetricName"], [dimension["Value"] for dimension in it["Dimensions"]])
        for it in of_expression
    ]


def test_there_is_an_alarm_for_everything_that_can_break(stack):
    looked_at = {(namespace, name, *of) for alarm in alarms(stack).values() for namespace, name, of in metrics(alarm)}
    queue_names = {name: stack.ids[name].rpartition("/")[2] for name in ("Queue", "DeadLetters")}
    wanted = {("AWS/Lambda", "Errors", stack.ids[f"{function.capitalize()}Function"]) for function in FUNCTIONS}
    wanted |= {
        ("AWS/Lambda", "Throttles"),
        ("AWS/ApiGateway", "Latency", stack.ids["Api"]),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue_names["DeadLetters"]),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", queue_names["Queue"]),
        (stack.name, "ServerErrors"),
        (stack.name, "Requests"),
        (stack.name, "ThrottledRequests"),
        (stack.name, "FailedSignInMails"),
        (stack.name, "RefusedWebhooks"),
    }
    assert looked_at == wanted


def test_every_alarm_is_told_and_so_is_its_end(stack):
    for name, alarm in alarms(stack).items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [stack.outputs["AlarmTopicArn"]], name
        assert alarm["AlarmDescription"], name
        assert alarm["TreatMissingData"] == "notBreaching", f"{name}: a shop without visitors is no fault"


def test_what_is_counted_in_logs_is_written_there(stack):
    sources = "".join(file.read_text() for file in (TOP / "functions").rglob("src/*.rs"))
    access_log = boto3.client("apigatewayv2").get_stage(ApiId=stack.ids["Api"], StageName="$default")[
        "AccessLogSettings"
    ]
    for name, counted in stack.of_type("AWS::Logs::MetricFilter").items():
        pattern = counted["FilterPattern"]
        for message in re.findall(r'\$\.fields\.message = "([^"]+)"', pattern):
            assert f'"{message}"' in sources, f"{name}: nobody logs {message!r}"
        fields = set(re.findall(r"\$\.(\w+) ", pattern)) if counted["LogGroupName"] == {"Ref": "ApiLogs"} else set()
        assert fields <= json.loads(access_log["Format"]).keys(), name


def test_the_dashboard_shows_what_is_there(stack):
    (dashboard,) = stack.of_type("AWS::CloudWatch::Dashboard").values()
    shown = boto3.client("cloudwatch").get_dashboard(DashboardName=stack.name)
    widgets = json.loads(shown["DashboardBody"])["widgets"]
    assert "${" not in shown["DashboardBody"]
    arns = {alarm["AlarmArn"] for alarm in alarms(stack).values()}
    groups = {it["logGroupName"] for it in boto3.client("logs").describe_log_groups()["logGroups"]}
    (state,) = (widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm")
    assert set(state) == arns
    for widget in widgets:
        assert set(re.findall(r"SOURCE '([^']+)'", widget["properties"].get("query", ""))) <= groups


def test_the_handbook_has_an_entry_for_each_alarm(sandbox):
    entries = re.findall(r"^### (\w+Alarm)$", (TOP / "docs/operations.md").read_text(), re.MULTILINE)
    of_functions = {f"{function.capitalize()}ErrorsAlarm" for function in FUNCTIONS}
    wanted = (sandbox.of_type("AWS::CloudWatch::Alarm").keys() - of_functions) | {"ErrorsAlarm"}
    assert sorted(entries) == sorted(wanted)
