/**
 * Condition sites: where something is asked of an item before it is written.
 *
 * A site is an elementary condition (`{ missing: ['pk'] }`), alternatives (`{ any: … }`) as a whole, or what stands for a
 * condition in a `when` or an `all`: a name, a call, a spread. A constant that names a condition is one wherever it is used.
 * @module
 */
import ts from 'typescript';

const WHOLE = new Set(['missing', 'exists', 'equals', 'less', 'any']);
const HOLDING = new Set(['when', 'all']);

/** Whether a node is such a site. What is in it is none of its own. */
export const isConditionSite = (node: ts.Node): boolean => {
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
