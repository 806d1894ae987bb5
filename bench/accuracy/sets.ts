/**
 * The public data sets, where their truth is, and what others reach on them.
 *
 * Scores of others are pairwise F1 after clustering, the best that was published or that we measured with the peer's own
 * documented settings and one evaluator: Splink 4.0.16, recordlinkage 0.16, GoldenMatch for TypeScript 1.29.
 * @module
 */

/** Least scores that the default rules must reach. */
export interface Floor {
  readonly f1?: number;
  readonly precision?: number;
  readonly recall?: number;
  readonly largestCustomer?: number;
}

/** A data set. Paths are inside the data folder. */
export interface DataSet {
  readonly name: string;
  /** Folder under `definitions/`. */
  readonly definitions: string;
  readonly files: readonly string[];
  /** Table of who is who; absent where the key says it. */
  readonly truth?: string;
  /** Finds the person in the primary key. */
  readonly personIn?: RegExp;
  /** Changes in order instead of rows: `op` I, U or D. */
  readonly isStream?: boolean;
  readonly floor: Floor;
  /** What others reach. */
  readonly others: string;
}

const FEBRL_PERSON = /^rec-(\d+)-/;

/** All sets, in the order of the report. */
export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'fake_1000',
    definitions: 'fake',
    files: ['splink_fake_1000/fake_1000.csv'],
    truth: 'splink_fake_1000/fake_1000.csv',
    floor: { f1: 0.9384 },
    others: 'Splink 0.9226, GoldenMatch 0.836',
  },
  {
    name: 'febrl1',
    definitions: 'febrl',
    files: ['febrl/dataset1.csv'],
    personIn: FEBRL_PERSON,
    floor: { f1: 0.9995 },
    others: 'Splink 0.9990, recordlinkage 0.9990, GoldenMatch 1.000',
  },
  {
    name: 'febrl4',
    definitions: 'febrl',
    files: ['febrl/dataset4a.csv', 'febrl/dataset4b.csv'],
    personIn: FEBRL_PERSON,
    floor: { f1: 0.9995 },
    others: 'Splink 0.9995, recordlinkage 0.9997, GoldenMatch 0.992',
  },
  {
    name: 'dqbench tier 1',
    definitions: 'dqbench',
    files: ['dqbench_er/tier1.csv'],
    truth: 'dqbench_er/tier1.csv',
    floor: { f1: 0.995 },
    others: 'dedupe 0.916, GoldenMatch 0.893, Splink 0.667',
  },
  {
    name: 'dqbench tier 2',
    definitions: 'dqbench',
    files: ['dqbench_er/tier2.csv'],
    truth: 'dqbench_er/tier2.csv',
    floor: { f1: 0.995 },
    others: 'Splink 0.999, GoldenMatch 0.978, recordlinkage 0.838',
  },
  {
    name: 'retail, live rows',
    definitions: 'retail',
    files: ['cn_retail_synth/records_final.csv'],
    truth: 'cn_retail_synth/truth.csv',
    floor: { precision: 0.97, recall: 0.8, largestCustomer: 18 },
    others: 'identifiers alone: precision 0.003, one customer of 4 692 rows',
  },
  {
    name: 'retail, as a stream',
    definitions: 'retail',
    files: ['cn_retail_synth/events.jsonl'],
    truth: 'cn_retail_synth/truth.csv',
    isStream: true,
    floor: { precision: 0.97, recall: 0.8, largestCustomer: 18 },
    others: 'as above',
  },
  {
    name: 'senzing truth set',
    definitions: 'senzing',
    files: [
      'senzing_truthset/customers.csv',
      'senzing_truthset/watchlist.csv',
      'senzing_truthset/reference.csv',
    ],
    truth: 'senzing_truthset/actual_truthset_key.csv',
    floor: {},
    others: 'the truth is Senzing’s own answer',
  },
];
