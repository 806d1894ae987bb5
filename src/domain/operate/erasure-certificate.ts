/**
 * Erasure certificate: what was erased of a customer, where, and what could not be.
 *
 * For the customer and for an authority. It names the customer by its ids, which lead nowhere any more, and holds nothing
 * else of it. The seal is a keyed hash of all the rest: of a certificate that somebody shows we can tell whether it is ours and
 * unchanged (`npm run ops -- certificate`).
 * @module
 */
import { canonicalJson } from '#domain/shared/canonical-json.ts';

/** What became of an object. `kept`: it could not be changed, and the certificate says so. */
export type ObjectOutcome = 'rewritten' | 'deleted' | 'kept';

/** An object with something of the customer. */
export interface ErasedObject {
  readonly store: string;
  readonly object: string;
  /** Records of the customer in it. */
  readonly records: number;
  readonly outcome: ObjectOutcome;
}

/** Something that is left, why, and until when. */
export interface Remainder {
  readonly what: string;
  readonly reason: string;
  /** ISO 8601, when it ends by itself. */
  readonly until?: string;
}

/** What a certificate is made from. */
export interface CertificateFacts {
  readonly erasure: string;
  readonly customerIds: readonly string[];
  readonly requestedBy: {
    readonly client: string;
    readonly role: string;
    readonly requestId: string;
  };
  /** Epoch milliseconds. */
  readonly requestedAt: number;
  readonly completedAt: number;
  /** Items of the table by what they are. */
  readonly items: Readonly<Record<string, number>>;
  readonly auditEntries: number;
  readonly objects: readonly ErasedObject[];
  /** Rows that are suppressed from now on, by source table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** A certificate. */
export interface ErasureCertificate {
  readonly erasure: string;
  readonly customerIds: readonly string[];
  readonly requestedBy: CertificateFacts['requestedBy'];
  readonly requestedAt: string;
  readonly completedAt: string;
  readonly erased: readonly {
    readonly store: string;
    readonly what: string;
    readonly count: number;
  }[];
  readonly objects: readonly ErasedObject[];
  /** Rows that are dropped when they arrive again. */
  readonly suppressed: Readonly<Record<string, number>>;
  readonly remains: readonly Remainder[];
  readonly seal: string;
}

const DAY_MS = 86_400_000;

/** Places that nobody can write to, and how long each keeps what it has. */
const PLACES = [
  ['stream of changes', 'A stream cannot be changed. Readers drop these rows.', 7],
  ['stream of the table', 'A stream cannot be changed. It holds former images of items.', 1],
  [
    'answers to repeated requests',
    'They are kept under the key of the request, and hold the id of the customer.',
    1,
  ],
  [
    'backups of the tables',
    'Point-in-time recovery cannot be changed. After a restore, repeat the erasure.',
    35,
  ],
] as const;

/** Writes the certificate. */
export const certify = (
  facts: CertificateFacts,
  sealWith: (text: string) => string,
): ErasureCertificate => {
  const said = {
    erasure: facts.erasure,
    customerIds: facts.customerIds,
    requestedBy: facts.requestedBy,
    requestedAt: new Date(facts.requestedAt).toISOString(),
    completedAt: new Date(facts.completedAt).toISOString(),
    erased: erasedIn(facts),
    objects: facts.objects,
    suppressed: facts.rows,
    remains: remainsOf(facts),
  };
  return { ...said, seal: sealWith(canonicalJson(said)) };
};

/** Whether a certificate is as it was written. */
export const isSealed = (
  { seal, ...said }: ErasureCertificate,
  sealWith: (text: string) => string,
): boolean => seal === sealWith(canonicalJson(said));

const erasedIn = ({
  items,
  auditEntries,
  objects,
}: CertificateFacts): ErasureCertificate['erased'] => {
  const stores = [...new Set(objects.map(({ store }) => store))];
  return [
    ...Object.entries(items).map(([what, count]) => ({ store: 'table', what, count })),
    ...stores.map((store) => ({
      store,
      what: 'records',
      count: objects
        .filter((one) => one.store === store && one.outcome !== 'kept')
        .reduce((sum, { records }) => sum + records, 0),
    })),
    { store: 'audit log', what: 'pseudonyms', count: auditEntries },
  ];
};

const remainsOf = ({ rows, objects, completedAt }: CertificateFacts): readonly Remainder[] => [
  ...Object.entries(rows).map(([table, count]) => ({
    what: `${count} rows of ${table}`,
    reason: 'The rows in the source belong to its owner, who has to erase them there.',
  })),
  ...objects
    .filter(({ outcome }) => outcome === 'kept')
    .map(({ store, object }) => ({
      what: `${store}: ${object}`,
      reason: 'Its import has not ended. Repeat the erasure when it has.',
    })),
  ...PLACES.map(([what, reason, days]) => ({
    what,
    reason,
    until: new Date(completedAt + days * DAY_MS).toISOString(),
  })),
];
