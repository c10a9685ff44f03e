"""Amazon Bedrock AgentCore, keys of aws-opentelemetry-distro 0.21.0: spans written by hand, not recorded."""

from tests.transforms.dialects.spans import assert_read, read

EXPERIMENT = "aws.agentcore.gateway.routing_experiment_"


def test_it_decorates_and_its_experiments_are_live_traffic() -> None:
    sent = {
        "aws.bedrock.agentcore.runtime.arn": "arn:aws:runtime/r1",
        "session.id": "s",
        f"{EXPERIMENT}arn": "arn:aws:experiment/e1",
        f"{EXPERIMENT}variant_name": "b",
    }
    row = read(sent)
    assert_read(row, dialect="bedrock_agentcore", project="arn:aws:runtime/r1", session_id="s", traffic_source=None)
    usage = {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 60,
        "gen_ai.usage.cache_read.input_tokens": 9,
    }
    decorated = read(sent | usage, scope="opentelemetry.instrumentation.botocore.bedrock-runtime")
    assert (decorated["input_tokens"], decorated["token_rule"]) == (69, "exclusive: otel_genai")
