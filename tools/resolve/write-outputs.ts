/**
 * Outputs of `npm run resolve`: who is whom, why, what waits for review, and the model that said so.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtractRow } from '#domain/extract/extract-row.ts';
import { unitKeyOf } from '#domain/extract/extract-row.ts';
import { basisOf } from '#domain/extract/resolution.ts';
import type { Link } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import { must } from '#domain/shared/assert.ts';
import type { Resolved } from './resolve-rows.ts';

/** Writes all files of a run into a folder, which is made when there is none. */
export const writeOutputs = (
  folder: string,
  rows: readonly ExtractRow[],
  resolved: Resolved,
): void => {
  mkdirSync(folder, { recursive: true });
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
