import { getBlock } from '../rpc/answers.ts';
import type { Rpc } from '../rpc/failover.ts';
import { hexBigint } from '../rpc/quantity.ts';

export interface Fees {
  maxFeePerGasWei: bigint;
  maxPriorityFeePerGasWei: bigint;
}

/** Tip where the endpoint names none, wei: 1 gwei. */
const DEFAULT_TIP_WEI = 1_000_000_000n;

/** Fees that stay sufficient while the base fee doubles, which takes at least six full blocks. */
export async function suggestFees(rpc: Rpc): Promise<Fees> {
  const [block, tip] = await Promise.all([
    getBlock(rpc, 'latest'),
    rpc.request('eth_maxPriorityFeePerGas', []).then(hexBigint, () => DEFAULT_TIP_WEI),
  ]);
  return { maxFeePerGasWei: 2n * (block?.baseFeePerGas ?? 0n) + tip, maxPriorityFeePerGasWei: tip };
}

/** Nodes replace a transaction only for at least 10 % more of both fees; an eighth plus one wei is above it. */
export function raised(previous: Fees, suggested: Fees): Fees {
  const more = (wei: bigint) => wei + wei / 8n + 1n;
  const max = (a: bigint, b: bigint) => (a > b ? a : b);
  return {
    maxFeePerGasWei: max(more(previous.maxFeePerGasWei), suggested.maxFeePerGasWei),
    maxPriorityFeePerGasWei: max(more(previous.maxPriorityFeePerGasWei), suggested.maxPriorityFeePerGasWei),
  };
}
