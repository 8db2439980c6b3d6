// Writes docs/sdk.md and src/testing/generated/examples.ts from the doc comments of the verbs: what people read, and what the tests run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
export const referenceFile = join(root, '..', '..', 'docs', 'sdk.md');
export const examplesFile = join(root, 'src', 'testing', 'generated', 'examples.ts');
const needsFile = join(root, 'src', 'testing', 'exampleNeeds.ts');

/** The verbs in the order of their story. */
const sources = [
  'connect',
  'data/publish',
  'data/requests',
  'data/approve',
  'data/deny',
  'studies/quote',
  'studies/train',
  'studies/run',
  'studies/follow',
  'studies/result',
  'models/models',
  'models/predict',
  'sources/verify',
];

interface Verb {
  name: string;
  /** Paragraphs of the comment. */
  about: string[];
  example: string;
  /** As it is called on what `connect` gives. */
  signature: string;
}

function readVerb(path: string): Verb {
  const source = readFileSync(join(root, 'src', `${path}.ts`), 'utf8');
  const name = path.split('/').at(-1)!;
  const found = new RegExp(
    `/\\*\\*\\n((?: \\*[^\\n]*\\n)+?) \\*/\\nexport (?:async )?function\\*? ?${name}\\(([\\s\\S]*?)\\)(?:: ([^\\n]*?))? \\{\\n`,
  ).exec(source);
  if (!found) throw new Error(`${path}.ts documents no function ${name}`);
  const [, comment, parameters, answer] = found;
  const text = comment!.replace(/^ \* ?/gm, '');
  const [about, example] = text.split('@example\n');
  if (!example) throw new Error(`${name} has no example`);
  const own = parameters!
    .replace(/\s+/g, ' ')
    .replace(/^ ?client: Client,? ?/, '')
    .replace(/,? $/, '');
  const named = own
    .replace(
      /\{[^}]*\}: Pick<Query, 'status'> = \{\}/,
      "{ status }?: { status?: 'pending' | 'approved' | 'denied' | 'expired' }",
    )
    .replace(/\{[^}]*\}: (\w+)/, 'parameters: $1')
    .replace(/(\w+): ([\w<>]+) = \{\}/, '$1?: $2')
    .replace(/(\w+) = ''/, '$1?: string');
  return {
    name,
    about: about!
      .trim()
      .split('\n\n')
      .map(paragraph => paragraph.replaceAll('\n', ' ')),
    example: example.trimEnd(),
    signature: name === 'connect' ? `connect(${named}): Koinon` : `koinon.${name}(${named}): ${answer}`,
  };
}

export function reference(verbs: readonly Verb[]): string {
  return `<!-- Written by packages/sdk/scripts/reference.ts from the comments in packages/sdk/src; the tests run the examples. -->
# The SDK

\`@koinon/sdk\` is what an application imports to work through a node, in Node (20 or later) and in a browser.

\`\`\`ts
import { connect } from '@koinon/sdk';

const koinon = connect({ url: 'http://127.0.0.1:4020', token });
\`\`\`

The token is the text of \`api-token\` in the node's folder. Numbers of more than 53 bits are \`bigint\`; amounts are base units
of KOIN, 10^18 to one. Every error is a \`KoinonError\`: \`code\`, \`message\`, \`fault\`, \`data\`, and in \`next\` what to do.
What has no verb is called by its route: \`koinon.client.call(routesOf.court.disputes)\`; docs/api.md names them all.

${verbs
  .map(
    ({ name, about, example, signature }) =>
      `## ${name}\n\n\`\`\`ts\n${signature}\n\`\`\`\n\n${about.join('\n\n')}\n\n\`\`\`ts\n${example}\n\`\`\`\n`,
  )
  .join('\n')}`;
}

const imported = (what: string, path: string) => `import ${what} from '${path}';`;

export function examples(verbs: readonly Verb[]): string {
  const named = [...readFileSync(needsFile, 'utf8').matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
  return `// Written by scripts/reference.ts from the examples in the doc comments. Do not edit.
${imported('{ connect }', '../../connect.ts')}
${imported('type { ExampleNeeds }', '../exampleNeeds.ts')}

export const examples = (needs: ExampleNeeds) => {
  const { ${named.join(', ')} } = needs;
  return {
${verbs
  .map(
    ({ name, example }) =>
      `    ${name}: async (): Promise<void> => {\n${example.replace(/^/gm, '      ')}\n    },`,
  )
  .join('\n')}
  };
};
`;
}

/** Both files as they should be. */
export function generate(): { path: string; text: string }[] {
  const verbs = sources.map(readVerb);
  return [
    { path: referenceFile, text: reference(verbs) },
    { path: examplesFile, text: examples(verbs) },
  ];
}

if (import.meta.main) for (const { path, text } of generate()) writeFileSync(path, text);
