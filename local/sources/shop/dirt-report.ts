/**
 * Dirt report: how many rows there are, and how dirty they turned out, measured on the rows themselves.
 * @module
 */
import type { RowKind } from '#domain/definitions/types.ts';
import { TABLES } from '../catalogue.ts';
import { DIRT, type DirtKind } from './dirt.ts';
import type { MadeRow } from './fact-rows.ts';
import type { History } from './history.ts';
import { PHONE_TYPING_STORES } from './stores.ts';

/** Written beside the truth as `dirt.json`. */
export interface DirtReport {
  readonly seed: number;
  readonly customers: number;
  readonly rows: number;
  /** Rows per table, `pos.receipt`. */
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly kind: RowKind }>>;
  /** Fractions measured on the rows. */
  readonly measured: Measured;
  /** What the generator was asked for, and what it handed out. */
  readonly rates: Readonly<
    Record<DirtKind, { readonly rate: number; readonly hits: number; readonly of: number }>
  >;
}

/** Fractions that the demo promises. */
export interface Measured {
  /** Party rows of all rows. */
  readonly partyRows: number;
  /** Reference rows (lines, stock, stores) of all rows. */
  readonly referenceRows: number;
  /** People with rows of their own in three or more systems. */
  readonly peopleInThreeSystems: number;
  /** Phones of party rows that have no country code. */
  readonly phonesWithoutRegion: number;
  /** Party rows without a phone. */
  readonly missingPhones: number;
  /** People who share an identifier with their partner. */
  readonly sharedHouseholdPeople: number;
  /** Receipts with the phone of one of three stores. */
  readonly storePhoneReceipts: number;
}

const PHONE_COLUMNS = ['mobile', 'phone', 'mobile_phone', 'tel'];

/** Measures a history. */
export const measureDirt = (seed: number, history: History): DirtReport => ({
  seed,
  customers: history.people.length,
  rows: history.rows.length,
  tables: countTables(history.rows),
  measured: measure(history),
  rates: Object.fromEntries(
    Object.entries(DIRT).map(([kind, rate]) => [
      kind,
      { rate, ...(history.dirt[kind as DirtKind] ?? { hits: 0, of: 0 }) },
    ]),
  ) as DirtReport['rates'],
});

const countTables = (rows: readonly MadeRow[]): DirtReport['tables'] => {
  const counts: Record<string, { rows: number; kind: RowKind }> = {};
  for (const made of rows) {
    const { source, table, kind } = TABLES[made.table];
    const count = counts[`${source}.${table}`] ?? { rows: 0, kind };
    counts[`${source}.${table}`] = { rows: count.rows + 1, kind };
  }
  return counts;
};

const measure = ({ people, rows }: History): Measured => {
  const party = rows.filter((made) => TABLES[made.table].kind === 'party');
  const phones = party.map(phoneOf);
  const present = phones.filter((phone) => phone !== undefined);
  const receipts = rows.filter((made) => made.table === 'receipt');
  return {
    partyRows: fraction(party.length, rows.length),
    referenceRows: fraction(rows.filter(isReference).length, rows.length),
    peopleInThreeSystems: fraction(countInThreeSystems(party), people.length),
    phonesWithoutRegion: fraction(present.filter(isRegionless).length, present.length),
    missingPhones: fraction(phones.length - present.length, party.length),
    sharedHouseholdPeople: fraction(people.filter((p) => p.household).length, people.length),
    storePhoneReceipts: fraction(receipts.filter(hasStorePhone).length, receipts.length),
  };
};

const fraction = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;

const isReference = (made: MadeRow): boolean => TABLES[made.table].kind === 'reference';

const countInThreeSystems = (party: readonly MadeRow[]): number => {
  const systems = Map.groupBy(party, (made) => made.person);
  return [...systems.values()].filter((rows) => new Set(rows.map((row) => row.table)).size >= 3)
    .length;
};

const phoneOf = ({ row }: MadeRow): string | undefined => {
  const phone = PHONE_COLUMNS.map((column) => row[column]).find((value) => value !== undefined);
  return typeof phone === 'string' && phone !== '' && phone !== 'null' ? phone : undefined;
};

const isRegionless = (phone: string | undefined): boolean => !/^(\+|00\d{2,3} )/.test(phone ?? '');

const hasStorePhone = ({ row }: MadeRow): boolean =>
  PHONE_TYPING_STORES.some((store) => store.tel === row['mobile']);
