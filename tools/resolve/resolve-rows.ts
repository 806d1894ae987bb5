/**
 * Resolves the rows of an extract: learns a model, or takes the one given, and says which rows are one customer.
 * @module
 */
import { createHash } from 'node:crypto';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { sharedIn } from '#domain/extract/extract-policy.ts';
import type { ExtractRow } from '#domain/extract/extract-row.ts';
import { evidenceTeller, type Resolution } from '#domain/extract/resolution.ts';
import { prepareExtract } from '#domain/extract/resolve-extract.ts';
import type { Link } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import { smallestOf } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import { must } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { ExtractFolder } from './read-definitions.ts';

/** What a run came to. */
export interface Resolved extends Resolution {
  readonly model: MatchModel;
  readonly customerOf: (unit: UnitKey) => string;
  /** Says what speaks for and against a link. */
  readonly tell: (link: Link) => string;
}

/** Nothing leaves the machine, so these only have to be the same in every run: they make the same ids. */
const LOCAL_KEY = 'extracts are resolved on one machine';

/** Resolves rows. The same rows and definitions give the same customers and ids. */
export const resolveRows = (
  { definition, rules, model: known }: ExtractFolder,
  rows: readonly ExtractRow[],
  tell: (line: string) => void,
): Resolved => {
  const pseudonymise = makePseudonymiser(LOCAL_KEY);
  const ports = { pseudonymise, versionOf };
  const { units, policy, model } = prepareExtract(ports, definition, rules, rows, known);
  tell(`${known ? 'Model of an earlier run' : 'Model learned'}: ${model.version.slice(0, 12)}`);
  const shared = sharedIn(units, rules);
  const resolution = partition(units, shared, policy);
  const mint = makeOneIdMinter(LOCAL_KEY);
  const ids = new Map(
    resolution.groups.flatMap((group) => {
      const id = mint(must(smallestOf(group), 'unit of a group'), 0);
      return group.map((unit) => [unit, id] as const);
    }),
  );
  return {
    ...resolution,
    model,
    customerOf: (unit) => must(ids.get(unit), 'customer of a row'),
    tell: evidenceTeller(units, shared, model),
  };
};

const versionOf = (model: Omit<MatchModel, 'version'>): string =>
  createHash('sha256').update(canonicalJson(model)).digest('hex');
