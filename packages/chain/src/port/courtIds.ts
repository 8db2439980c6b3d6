import type { Hex } from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';

const bytes32 = { type: 'bytes32' } as const;
const disputeFields = [bytes32, bytes32, bytes32] as const;
const sealFields = [bytes32, bytes32] as const;
const voteFields = [bytes32, { type: 'uint8' }, { type: 'address' }, bytes32, bytes32] as const;

/** A dispute's id: keccak256(abi.encode(receipt digest, previous state root, claimed outcome)). */
export function disputeIdOf(receipt: Hex, previousRoot: Hex, claimed: Hex): Hex {
  return keccak256(encodeAbiParameters(disputeFields, [receipt, previousRoot, claimed]));
}

/** An accuser's sealed result: keccak256(abi.encode(outcome, salt)). */
export function sealOf(outcome: Hex, salt: Hex): Hex {
  return keccak256(encodeAbiParameters(sealFields, [outcome, salt]));
}

/** A juror's sealed vote: keccak256(abi.encode(dispute, round, juror, outcome, salt)). */
export function voteOf(dispute: Hex, round: number, juror: Hex, outcome: Hex, salt: Hex): Hex {
  return keccak256(encodeAbiParameters(voteFields, [dispute, round, juror, outcome, salt]));
}
