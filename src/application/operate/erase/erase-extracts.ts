/**
 * Erase from extracts: takes away every extract that the customer is in. A list cannot be written anew without its rights
 * being decided anew, and can be ordered again.
 * @module
 */
import {
  EXTRACT_LISTS,
  EXTRACTS,
  extractOfList,
  loadExtract,
  saveExtract,
} from '#application/shared/extracts.ts';
import type { EraseHeld } from './erase-held.ts';
import { logObject } from './log.ts';
import { nextOf, partOf } from './parts.ts';
import type { ErasePorts } from './ports.ts';

/** Lists looked at in one go. */
const LISTS = 100;

/** Takes extracts away that the customer is in. */
export const eraseFromExtracts: EraseHeld = async (ports, id, { ids }, after) => {
  const marks = new Set(ids.map((customer) => ports.mark('customer', customer)));
  const found = new Set<string>();
  const lists = await nextOf(ports.rights.list(EXTRACT_LISTS, after), LISTS);
  for (const object of lists)
    if (await names(ports, object, marks)) found.add(extractOfList(object));
  for (const extract of found) {
    const change = { object: extract, records: 1, outcome: 'deleted' } as const;
    await logObject(ports.table, id, { store: 'extracts', ...change });
    await withdraw(ports, extract);
  }
  return partOf(lists, LISTS);
};

const names = async (
  { rights }: ErasePorts,
  object: string,
  marks: ReadonlySet<string>,
): Promise<boolean> => {
  const bytes = await rights.get(object);
  if (!bytes) return false;
  const listed = JSON.parse(new TextDecoder().decode(bytes)) as readonly string[];
  return listed.some((mark) => marks.has(mark));
};

/** Lists go last: as long as they are there, a repetition finds the extract again. */
const withdraw = async ({ rights, table }: ErasePorts, extract: string): Promise<void> => {
  const stored = await loadExtract(table, extract);
  if (stored) await saveExtract(table, stored, { ...stored.doc, state: 'withdrawn', parts: [] });
  for (const folder of [EXTRACTS, EXTRACT_LISTS]) {
    const objects: string[] = [];
    for await (const object of rights.list(`${folder}${extract}/`)) objects.push(object);
    for (const object of objects) await rights.delete(object);
  }
};
