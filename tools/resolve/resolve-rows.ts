/**
 * Resolves the rows of an extract: learns a model, or takes the one given, and says which rows are one customer. The first
 * pass is over all rows in memory, the second one streams them through the pipeline on an engine.
 * @module
 */
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { sha256 } from '#adapters/crypto/sha256.ts';
import type { ExtractRow } from '#domain/extract/extract-row.ts';
import { evidenceTeller, type Resolution } from '#domain/extract/resolution.ts';
import { prepareExtract } from '#domain/extract/resolve-extract.ts';
import type { Link } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import { partition } from '#domain/identity/partition.ts';
import { sharedIdentifiers } from '#domain/identity/rule-change.ts';
import { must } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { LOCAL_KEY } from './local-key.ts';
import type { ExtractFolder } from './read-definitions.ts';
import type { ResolveEngine } from './resolve-engine.ts';
import { resolveOnEngine } from './resolve-on-engine.ts';

/** What a run came to. */
export interface Resolved extends Resolution {
  readonly model: MatchModel;
  readonly customerOf: (unit: UnitKey) => string;
  /** Says what speaks for and against a link. */
  readonly tell: (link: Link) => string;
}

/** What a run is told while it goes on. */
export type Tell = (line: string) => void;

/** Resolves rows on an engine. The same rows and definitions give the same customers and ids. */
export const resolveRows = async (
  folder: ExtractFolder,
  rows: readonly ExtractRow[],
  engine: ResolveEngine,
  tell: Tell,
): Promise<Resolved> => {
  const { definition, rules } = folder;
  const { policy, model } = prepare(folder, rows);
  tell(
    `${folder.model ? 'Model of an earlier run' : 'Model learned'}: ${model.version.slice(0, 12)}`,
  );
  const progress = tellEvery(PROGRESS_MS, (done) =>
    tell(`${done} of ${rows.length} rows resolved`),
  );
  const { units, customers } = await resolveOnEngine(engine, {
    definition,
    rules,
    policy,
    rows,
    progress,
  });
  const shared = sharedIdentifiers(units.values(), policy);
  const { accepted, held } = partition([...units.values()], shared, policy);
  const ids = new Map(customers.flatMap(({ id, units: own }) => own.map((unit) => [unit, id])));
  return {
    groups: customers.map((customer) => customer.units),
    accepted,
    held,
    model,
    customerOf: (unit) => must(ids.get(unit), 'customer of a row'),
    tell: evidenceTeller([...units.values()], shared, model),
  };
};

/** An extract with its policy and model, evaluated as one set in memory: what the engine must come to. */
export const resolveInMemory = (folder: ExtractFolder, rows: readonly ExtractRow[]): Resolution => {
  const { units, policy } = prepare(folder, rows);
  return partition(units, sharedIdentifiers(units, policy), policy);
};

const prepare = ({ definition, rules, model }: ExtractFolder, rows: readonly ExtractRow[]) =>
  prepareExtract(
    { pseudonymise: makePseudonymiser(LOCAL_KEY), versionOf },
    definition,
    rules,
    rows,
    model,
  );

const PROGRESS_MS = 10_000;

const tellEvery = (ms: number, say: (done: number) => void): ((done: number) => void) => {
  let toldAt = performance.now();
  return (done) => {
    if (performance.now() - toldAt < ms) return;
    toldAt = performance.now();
    say(done);
  };
};

const versionOf = (model: Omit<MatchModel, 'version'>): string => sha256(canonicalJson(model));
