/**
 * Guard sites: every place in identity code where something is asked of an item before it is written, found in the syntax
 * tree of the sources.
 *
 * A site is an elementary condition (`{ missing: ['pk'] }`), alternatives (`{ any: … }`) as a whole, or what stands for a
 * condition in a `when` or an `all`: a name, a call, a spread. A constant that names a condition is one wherever it is used.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = 'src/application/identity';

/** A guard in a source file. */
export interface GuardSite {
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly code: string;
}

/** All sites of identity code. */
export const guardSites = (): readonly GuardSite[] =>
  readdirSync(join(ROOT, FOLDER)).flatMap((name) => sitesIn(`${FOLDER}/${name}`));

const sitesIn = (file: string): readonly GuardSite[] => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return nodesIn(source)
    .filter(isSite)
    .map((node) => ({
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
      start: node.getStart(source),
      end: node.getEnd(),
      code: node.getText(source).replaceAll(/\s+/g, ' '),
    }));
};

const nodesIn = (node: ts.Node): readonly ts.Node[] => {
  const nodes: ts.Node[] = [];
  const visit = (one: ts.Node): void => {
    nodes.push(one);
    if (!isSite(one)) ts.forEachChild(one, visit);
  };
  visit(node);
  return nodes;
};

const WHOLE = new Set(['missing', 'exists', 'equals', 'less', 'any']);
const HOLDING = new Set(['when', 'all']);

const isSite = (node: ts.Node): boolean => {
  if (isConstant(node)) return false;
  return isWhole(node) || (isNamed(node) && standsForCondition(node));
};

const isConstant = ({ parent }: ts.Node): boolean =>
  parent !== undefined &&
  ts.isVariableDeclaration(parent) &&
  ts.isSourceFile(parent.parent.parent.parent);

const isWhole = (node: ts.Node): boolean => {
  if (!ts.isObjectLiteralExpression(node) || node.properties.length !== 1) return false;
  const [property] = node.properties;
  return (
    property !== undefined &&
    ts.isPropertyAssignment(property) &&
    WHOLE.has(property.name.getText()) &&
    ts.isArrayLiteralExpression(property.initializer)
  );
};

const isNamed = (node: ts.Node): boolean =>
  ts.isIdentifier(node) || ts.isCallExpression(node) || ts.isPropertyAccessExpression(node);

// What a `when` or an `all` is given, a name that is given itself, or an element of a list that is joined, spread or not.
const standsForCondition = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent))
    return parent.initializer === node && parent.name.getText() === 'when';
  if (ts.isPropertyAssignment(parent))
    return parent.initializer === node && HOLDING.has(parent.name.getText());
  const list = ts.isSpreadElement(parent) ? parent.parent : parent;
  const joins = ts.isArrayLiteralExpression(list) ? list.parent : undefined;
  return joins !== undefined && ts.isPropertyAssignment(joins) && joins.name.getText() === 'all';
};
