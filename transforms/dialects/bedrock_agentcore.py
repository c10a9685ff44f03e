"""Amazon Bedrock AgentCore, from documents, not recorded: read from aws-opentelemetry-distro 0.21.0.

It decorates the spans of whatever runs on it. A gateway's routing experiment splits live traffic, which stays
production.
"""

from transforms.dialects.base import Dialect

DIALECT = Dialect(
    name="bedrock_agentcore",
    prefixes=("aws.bedrock.agentcore.", "aws.agentcore."),
    fallbacks={"project": ("aws.bedrock.agentcore.runtime.arn",)},
)
