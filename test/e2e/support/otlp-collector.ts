// A collector of traces: an OTLP/HTTP endpoint that decodes the protobuf it gets, by the wire format alone.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Attribute = string | number | boolean | undefined;

export interface CollectedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: a root. */
  readonly parentSpanId: string;
  readonly name: string;
  /** As in the protocol: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** `traceId/spanId` of each. */
  readonly links: readonly string[];
  /** Names of events. */
  readonly events: readonly string[];
  /** 2: an error. */
  readonly status: number;
}

type Field = readonly [number: number, value: bigint | Uint8Array];

/** The fields of one message, in order. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('cut short');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => {
    if (at + length > bytes.length) throw new Error('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    if (wire === 0) fields.push([tag >> 3, varint()]);
    else if (wire === 1) fields.push([tag >> 3, Buffer.from(take(8)).readBigUInt64LE()]);
    else if (wire === 2) fields.push([tag >> 3, take(Number(varint()))]);
    else if (wire === 5) fields.push([tag >> 3, BigInt(Buffer.from(take(4)).readUInt32LE())]);
    else throw new Error(`wire type ${wire}`);
  }
  return fields;
}

const all = (fields: readonly Field[], number: number) =>
  fields.flatMap(([one, value]) => (one === number && value instanceof Uint8Array ? [value] : []));
const bytesAt = (fields: readonly Field[], number: number) =>
  all(fields, number)[0] ?? new Uint8Array();
const textAt = (fields: readonly Field[], number: number) =>
  Buffer.from(bytesAt(fields, number)).toString('utf8');
const hexAt = (fields: readonly Field[], number: number) =>
  Buffer.from(bytesAt(fields, number)).toString('hex');
const numberAt = (fields: readonly Field[], number: number) => {
  const value = fields.find(([one]) => one === number)?.[1];
  return typeof value === 'bigint' ? value : 0n;
};

/** AnyValue: text, boolean, integer or double. */
function anyValue(bytes: Uint8Array): Attribute {
  const [field] = fieldsOf(bytes);
  if (field === undefined) return undefined;
  const [number, value] = field;
  if (number === 1) return Buffer.from(value as Uint8Array).toString('utf8');
  if (number === 2) return value !== 0n;
  if (number === 3) return Number(BigInt.asIntN(64, value as bigint));
  const double = Buffer.alloc(8);
  if (number === 4) double.writeBigUInt64LE(value as bigint);
  return number === 4 ? double.readDoubleLE() : undefined;
}

function attributesAt(fields: readonly Field[], number: number): Record<string, Attribute> {
  const pairs = all(fields, number).map((bytes) => {
    const pair = fieldsOf(bytes);
    return [textAt(pair, 1), anyValue(bytesAt(pair, 2))] as const;
  });
  return Object.fromEntries(pairs);
}

function spanOf(bytes: Uint8Array, service: string): CollectedSpan {
  const span = fieldsOf(bytes);
  return {
    service,
    traceId: hexAt(span, 1),
    spanId: hexAt(span, 2),
    parentSpanId: hexAt(span, 4),
    name: textAt(span, 5),
    kind: Number(numberAt(span, 6)),
    startNano: numberAt(span, 7),
    endNano: numberAt(span, 8),
    attributes: attributesAt(span, 9),
    events: all(span, 11).map((event) => textAt(fieldsOf(event), 2)),
    links: all(span, 13).map((link) => {
      const fields = fieldsOf(link);
      return `${hexAt(fields, 1)}/${hexAt(fields, 2)}`;
    }),
    status: Number(numberAt(fieldsOf(bytesAt(span, 15)), 3)),
  };
}

/** ExportTraceServiceRequest. */
export function decodeTraces(body: Uint8Array): CollectedSpan[] {
  return all(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans);
    const service = attributesAt(fieldsOf(bytesAt(fields, 1)), 1)['service.name'];
    return all(fields, 2).flatMap((scopeSpans) =>
      all(fieldsOf(scopeSpans), 2).map((span) => spanOf(span, String(service))),
    );
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  readonly url: string;
  /** What could not be read, or was not asked for. */
  readonly faults: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, reply) => {
      this.#take(request)
        .catch((error: unknown) => this.faults.push(String(error)))
        .finally(() => reply.setHeader('content-type', 'application/x-protobuf').end());
    });
  }

  async #take(request: IncomingMessage): Promise<void> {
    const { url, headers } = request;
    const type = headers['content-type'];
    if (url !== '/v1/traces' || type !== 'application/x-protobuf')
      this.faults.push(`${url} ${type}`);
    this.spans.push(...decodeTraces(await bodyOf(request)));
  }

  static async open(): Promise<OtlpCollector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new OtlpCollector(server);
  }

  trace(traceId: string): CollectedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
