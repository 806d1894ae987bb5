/**
 * Resolves the rows of an extract as the pipeline does: records of a full load through the use case of the function, on an
 * engine, under the rules and the model. What came of it is read off the table.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { readPopulation } from '#application/identity/change-rules.ts';
import { makeOpenWatch } from '#application/identity/open-scopes.ts';
import { type BatchReport, resolveBatch } from '#application/identity/resolve-batch.ts';
import type { HeldRecord, StreamRecord } from '#application/shared/ports.ts';
import { extractDefinitions, loadRecord } from '#domain/extract/extract-changes.ts';
import type { ExtractDefinition, ExtractRules } from '#domain/extract/extract-definition.ts';
import type { ExtractRow } from '#domain/extract/extract-row.ts';
import { unitKeyOf } from '#domain/extract/extract-row.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { Population } from '#domain/identity/rule-change.ts';
import { LOCAL_KEY } from './local-key.ts';
import type { ResolveEngine } from './resolve-engine.ts';

/** Records of one batch: enough to share requests, few enough to race seldom. */
const BATCH = 100;

/** Times a batch is delivered again before the run gives up. */
const MAX_DELIVERIES = 20;

/** What is resolved, and by what. */
export interface EngineRun {
  readonly definition: ExtractDefinition;
  readonly rules: ExtractRules;
  readonly policy: MergePolicy;
  readonly rows: readonly ExtractRow[];
  /** Told after every batch. */
  readonly progress: (done: number) => void;
}

/**
 * Resolves rows on an engine.
 * @throws Error when a record is rejected or a batch fails again and again: both are defects
 */
export const resolveOnEngine = async (
  engine: ResolveEngine,
  run: EngineRun,
): Promise<Population> => {
  const deliver = deliveryTo(engine, run);
  for (let start = 0; start < run.rows.length; start += BATCH) {
    await deliver(run.rows.slice(start, start + BATCH), start);
    run.progress(Math.min(start + BATCH, run.rows.length));
  }
  return readPopulation(engine.table, engine.scan, run.policy);
};

const deliveryTo = (engine: ResolveEngine, { definition, rules, policy, rows }: EngineRun) => {
  const definitions = extractDefinitions(definition, rules, policy, rows);
  const current = { hash: sha256(''), definitions };
  // One instant for the whole run: of ids issued at different ones the oldest stays, and a second run would take others.
  const startedAt = Date.now();
  const held: HeldRecord[] = [];
  const ports = {
    table: engine.table,
    quarantine: { hold: async (record: HeldRecord) => void held.push(record) },
    definitions: async () => current,
    pseudonymise: makePseudonymiser(LOCAL_KEY),
    mint: makeOneIdMinter(LOCAL_KEY),
    clock: () => startedAt,
    random: Math.random,
    sleep: async (ms: number) => void (await delay(ms)),
    openScopes: makeOpenWatch(Date.now),
  };
  return async (some: readonly ExtractRow[], start: number): Promise<void> => {
    let open = some.map((row, index) => streamRecord(row, rules, start + index));
    let error: unknown;
    for (let delivery = 0; open.length > 0; delivery++) {
      if (delivery === MAX_DELIVERIES) throw error ?? new Error(GAVE_UP);
      const report: BatchReport = await resolveBatch(ports, open);
      const failed = new Set(report.failed);
      open = open.filter(({ sequenceNumber }) => failed.has(sequenceNumber));
      error = report.error;
      if (held[0]) throw rejected(held[0]);
    }
  };
};

const GAVE_UP = `a batch failed ${MAX_DELIVERIES} times`;

const rejected = ({ reason, detail }: HeldRecord): Error =>
  new Error(`the pipeline does not understand a row: ${reason}, ${detail}`);

const streamRecord = (row: ExtractRow, rules: ExtractRules, number: number): StreamRecord => ({
  bytes: new TextEncoder().encode(JSON.stringify(loadRecord(row, rules))),
  partitionKey: unitKeyOf(row),
  sequenceNumber: String(number + 1),
  shardId: 'shardId-000000000000',
  arrivedAt: Date.now(),
});
