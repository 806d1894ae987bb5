/**
 * The contract of the Table port: what every adapter promises, in DynamoDB's own terms.
 *
 * A law shown with the memory table holds on DynamoDB only as far as both pass this suite.
 * @module
 */
import { describe } from 'vitest';
import { describeConcurrency } from './table/concurrency.ts';
import { describeConditions } from './table/conditions.ts';
import type { MakeTable } from './table/fixtures.ts';
import { describeLimits } from './table/limits.ts';
import { describeReads } from './table/reads.ts';
import { describeTransactions } from './table/transactions.ts';
import { describeWrites } from './table/writes.ts';

/** Describes one adapter against the contract. `make` gives an empty table each time. */
export const tableContract = (name: string, make: MakeTable): void => {
  describe(`table contract: ${name}`, () => {
    describeConditions(make);
    describeWrites(make);
    describeReads(make);
    describeTransactions(make);
    describeConcurrency(make);
    describeLimits(make);
  });
};
