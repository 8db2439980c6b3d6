import type { RiskView } from '@koinon/protocol';
import { Facts } from '../parts/Facts.tsx';
import { count, koin } from '../words/format.ts';
import { expectedGain, ppmWords, riskFormula } from './words.ts';

/** Each factor of the residual risk, in words. */
export function Risk({ risk }: { risk: RiskView }) {
  const { agreements, recordRatePpm, bondRatePpm, auditRatePpm, detectionPpm } = risk;
  const { adversarialSharePpm, auditors, collusionPpm, lossOnDetection, gain, gainInFlight } = risk;
  const pays = expectedGain(risk);
  return (
    <>
      <p>
        The chance that a wrong result is never found: <strong>{riskFormula(risk)}</strong>
      </p>
      <Facts
        label="What the residual risk is made of"
        facts={[
          {
            name: 'how often its work is done again',
            value: ppmWords(auditRatePpm),
            about: `The greater of two: its record asks for ${ppmWords(recordRatePpm)} (${count(agreements, 'audit')} in a row agreed; every one is done again until ten did), its stake for ${ppmWords(bondRatePpm)} (the less there is to lose, the more often).`,
          },
          {
            name: 'how surely doing it again tells',
            value: ppmWords(detectionPpm),
            about:
              detectionPpm === 1_000_000
                ? 'Public work is exact: an honest replay differs in some bit.'
                : 'Where work is private, or results are compared with a tolerance, some faults may look right.',
          },
          {
            name: 'chance that nobody honest looks',
            value: ppmWords(collusionPpm),
            about: `${auditors === 1 ? 'The auditor drawn' : `Each of the ${count(auditors, 'auditor')} drawn`} would have to be in league with it. Assumed: that ${ppmWords(adversarialSharePpm)} of all stake is.`,
          },
          {
            name: 'what it would lose',
            value: `${koin(lossOnDetection)} KOIN`,
            about: 'Its whole free stake burns. Nobody gets it: accusing oneself pays nothing.',
          },
          {
            name: 'what it could gain',
            value: `${koin(gain)} KOIN`,
            about: `At most the whole price of the job${gainInFlight === '0' ? '' : `, and ${koin(gainInFlight)} KOIN for jobs the same stake still answers for`}.`,
          },
          {
            name: 'what cheating would bring',
            value:
              pays > 0n
                ? `${koin(pays.toString())} KOIN on average`
                : `a loss of ${koin((-pays).toString())} KOIN on average`,
            about: 'The gain where it is never found, less the stake where it is.',
          },
        ]}
      />
    </>
  );
}
