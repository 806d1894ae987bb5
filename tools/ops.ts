/**
 * `npm run ops -- <command>`: what operators do by hand, on AWS or on the local cloud.
 * @module
 */
import { parseArgs } from 'node:util';
import type { CommandFlags } from './ops/command.ts';
import { COMMANDS } from './ops/commands.ts';
import { OpsError } from './ops/ops-error.ts';
import { runRecorded } from './ops/recorded.ts';
import { findTarget, NAMES, type TargetFlags } from './ops/target.ts';

const HELP = `Usage: npm run ops -- <command> [options]

  publish      puts the definitions of a folder in force
    --definitions DIR        the folder (definitions)
  replay       puts archived records back on the change stream
    --from TIME --to TIME    when the stream took them; everything until now when absent
  quarantine   lists what could not be understood
    --newest N               how many entries to show (20)
    --redrive | --delete     puts entries back on the stream, or deletes them for good;
      KEY… | --reason REASON | --all    which ones
  quality      lists the rows that break data-quality rules, by rule
    --rule RULE              one rule only
    --json                   as JSON
  imports      lists dropped files and what became of them
    --all                    finished ones too
  redrive      gives the batches in the failed bucket another chance
    --discard                deletes those of the table's stream instead of recomputing their customers
  erase IDENTIFIER | ERASURE   erases a customer everywhere, or goes on with an erasure; prints the certificate
    --actor NAME             who asks for it (operator)
    --settle SECONDS         how long readers of the stream may take for a batch (90)
  erasures     lists the erasures that are not done
  certificate FILE   whether a certificate that somebody shows is ours and unchanged; ends with 1 when it is not
  audit verify reads the audit log again and names what was changed or removed
  keys add CLIENT | add CLIENT read | remove KEY
                           keys that send events (Tracking API), or read profiles as Segment does

  rekey        gives all identifiers new pseudonyms, under a pepper that it adds; resolving pauses meanwhile. May be
               stopped and run again. rekey status says how far it is
    --settle SECONDS         how long functions may take to follow a changed secret (180)

  held         lists the values that would join customers and wait for review
  decide       always A B | never A B | revoke ID | list: what people know better than the rules
    --actor NAME --reason TEXT   who decides, and why
  why A B      the shortest evidence that two rows (or customer ids) are one customer
  why-not A B  what keeps them apart
  graph A      the customer of a row or an id: its rows, values and links, as JSON
    --json                   the answer as JSON, also of held, why, why-not and preview
  preview      what other identity rules would do: merges, splits, ids, held values; changes nothing. Where rows would
               say other values (namespaces, column rules, normal forms, blocked values) it reads the archive
  apply        puts them in force and brings all customers to them, while changes keep flowing; where rows say other
               values it puts the archive on the stream again
    --definitions DIR        the folder with the rules (definitions)
    --settle SECONDS         how long functions may take to follow, before apply begins (45)

  reconcile    compares views, customers and claims with the stored rows, and names what differs
    --heal                   puts right what can be worked out from the rows
    --source S               only what concerns one source
    --against postgres       compares the stored rows with the source databases instead, by key
    --settle SECONDS         how long the table's stream may take before the second look (5)
    --json                   the answer as JSON
  sweep        deletes the rows that the last full load of a table did not bring; run it when the load is complete
    --source S --table T --generation N    the source's table, and the generation that was loaded
    --dry-run                names the rows and changes nothing
    --all                    also when it is every row, or more than a fifth of them
  metrics      folds the figures of all customers at once
  rebuild      makes every view anew that is of older definitions, while changes flow

  export       writes everything that is kept into a folder, in open forms; resolving pauses meanwhile
    --out DIR                a new or empty folder; it will hold all that is known of everybody
  import       brings an export to a place that has no rows yet and the same secrets, and makes its views
    --in DIR                 the folder of the export

Where
  --data DIR                 the local cloud that npm start runs with this data folder (.tributary, the default)
  --stack NAME               a deployed data stack, e.g. Tributary-dev-Data (or set TRIBUTARY_STACK)
  ${Object.keys(NAMES)
    .map((name) => `--${name}`)
    .join(' ')}
                             single resources, with or without a stack
  Region and credentials for AWS come from where the AWS CLI takes them.
  What changes something or shows customers is in the audit log, with who did it; what cannot be recorded does not run.

Examples
  npm run ops -- publish
  npm run ops -- publish --definitions ../our-definitions --stack Tributary-production-Data
  npm run ops -- replay --from 2026-11-22T06:00:00Z --to 2026-11-22T07:00:00Z
  npm run ops -- quarantine
  npm run ops -- quarantine --redrive --reason unknown-table
  npm run ops -- why erp.account.7 crm.contact.12
  npm run ops -- decide never erp.account.7 crm.contact.12 --actor kim --reason 'father and son'
  npm run ops -- erase member-card:610000074 --actor kim
  npm run ops -- quality --rule phone-missing
  npm run ops -- rekey --stack Tributary-production-Data
  npm run ops -- redrive --stack Tributary-dev-Data
  npm run ops -- reconcile --source pos --heal
  npm run ops -- sweep --source pos --table receipt --generation 2 --dry-run
  npm run ops -- export --stack Tributary-production-Data --out ../tributary-export
`;

const text = { type: 'string' } as const;
const yes = { type: 'boolean' } as const;
const FLAGS = {
  ...Object.fromEntries(Object.keys(NAMES).map((name) => [name, text])),
  ...{
    actor: text,
    against: text,
    data: text,
    definitions: text,
    from: text,
    generation: text,
    in: text,
    newest: text,
    out: text,
    reason: text,
    rule: text,
    settle: text,
    source: text,
    stack: text,
    to: text,
  },
  ...{
    all: yes,
    delete: yes,
    discard: yes,
    'dry-run': yes,
    heal: yes,
    help: yes,
    json: yes,
    redrive: yes,
  },
};

const main = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = readArguments(args);
  const [name = '', ...keys] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (values['help'] || command === undefined) {
    (values['help'] ? console.log : console.error)(HELP);
    return values['help'] ? 0 : 2;
  }
  const target = await findTarget(targetFlags(name, values));
  console.error(`${name} on ${target.place}`);
  const flags = { ...(values as Omit<CommandFlags, 'keys'>), keys };
  return runRecorded(name, command, target, flags);
};

/** To the sweep `--table` names a table of the source, to every other command that of the target. */
const targetFlags = (command: string, values: ReturnType<typeof readArguments>['values']) => {
  const { table, ...others } = values as TargetFlags;
  return command === 'sweep' || table === undefined ? others : { ...others, table };
};

const readArguments = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: FLAGS });
  } catch (error) {
    throw new OpsError(`${(error as Error).message}\nSee npm run ops -- --help`);
  }
};

/** What an operator can do something about needs no stack trace. */
const explain = (error: unknown): string => {
  if (error instanceof OpsError) return error.message;
  const { code, name, message, stack } = error as Error & { readonly code?: string };
  if (code === 'ECONNREFUSED') return `Nothing answers there; is it running? (${message})`;
  if (name === 'CredentialsProviderError') return `No credentials for AWS: ${message}`;
  return stack ?? message;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
