// Sends spans with a real JavaScript OTLP exporter and prints what it sent, one JSON object a line.
// Usage: node send.mjs <grpc|http/protobuf|http/json> <url> <number of spans>
import { SpanKind, SpanStatusCode, trace, context } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const [protocol, url, count] = process.argv.slice(2);
const exporters = { grpc: GrpcExporter, "http/protobuf": ProtoExporter, "http/json": JsonExporter };
const compression = protocol === "http/protobuf" ? "gzip" : "none";
const exporter = new exporters[protocol]({ url, compression });

const sent = [];
const failures = [];
const recording = {
  export(spans, done) {
    sent.push(...spans);
    exporter.export(spans, (result) => {
      if (result.code !== 0) failures.push(String(result.error));
      done(result);
    });
  },
  shutdown: () => exporter.shutdown(),
  forceFlush: () => exporter.forceFlush(),
};

const provider = new BasicTracerProvider({
  // Not before the exporter's own deadline: who is told to come again may take that long.
  forceFlushTimeoutMillis: Number(process.env.OTEL_BSP_EXPORT_TIMEOUT ?? 30_000),
  resource: resourceFromAttributes({ "service.name": "js-app", "deployment.environment.name": "test" }),
  spanProcessors: [new BatchSpanProcessor(recording, { maxExportBatchSize: 16 })],
});
const tracer = provider.getTracer("js-tests", "1.2.3");

const root = tracer.startSpan("root", { kind: SpanKind.SERVER });
const inside = trace.setSpan(context.active(), root);
for (let number = 0; number < Number(count) - 1; number += 1) {
  const span = tracer.startSpan(
    `call ${number}`,
    { kind: SpanKind.CLIENT, links: [{ context: root.spanContext(), attributes: { why: "link" } }] },
    inside,
  );
  span.setAttributes({
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.usage.input_tokens": 1000 + number,
    "gen_ai.usage.output_tokens": number,
    "spanledger.traffic_source": "eval",
    "text.unicode": "größe 🚀 \u0000 end",
    "text.empty": "",
    "int.large": Number.MAX_SAFE_INTEGER,
    "int.negative": -number,
    "double": number + 0.5,
    "flag": number % 2 === 0,
    "list.text": ["a", "", "ü"],
    "list.numbers": [1, 2, 3],
    "list.flags": [true, false],
    "list.empty": [],
  });
  span.addEvent("happened", { at: number });
  span.setStatus(number % 3 ? { code: SpanStatusCode.OK } : { code: SpanStatusCode.ERROR, message: "broken" });
  span.end();
}
root.end();
await provider.forceFlush();
await provider.shutdown();

const nanos = ([seconds, rest]) => String(BigInt(seconds) * 1000000000n + BigInt(rest));
for (const span of sent) {
  const { traceId, spanId } = span.spanContext();
  console.log(JSON.stringify({
    traceId, spanId, parentSpanId: span.parentSpanContext?.spanId ?? null, name: span.name, kind: span.kind + 1,
    start: nanos(span.startTime), end: nanos(span.endTime), attributes: span.attributes,
    status: span.status, events: span.events.length, links: span.links.length,
  }));
}
if (failures.length) {
  console.error(failures.join("\n"));
  process.exit(1);
}
