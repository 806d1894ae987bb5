/**
 * Docs page: the operations as HTML that loads nothing, so that it can be read where no other host can be reached.
 * @module
 */

import { type ParameterObject, parametersOf } from './openapi.ts';
import type { Operation } from './operation.ts';
import { PROBLEMS } from './problems.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
code,pre{font-family:ui-monospace,monospace;background:#f4f4f4}pre{padding:.6rem;overflow:auto}
h2{border-top:1px solid #ccc;padding-top:1rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}`;

/** The page. */
export const docsPage = (operations: readonly Operation[]): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tributary API</title>',
    `<style>${STYLE}</style></head><body><h1>Tributary API</h1>`,
    '<p>Send <code>authorization: Bearer TOKEN</code>. Problems are <code>application/problem+json</code>. ',
    'Machine-readable: <a href="openapi.json">openapi.json</a>.</p>',
    `<ul>${operations.map(tocEntry).join('')}</ul>`,
    ...operations.map(section),
    '</body></html>\n',
  ].join('\n');

const tocEntry = ({ id, method, path }: Operation): string =>
  `<li><a href="#${html(id)}"><code>${method} ${html(path)}</code></a></li>`;

const section = (operation: Operation): string => {
  const { id, method, path, summary, scope, problems } = operation;
  return [
    `<h2 id="${html(id)}"><code>${method} ${html(path)}</code></h2><p>${html(summary)}.`,
    operation.key ? ` Key (${operation.key}), as user of HTTP Basic.` : '',
    scope === undefined && !operation.key ? ' Open to anybody.' : '',
    scope === undefined ? '' : ` Scope <code>${html(scope)}</code>.`,
    operation.deprecation ? ` <b>Deprecated</b> since ${html(operation.deprecation.since)}.` : '',
    `</p>${parameterTable(parametersOf(operation))}`,
    `<pre>${html(example(operation))}</pre>`,
    `<p>Problems: ${problems.map((code) => `<code>${PROBLEMS[code].status} ${code}</code>`).join(', ')}</p>`,
  ].join('');
};

const parameterTable = (parameters: readonly ParameterObject[]): string =>
  parameters.length === 0 ? '' : `<table>${parameters.map(parameterRow).join('')}</table>`;

const parameterRow = ({ name, in: place, description = '' }: ParameterObject): string =>
  `<tr><td><code>${html(name)}</code></td><td>${place}</td><td>${html(description)}</td></tr>`;

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
