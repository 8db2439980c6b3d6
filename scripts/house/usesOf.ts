import { type Expression, parseSync, Visitor } from 'oxc-parser';

/** Functions of the platform that answer differently each time: clocks, timers, chance. */
const names = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'randomBytes',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'randomSecretKey',
  'getRandomValues',
  'generatePrivateKey',
  'hrtime',
]);
/** The same, as members of something global; and what answers by the machine's language. */
const members: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Date', new Set(['now'])],
  ['performance', new Set(['now', 'timeOrigin'])],
  ['Math', new Set(['random'])],
  ['AbortSignal', new Set(['timeout'])],
]);
const byLanguage = new Set([
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleUpperCase',
  'toLocaleLowerCase',
]);
const timers = /^(node:)?timers(\/promises)?$/;

/**
 * What a source asks of the machine that it runs on, each once, in the order of its text: `Date.now`, `new Date()`, `setTimeout`,
 * `Math.random`, `localeCompare` and their like. Reads the syntax, so that comments, texts and members of other things that have
 * such a name are none. Throws where the source is no TypeScript.
 */
export function usesOf(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const uses = new Set<string>();
  /** Places at which an identifier names a member or a key, and nothing global. */
  const own = new Set<number>();
  new Visitor({
    ImportDeclaration({ source: { value } }) {
      if (timers.test(value)) uses.add(value);
    },
    ImportSpecifier({ imported }) {
      if (imported.type === 'Identifier' && names.has(imported.name)) uses.add(imported.name);
    },
    MemberExpression({ object, property, computed }) {
      if (computed || property.type !== 'Identifier') return;
      const { name, start } = property;
      own.add(start);
      if (byLanguage.has(name)) uses.add(name);
      const owner = globalName(object);
      if (owner === undefined) return;
      if (members.get(owner)?.has(name)) uses.add(`${owner}.${name}`);
      if (names.has(name) && globals.has(owner)) uses.add(name);
    },
    Property({ key, computed, shorthand }) {
      if (!computed && !shorthand && key.type === 'Identifier') own.add(key.start);
    },
    NewExpression({ callee, arguments: given }) {
      if (callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0)
        uses.add('new Date()');
    },
    CallExpression({ callee }) {
      if (callee.type === 'Identifier' && callee.name === 'Date') uses.add('Date()');
    },
    Identifier({ name, start }) {
      if (name === 'Intl') uses.add(name);
      if (names.has(name) && !own.has(start)) uses.add(name);
    },
  }).visit(program);
  return [...uses];
}

/** What the platform's functions are members of, beside nothing. */
const globals = new Set(['globalThis', 'window', 'self', 'crypto', 'process']);

/** `Date` of `Date` and of `globalThis.Date`. */
function globalName(object: Expression): string | undefined {
  if (object.type === 'Identifier') return object.name;
  if (object.type !== 'MemberExpression' || object.computed || object.property.type !== 'Identifier') return;
  const { name } = object.property;
  return object.object.type === 'Identifier' && globals.has(object.object.name) ? name : undefined;
}
