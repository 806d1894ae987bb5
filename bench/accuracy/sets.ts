/**
 * The public data sets, where their truth is, and what others reach on them.
 *
 * Scores of others are pairwise F1 after clustering. Measured ones come from the peer's own documented settings, the threshold
 * chosen with the truth, and one evaluator: Splink 4.0.16, recordlinkage 0.16, GoldenMatch for TypeScript 1.29. Published ones
 * are those of DQBench's leaderboard and of Senzing's audit of its truth set against the alternate key.
 * @module
 */

/** Least scores that the default rules must reach. */
export interface Floor {
  readonly f1?: number;
  readonly precision?: number;
  readonly recall?: number;
  readonly largestCustomer?: number;
}

/** What somebody else reaches on a set. */
export interface PeerScore {
  readonly peer: string;
  readonly f1: number;
  readonly bCubedF1?: number;
  readonly from: 'published' | 'measured';
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
  /** What others reach, the best first. */
  readonly others: readonly PeerScore[];
  /** What else is to be known of the scores. */
  readonly note?: string;
}

const measured = (peer: string, f1: number, bCubedF1?: number): PeerScore => ({
  ...{ peer, f1, from: 'measured' },
  ...(bCubedF1 === undefined ? {} : { bCubedF1 }),
});

const published = (peer: string, f1: number): PeerScore => ({ peer, f1, from: 'published' });

const FEBRL_PERSON = /^rec-(\d+)-/;

/** All sets, in the order of the report. */
export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'fake_1000',
    definitions: 'fake',
    files: ['splink_fake_1000/fake_1000.csv'],
    truth: 'splink_fake_1000/fake_1000.csv',
    floor: { f1: 0.9384 },
    others: [
      measured('Splink', 0.9226, 0.944),
      measured('recordlinkage', 0.87),
      measured('GoldenMatch', 0.836),
    ],
  },
  {
    name: 'fake_20000',
    definitions: 'fake',
    files: ['splink_fake_20000/fake_20000.csv'],
    truth: 'splink_fake_20000/fake_20000.csv',
    floor: { f1: 0.9128 },
    others: [
      measured('Splink', 0.8143, 0.885),
      measured('GoldenMatch', 0.761),
      measured('recordlinkage', 0.576),
    ],
  },
  {
    name: 'historical_50k',
    definitions: 'historical',
    files: ['splink_historical_50k/historical_figures_with_errors_50k.csv'],
    truth: 'splink_historical_50k/historical_figures_with_errors_50k.csv',
    floor: { f1: 0.8657 },
    others: [measured('Splink', 0.8285, 0.864), published('GoldenMatch', 0.827)],
  },
  {
    name: 'febrl1',
    definitions: 'febrl',
    files: ['febrl/dataset1.csv'],
    personIn: FEBRL_PERSON,
    floor: { f1: 0.9995 },
    others: [
      measured('GoldenMatch', 1),
      measured('Splink', 0.999),
      measured('recordlinkage', 0.999),
    ],
  },
  {
    name: 'febrl2',
    definitions: 'febrl',
    files: ['febrl/dataset2.csv'],
    personIn: FEBRL_PERSON,
    floor: { f1: 0.9995 },
    others: [
      measured('recordlinkage', 0.9995),
      measured('Splink', 0.9987),
      measured('GoldenMatch', 0.996),
    ],
  },
  {
    name: 'febrl3',
    definitions: 'febrl',
    files: ['febrl/dataset3.csv'],
    personIn: FEBRL_PERSON,
    floor: { f1: 0.9995 },
    others: [
      measured('Splink', 0.9979),
      measured('recordlinkage', 0.9966),
      published('GoldenMatch', 0.996),
    ],
  },
  {
    name: 'febrl4',
    definitions: 'febrl',
    files: ['febrl/dataset4a.csv', 'febrl/dataset4b.csv'],
    personIn: FEBRL_PERSON,
    floor: { f1: 0.9995 },
    others: [
      measured('recordlinkage', 0.9997),
      measured('Splink', 0.9995),
      measured('GoldenMatch', 0.992),
      published('GoldenMatch PPRL', 0.924),
    ],
  },
  {
    name: 'dqbench tier 1',
    definitions: 'dqbench',
    files: ['dqbench_er/tier1.csv'],
    truth: 'dqbench_er/tier1.csv',
    floor: { f1: 0.995 },
    others: [
      published('dedupe', 0.916),
      published('GoldenMatch', 0.893),
      published('recordlinkage', 0.808),
      published('Splink', 0.667),
    ],
  },
  {
    name: 'dqbench tier 2',
    definitions: 'dqbench',
    files: ['dqbench_er/tier2.csv'],
    truth: 'dqbench_er/tier2.csv',
    floor: { f1: 0.995 },
    others: [
      published('Splink', 0.999),
      published('GoldenMatch', 0.978),
      published('recordlinkage', 0.838),
      published('dedupe', 0.61),
    ],
  },
  {
    name: 'dqbench tier 3',
    definitions: 'dqbench',
    files: ['dqbench_er/tier3.csv'],
    truth: 'dqbench_er/tier3.csv',
    floor: { f1: 0.995 },
    others: [
      published('GoldenMatch', 0.884),
      published('Splink', 0.846),
      published('recordlinkage', 0.765),
      published('dedupe', 0.534),
    ],
  },
  {
    name: 'dqbench tier 4',
    definitions: 'dqbench',
    files: ['dqbench_er/tier4.csv'],
    truth: 'dqbench_er/tier4.csv',
    floor: { f1: 0.995 },
    others: [],
  },
  {
    name: 'retail, live rows',
    definitions: 'retail',
    files: ['cn_retail_synth/records_final.csv'],
    truth: 'cn_retail_synth/truth.csv',
    floor: { precision: 0.97, recall: 0.8, largestCustomer: 18 },
    others: [],
    note: 'identifiers alone: precision 0.003, one customer of 4 692 rows',
  },
  {
    name: 'retail, as a stream',
    definitions: 'retail',
    files: ['cn_retail_synth/events.jsonl'],
    truth: 'cn_retail_synth/truth.csv',
    isStream: true,
    floor: { precision: 0.97, recall: 0.8, largestCustomer: 18 },
    others: [],
    note: 'as above',
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
    others: [published('Senzing, other key', 0.9725)],
    note: 'the truth is Senzing’s own answer',
  },
];
