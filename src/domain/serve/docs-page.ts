/**
 * Docs page: the operations as HTML that loads nothing, so that it can be read where no other host can be reached.
 * @module
 */

import { type JsonSchema, jsonSchemaOf, type ParameterObject, parametersOf } from './openapi.ts';
import type { Operation } from './operation.ts';
import { PROBLEMS } from './problems.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
code,pre{font-family:ui-monospace,monospace;background:#f4f4f4}pre{padding:.6rem;overflow:auto}
h2{border-top:1px solid #ccc;padding-top:1rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
h3{font-size:1rem;margin:1rem 0 .2rem}dt{font-weight:600}dd{margin:0 0 .5rem}td{overflow-wrap:anywhere}td:first-child{white-space:nowrap}`;

/** What holds for every route. */
const INTRO = [
  [
    'A token',
    'Send <code>authorization: Bearer TOKEN</code>; the scope that a route asks for stands beside it. Where callers sign, send a signature in its place. Keys of Segment’s two APIs are the user of HTTP Basic, without a password.',
  ],
  [
    'An identifier',
    '<code>phone:+85291234567</code>, <code>member-card:610000074</code>, <code>openid:APP:VALUE</code>, <code>customerId:one_…</code>; in a path percent-encoded, <code>phone%3A%2B85291234567</code>. A former OneID answers with the one in force and <code>redirectedFrom</code>.',
  ],
  [
    'A purpose',
    '<code>X-Purpose</code> says what the data is for. Fields that your role may not see are missing, masked ones say <code>masked</code>, and what a customer has not agreed to is <code>withheld</code>.',
  ],
  [
    'Freshness',
    '<code>asOf</code>, <code>lagMs</code> and <code>positions</code> say how complete an answer is. <code>version</code> grows with every change; pass it as <code>minVersion</code> to read your own writes.',
  ],
  [
    'Pages',
    'Pass <code>cursor.next</code> as <code>cursor</code>, with the same parameters, until it is <code>null</code>; or follow the header <code>Link</code> with <code>rel="next"</code>.',
  ],
  [
    'Again',
    'Send <code>If-None-Match</code> with the <code>ETag</code> of the last answer, and 304 says that nothing has changed. A request with <code>Idempotency-Key</code> may be repeated. <code>RateLimit</code> says how many more requests there are.',
  ],
  [
    'Problems',
    'Are <code>application/problem+json</code> (RFC 9457) with a <code>code</code>; quote <code>Request-Id</code> when you ask about one.',
  ],
] as const;

/** The page. */
export const docsPage = (operations: readonly Operation[]): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tributary API</title>',
    '<meta name="viewport" content="width=device-width">',
    `<style>${STYLE}</style></head><body><h1>Tributary API</h1>`,
    '<p>Machine-readable: <a href="openapi.json">openapi.json</a>.</p>',
    `<dl>${INTRO.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl>`,
    `<table>${operations.map(tocEntry).join('')}</table>`,
    ...operations.map(section),
    '</body></html>\n',
  ].join('\n');

const tocEntry = ({ id, method, path, summary }: Operation): string =>
  `<tr><td><a href="#${html(id)}"><code>${method} ${html(path)}</code></a></td><td>${html(summary)}</td></tr>`;

const section = (operation: Operation): string => {
  const { id, method, path, summary, scope, problems } = operation;
  return [
    `<h2 id="${html(id)}"><code>${method} ${html(path)}</code></h2><p>${html(summary)}.`,
    operation.key ? ` Key (${operation.key}), as user of HTTP Basic.` : '',
    scope === undefined && !operation.key ? ' Open to anybody.' : '',
    scope === undefined ? '' : ` Scope <code>${html(scope)}</code>.`,
    operation.deprecation ? ` <b>Deprecated</b> since ${html(operation.deprecation.since)}.` : '',
    `</p>${parameterTable(parametersOf(operation))}`,
    operation.body ? schemaTable('Body', jsonSchemaOf(operation.body)) : '',
    `<pre>${html(example(operation))}</pre>`,
    ...Object.entries(operation.answers).map(([status, { schema }]) =>
      schema ? schemaTable(`Answer ${status}`, jsonSchemaOf(schema)) : '',
    ),
    problems.length === 0
      ? ''
      : `<p>Problems: ${problems.map((code) => `<code>${PROBLEMS[code].status} ${code}</code>`).join(', ')}</p>`,
  ].join('');
};

const parameterTable = (parameters: readonly ParameterObject[]): string =>
  parameters.length === 0 ? '' : `<table>${parameters.map(parameterRow).join('')}</table>`;

const parameterRow = ({ name, in: place, required, description = '' }: ParameterObject): string =>
  row(name, `${place}${required && place !== 'path' ? ', required' : ''}`, description);

/** The members of an object; of anything else, nothing. */
const schemaTable = (title: string, schema: JsonSchema): string => {
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = (schema['required'] ?? []) as readonly string[];
  const rows = members.map(([name, member]) =>
    row(
      name,
      `${typeName(member)}${required.includes(name) ? '' : ', optional'}`,
      String(member['description'] ?? ''),
    ),
  );
  return rows.length === 0 ? '' : `<h3>${title}</h3><table>${rows.join('')}</table>`;
};

const row = (name: string, kind: string, description: string): string =>
  `<tr><td><code>${html(name)}</code></td><td>${html(kind)}</td><td>${html(description)}</td></tr>`;

/** `string`, `one of granted, withdrawn`, `list of object { namespace, value }`. */
const typeName = (schema: JsonSchema): string => {
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (options) return options.map(typeName).join(' or ');
  if (Array.isArray(schema['enum'])) return `one of ${schema['enum'].join(', ')}`;
  if (schema['type'] === 'array')
    return `list of ${typeName((schema['items'] ?? {}) as JsonSchema)}`;
  const members = Object.keys((schema['properties'] ?? {}) as object);
  if (members.length > 0) return `{ ${members.join(', ')} }`;
  return String(schema['type'] ?? 'any value');
};

const example = ({ method, path, body, scope, key }: Operation): string =>
  [
    `curl -s${method === 'GET' ? '' : ` -X ${method}`}`,
    ...(scope === undefined ? [] : ['-H "authorization: Bearer $TOKEN"']),
    ...(key ? ['-u "$KEY:"'] : []),
    ...(body ? [`-H 'content-type: application/json' -d @request.json`] : []),
    `"$API${path.replaceAll('{', '$').replaceAll('}', '')}"`,
  ].join(' ');

const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
