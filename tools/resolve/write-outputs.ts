/**
 * Outputs of `npm run resolve`: who is whom, why, what waits for review, and the model that said so.
 * @module
 */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtractRow } from '#domain/extract/extract-row.ts';
import { unitKeyOf } from '#domain/extract/extract-row.ts';
import { basisOf } from '#domain/extract/resolution.ts';
import type { Link } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import { must } from '#domain/shared/assert.ts';
import { ResolveError } from './resolve-error.ts';
import type { Resolved } from './resolve-rows.ts';

/**
 * Makes the folder of a run, before the work rather than after it.
 * @throws {@link ResolveError} when it cannot be made or written to
 */
export const makeOutFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new ResolveError(
      `--out ${folder} is no folder that can be written to: ${(error as Error).message}`,
    );
  }
};

/** Writes all files of a run into its folder. */
export const writeOutputs = (
  folder: string,
  rows: readonly ExtractRow[],
  resolved: Resolved,
): void => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const rowOf = new Map(rows.map((row) => [unitKeyOf(row), row]));
  const place = (unit: UnitKey) => {
    const { source, key } = must(rowOf.get(unit), 'row of a unit');
    return [source, key];
  };
  const links = (all: readonly Link[], more: (link: Link) => readonly string[]) =>
    all.map((link) => [
      ...place(link.a),
      ...place(link.b),
      basisOf(link),
      link.weight?.toFixed(2) ?? '',
      resolved.tell(link),
      ...more(link),
    ]);
  const customers = rows.map((row) => [row.source, row.key, resolved.customerOf(unitKeyOf(row))]);
  const sides = ['sourceA', 'keyA', 'sourceB', 'keyB', 'basis', 'weight', 'evidence'];
  write('clusters.csv', csv([['source', 'key', 'customerId'], ...customers]));
  write('links.csv', csv([sides, ...links(resolved.accepted, () => [])]));
  const held = resolved.held.map((link) => [...(links([link], () => [link.reason])[0] ?? [])]);
  write('held.csv', csv([[...sides, 'reason'], ...held]));
  write('model.json', `${JSON.stringify(sorted(resolved.model), undefined, 2)}\n`);
};

const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(quoted).join(',')}\n`).join('');

/** RFC 4180. */
const quoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** The version first, for whoever opens the file. */
const sorted = ({ version, ...rest }: MatchModel): MatchModel => ({ version, ...rest });
