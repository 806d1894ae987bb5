/**
 * A definition file as written: its value, and the line of every field in it.
 * @module
 */
import { isMap, isNode, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { DefinitionProblem, FieldPath } from './problem.ts';

/** One file of a definitions folder. */
export interface DefinitionFile {
  /** Path inside the folder with forward slashes, `sources/pos.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** A parsed file. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** States a problem at a field, or at its nearest ancestor when the field is missing. */
  readonly problemAt: (path: FieldPath, message: string) => DefinitionProblem;
  /** Syntax errors; the value is not to be used when there are any. */
  readonly problems: readonly DefinitionProblem[];
}

/** Parses a file. Never throws: what YAML refuses becomes a problem. */
export const parseYaml = ({ path: file, text }: DefinitionFile): YamlDocument => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  // What follows the first place that is no YAML is misread from there on, so no more is said of it.
  const broken = document.errors.find(({ code }) => code !== DUPLICATE_KEY);
  const told = document.errors.filter((error) => error.code === DUPLICATE_KEY || error === broken);
  const problems = told.map(({ code, message, pos }) => ({
    file,
    line: lineAt(pos[0]),
    field: '',
    message: syntaxMessage(code, message),
  }));
  return {
    file,
    value: problems.length === 0 ? document.toJS() : undefined,
    problemAt: (path, message) => ({
      file,
      line: lineAt(offsetOf(document.contents, path)),
      field: path.map(String).join('.'),
      message,
    }),
    problems,
  };
};

const DUPLICATE_KEY = 'DUPLICATE_KEY';

const syntaxMessage = (code: string, message: string): string =>
  code === DUPLICATE_KEY
    ? 'The key on this line is written twice; keep one of the two.'
    : `This is not YAML (${message.split('\n')[0]}); correct the line.`;

/** Offset of the deepest step of a path that the document has. */
const offsetOf = (root: unknown, path: FieldPath): number => {
  let node: unknown = root;
  let offset = startOf(node);
  for (const step of path) {
    const next = stepInto(node, step);
    if (next === undefined) return offset;
    offset = next.offset;
    node = next.node;
  }
  return offset;
};

const stepInto = (
  node: unknown,
  step: PropertyKey,
): { readonly node: unknown; readonly offset: number } | undefined => {
  if (isMap(node)) {
    const pair: Pair | undefined = node.items.find(({ key }) => keyText(key) === String(step));
    return pair && { node: pair.value, offset: startOf(pair.key) };
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? undefined : { node: item, offset: startOf(item) };
};

const keyText = (key: unknown): string => String(isNode(key) && 'value' in key ? key.value : key);

const startOf = (node: unknown): number => (isNode(node) ? ((node as Node).range?.[0] ?? 0) : 0);
