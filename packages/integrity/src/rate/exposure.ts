import { ADVERSARIAL_SHARE_PPM, BURNED_SHARE_PPM, EXACT_DETECTION_PPM } from '../assumptions.ts';
import { ONE_PPM, powerPpmUp, timesPpm } from '../ppm.ts';

/** What a provider stands to lose and to win with one order. All amounts in base units of one token (KOIN, converted). */
export interface Exposure {
  /** What a conviction would burn, S: `burnableStake` of the provider's free stake. */
  bond: bigint;
  /** Most that a wrong result could bring, g: the whole price unless it is known better. */
  gain: bigint;
  /** Sum of gains of the provider's orders that are not final yet, without this one. */
  gainInFlight: bigint;
  /** Chance that a replay finds a fault, d; exact replay by default. */
  detectionPpm?: number;
  /** Share of stake that acts together, α. */
  adversarialSharePpm?: number;
  /** Auditors drawn, at least 1; all of them have to collude. */
  auditors?: number;
}

/** What of a free stake a conviction burns, whoever accuses; base units, rounded down. */
export function burnableStake(freeStake: bigint): bigint {
  return (freeStake * BigInt(BURNED_SHARE_PPM)) / BigInt(ONE_PPM);
}

/** d·(1 − ρ): the chance that an audit that is done leads to a conviction, ppm, rounded down; ρ = α^auditors. */
export function catchPpm(exposure: Omit<Exposure, 'bond' | 'gain' | 'gainInFlight'>): number {
  const {
    detectionPpm = EXACT_DETECTION_PPM,
    adversarialSharePpm = ADVERSARIAL_SHARE_PPM,
    auditors = 1,
  } = exposure;
  return timesPpm(detectionPpm, ONE_PPM - powerPpmUp(adversarialSharePpm, auditors));
}
