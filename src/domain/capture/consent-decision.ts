/**
 * Consent decisions: what a customer has permitted or withdrawn, as change records of source `consents`.
 *
 * A decision is a fact row with one identifier of the customer, so it moves with merges and splits, is replayed from the
 * archive and is erased like any other. Each purpose has two columns of its own, the instant of a grant and that of a
 * withdrawal, because a measure takes the latest of a field: `marketing_granted_at`, `marketing_sms_withdrawn_at`.
 * @module
 */

import { type PushedRecord, pushedChange, pushedSequence } from './pushed-change.ts';
import { sourceRowKey } from './source-row.ts';

/** Source and table of decisions. */
export const CONSENT_SOURCE = 'consents';
/** Table of decisions. */
export const CONSENT_TABLE = 'decision';
/** What decisions are mapped as. */
export const CONSENT_KIND = 'consent-decision';

/** A decision of a customer. */
export interface ConsentDecision {
  /** Same decision, same id. */
  readonly id: string;
  readonly purpose: string;
  readonly channel?: string | undefined;
  /** Of this brand only. */
  readonly brand?: string | undefined;
  readonly state: 'granted' | 'withdrawn';
  /** When it was made, epoch milliseconds. */
  readonly at: number;
  /** Who took it down. */
  readonly actor: string;
  /** Client of the API that handed it in. */
  readonly client: string;
  /** Version of the notice that the customer was shown. */
  readonly notice?: string | undefined;
  /** Where the proof is. */
  readonly evidence?: string | undefined;
}

/** By which columns a row refers to its customer. */
export type CustomerColumns = Readonly<Record<string, string>>;

/** `marketing` and `sms` → `marketing_sms_granted_at` */
export const decisionColumn = ({
  purpose,
  channel,
  state,
}: Pick<ConsentDecision, 'purpose' | 'channel' | 'state'>): string =>
  [purpose, ...(channel === undefined ? [] : [channel]), state, 'at']
    .join('_')
    .replaceAll('-', '_');

/** The change record of a decision. `digits` gives 19 digits of a text, always the same. */
export const decisionRecord = (
  decision: ConsentDecision,
  customer: CustomerColumns,
  receivedAt: number,
  digits: (text: string) => string,
): PushedRecord => {
  const { id, purpose, channel, brand, state, at, actor, client, notice, evidence } = decision;
  const decidedAt = new Date(at).toISOString();
  const row = {
    decision_id: id,
    ...customer,
    purpose,
    channel: channel ?? null,
    brand: brand ?? null,
    granted: state === 'granted',
    decided_at: decidedAt,
    actor,
    client,
    notice: notice ?? null,
    evidence: evidence ?? null,
    [decisionColumn(decision)]: decidedAt,
    _c360_seq: pushedSequence(at, digits(id)),
  };
  return {
    key: sourceRowKey(CONSENT_SOURCE, CONSENT_TABLE, [id]),
    record: pushedChange(CONSENT_SOURCE, CONSENT_TABLE, row, receivedAt),
  };
};
