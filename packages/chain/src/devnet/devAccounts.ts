import { type Hex, toHex } from '@koinon/protocol';
import { mnemonicToAccount } from 'viem/accounts';

/** The words every local Ethereum node knows. Whoever reads this has its keys: for chains on this machine only. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

export interface DevAccount {
  address: Hex;
  privateKey: Hex;
}

/** Account `index` of the mnemonic, m/44'/60'/0'/0/index: funded on a local chain, worthless and unsafe elsewhere. */
export function devAccount(index: number, mnemonic: string = DEV_MNEMONIC): DevAccount {
  const account = mnemonicToAccount(mnemonic, { addressIndex: index });
  const key = account.getHdKey().privateKey!;
  return { address: account.address.toLowerCase() as Hex, privateKey: toHex(key) };
}
