import { basename, resolve } from 'node:path';
import type { Surroundings } from '../commands/surroundings.ts';
import { networkSandbox, networkSandboxLine } from '../local/networkSandbox.ts';
import { startLocalNetwork } from '../local/startLocalNetwork.ts';
import { studyFailure } from '../studies/watchStudy.ts';
import { createProgress } from '../terminal/progress.ts';
import { stepLine } from '../terminal/stepLine.ts';
import { styleFor } from '../terminal/style.ts';
import { COHORT_ROWS, type JobOptions, readJob } from './readJob.ts';
import { type MainJobListener, type MainJobOutcome, runMainJob } from './runMainJob.ts';
import { CHEAT_WINDOW_SECONDS, followDispute, makeOneCheat } from './showCheat.ts';

export interface StartOptions extends JobOptions {
  fresh?: boolean;
  exit?: boolean;
}

/** Shows the main job on a local network, each step as it happens with its evidence; with `--json` a line for each. */
export async function start(surroundings: Surroundings, options: StartOptions): Promise<void> {
  const { json, stdout, environment } = surroundings;
  // A network of its own: its court must be quick, and nobody should lose a model to a demonstration.
  const home = options.cheat ? `${surroundings.home}-cheat` : surroundings.home;
  const style = styleFor(stdout, environment);
  const startedMs = Date.now();
  const say = (text: string) => {
    if (!json) stdout.write(text);
  };
  const progress = createProgress(surroundings);
  const tell = (title: string, evidence: string[] = []): void => {
    const elapsedMs = Date.now() - startedMs;
    progress.stop();
    if (json) stdout.write(`${JSON.stringify({ at: elapsedMs, title, evidence })}\n`);
    say(`${stepLine({ elapsedMs, mark: style.green('✓'), title, evidence }, style, stdout)}\n`);
  };
  const job = await readJob(options);
  const about = options.csv
    ? basename(options.csv)
    : `a synthetic cohort: ${COHORT_ROWS} patients that a seeded generator invents`;
  say(
    `\n${style.bold('Koinon')} trains a model on data that nobody sees, and lets anyone check it.\n` +
      `${style.dim(`Data: ${about}. Network: ${options.cheat ? 'six' : 'five'} nodes on this machine.`)}\n\n`,
  );
  const stopping = new AbortController();
  const leave = () => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, leave);
  try {
    const network = await startLocalNetwork(home, {
      ...(options.fresh || options.cheat ? { fresh: true } : {}),
      ...(options.cheat ? { challengeWindowSeconds: CHEAT_WINDOW_SECONDS } : {}),
      onProgress: text => progress.doing(text),
    }).finally(progress.stop);
    try {
      tell(`the network is up: ${[...network.nodes.keys()].join(', ')}`, [
        `chain ${network.deployment.chainId}`,
      ]);
      tell(networkSandboxLine(await networkSandbox(network)));
      const stopped = new Promise<undefined>(resolve => {
        if (stopping.signal.aborted) resolve(undefined);
        stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      if (options.cheat)
        tell(`${await makeOneCheat(network)} will alter one byte of what it is paid to compute`);
      const listener: MainJobListener = {
        tell: line => tell(line.title, line.evidence),
        doing: text => progress.doing(text),
      };
      const finished = runMainJob(network, job, listener, stopping.signal);
      finished.catch(() => undefined);
      const outcome = await Promise.race([finished, stopped]);
      if (!outcome) return;
      const url = network.node('researcher').url;
      if (options.cheat) {
        if (outcome.study.failure?.code !== 'K_AUDIT_DIFFERS') throw studyFailure(outcome.study);
        tell('an auditor drawn by lot came to another result: the work is not paid');
        await followDispute(network, listener, stopping.signal);
        if (json) stdout.write(`${JSON.stringify({ done: true, study: outcome.study.id, url })}\n`);
        say(`\n${style.bold('Look at everything')}  ${url}/integrity\n`);
        say(`${style.bold('Read the story')}      npx koinon disputes show last --home ${home}\n`);
        if (!options.exit && !stopping.signal.aborted) {
          say(`\n${style.dim('The network stays up until Ctrl-C.')}\n`);
          await stopped;
        }
        return;
      }
      if (outcome.study.state === 'failed') throw studyFailure(outcome.study);
      if (json)
        stdout.write(`${JSON.stringify({ done: true, study: outcome.study.id, url, ...outcome.sample })}\n`);
      sayWhatNow(outcome, job.name);
      if (options.exit) return;
      say(
        `\n${style.dim('The network stays up until Ctrl-C. A second run makes a new order and does every step again.')}\n`,
      );
      await stopped;
      progress.doing('stopping the nodes');
    } finally {
      await network.stop().finally(progress.stop);
    }

    function sayWhatNow({ sample }: MainJobOutcome, model: string): void {
      if (!sample) return;
      const elsewhere = home === resolve('.koinon') ? '' : ` --home ${home}`;
      say(`\n${style.bold('Ask the model')} about ${sample.about}:\n\n${sample.curl}\n\n`);
      say(`${style.dim('It answers:')} ${JSON.stringify(sample.answer)}\n\n`);
      say(`${style.bold('Look at everything')}  ${network.node('researcher').url}/\n`);
      say(`${style.bold('Check it yourself')}   npx koinon verify ${model}${elsewhere}\n`);
    }
  } finally {
    progress.stop();
    for (const signal of signals) process.removeListener(signal, leave);
  }
}
