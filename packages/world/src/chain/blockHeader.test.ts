import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBlockHeader } from '@ethereumjs/block';
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { fromHex, sha256, toHex, utf8 } from '@koinon/protocol';
import fc from 'fast-check';
import { BASE_FEE_WEI, BLOCK_GAS, blockHash } from './blockHeader.ts';

const common = createCustomCommon({ chainId: 31_337 }, Mainnet, { hardfork: Hardfork.Prague });
const digest = (text: string) => sha256(utf8.encode(text));

test('the hash of a block is the one that ethereumjs makes of its header', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.string(),
      fc.bigInt({ min: 0n, max: BLOCK_GAS }),
      (number, timestampSeconds, salt, gasUsed) => {
        const place = {
          number,
          timestampSeconds,
          mix: digest(`${salt}0`),
          parentHash: toHex(digest(`${salt}1`)),
        };
        const roots = {
          ...{
            state: digest(`${salt}2`),
            transactions: digest(`${salt}3`),
            receipts: digest(`${salt}4`),
            gasUsed,
          },
          bloom: new Uint8Array(256).fill(salt.length),
        };
        const header = createBlockHeader(
          {
            ...{
              number,
              timestamp: timestampSeconds,
              mixHash: place.mix,
              parentHash: fromHex(place.parentHash),
            },
            ...{ stateRoot: roots.state, transactionsTrie: roots.transactions, receiptTrie: roots.receipts },
            ...{ gasUsed, logsBloom: roots.bloom, gasLimit: BLOCK_GAS, baseFeePerGas: BASE_FEE_WEI },
          },
          { common },
        );
        assert.equal(blockHash(place, roots), toHex(header.hash()));
      },
    ),
    { numRuns: 50 },
  ));
