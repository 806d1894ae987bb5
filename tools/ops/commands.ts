/**
 * The operator commands: each binds a use case to the target, and tells people how it goes. Results go to stdout,
 * progress to stderr.
 * @module
 */
import { randomText, sha256 } from '#adapters/crypto/sha256.ts';
import {
  currentDefinitions,
  publishDefinitions,
} from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { makeReports } from '#adapters/files/drops.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { makeQuarantineShelf } from '#adapters/quarantine/quarantine-shelf.ts';
import { DROPS, type ImportReport, reportKey } from '#application/capture/import-file.ts';
import { type RuleFinding, reportQuality } from '#application/operate/quality-report.ts';
import {
  deleteQuarantined,
  listQuarantine,
  type QuarantinedRecord,
  type Removal,
  redriveQuarantine,
  type Selection,
} from '#application/operate/quarantine.ts';
import { replayArchive } from '#application/operate/replay-archive.ts';
import { registerKey, revokeKey } from '#application/serve/client-keys.ts';
import { verifyAudit } from '#application/serve/verify-audit.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import type { Command, CommandFlags, Note } from './command.ts';
import { IDENTITY_COMMANDS } from './identity-commands.ts';
import { OpsError } from './ops-error.ts';
import { printable } from './printable.ts';
import { redrive } from './redrive-command.ts';
import { REKEY_COMMANDS } from './rekey-command.ts';
import { RIGHTS_COMMANDS } from './rights-commands.ts';
import { RULES_COMMANDS } from './rules-commands.ts';
import { TRANSFER_COMMANDS } from './transfer-commands.ts';
import { UPKEEP_COMMANDS } from './upkeep-commands.ts';

const publish: Command = async (target, { definitions: folder = 'definitions' }, note) => {
  const read = readDefinitions(folder);
  if (!read.ok) {
    for (const problem of read.error) console.error(formatProblem(problem));
    throw new OpsError(`Nothing is published: ${read.error.length} to correct in ${folder}.`);
  }
  const stores = { table: target.table(), objects: target.objects('definitions-bucket') };
  const hash = await publishDefinitions(stores, read.value.definitions);
  note(`definitions:${hash}`);
  console.log(`In force: ${hash}`);
  console.error('Functions follow within 30 seconds.');
  return 0;
};

const replay: Command = async (target, flags, note) => {
  const now = Date.now();
  const from = flags.from === undefined ? undefined : timeOf('from', flags.from);
  const to = flags.to === undefined ? now : Math.min(now, timeOf('to', flags.to));
  const ports = {
    objects: target.objects('archive-bucket'),
    compression: gzipCompression,
    publish: target.publish(),
  };
  let total = 0;
  const window = { to, ...(from !== undefined && { from }) };
  for await (const { hour, published } of replayArchive(ports, window)) {
    total = published;
    console.error(`${hour}  ${published} records so far`);
  }
  note(`${total} records`);
  console.log(`${total} records replayed`);
  return 0;
};

const timeOf = (flag: string, text: string): number => {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new OpsError(`--${flag} takes a time such as 2026-11-22T07:00:00Z, not ${text}.`);
  return time;
};

const quarantine: Command = async (target, flags, note) => {
  const shelf = makeQuarantineShelf(target.objects('quarantine-bucket'), target.table());
  if (flags.redrive && flags.delete) throw new OpsError('Either --redrive or --delete.');
  if (flags.redrive) {
    const removal = await redriveQuarantine(shelf, target.publish(), choose(flags));
    return tellRemoval('put back', removal, note);
  }
  if (flags.delete)
    return tellRemoval('deleted', await deleteQuarantined(shelf, choose(flags)), note);
  const { reasons, newest } = await listQuarantine(shelf, countOf(flags.newest ?? '20'));
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  console.log(`${total} records in quarantine`);
  for (const [reason, count] of reasons) console.log(`  ${String(count).padStart(6)}  ${reason}`);
  for (const record of newest) console.log(`\n${describe(record)}`);
  return 0;
};

const countOf = (text: string): number => {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new OpsError(`--newest takes a number, not ${text}.`);
};

const choose = ({ all, reason, keys }: CommandFlags): Selection => {
  if (!all && reason === undefined && keys.length === 0)
    throw new OpsError('Say which: keys as the list shows them, --reason REASON, or --all.');
  return { keys, ...(all && { all }), ...(reason !== undefined && { reason }) };
};

const tellRemoval = (
  done: string,
  { removed, withoutBytes, unknown }: Removal,
  note: Note,
): number => {
  note(`${removed} records`);
  for (const key of withoutBytes) console.error(`${key}: its bytes are gone; it can be deleted`);
  for (const key of unknown) console.error(`${key}: there is no such entry`);
  console.log(`${removed} records ${done}`);
  return withoutBytes.length + unknown.length === 0 ? 0 : 1;
};

const describe = ({ arrivedAt, reason, table, detail, object }: QuarantinedRecord): string => {
  const head = `${new Date(arrivedAt).toISOString()}  ${reason}  ${table ?? '(names no table)'}`;
  return [head, `  ${detail}`, `  ${object}`].map(printable).join('\n');
};

const quality: Command = async (target, { rule, json = false }) => {
  const table = target.table();
  const stores = { table, objects: target.objects('definitions-bucket') };
  const { definitions } = await currentDefinitions(stores, Date.now).current();
  const all = await reportQuality(table, definitions);
  const findings = rule === undefined ? all : all.filter((finding) => finding.rule === rule);
  if (json) console.log(JSON.stringify(findings, undefined, 2));
  else tellFindings(findings);
  return 0;
};

const tellFindings = (findings: readonly RuleFinding[]): void => {
  const total = findings.reduce((sum, { rows }) => sum + rows.length, 0);
  console.log(`${total} defects`);
  for (const { source, table, rule, column, severity, rows } of findings) {
    console.log(`\n${rows.length}  ${severity}  ${rule}  ${source}.${table}.${column}`);
    for (const row of rows) console.log(`  ${printable(row)}`);
  }
};

const imports: Command = async (target, { all = false }) => {
  const drops = target.objects('drops-bucket');
  const { readReport } = makeReports(drops);
  let unfinished = 0;
  for await (const key of drops.list(DROPS)) {
    const report = await readReport(reportKey(key));
    const clean = report?.state === 'done' && report.rejected === 0;
    if (report?.state !== 'done') unfinished += 1;
    if (all || !clean) console.log(describeImport(key, report));
  }
  return unfinished === 0 ? 0 : 1;
};

const describeImport = (key: string, report: ImportReport | undefined): string => {
  if (report === undefined) return printable(`not imported  ${key}`);
  const { state, rows, published, rejected, rejectedLines, reason } = report;
  const head = `${state}  ${key}  ${rows} rows, ${published} published, ${rejected} rejected`;
  const lines = rejectedLines.slice(0, 5).map((it) => `  line ${it.line}: ${it.reason}`);
  return [head, ...(reason === undefined ? [] : [`  ${reason}`]), ...lines]
    .map(printable)
    .join('\n');
};

const audit: Command = async (target, { keys }) => {
  if (keys[0] !== 'verify') throw new OpsError('Say what: audit verify.');
  const { chained, unchained, expired, faults } = await verifyAudit({
    table: target.table('audit-table'),
    hash: sha256,
    clock: Date.now,
  });
  for (const { kind, key } of faults) console.log(`${kind}  ${printable(key)}`);
  console.log(
    `${chained} entries chained, ${expired} of them expired, ${unchained} not yet, ${faults.length} faults`,
  );
  return faults.length === 0 ? 0 : 1;
};

const keys: Command = async (target, { keys: words }, note) => {
  const [what, word = '', use = 'write'] = words;
  if (what === 'add' && word !== '' && (use === 'write' || use === 'read')) {
    const key = `${use === 'write' ? 'wk' : 'rk'}_${randomText()}`;
    await registerKey(target.table(), sha256, key, word, use);
    note(`client:${word}`);
    note(noteOfKey(key));
    console.log(key);
    console.error('Shown once: it is stored nowhere.');
    return 0;
  }
  if (what !== 'remove' || word === '')
    throw new OpsError('Say what: keys add CLIENT, keys add CLIENT read, keys remove KEY.');
  await revokeKey(target.table(), sha256, word);
  note(noteOfKey(word));
  console.error('Whoever shows it is refused within a minute.');
  return 0;
};

/** A key is long and random, so that its digest tells nobody what it is. */
const noteOfKey = (key: string): string => `key:${sha256(key).slice(0, 12)}`;

/** The commands by name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  publish,
  replay,
  quarantine,
  quality,
  imports,
  redrive,
  ...IDENTITY_COMMANDS,
  ...UPKEEP_COMMANDS,
  ...RULES_COMMANDS,
  ...REKEY_COMMANDS,
  ...RIGHTS_COMMANDS,
  ...TRANSFER_COMMANDS,
  audit,
  keys,
};
