export {
  type AuditOptions,
  type CourtOptions,
  LOCAL_COURT,
} from './courtTerms.ts';
export {
  type DeployOptions,
  deployContracts,
} from './deployContracts.ts';
export type { DrandNetwork } from './quicknet.ts';
