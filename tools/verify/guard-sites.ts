/**
 * Guard sites: every place in identity code that keeps it right while others work at the same table, found in the syntax tree
 * of the sources: conditions of writes, strong reads, and branches that give a commit up.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { branchSitesOf } from './branch-sites.ts';
import { isConditionSite } from './condition-sites.ts';
import { isReadSite } from './read-sites.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = 'src/application/identity';

/** Kinds of guards. */
export type GuardKind = 'condition' | 'read' | 'branch';

/** A guard in a source file. */
export interface GuardSite {
  readonly kind: GuardKind;
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
  const all = nodesIn(source, () => false);
  const found = [
    ...nodesIn(source, isConditionSite).filter(isConditionSite).map(as('condition')),
    ...all.filter(isReadSite).map(as('read')),
    ...[...new Set(all.flatMap(branchSitesOf))].map(as('branch')),
  ];
  return found.map(({ kind, node }) => ({
    kind,
    file,
    line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
    start: node.getStart(source),
    end: node.getEnd(),
    code: node.getText(source).replaceAll(/\s+/g, ' '),
  }));
};

const as =
  (kind: GuardKind) =>
  (node: ts.Node): { readonly kind: GuardKind; readonly node: ts.Node } => ({ kind, node });

const nodesIn = (node: ts.Node, isLeaf: (node: ts.Node) => boolean): readonly ts.Node[] => {
  const nodes: ts.Node[] = [];
  const visit = (one: ts.Node): void => {
    nodes.push(one);
    if (!isLeaf(one)) ts.forEachChild(one, visit);
  };
  visit(node);
  return nodes;
};
