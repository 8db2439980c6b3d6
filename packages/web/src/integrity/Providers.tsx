import type { IntegrityView, ProviderView } from '@koinon/protocol';
import { Address } from '../parts/Address.tsx';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Term } from '../parts/Term.tsx';
import { count, koin } from '../words/format.ts';
import { Risk } from './Risk.tsx';
import { ppmWords } from './words.ts';

/** Everybody who signs for work: its stake, what hangs on it, and what remains uncertain. */
export function Providers({ view }: { view: IntegrityView }) {
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">Stake and residual risk</h2>
      <p>
        A node can lose its whole <Term noun="stake" /> for one false receipt, so at any time the work it was
        paid for and could still be convicted of (its <Term noun="exposure" />) must stay below it. What
        remains is the chance that a wrong result is never found. Open a row to see how it comes about.
      </p>
      {view.providers.length === 0 ? (
        <p class="box empty">No node offers work yet.</p>
      ) : (
        <ul class="cards-list">
          {view.providers.map(provider => (
            <Provider key={provider.operator} provider={provider} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What one node has at stake, and what remains uncertain of its work. */
export function Provider({ provider }: { provider: ProviderView }) {
  const { operator, stake, freeStake, exposure, convictions, risk } = provider;
  const share = shareOf(BigInt(exposure), BigInt(stake));
  return (
    <li class="box" data-provider={operator}>
      <h3>
        <Address of={operator} />
      </h3>
      <p>
        <strong>{koin(stake)} KOIN</strong> at stake, {koin(exposure)} exposed{' '}
        <span class="bar-cell">
          <svg
            class="bar"
            viewBox="0 0 100 10"
            preserveAspectRatio="none"
            role="img"
            aria-label={`${share.toFixed(1)} % of the stake is exposed`}
          >
            <rect class="track" width="100" height="10" />
            <rect class="fill" width={Math.max(share, exposure === '0' ? 0 : 0.5)} height="10" />
          </svg>
          <span class="bar-number">{share.toFixed(1)} %</span>
        </span>
      </p>
      <p>
        Residual risk: <strong data-undetected={risk.undetectedPpm}>{ppmWords(risk.undetectedPpm)}</strong>{' '}
        that a wrong result of its next job is never found; it would lose {koin(risk.lossOnDetection)} KOIN if
        it is.
        {convictions > 0 && <span class="failed-text"> {count(convictions, 'conviction')}.</span>}
        {freeStake !== stake && <span class="muted"> {koin(freeStake)} KOIN of its stake are free.</span>}
      </p>
      <Disclosure label="How this figure comes about">{() => <Risk risk={risk} />}</Disclosure>
    </li>
  );
}

/** a of b in percent, at most 100; nothing of nothing is 0. */
function shareOf(a: bigint, b: bigint): number {
  if (b === 0n) return a === 0n ? 0 : 100;
  return Math.min(100, Number((a * 100_000n) / b) / 1000);
}
