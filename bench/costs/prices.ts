/**
 * Prices: list prices in US dollars, us-east-1, on demand, and what a million changes come to.
 *
 * Public price lists of AWS as of November 2026: DynamoDB on-demand throughput after the halving of November 2024, Lambda
 * on Arm, Kinesis Data Streams on demand, S3 Standard. China has lists of its own and is not computed.
 * @module
 */

/** One price and its unit. */
export const PRICES = {
  dynamoWriteUnit: { usd: 0.625 / 1e6, text: 'DynamoDB write unit, USD 0.625 a million' },
  dynamoReadUnit: { usd: 0.125 / 1e6, text: 'DynamoDB read unit, USD 0.125 a million' },
  lambdaGbSecond: { usd: 0.0000133334, text: 'Lambda GB-second, Arm, USD 0.0000133334' },
  lambdaInvocation: { usd: 0.2 / 1e6, text: 'Lambda invocation, USD 0.20 a million' },
  kinesisGbIn: { usd: 0.08, text: 'Kinesis GB in, records rounded up to 1 KB, USD 0.08' },
  kinesisGbOut: { usd: 0.04, text: 'Kinesis GB out per reader, USD 0.04' },
  kinesisStreamHour: { usd: 0.04, text: 'Kinesis stream-hour, USD 0.04' },
  s3Put: { usd: 5 / 1e6, text: 'S3 PUT, USD 5 a million' },
} as const;

/** What is counted or measured, for all records of a workload. */
export interface Usage {
  /** Changes that are about a customer; figures are per million of these. */
  readonly changes: number;
  /** All records: stock, order lines and heartbeats travel and are decoded, too. */
  readonly records: number;
  readonly bytes: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly resolveBatches: number;
  readonly viewBatches: number;
  /** Requests to the table that follow each other in a batch, both sides, averages. */
  readonly resolveRounds: number;
  readonly viewRounds: number;
  /** Processor time of both functions per change, in microseconds. */
  readonly handlerMicros: number;
}

/** What is assumed, because no local machine can measure it. */
export const ASSUMED = {
  /** Records a second, which decides how many records share a batch window and a stream-hour: see the formulas. */
  recordsPerSecond: 100,
  /** Answer time of a DynamoDB request, milliseconds. */
  requestMs: 5,
  functionGb: 1,
  archiveGb: 0.5,
  /** Time of an archive invocation, milliseconds: one put and the packing. */
  archiveMs: 80,
  archiveWindowSeconds: 5,
  shards: 4,
} as const;

/** One line of the bill. */
export interface BillLine {
  readonly what: string;
  readonly usdPerMillion: number;
  readonly formula: string;
}

/** The bill of a million changes. */
export const billOf = (usage: Usage): readonly BillLine[] => {
  const perMillion = 1e6 / usage.changes;
  return [
    ...dynamoLines(usage, perMillion),
    ...lambdaLines(usage, perMillion),
    ...kinesisLines(usage, perMillion),
    ...archiveLines(usage, perMillion),
  ];
};

const dynamoLines = (usage: Usage, perMillion: number): readonly BillLine[] => [
  {
    what: 'DynamoDB writes',
    usdPerMillion: usage.writeUnits * perMillion * PRICES.dynamoWriteUnit.usd,
    formula: `${perChange(usage.writeUnits, usage)} write units a change × ${PRICES.dynamoWriteUnit.text}`,
  },
  {
    what: 'DynamoDB reads',
    usdPerMillion: usage.readUnits * perMillion * PRICES.dynamoReadUnit.usd,
    formula: `${perChange(usage.readUnits, usage)} read units a change, an eventually consistent one counts half × ${PRICES.dynamoReadUnit.text}`,
  },
];

const lambdaLines = (usage: Usage, perMillion: number): readonly BillLine[] => {
  const invocations = usage.resolveBatches + usage.viewBatches;
  const waits = usage.resolveBatches * usage.resolveRounds + usage.viewBatches * usage.viewRounds;
  const seconds = (usage.changes * usage.handlerMicros) / 1e6 + (waits * ASSUMED.requestMs) / 1e3;
  return [
    {
      what: 'Lambda time',
      usdPerMillion: seconds * ASSUMED.functionGb * perMillion * PRICES.lambdaGbSecond.usd,
      formula:
        `(${usage.handlerMicros.toFixed(0)} µs processor time a change, measured here` +
        ` + ${(waits / usage.changes).toFixed(3)} requests in sequence a change × ${ASSUMED.requestMs} ms, assumed)` +
        ` × ${ASSUMED.functionGb} GB × ${PRICES.lambdaGbSecond.text}`,
    },
    {
      what: 'Lambda invocations',
      usdPerMillion: invocations * perMillion * PRICES.lambdaInvocation.usd,
      formula: `${perChange(invocations, usage)} batches of 100 a change, both sides × ${PRICES.lambdaInvocation.text}`,
    },
  ];
};

const kinesisLines = (usage: Usage, perMillion: number): readonly BillLine[] => {
  const records = usage.records * perMillion;
  const gbIn = (records * Math.ceil(usage.bytes / usage.records / 1024) * 1024) / 1024 ** 3;
  const gbOut = (usage.bytes * perMillion * 2) / 1024 ** 3;
  const hours = records / ASSUMED.recordsPerSecond / 3600;
  return [
    {
      what: 'Kinesis in',
      usdPerMillion: gbIn * PRICES.kinesisGbIn.usd,
      formula: `${perChange(usage.records, usage)} records a change × 1 KB × ${PRICES.kinesisGbIn.text}`,
    },
    {
      what: 'Kinesis out',
      usdPerMillion: gbOut * PRICES.kinesisGbOut.usd,
      formula: `${(usage.bytes / usage.records).toFixed(0)} bytes a record × 2 readers (resolve, archive) × ${PRICES.kinesisGbOut.text}`,
    },
    {
      what: 'Kinesis stream-hours',
      usdPerMillion: hours * PRICES.kinesisStreamHour.usd,
      formula: `${records.toExponential(2)} records at ${ASSUMED.recordsPerSecond} a second = ${hours.toFixed(2)} h × ${PRICES.kinesisStreamHour.text}`,
    },
  ];
};

const archiveLines = (usage: Usage, perMillion: number): readonly BillLine[] => {
  const seconds = (usage.records * perMillion) / ASSUMED.recordsPerSecond;
  const objects = (seconds / ASSUMED.archiveWindowSeconds) * ASSUMED.shards;
  const gbSeconds = objects * (ASSUMED.archiveMs / 1e3) * ASSUMED.archiveGb;
  const every = `one object per ${ASSUMED.archiveWindowSeconds} s and shard, ${ASSUMED.shards} shards, ${ASSUMED.recordsPerSecond} records a second`;
  return [
    {
      what: 'S3 puts of the archive',
      usdPerMillion: objects * PRICES.s3Put.usd,
      formula: `${objects.toFixed(0)} objects (${every}) × ${PRICES.s3Put.text}`,
    },
    {
      what: 'Lambda of the archive',
      usdPerMillion: gbSeconds * PRICES.lambdaGbSecond.usd + objects * PRICES.lambdaInvocation.usd,
      formula: `${objects.toFixed(0)} invocations × ${ASSUMED.archiveMs} ms, assumed × ${ASSUMED.archiveGb} GB`,
    },
  ];
};

const perChange = (count: number, { changes }: Usage): string => (count / changes).toFixed(3);
