/**
 * Branch sites: where identity code says, or asks, that something did not come about and is to be done or read again.
 *
 * That is told by a few words (`'conflict'`), by `done`, and, in what reads or writes, by nothing at all (`undefined`, `false`,
 * `continue`). The site is the choice that such a word stands in: an `if`, a conditional or a default, else a comparison; of
 * several reasons in the condition of an `if` each is one. A word that stands in no choice is a site itself.
 * @module
 */
import ts from 'typescript';

const WORDS = new Set(['conflict', 'superseded', 'laid', 'again', 'failed', 'too-large']);

// Of types, and of paths.
const NAMES: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LiteralType,
  ts.SyntaxKind.ArrayLiteralExpression,
]);

/** The sites that a node makes such, if it is a word or nothing. */
export const branchSitesOf = (node: ts.Node): readonly ts.Node[] =>
  isWord(node) || (isNothing(node) && isInAsync(node)) ? partsOf(choiceAround(node)) : [];

// Each of several reasons is one.
const partsOf = (choice: ts.Node): readonly ts.Node[] => {
  const reasons = ts.isIfStatement(choice) ? alternativesOf(choice.expression) : [];
  return reasons.length > 1 ? reasons : [choice];
};

const alternativesOf = (node: ts.Expression): readonly ts.Node[] =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.BarBarToken
    ? [...alternativesOf(node.left), node.right]
    : [node];

const isWord = (node: ts.Node): boolean => {
  if (ts.isStringLiteral(node)) return WORDS.has(node.text) && !NAMES.has(node.parent.kind);
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'done';
  if (ts.isPropertyAssignment(node)) return node.name.getText() === 'done';
  return ts.isIdentifier(node) && node.text === 'done' && isAsked(node);
};

const isAsked = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isPrefixUnaryExpression(parent)) return true;
  if (ts.isIfStatement(parent)) return parent.expression === node;
  return ts.isConditionalExpression(parent) && parent.condition === node;
};

// What is returned, and what one side of a choice gives.
const isNothing = (node: ts.Node): boolean => {
  if (ts.isContinueStatement(node)) return true;
  if (ts.isReturnStatement(node)) return node.expression === undefined || isEmpty(node.expression);
  if (!ts.isConditionalExpression(node)) return false;
  return isEmpty(node.whenTrue) || isEmpty(node.whenFalse);
};

const isEmpty = (node: ts.Expression): boolean =>
  node.kind === ts.SyntaxKind.FalseKeyword || (ts.isIdentifier(node) && node.text === 'undefined');

const isInAsync = (node: ts.Node): boolean => {
  if (ts.isArrowFunction(node))
    return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
  return !ts.isSourceFile(node) && isInAsync(node.parent);
};

const choiceAround = (word: ts.Node): ts.Node => {
  const around = ancestorsOf(word);
  return around.find(isBranch) ?? around.find(isComparison) ?? word;
};

const ancestorsOf = (node: ts.Node): readonly ts.Node[] =>
  ENDS.has(node.kind) ? [] : [node, ...ancestorsOf(node.parent)];

// An `if` has at most one statement that is not a block of its own.
const ENDS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ArrowFunction,
  ts.SyntaxKind.Block,
  ts.SyntaxKind.SourceFile,
]);

const isBranch = (node: ts.Node): boolean =>
  ts.isIfStatement(node) ||
  ts.isConditionalExpression(node) ||
  (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken);

const isComparison = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node) && COMPARING.has(node.operatorToken.kind);

const COMPARING: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);
