import path from 'node:path';
import ts from 'typescript';

/** What one source file imports and does, as far as the design has rules for it. */
export interface SourceFacts {
  /** Imported files of the checkout, as paths from its root. */
  files: string[];
  /** Imported packages and Node modules, whole specifiers. */
  packages: string[];
  /** Has a default export. */
  exportsDefault: boolean;
  /** Reads Math.random. */
  callsMathRandom: boolean;
}

/** The facts of one file, from its syntax tree: comments and strings do not count. */
export function factsOf(file: string, source: string): SourceFacts {
  const facts: SourceFacts = { files: [], packages: [], exportsDefault: false, callsMathRandom: false };
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier?.startsWith('.')) facts.files.push(path.posix.join(path.posix.dirname(file), specifier));
    else if (specifier !== undefined) facts.packages.push(specifier);
    facts.exportsDefault ||= isDefaultExport(node);
    facts.callsMathRandom ||= isMathRandom(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return facts;
}

/** The module that a node names: static and type imports, re-exports, `import()` and `require()` of a literal. */
function specifierOf(node: ts.Node): string | undefined {
  const named =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : ts.isCallExpression(node) && isImportCall(node)
          ? node.arguments[0]
          : undefined;
  return named && ts.isStringLiteralLike(named) ? named.text : undefined;
}

function isImportCall({ expression }: ts.CallExpression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
}

function isMathRandom(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.expression.getText() === 'Math' && node.name.text === 'random';
  if (!ts.isElementAccessExpression(node) || !ts.isStringLiteralLike(node.argumentExpression)) return false;
  return node.expression.getText() === 'Math' && node.argumentExpression.text === 'random';
}

/**
 * Import cycles, each as the files in order, the first repeated at the end. Every file is on one reported cycle at
 * most.
 */
export function cyclesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const cycles: string[][] = [];
  const walk = (file: string, trail: string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.push([...trail.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return cycles;
}
