"""AWS as far as `sam deploy` of this repository needs it: moto's server, and what its CloudFormation leaves out.

moto's CloudFormation knows neither SAM's transform nor some kinds of resources. The transform is AWS's own library. A
resource that moto does not know is created by the call of its service that CloudFormation would make, so that moto
checks what it is given, and answers for it later.
"""

import json
import os

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

import boto3
from moto.cloudformation.models import ChangeSet
from moto.core.common_models import CloudFormationModel
from moto.server import ThreadedMotoServer
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

REGION = "eu-central-1"


class Aws:
    """A running imitation, on a port of its own."""

    def __init__(self):
        self.server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)

    def __enter__(self):
        self.server.start()
        _, port = self.server.get_host_and_port()
        # moto tells buckets from services by the word localhost.
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://localhost:{port}",
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_DEFAULT_REGION": REGION,
            "SAM_CLI_TELEMETRY": "0",
        }
        os.environ.update(self.environment)
        return self

    def __exit__(self, *_):
        self.server.stop()


def translated(template, parameters):
    """The template as AWS makes it of one with SAM's transform, which is given lists as lists."""
    described = template.get("Parameters", {})
    values = {name: parameters.get(name, it.get("Default")) for name, it in described.items()}
    lists = {name: values[name].split(",") for name, it in described.items() if it["Type"] == "CommaDelimitedList"}
    return transform(template, values | lists, NoManagedPolicies())


class NoManagedPolicies:
    def load(self):
        return {}


def parse_template(self):
    template = yaml_parse(self.template)
    if "Transform" in template:
        template = translated(template, self.parameters)
    self.template_dict, self.template = template, json.dumps(template)


def apply(self):
    """Leaves the outputs with the stack, besides what moto does."""
    self.stack.resource_map.update(self.template_dict, self.parameters)
    self.stack.template_dict = self.template_dict
    self.stack.output_map = self.stack._create_output_map()


ChangeSet._parse_template = parse_template
ChangeSet.apply = apply


def lower_first(value):
    """Property names as services write them that begin theirs with a small letter."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: lower_first(it) for name, it in value.items()}
    return [lower_first(it) for it in value] if isinstance(value, list) else value


def teach(kind, create, attributes=None):
    """Teaches moto a kind of resource.

    `create` makes one of a name and its properties and returns its id; `attributes` are what `GetAtt` finds.
    """

    class Taught(CloudFormationModel):
        # moto keeps its models by the service that their module names.
        __module__ = "moto.cloudformation.models"

        def __init__(self, name, properties):
            self.name, self.properties = name, properties
            self.physical_resource_id = create(name, properties)

        @staticmethod
        def cloudformation_name_type():
            return None

        @staticmethod
        def cloudformation_type():
            return kind

        @classmethod
        def has_cfn_attr(cls, attribute):
            return attribute in (attributes or {})

        def get_cfn_attribute(self, attribute):
            return attributes[attribute](self)

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
            return cls(resource_name, cloudformation_json.get("Properties", {}))

        @classmethod
        def update_from_cloudformation_json(cls, *_, **__):
            raise NotImplementedError("the rehearsal deploys each stack once")

        @classmethod
        def delete_from_cloudformation_json(cls, *_, **__):
            """What belongs to a stack that goes, goes with this process."""

    return Taught


def publish(_, properties):
    return client("lambda").publish_version(**properties)["FunctionArn"]


def client(service):
    return boto3.client(service)


def http_api(name, properties):
    """AWS imports the API at once; moto only into one that is there, and without AWS's extension for any method."""
    api = client("apigatewayv2")
    api_id = api.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    api.reimport_api(ApiId=api_id, Body=json.dumps(properties["Body"]))
    for route in api.get_routes(ApiId=api_id)["Items"]:
        method, path = route["RouteKey"].split()
        if method == "X-AMAZON-APIGATEWAY-ANY-METHOD":
            key = path if path == "$default" else f"ANY {path}"
            api.update_route(ApiId=api_id, RouteId=route["RouteId"], RouteKey=key)
    return api_id


def stage(_, properties):
    return client("apigatewayv2").create_stage(**properties)["StageName"]


def domain_name(_, properties):
    return client("apigatewayv2").create_domain_name(**properties)["DomainName"]


def api_mapping(_, properties):
    return client("apigatewayv2").create_api_mapping(**properties)["ApiMappingId"]


def alias(_, properties):
    return client("lambda").create_alias(**properties)["AliasArn"]


def alarm(name, properties):
    client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
    return name


def alarm_arn(name):
    return client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]


def metric_filter(name, properties):
    client("logs").put_metric_filter(filterName=name, **lower_first(properties))
    return name


def subscription(_, properties):
    return client("sns").subscribe(**properties, ReturnSubscriptionArn=True)["SubscriptionArn"]


def settings_application(_, properties):
    return client("appconfig").create_application(**properties)["Id"]


def settings_profile(_, properties):
    return client("appconfig").create_configuration_profile(**properties)["Id"]


def settings_version(_, properties):
    return str(client("appconfig").create_hosted_configuration_version(**properties)["VersionNumber"])


def codedeploy_application(name, properties):
    client("codedeploy").create_application(applicationName=name, **lower_first(properties))
    return name


def deployment_group(name, properties):
    client("codedeploy").create_deployment_group(deploymentGroupName=name, **lower_first(properties))
    return name


# moto finds them among the classes that there are, so they must not be dropped.
TAUGHT = [
    teach("AWS::ApiGatewayV2::Api", http_api),
    teach("AWS::ApiGatewayV2::Stage", stage),
    teach(
        "AWS::ApiGatewayV2::DomainName", domain_name, {"RegionalDomainName": lambda it: "d-0123.execute-api.example"}
    ),
    teach("AWS::ApiGatewayV2::ApiMapping", api_mapping),
    # moto knows versions, but not what `GetAtt` finds of them.
    teach("AWS::Lambda::Version", publish, {"Version": lambda it: it.physical_resource_id.rpartition(":")[2]}),
    teach("AWS::Lambda::Alias", alias),
    teach("AWS::CloudWatch::Alarm", alarm, {"Arn": lambda it: alarm_arn(it.physical_resource_id)}),
    teach("AWS::Logs::MetricFilter", metric_filter),
    teach("AWS::SNS::Subscription", subscription),
    teach("AWS::AppConfig::Application", settings_application),
    teach("AWS::AppConfig::ConfigurationProfile", settings_profile),
    teach("AWS::AppConfig::HostedConfigurationVersion", settings_version),
    teach("AWS::CodeDeploy::Application", codedeploy_application),
    teach("AWS::CodeDeploy::DeploymentGroup", deployment_group),
    # Of the bucket that the SAM CLI makes for what it uploads.
    teach("AWS::S3::BucketPolicy", lambda name, _: name),
]
