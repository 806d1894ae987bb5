/**
 * Concerns: which commands are recorded in the audit log. A command changes something, or it shows what customers can be
 * told by (ids, row keys, values; a row key may be a card number), or it looks at neither.
 * @module
 */
import type { CommandFlags } from './command.ts';

/** What a command is about. */
export type Concern = 'changes' | 'reads' | 'looks';

const healing = ({ heal }: CommandFlags): Concern => (heal ? 'changes' : 'reads');
const dryRun = (flags: CommandFlags): Concern => (flags['dry-run'] ? 'reads' : 'changes');
const setAside = ({ redrive, delete: deletes }: CommandFlags): Concern =>
  redrive || deletes ? 'changes' : 'looks';
const listing =
  (word: string, concern: Concern) =>
  ({ keys }: CommandFlags): Concern =>
    keys[0] === word ? concern : 'changes';

/** Every command; test/unit/tools/concerns.test.ts fails when one is missing. */
export const CONCERNS: Readonly<Record<string, Concern | ((flags: CommandFlags) => Concern)>> = {
  publish: 'changes',
  replay: 'changes',
  quarantine: setAside,
  quality: 'reads',
  imports: 'looks',
  redrive: 'changes',
  held: 'reads',
  decide: listing('list', 'reads'),
  why: 'reads',
  'why-not': 'reads',
  graph: 'reads',
  preview: 'reads',
  apply: 'changes',
  reconcile: healing,
  rebuild: 'changes',
  sweep: dryRun,
  metrics: 'changes',
  rekey: listing('status', 'looks'),
  erase: 'changes',
  erasures: 'looks',
  // It compares a file of the operator's with its seal, and reads nothing that is stored.
  certificate: 'looks',
  export: 'reads',
  import: 'changes',
  audit: 'looks',
  keys: 'changes',
};

/** What a command is about with these flags; `changes` when nobody said. */
export const concernOf = (name: string, flags: CommandFlags): Concern => {
  const concern = CONCERNS[name] ?? 'changes';
  return typeof concern === 'function' ? concern(flags) : concern;
};

/** Options that are recorded as they are given. The others are free text, names of people, and folders. */
const RECORDED_OPTIONS = [
  'against',
  'all',
  'delete',
  'discard',
  'dry-run',
  'from',
  'generation',
  'heal',
  'redrive',
  'rule',
  'source',
  'table',
  'to',
] as const;

/** Words after a command that say what to do, and not to whom. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  audit: ['verify'],
  decide: ['always', 'never', 'revoke', 'list'],
  keys: ['add', 'remove'],
  rekey: ['status'],
};

/** What is recorded of the flags; the words after the command are counted, for they may name customers. */
export const optionsOf = (name: string, flags: CommandFlags): readonly string[] => {
  const [first = ''] = flags.keys;
  const verb = VERBS[name]?.includes(first) ? [first] : [];
  const named = flags.keys.length - verb.length;
  const options = RECORDED_OPTIONS.flatMap((option) => {
    const value = flags[option];
    if (value === undefined || value === false) return [];
    return value === true ? [option] : [`${option}=${value}`];
  });
  return [...verb, ...options, ...(named > 0 ? [`${named} named`] : [])];
};

/** Customers that the words after a command name by their ids. */
export const customersOf = ({ keys }: CommandFlags): readonly string[] =>
  keys.flatMap((word) => /^(?:customerId:)?(one_.+)$/.exec(word)?.[1] ?? []);
