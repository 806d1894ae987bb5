/**
 * The operator commands about identity: what waits for review, decisions, and explanations.
 * @module
 */
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { type DecisionProblem, decide, revoke } from '#application/identity/decide.ts';
import { customerGraph, type ExplainProblem, why, whyNot } from '#application/identity/explain.ts';
import type { UnknownName } from '#application/identity/find-unit.ts';
import { type HeldEntry, listHeld } from '#application/identity/list-held.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { itemsIn } from '#application/shared/partition-items.ts';
import {
  DECISION_PARTITION,
  parseDecisionItem,
  type StoredDecision,
} from '#application/shared/review-items.ts';
import type { Table } from '#application/shared/table.ts';
import type { Result } from '#domain/shared/result.ts';
import type { Command, CommandFlags } from './command.ts';
import { describeObstacle, describeStep } from './evidence-text.ts';
import { OpsError } from './ops-error.ts';
import { refuseWhileRekeying } from './rekey-command.ts';
import type { Target } from './target.ts';

const held: Command = async (target, { json }) => {
  const { ports, rules } = await explainOn(target);
  const entries = await listHeld(ports, rules.namespaces);
  if (json) return print(entries);
  console.log(`${entries.length} values wait for review`);
  for (const entry of entries) console.log(`\n${describeEntry(entry)}`);
  return 0;
};

const describeEntry = (entry: HeldEntry): string => {
  const { namespace, value, reasons, since, units, rows, joins, weight, customers } = entry;
  const when = new Date(since).toISOString();
  const score = weight === undefined ? '' : ` at ${weight.toFixed(2)}`;
  return [
    `${value ? `${namespace} ${value}` : namespace}: ${reasons.join(', ')}${score}, since ${when}  (${entry.identifier})`,
    `  held by ${units} units with ${rows} rows; would join ${joins}`,
    ...customers.map((id) => `  ${id}`),
  ].join('\n');
};

const print = (value: unknown): number => {
  console.log(JSON.stringify(value, undefined, 2));
  return 0;
};

/** What identity needs, on the target. */
const identityOn = async (target: Target) => {
  const table = target.table();
  const definitions = await definitionsOn(target, table);
  const ports = {
    table,
    mint: await target.minter(),
    clock: Date.now,
    random: Math.random,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  return { ports, policy: definitions.definitions.namespaces };
};

const definitionsOn = (target: Target, table: Table) =>
  currentDefinitions({ table, objects: target.objects('definitions-bucket') }, Date.now).current();

const decideCommand: Command = async (target, flags, note) => {
  const [kind, a] = flags.keys;
  const { actor, reason } = flags;
  if (kind === 'list') return listDecisions(target.table());
  if (!actor || !reason) throw new OpsError('Say who decides and why: --actor NAME --reason TEXT.');
  await refuseWhileRekeying(target.table());
  const { ports, policy } = await identityOn(target);
  const decision =
    kind === 'revoke'
      ? await revoke(ports, policy, a ?? '', { actor, reason })
      : await decideNew({ ports, policy }, flags.keys, { actor, reason });
  if (!decision) throw new OpsError(`There is no decision ${a}.`);
  note(`decision:${decision.id}`);
  await closeScopes(ports, policy);
  console.log(describeDecision(decision));
  return 0;
};

const decideNew = async (
  { ports, policy }: Awaited<ReturnType<typeof identityOn>>,
  [kind, a, b]: readonly string[],
  by: { readonly actor: string; readonly reason: string },
): Promise<StoredDecision> => {
  if ((kind !== 'always' && kind !== 'never') || a === undefined || b === undefined)
    throw new OpsError('decide always A B, decide never A B, decide revoke ID, or decide list.');
  const decided = await decide(ports, policy, { kind, a, b, ...by });
  if (!decided.ok) throw new OpsError(describeProblem(decided.error));
  return decided.value;
};

const describeProblem = (problem: DecisionProblem): string =>
  problem.code === 'same-unit' ? 'Both names mean the same evidence.' : unknownName(problem);

const unknownName = ({ name, detail }: UnknownName): string => `${name} ${detail}.`;

const explainProblem = (problem: ExplainProblem): string =>
  problem.code === 'unknown-name'
    ? unknownName(problem)
    : `${problem.units} units are more than is weighed at once.`;

const listDecisions = async (table: Table): Promise<number> => {
  for await (const item of itemsIn(table, { pk: DECISION_PARTITION }))
    console.log(describeDecision(parseDecisionItem(item)));
  return 0;
};

const describeDecision = ({ id, kind, a, b, actor, reason, at, revoked }: StoredDecision): string =>
  [
    `${id}  ${kind}-link  ${a}  ${b}`,
    `  ${new Date(at).toISOString()}  ${actor}: ${reason}`,
    ...(revoked
      ? [`  taken back ${new Date(revoked.at).toISOString()}  ${revoked.actor}: ${revoked.reason}`]
      : []),
  ].join('\n');

/** The tables and rules that an explanation needs, on the target. */
const explainOn = async (target: Target) => {
  const table = target.table();
  const { hash, definitions } = await definitionsOn(target, table);
  const ports = { table, pseudonymise: await target.pseudonymiser() };
  return { ports, rules: { hash, namespaces: definitions.namespaces } };
};

const twoNames = ({ keys }: CommandFlags): readonly [string, string] => {
  const [a, b] = keys;
  if (a !== undefined && b !== undefined) return [a, b];
  throw new OpsError('Name two: row keys such as erp.account.7, or customer ids.');
};

const found = <Value>(result: Result<Value, ExplainProblem>): Value => {
  if (result.ok) return result.value;
  throw new OpsError(explainProblem(result.error));
};

const whyCommand: Command = async (target, flags) => {
  const names = twoNames(flags);
  const { ports, rules } = await explainOn(target);
  const answer = found(await why(ports, rules, ...names));
  if (flags.json) return print(answer);
  if (!answer.sameCustomer) {
    console.log(`Two customers: ${answer.customers.map((id) => id ?? 'none').join(' and ')}`);
    return 1;
  }
  console.log(`${answer.customerId}, by the rules ${answer.rules}`);
  for (const step of answer.path) console.log(describeStep(step));
  return 0;
};

const whyNotCommand: Command = async (target, flags) => {
  const names = twoNames(flags);
  const { ports, rules } = await explainOn(target);
  const answer = found(await whyNot(ports, rules, ...names));
  if (flags.json) return print(answer);
  if (answer.sameCustomer) {
    console.log(`One customer: ${answer.customerId}`);
    return 1;
  }
  console.log(
    `${answer.customers.map((id) => id ?? 'none').join(' and ')}, by the rules ${answer.rules}`,
  );
  for (const obstacle of answer.obstacles) console.log(describeObstacle(obstacle));
  return 0;
};

const graph: Command = async (target, { keys: [name] }) => {
  if (name === undefined) throw new OpsError('Name a customer id or a row key.');
  const { ports, rules } = await explainOn(target);
  return print(found(await customerGraph(ports, rules, name)));
};

/** The commands by name. */
export const IDENTITY_COMMANDS: Readonly<Record<string, Command>> = {
  held,
  decide: decideCommand,
  why: whyCommand,
  'why-not': whyNotCommand,
  graph,
};
