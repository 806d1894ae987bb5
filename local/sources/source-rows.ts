/**
 * Source rows: every live row that concerns a customer, and what it means, in SQL on the systems themselves.
 *
 * This is the oracle's reading of the sources. It shares no code with the pipeline or its definitions.
 * @module
 */
import { readFileSync } from 'node:fs';
import {
  type Connect,
  closeDatabases,
  type Databases,
  openDatabases,
  SOURCES,
  type SourceId,
} from './databases.ts';

/** What a row is to its customer. */
export type Meaning =
  | 'party'
  | 'order'
  | 'cancelled-order'
  | 'return'
  | 'payment'
  | 'points'
  | 'coupon'
  | 'case'
  | 'complaint'
  | 'consent'
  | 'behaviour'
  | 'lead';

/** A live row of a source. */
export interface SourceRow {
  /** `pos.receipt.HK-TST1-0000123`. */
  readonly rowKey: string;
  readonly source: SourceId;
  readonly means: Meaning;
  /** Amount of an order or return, in minor units of `currency`. */
  readonly minor: number;
  /** ISO 4217, empty when the row has no amount. */
  readonly currency: string;
  /** Points of a ledger entry; 1 for a consent that stands. */
  readonly points: number;
  /** When it happened, epoch milliseconds; 0 for a party. */
  readonly at: number;
  /** The day it happened on where the system is, from 1970-01-01; 0 for a party. */
  readonly day: number;
  /** Store of an order; empty elsewhere. */
  readonly store: string;
  /** State of a coupon (`open`, `used`) or case; empty elsewhere. */
  readonly state: string;
  /** Last day of a coupon or of points; absent for what never ends. */
  readonly ends?: number;
}

type Answer = Readonly<
  Record<
    | 'row_key'
    | 'means'
    | 'minor'
    | 'currency'
    | 'points'
    | 'at'
    | 'day'
    | 'store'
    | 'state'
    | 'ends',
    string | null
  >
>;

/** Reads the rows of all systems. Systems are read one after the other: nothing should change meanwhile. */
export const readSourceRows = async (connect: Connect): Promise<readonly SourceRow[]> => {
  const databases = openDatabases(connect, 1);
  try {
    const perSource = await Promise.all(SOURCES.map((source) => readSource(databases, source)));
    return perSource.flat();
  } finally {
    await closeDatabases(databases);
  }
};

const readSource = async (
  databases: Databases,
  source: SourceId,
): Promise<readonly SourceRow[]> => {
  const sql = readFileSync(new URL(`./oracle/${source}.sql`, import.meta.url), 'utf8');
  const { rows } = await databases[source].query<Answer>(sql);
  return rows.map((row) => ({
    rowKey: row.row_key ?? '',
    source,
    means: row.means as Meaning,
    minor: Number(row.minor ?? 0),
    currency: row.currency ?? '',
    points: Number(row.points ?? 0),
    at: Number(row.at ?? 0),
    day: Number(row.day ?? 0),
    store: row.store ?? '',
    state: row.state ?? '',
    ...(row.ends === null ? {} : { ends: Number(row.ends) }),
  }));
};
