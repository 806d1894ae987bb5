/**
 * Read sites: strong reads, those that do not say that they may be behind. A query has no other form (see the Table port), so
 * there is nothing that could be taken from it.
 * @module
 */
import ts from 'typescript';

/** Whether a node is a strong read. */
export const isReadSite = (node: ts.Node): boolean =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  node.expression.name.text === 'getAll' &&
  node.arguments.length < 2;
