// `npm run simulate`: prints what became of every kind of cheater.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cheaters } from './cheaters/index.ts';
import { defaults } from './node/world.ts';
import { campaign } from './report/campaign.ts';
import { faultsOf } from './report/faults.ts';
import { formatSummary } from './report/formatSummary.ts';

const HELP = `npm run simulate -- [options]

  --seed TEXT       repeats a run exactly (default: koinon)
  --seeds N         N runs, seeds TEXT-0, TEXT-1, … (default: 1)
  --nodes N         nodes of a run (default: 200)
  --cheaters SHARE  share of nodes that cheat (default: 0.1)
  --kinds A,B       only these cheaters
  --rounds N        epochs in which work is ordered (default: ${defaults.rounds})
  --detection off   nobody checks anything
  --real-signatures secp256k1 in place of a keyed hash
  --acceptance      100 seeds of 50 nodes; fails when anything is not as the formulas say
  --list            what the cheaters do, how they are caught, and the formulas
  --json            the table as JSON
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'koinon' },
    seeds: { type: 'string' },
    nodes: { type: 'string' },
    cheaters: { type: 'string' },
    kinds: { type: 'string' },
    rounds: { type: 'string' },
    detection: { type: 'string', default: 'on' },
    'real-signatures': { type: 'boolean', default: false },
    acceptance: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.list) for (const cheater of cheaters) process.stdout.write(describe(cheater));
else process.exitCode = await run();

function describe({ name, does, caughtBy, formula }: (typeof cheaters)[number]): string {
  return `${name}\n  ${does}\n  ${caughtBy}\n  Chance each time: ${formula}\n\n`;
}

async function run(): Promise<number> {
  const count = numberOf(values.seeds, values.acceptance ? 100 : 1);
  const seeds = count === 1 ? [values.seed] : Array.from({ length: count }, (_, i) => `${values.seed}-${i}`);
  const snapshot = new URL('../../../contracts/gas-snapshot.json', import.meta.url);
  const gas = JSON.parse(readFileSync(snapshot, 'utf8')) as Record<string, number>;
  const kinds = values.kinds?.split(',') ?? (count === 1 ? cheaters.map(({ name }) => name) : undefined);
  const options = {
    nodes: numberOf(values.nodes, values.acceptance ? 50 : 200),
    cheaters: numberOf(values.cheaters, defaults.cheaters),
    rounds: numberOf(values.rounds, defaults.rounds),
    detection: values.detection !== 'off',
    realSignatures: values['real-signatures'],
    ...(kinds ? { kinds } : {}),
  };
  const summary = await campaign(seeds, options, gas, progress());
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.stdout.write(`${values.json ? JSON.stringify(summary, undefined, 2) : formatSummary(summary)}\n`);
  const faults = faultsOf(summary);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  return faults.length > 0 ? 1 : 0;
}

/** A line that writes over itself, on terminals only. */
function progress(): (done: number, seed: string) => void {
  let shown = '';
  return (done, seed) => {
    const line = `${Math.floor(100 * done)} %  seed ${seed}`;
    if (!process.stderr.isTTY || line === shown) return;
    shown = line;
    process.stderr.write(`\r\u001b[K${line}`);
  };
}

function numberOf(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  process.stderr.write(`"${text}" is not a number.\n\n${HELP}`);
  process.exit(2);
}
