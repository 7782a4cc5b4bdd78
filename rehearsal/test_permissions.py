"""What the deployed roles may do. Which of it each function's code does is checked where its events run."""

import ast
import json
from email.utils import parseaddr
from fnmatch import fnmatchcase

import boto3

from conftest import FUNCTIONS

# X-Ray has no ARNs for what it takes.
WITHOUT_ARN = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


def statements(stack, function):
    """All that a function's role may do, by its own policies and those that it shares."""
    iam, role = boto3.client("iam"), stack.ids[f"{function.capitalize()}Role"]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        # moto hands out some as text.
        yield from (ast.literal_eval(document) if isinstance(document, str) else document)["Statement"]
    # moto attaches no policies; those of the template are there all the same, and others may not be attached.
    for policy in stack.of_type("AWS::IAM::Role")[f"{function.capitalize()}Role"]["ManagedPolicyArns"]:
        arn = stack.ids[policy["Ref"]]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield from iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]


def existing(stack):
    """The ARNs of what a function may have to do with."""
    dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
    for table in stack.of_type("AWS::DynamoDB::Table"):
        yield dynamodb.describe_table(TableName=stack.ids[table])["Table"]["TableArn"]
    url = stack.outputs["QueueUrl"]
    yield sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for group in boto3.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{stack.name}/")["logGroups"]:
        # `GetAtt` of a log group ends in `:*`, its streams; moto's does not.
        yield group["arn"].removesuffix(":*")
    here = f"{boto3.session.Session().region_name}:{boto3.client('sts').get_caller_identity()['Account']}"
    for parameter in ("AccessTokenParameterName", "WebhookSecretParameterName"):
        yield f"arn:aws:ssm:{here}:parameter{stack.outputs[parameter]}"
    # Any, because SES asks for the recipient's too; the sender is what limits.
    yield f"arn:aws:ses:{here}:identity/*"


def test_every_function_has_a_role_of_its_own_that_only_lambda_takes(stack):
    roles = {
        function: stack.of_type("AWS::Lambda::Function")[f"{function.capitalize()}Function"]["Role"]
        for function in FUNCTIONS
    }
    assert roles == {function: {"Fn::GetAtt": [f"{function.capitalize()}Role", "Arn"]} for function in FUNCTIONS}
    for function in FUNCTIONS:
        role = boto3.client("iam").get_role(RoleName=stack.ids[f"{function.capitalize()}Role"])["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }


def test_a_role_names_each_action_and_each_resource(stack):
    there = set(existing(stack))
    for function in FUNCTIONS:
        for statement in statements(stack, function):
            limited = {"Condition"} if statement["Action"] == ["ses:SendEmail"] else set()
            assert statement.keys() == {"Effect", "Action", "Resource"} | limited, function
            assert statement["Effect"] == "Allow", function
            assert not [action for action in statement["Action"] if "*" in action], function
            if not set(statement["Action"]) <= WITHOUT_ARN:
                assert statement["Resource"] in there, f"{function}: {json.dumps(statement)}"


def test_mails_are_sent_from_addresses_of_the_merchants_identity_only(stack):
    (mails,) = (it for it in statements(stack, "worker") if it["Action"] == ["ses:SendEmail"])
    ((key, patterns),) = mails["Condition"]["StringLike"].items()
    assert key == "ses:FromAddress"
    identity = stack.parameters["MailIdentity"]
    rows = [
        ("the configured sender", parseaddr(stack.parameters["MailFrom"])[1], True),
        ("another address of the domain", f"sales@{identity}", True),
        ("an address of a domain below it", f"shop@mail.{identity}", True),
        ("an identity that is an address", identity, True),
        ("a domain that ends alike", f"shop@evil{identity}", False),
        ("a domain that begins alike", f"shop@{identity}.evil.example", False),
        ("another domain", "shop@evil.example", False),
    ]
    for case, sender, may in rows:
        assert any(fnmatchcase(sender, pattern) for pattern in patterns) == may, case


def test_a_function_writes_no_log_but_its_own_and_reads_one_secret(stack):
    for function in FUNCTIONS:
        allowed = [(action, it["Resource"]) for it in statements(stack, function) for action in it["Action"]]
        logs = [resource for action, resource in allowed if action == "logs:PutLogEvents"]
        assert [it.split("log-group:")[1] for it in logs] == [f"/aws/lambda/{stack.name}/{function}"]
        secrets = [resource for action, resource in allowed if action.startswith("ssm:")]
        name = "WebhookSecretParameterName" if function == "webhook" else "AccessTokenParameterName"
        assert len(secrets) == 1 and secrets[0].endswith(f":parameter{stack.outputs[name]}"), function
