"""What `sam deploy` makes of template.yaml, asked of the services that it made it in."""

import io
import json
import re
import zipfile

import boto3

from conftest import FUNCTIONS, TOP

OPTIONAL = {"ApiDomain", "ApiMapping", "AlarmSubscription"}


def resource(function):
    return f"{function.capitalize()}Function"


def routes_in_sources():
    """The routes that each function's sources describe, by function."""
    for function in FUNCTIONS:
        for file in sorted((TOP / "functions" / function / "src").rglob("*.rs")):
            for method, path in re.findall(r'utoipa::path\(\s*(\w+),\s*path = "([^"]+)"', file.read_text()):
                yield f"{method.upper()} {path}", function


def called_function(integration, stack):
    """The function that an integration calls, by its published version."""
    name, alias = re.search(r":function:([^:]+):(\w+)", integration["IntegrationUri"]).groups()
    assert boto3.client("lambda").get_alias(FunctionName=name, Name=alias)["FunctionVersion"] != "$LATEST"
    (logical,) = (logical for logical, physical in stack.ids.items() if physical == name)
    return logical.removesuffix("Function").lower()


def references(value):
    """The names that `Ref` stands before, anywhere in a value."""
    if isinstance(value, dict):
        return {value["Ref"]} if value.keys() == {"Ref"} else set().union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_resource_is_there(stack):
    left_out = OPTIONAL if "sandbox" in stack.name else set()
    assert stack.template["Resources"].keys() - stack.ids.keys() == left_out


def test_every_route_reaches_its_function(stack):
    api, of_api = boto3.client("apigatewayv2"), {"ApiId": stack.ids["Api"]}
    reached = {}
    for route in api.get_routes(**of_api)["Items"]:
        integration = api.get_integration(**of_api, IntegrationId=route["Target"].removeprefix("integrations/"))
        assert integration["PayloadFormatVersion"] == "2.0"
        reached[route["RouteKey"]] = called_function(integration, stack)
    sources = dict(routes_in_sources())
    of_paths = {f"ANY {route.split()[1]}": function for route, function in sources.items()}
    assert reached == {"$default": "catalog"} | sources | of_paths


def test_every_function_is_the_program_of_its_folder(stack, request):
    for function in FUNCTIONS:
        code = stack.of_type("AWS::Lambda::Function")[resource(function)]["Code"]
        archive = boto3.client("s3").get_object(Bucket=code["S3Bucket"], Key=code["S3Key"])["Body"].read()
        program = zipfile.ZipFile(io.BytesIO(archive)).read("bootstrap")
        if request.config.getoption("built"):
            assert program[:4] == b"\x7fELF" and program[18:20] == b"\xb7\x00", "a program for arm64"
            assert program == (TOP / ".aws-sam/build" / resource(function) / "bootstrap").read_bytes()
        else:
            assert program.decode() == function


def test_the_api_may_call_every_function_that_has_routes(stack):
    permissions = stack.of_type("AWS::Lambda::Permission").values()
    allowed = {it["FunctionName"]["Ref"] for it in permissions if it["Principal"] == "apigateway.amazonaws.com"}
    assert allowed == {f"{resource(function)}Aliaslive" for function in dict(routes_in_sources()).values()}


def test_the_api_and_the_functions_answer_the_pages_of_the_same_origins(stack):
    origins = boto3.client("apigatewayv2").get_api(ApiId=stack.ids["Api"])["CorsConfiguration"]["AllowOrigins"]
    assert origins and "*" not in origins
    for function in FUNCTIONS:
        configuration = boto3.client("lambda").get_function_configuration(FunctionName=stack.ids[resource(function)])
        assert configuration["Environment"]["Variables"]["STOREFRONT_ORIGINS"] == ",".join(origins), function


def test_every_route_has_a_limit_and_each_route_that_begins_something_a_lower_one(stack):
    stage = boto3.client("apigatewayv2").get_stage(ApiId=stack.ids["Api"], StageName="$default")
    common, own = stage["DefaultRouteSettings"], stage["RouteSettings"]
    begins_something = {
        route for route, function in routes_in_sources() if route.startswith("POST") and function != "webhook"
    }
    assert begins_something <= own.keys() <= dict(routes_in_sources()).keys()
    for limits in own.values():
        assert 0 < limits["ThrottlingRateLimit"] < common["ThrottlingRateLimit"]
        assert 0 < limits["ThrottlingBurstLimit"] < common["ThrottlingBurstLimit"]


def test_the_access_log_tells_the_route_and_nothing_of_the_buyer(stack):
    stage = boto3.client("apigatewayv2").get_stage(ApiId=stack.ids["Api"], StageName="$default")
    line = json.loads(stage["AccessLogSettings"]["Format"])
    told = {re.sub(r"\$context\.", "", value) for value in line.values()}
    assert "routeKey" in told
    assert not [it for it in told if re.search("(?i)path|query|identity|sourceIp|userAgent|authorizer|domain", it)]


def test_logs_are_kept_for_as_long_as_was_said(stack):
    groups = boto3.client("logs").describe_log_groups()["logGroups"]
    kept = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    wanted = {f"/aws/lambda/{stack.name}/{function}" for function in FUNCTIONS} | {f"/aws/apigateway/{stack.name}"}
    assert {name: kept.get(name) for name in wanted} == dict.fromkeys(wanted, 30)


def test_every_function_runs_on_arm64_writes_json_and_is_traced_where_that_was_said(stack):
    assert stack.parameters["Tracing"] == ("PassThrough" if "sandbox" in stack.name else "Active")
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        assert (function["Architectures"], function["Runtime"]) == (["arm64"], "provided.al2023"), name
        assert function["TracingConfig"] == {"Mode": {"Ref": "Tracing"}}, name
        group = {"Ref": name.replace("Function", "Logs")}
        logs = {"LogFormat": "JSON", "ApplicationLogLevel": "TRACE", "LogGroup": group}
        assert function["LoggingConfig"] == logs, name


def test_no_setting_is_a_secret(stack):
    for function in FUNCTIONS:
        configuration = boto3.client("lambda").get_function_configuration(FunctionName=stack.ids[resource(function)])
        settings = configuration["Environment"]["Variables"]
        secret = {name: value for name, value in settings.items() if re.search("TOKEN|SECRET|PASSWORD|KEY$", name)}
        assert secret, function
        assert all(name.endswith("_PARAMETER") and value.startswith("/") for name, value in secret.items()), function


def test_tables_forget_can_be_restored_and_outlive_the_stack(stack):
    tables = {name: it for name, it in stack.template["Resources"].items() if it["Type"] == "AWS::DynamoDB::Table"}
    assert tables
    for name, table in tables.items():
        properties = table["Properties"]
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "purge_at", "Enabled": True}, name
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties["DeletionProtectionEnabled"] is True, name
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
        # DynamoDB encrypts under a key of its own unless told otherwise.
        assert "SSESpecification" not in properties, name
        described = boto3.client("dynamodb").describe_table(TableName=stack.ids[name])["Table"]
        assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST", name


def test_a_message_that_fails_five_times_is_put_aside_and_nothing_lies_in_the_clear(stack):
    urls = [stack.ids["Queue"], stack.ids["DeadLetters"]]
    asked = [boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"]) for url in urls]
    queue, dead_letters = (answer["Attributes"] for answer in asked)
    assert json.loads(queue["RedrivePolicy"]) == {"deadLetterTargetArn": dead_letters["QueueArn"], "maxReceiveCount": 5}
    assert queue["SqsManagedSseEnabled"] == dead_letters["SqsManagedSseEnabled"] == "true"
    assert int(queue["MessageRetentionPeriod"]) < int(dead_letters["MessageRetentionPeriod"])


def test_the_worker_hears_the_queue_and_the_clock(stack):
    (mapping,) = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
    timeout = stack.of_type("AWS::Lambda::Function")["WorkerFunction"]["Timeout"]
    assert stack.of_type("AWS::SQS::Queue")["Queue"]["VisibilityTimeout"] >= 6 * timeout
    (rule,) = boto3.client("events").list_rules(NamePrefix=f"{stack.name}-Worker")["Rules"]
    assert rule["ScheduleExpression"] == "rate(15 minutes)"


def test_new_code_moves_in_step_by_step_and_an_alarm_moves_it_back(stack):
    codedeploy, application = boto3.client("codedeploy"), stack.ids["ServerlessDeploymentApplication"]
    step = "AllAtOnce" if "sandbox" in stack.name else "Canary10Percent5Minutes"
    for function in FUNCTIONS:
        alias = stack.template["Resources"][f"{resource(function)}Aliaslive"]
        assert alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"], function
        group_name = f"{resource(function)}DeploymentGroup"
        group = {"applicationName": application, "deploymentGroupName": stack.ids[group_name]}
        found = codedeploy.get_deployment_group(**group)["deploymentGroupInfo"]
        assert found["deploymentConfigName"] == f"CodeDeployDefault.Lambda{step}"
        assert found["autoRollbackConfiguration"]["enabled"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in found["autoRollbackConfiguration"]["events"]


def test_a_roll_out_watches_the_alarms_of_its_function_unless_it_mends_what_is_red(stack):
    for function in FUNCTIONS:
        group = stack.of_type("AWS::CodeDeploy::DeploymentGroup")[f"{resource(function)}DeploymentGroup"]
        condition, watching, ignoring = group["AlarmConfiguration"]["Fn::If"]
        assert stack.template["Conditions"][condition] == {"Fn::Equals": [{"Ref": "RolloutAlarms"}, "watch"]}
        server_errors = set() if function == "worker" else {"ServerErrorsAlarm"}
        assert watching["Enabled"]
        assert references(watching["Alarms"]) == {f"{function.capitalize()}ErrorsAlarm"} | server_errors
        # Empty, and not absent: CodeDeploy keeps the alarms of which it is told nothing.
        assert ignoring == {}


def test_another_value_of_a_setting_publishes_the_functions_anew(stack):
    """The ids of versions follow from code and template; their descriptions from the number of the settings too."""
    numbered = references(stack.of_type("AWS::AppConfig::HostedConfigurationVersion")["Settings"]["Content"])
    said = {"Fn::Sub": "Settings ${Settings}"}
    for name, version in stack.of_type("AWS::Lambda::Version").items():
        assert version["Description"] == said, name
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        assert function["Description"] == said, name
        given = references(function) & stack.template["Parameters"].keys()
        assert given <= numbered, name


def test_the_own_domain_leads_to_the_api_and_alarms_to_the_merchant(production):
    (mapping,) = boto3.client("apigatewayv2").get_api_mappings(DomainName="api.shop.example")["Items"]
    assert mapping["ApiId"] == production.ids["Api"]
    assert production.outputs["ApiUrl"] == "https://api.shop.example"
    assert production.outputs["WebhookUrl"] == "https://api.shop.example/api/webhooks/polar"
    assert production.outputs["DomainTarget"]
    (subscription,) = boto3.client("sns").list_subscriptions_by_topic(TopicArn=production.ids["AlarmTopic"])[
        "Subscriptions"
    ]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "merchant@shop.example")


def test_the_outputs_name_what_the_operator_needs(stack):
    for name, value in stack.outputs.items():
        assert value, name
    assert stack.outputs["QueueUrl"] == stack.ids["Queue"]
    tables = {name.removesuffix("Name") for name in stack.outputs if name.endswith("TableName")}
    assert tables == stack.of_type("AWS::DynamoDB::Table").keys()


def test_the_tables_stay_when_the_stack_goes(sandbox):
    boto3.client("cloudformation").delete_stack(StackName=sandbox.name)
    left = boto3.client("dynamodb").list_tables()["TableNames"]
    assert {sandbox.ids[name] for name in sandbox.of_type("AWS::DynamoDB::Table")} <= set(left)
    assert sandbox.ids["CatalogFunction"] not in {
        it["FunctionName"] for it in boto3.client("lambda").list_functions()["Functions"]
    }
