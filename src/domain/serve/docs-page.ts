/**
 * Docs page: the operations as HTML that loads nothing, so that it can be read where no other host can be reached.
 * @module
 */

import { type JsonSchema, jsonSchemaOf, type ParameterObject, parametersOf } from './openapi.ts';
import type { Operation } from './operation.ts';
import { PROBLEMS } from './problems.ts';
import { byTopic, type Topic } from './topics.ts';

const STYLE = `:root{color-scheme:light dark;--line:#8884;--tint:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,monospace;font-size:.92em}code{background:var(--tint);border-radius:3px;padding:0 .2em}
pre{background:var(--tint);padding:.6rem .8rem;border-radius:4px;overflow:auto}pre code{background:none;padding:0}
h2{margin-top:2.5rem;border-bottom:2px solid var(--line)}h3{margin:2rem 0 .3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:1.05rem}
h4{font-size:.95rem;margin:1rem 0 .2rem}p{margin:.4rem 0}dt{font-weight:600}dd{margin:0 0 .5rem}
table{border-collapse:collapse;width:100%;table-layout:fixed}td{padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
td:first-child{width:28%}nav td:first-child{width:48%}td:nth-child(2):not(:last-child){width:24%}
.access{opacity:.7}
@media(max-width:40rem){td,nav td:first-child,td:nth-child(2):not(:last-child),td:first-child{display:block;width:auto;border:0;padding:0}td:first-child{border-top:1px solid var(--line);margin-top:.4rem}}`;

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
export const docsPage = (operations: readonly Operation[]): string => {
  const topics = byTopic(operations).filter(([, some]) => some.length > 0);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tributary API</title>',
    '<meta name="viewport" content="width=device-width">',
    `<style>${STYLE}</style></head><body><h1>Tributary API</h1>`,
    '<p>One live view of each customer. Machine-readable: <a href="openapi.json">openapi.json</a>.</p>',
    `<dl>${INTRO.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl>`,
    `<nav>${topics.map(contents).join('')}</nav>`,
    ...topics.flatMap(([topic, some]) => [topicHead(topic), ...some.map(section)]),
    '</body></html>\n',
  ].join('\n');
};

const contents = ([{ name }, operations]: readonly [Topic, readonly Operation[]]): string =>
  `<h4><a href="#${anchorOf(name)}">${html(name)}</a></h4><table>${operations.map(entry).join('')}</table>`;

const entry = ({ id, method, path, summary }: Operation): string =>
  `<tr><td><a href="#${html(id)}"><code>${method} ${html(path)}</code></a></td><td>${html(summary)}</td></tr>`;

const topicHead = ({ name, summary }: Topic): string =>
  `<h2 id="${anchorOf(name)}">${html(name)}</h2><p>${html(summary)}</p>`;

const anchorOf = (name: string): string => name.toLowerCase().replaceAll(' ', '-');

const section = (operation: Operation): string => {
  const { id, method, path, summary, problems } = operation;
  return [
    `<h3 id="${html(id)}"><code>${method} ${html(path)}</code></h3><p>${html(summary)}. ${access(operation)}`,
    operation.deprecation ? ` <b>Deprecated</b> since ${html(operation.deprecation.since)}.` : '',
    `</p><pre><code>${html(example(operation))}</code></pre>`,
    parameterTable(parametersOf(operation)),
    operation.body ? schemaTable('Body', jsonSchemaOf(operation.body)) : '',
    ...Object.entries(operation.answers).map(([status, { schema }]) =>
      schema ? schemaTable(`Answer ${status}`, jsonSchemaOf(schema)) : '',
    ),
    problems.length === 0
      ? ''
      : `<p>Problems: ${problems.map((code) => `<code>${PROBLEMS[code].status} ${code}</code>`).join(', ')}</p>`,
  ].join('');
};

const access = ({ scope, key }: Operation): string => {
  if (key) return `<span class="access">Key (${key}), as user of HTTP Basic.</span>`;
  if (scope === undefined) return '<span class="access">Open to anybody.</span>';
  return `<span class="access">Scope</span> <code>${html(scope)}</code>.`;
};

const parameterTable = (parameters: readonly ParameterObject[]): string =>
  parameters.length === 0
    ? ''
    : `<h4>Parameters</h4><table>${parameters.map(parameterRow).join('')}</table>`;

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
  return rows.length === 0 ? '' : `<h4>${title}</h4><table>${rows.join('')}</table>`;
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
  return [schema['type'] ?? 'any value'].flat().join(' or ');
};

/** Values of variables, as a caller may have them. */
const VARIABLES: Readonly<Record<string, string>> = {
  identifier: 'member-card:610000074',
  erasureId: 'era_…',
  extractId: 'ext_…',
  space: 'tributary',
  id: 'user_id:610000074',
};

const example = ({ method, path, query, body, scope, key, example: sent }: Operation): string => {
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => VARIABLES[name] ?? name);
  return [
    `curl -s${method === 'GET' || body ? '' : ` -X ${method}`}`,
    ...(scope === undefined ? [] : ['-H "authorization: Bearer $TOKEN"']),
    ...(key ? ['-u "$KEY:"'] : []),
    ...(body ? [`-H 'content-type: application/json' -d '${JSON.stringify(sent)}'`] : []),
    `"$API${place}${pairOf(query)}"`,
  ].join(' ');
};

// Only what a route cannot be asked without.
const pairOf = (query: Operation['query']): string =>
  query?.shape['a'] ? '?a=member-card:610000074&b=phone:%2B85291234567' : '';

const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
