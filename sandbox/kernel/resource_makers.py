"""How each type of resource is made, with the calls that a deployment would end up making."""

from __future__ import annotations

import io
import json
import random
import re
import string
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.kernel.functions import Function
from sandbox.kernel.repairs.machines import check_definition
from sandbox.kernel.resolver import Made, Maker, ResolveError
from sandbox.rights.places import Places
from sandbox.rights.statements import Rights

ACCOUNT: Final = "123456789012"  # moto's default
REGION: Final = "cn-north-1"
PARTITION: Final = "aws-cn"
_SUBSTITUTE: Final = re.compile(r"\$\{([A-Za-z0-9]+)\}")

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """An event source mapping: which queue feeds which function."""

    queue_arn: str
    function: str
    batch: int
    partial: bool


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A schedule rule: when which function is called."""

    rule: str
    expression: str
    function_arn: str


@dataclass(frozen=True, slots=True)
class Resources:
    """What came of a template: names for calls, what the kernel runs itself, and who may do what."""

    names: Mapping[str, str]  # what Ref gives, by logical id
    machines: Mapping[str, str]  # ARN by logical id
    functions: Sequence[Function]
    environment: Mapping[str, str]
    mappings: Sequence[Mapped]
    schedules: Sequence[Scheduled]
    failed: Mapping[str, str]  # ARN of the queue for what a function fails at for good, by its name
    rights: Mapping[str, Rights]
    places: Places


@dataclass
class Makers:
    """Makes resources with boto3, and records what the kernel runs itself."""

    client: Callable[[str], Any]
    stack: str
    chance: random.Random
    functions: list[Function] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """The variables of every function; they are the same for all."""
    mappings: list[Mapped] = field(default_factory=list)
    schedules: list[Scheduled] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """ARN of the queue for what a function fails at for good, by the function's name."""
    machines: dict[str, str] = field(default_factory=dict)
    """ARN of each state machine by its logical id."""

    def by_type(self) -> dict[str, Maker]:
        """The makers, by the type that they make."""
        return {
            "AWS::DynamoDB::Table": self.table,
            "AWS::Events::Rule": self.schedule,
            "AWS::IAM::Role": self.role,
            "AWS::KMS::Key": self.key,
            "AWS::Lambda::EventInvokeConfig": self.invoke_config,
            "AWS::Lambda::EventSourceMapping": self.mapping,
            "AWS::Lambda::Function": self.function,
            "AWS::S3::Bucket": self.bucket,
            "AWS::SNS::Subscription": self.subscription,
            "AWS::SNS::Topic": self.topic,
            "AWS::SQS::Queue": self.queue,
            "AWS::SQS::QueuePolicy": self.queue_policy,
            "AWS::SecretsManager::Secret": self.secret,
            "AWS::StepFunctions::StateMachine": self.machine,
        }

    def table(self, name: str, properties: Properties) -> Made:
        """A DynamoDB table with encryption, time to live and point-in-time recovery."""
        dynamodb = self.client("dynamodb")
        table = properties.get("TableName", f"{self.stack}-{name}")
        taken = {"KeySchema", "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled"}
        made = dynamodb.create_table(
            TableName=table,
            SSESpecification={"Enabled": properties.get("SSESpecification", {}).get("SSEEnabled", False)},
            **{key: value for key, value in properties.items() if key in taken},
        )
        if ttl := properties.get("TimeToLiveSpecification"):
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
        if recovery := properties.get("PointInTimeRecoverySpecification"):
            dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
        return Made(table, {"Arn": made["TableDescription"]["TableArn"]})

    def bucket(self, name: str, properties: Properties) -> Made:
        """An S3 bucket; its notification sends S3's test event to the queue, as on AWS."""
        s3 = self.client("s3")
        bucket = properties.get("BucketName", f"{self.stack}-{name}-{ACCOUNT}".lower())
        s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=properties.get("ObjectLockEnabled", False),
        )
        if lock := properties.get("ObjectLockConfiguration"):
            s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)
        if block := properties.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
        if encryption := properties.get("BucketEncryption"):
            rules = [
                {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
                | {key: value for key, value in rule.items() if key == "BucketKeyEnabled"}
                for rule in encryption["ServerSideEncryptionConfiguration"]
            ]
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
        if lifecycle := properties.get("LifecycleConfiguration"):
            s3.put_bucket_lifecycle_configuration(
                Bucket=bucket,
                LifecycleConfiguration={"Rules": list(map(_lifecycle_rule, lifecycle["Rules"]))},
            )
        if told := properties.get("NotificationConfiguration"):
            queues = [
                {"QueueArn": one["Queue"], "Events": [one["Event"]]} for one in told["QueueConfigurations"]
            ]
            s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration={"QueueConfigurations": queues}
            )
        return Made(bucket, {"Arn": f"arn:{PARTITION}:s3:::{bucket}"})

    def queue(self, name: str, properties: Properties) -> Made:
        """An SQS queue with its redrive policy."""
        sqs = self.client("sqs")
        queue = properties.get("QueueName", f"{self.stack}-{name}")
        attributes = {
            key: json.dumps(value) if isinstance(value, dict) else _text(value)
            for key, value in properties.items()
            if key != "QueueName"
        }
        url = sqs.create_queue(QueueName=queue, Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Made(url, {"Arn": arn, "QueueName": queue})

    def queue_policy(self, name: str, properties: Properties) -> Made:
        """Who may send to a queue."""
        for url in properties["Queues"]:
            policy = json.dumps(properties["PolicyDocument"])
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return Made(name)

    def topic(self, name: str, properties: Properties) -> Made:
        """An SNS topic."""
        attributes = {key: value for key, value in properties.items() if key == "KmsMasterKeyId"}
        arn = self.client("sns").create_topic(Name=f"{self.stack}-{name}", Attributes=attributes)["TopicArn"]
        return Made(arn, {"TopicArn": arn})

    def subscription(self, name: str, properties: Properties) -> Made:
        """What a topic is told goes on to a queue."""
        made = self.client("sns").subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            Endpoint=properties["Endpoint"],
            Attributes={"RawMessageDelivery": _text(properties.get("RawMessageDelivery", False))},
            ReturnSubscriptionArn=True,
        )
        return Made(made["SubscriptionArn"])

    def key(self, name: str, properties: Properties) -> Made:
        """A KMS key."""
        made = self.client("kms").create_key(
            Description=properties.get("Description", name),
            Policy=json.dumps(properties["KeyPolicy"]),
            KeySpec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
            KeyUsage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
        )["KeyMetadata"]
        return Made(made["KeyId"], {"Arn": made["Arn"]})

    def secret(self, name: str, properties: Properties) -> Made:
        """A secret; what it says follows from the seed, so that people get the same ids again."""
        secrets = self.client("secretsmanager")
        if "SecretString" in properties:  # nothing secret yet: an operator enters it
            said = secrets.create_secret(Name=f"{self.stack}-{name}", SecretString=properties["SecretString"])
            return Made(said["ARN"])
        wish = properties["GenerateSecretString"]
        letters = string.ascii_letters + string.digits
        if not wish.get("ExcludePunctuation"):
            raise ResolveError(f"{name}: the sandbox makes secrets without punctuation only")
        text = "".join(self.chance.choices(letters, k=wish["PasswordLength"]))
        made = secrets.create_secret(Name=f"{self.stack}-{name}", SecretString=text)
        return Made(made["ARN"])

    def role(self, name: str, properties: Properties) -> Made:
        """A role with its policies (moto does not enforce them: `sandbox.rights` does)."""
        iam = self.client("iam")
        role = f"{self.stack}-{name}"
        trust = json.dumps(properties["AssumeRolePolicyDocument"])
        arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for policy in properties.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            iam.put_role_policy(RoleName=role, PolicyName=policy["PolicyName"], PolicyDocument=document)
        return Made(role, {"Arn": arn})

    def function(self, name: str, properties: Properties) -> Made:
        """A Lambda function; its code is this process."""
        environment = properties.get("Environment", {}).get("Variables", {})
        if self.environment and environment != self.environment:
            raise ResolveError(f"{name} has an environment of its own; in one process there is one for all")
        self.environment = environment
        function = f"{self.stack}-{name}"
        made = self.client("lambda").create_function(
            FunctionName=function,
            Runtime=properties["Runtime"],
            Role=properties["Role"],
            Handler=properties["Handler"],
            Code={"ZipFile": _nothing()},
            Timeout=properties["Timeout"],
            MemorySize=properties["MemorySize"],
            Environment={"Variables": environment},
        )
        arn = made["FunctionArn"]
        limits = (properties["Timeout"], properties["MemorySize"])
        self.functions.append(Function(function, name, properties["Handler"], *limits, arn))
        return Made(function, {"Arn": arn})

    def machine(self, name: str, properties: Properties) -> Made:
        """A state machine, byte for byte but for its substitutions."""
        given = properties.get("DefinitionSubstitutions", {})

        def put_in(found: re.Match[str]) -> str:
            if found[1] not in given:
                raise ResolveError(f"{name}: nothing to put in for {found[0]}")
            return str(given[found[1]])

        definition = _SUBSTITUTE.sub(put_in, properties["DefinitionString"])
        check_definition(name, definition)
        arn = self.client("stepfunctions").create_state_machine(
            name=properties["StateMachineName"],
            definition=definition,
            roleArn=properties["RoleArn"],
            type=properties.get("StateMachineType", "STANDARD"),
        )["stateMachineArn"]
        self.machines[name] = arn
        return Made(arn, {"Arn": arn, "Name": properties["StateMachineName"]})

    def mapping(self, name: str, properties: Properties) -> Made:
        """Recorded: a poller of the kernel's hands the queue's messages to the function."""
        partial = "ReportBatchItemFailures" in properties.get("FunctionResponseTypes", [])
        batch = int(properties.get("BatchSize", 10))
        self.mappings.append(Mapped(properties["EventSourceArn"], properties["FunctionName"], batch, partial))
        return Made(name)

    def invoke_config(self, name: str, properties: Properties) -> Made:
        """Recorded: the kernel sends there what a function fails at for good."""
        self.failed[properties["FunctionName"]] = properties["DestinationConfig"]["OnFailure"]["Destination"]
        return Made(name)

    def schedule(self, name: str, properties: Properties) -> Made:
        """Recorded: the jumping clock calls the function."""
        for target in properties["Targets"]:
            self.schedules.append(Scheduled(name, properties["ScheduleExpression"], target["Arn"]))
        return Made(name, {"Arn": f"arn:{PARTITION}:events:{REGION}:{ACCOUNT}:rule/{self.stack}-{name}"})


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """A rule as the S3 API wants it; CloudFormation names the days differently."""
    known = ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    wanted = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if days := rule.get("ExpirationInDays"):
        wanted["Expiration"] = {"Days": days}
    return wanted | {key: value for key, value in rule.items() if key in known}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nothing() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("nothing.py", "")
    return archive.getvalue()
