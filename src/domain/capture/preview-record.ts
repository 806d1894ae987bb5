/**
 * Preview: what a captured record becomes under given definitions, for people who write them.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import type { ChangeRecord } from './change-record.ts';
import { checkQuality } from './check-quality.ts';
import { decodeChange } from './decode-change.ts';
import { mapRow } from './map-row.ts';

/** Says in lines what becomes of one record of the stream. Shows values: for samples, never for logs. */
export const previewRecord = (text: string, definitions: Definitions): readonly string[] => {
  const decoded = decodeChange(text, definitions);
  if (!decoded.ok) return [`quarantined (${decoded.error.reason}): ${decoded.error.detail}`];
  if (decoded.value.kind === 'ignored') return [`ignored (${decoded.value.reason})`];
  return decoded.value.records.flatMap((record) => previewRow(record, definitions));
};

const previewRow = (record: ChangeRecord, definitions: Definitions): readonly string[] => {
  const head = `${record.rowKey}  version ${record.version}`;
  if (record.operation === 'delete') return [`deleted ${head}`];
  const source = definitions.sources[record.source];
  const table = source?.tables[record.table];
  if (source === undefined || table === undefined) return [`unknown ${head}`];
  const { row, defects } = checkQuality(record.row, table.quality ?? [], record.partial);
  const mapped = mapRow({ row }, source, table, definitions.namespaces);
  const kind = table.kind === 'party' ? 'party' : table.as;
  return [
    `${record.partial ? 'part of ' : ''}${kind} ${head}`,
    ...defects.map(({ severity, rule, column }) => `  ${severity}: ${rule} (${column})`),
    ...(mapped.ok ? mappedLines(mapped.value) : [`  quarantined: ${mapped.error.detail}`]),
  ];
};

const mappedLines = ({
  identifiers,
  fields,
  brand,
  notes,
}: Extract<ReturnType<typeof mapRow>, { ok: true }>['value']): readonly string[] => [
  ...(brand === undefined ? [] : [`  brand ${brand}`]),
  ...identifiers.map(
    ({ namespace, scope, value, verified }) =>
      `  is ${namespace}${scope === undefined ? '' : ` of ${scope}`} ${value}${verified ? '' : ' (unverified)'}`,
  ),
  ...Object.entries(fields).map(([field, value]) => `  ${field} = ${JSON.stringify(value)}`),
  ...notes.map(({ code, column }) => `  warn: ${code} (${column})`),
];
