// Writes the Solidity type hashes: node packages/protocol/scripts/typeHashes.ts [--check]
import { type StatementType, typedData } from '../src/typedData.ts';
import { writeGenerated } from './generated.ts';

const LINE_LENGTH = 120;

export const typeHashesUrl = new URL('../../../contracts/src/generated/TypeHashes.sol', import.meta.url);

/** The type string of EIP-712, `encodeType`: none of our types refers to another. */
export function typeString(type: StatementType): string {
  return `${type}(${typedData[type].map(field => `${field.type} ${field.name}`).join(',')})`;
}

/** `AuditReport` becomes `AUDIT_REPORT_TYPEHASH`. */
function constantName(type: string): string {
  return `${type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_TYPEHASH`;
}

function constant(type: StatementType): string {
  const start = `bytes32 constant ${constantName(type)} = keccak256(`;
  const text = `"${typeString(type)}"`;
  const line = `${start}${text});`;
  return line.length <= LINE_LENGTH ? line : `${start}\n    ${text}\n);`;
}

export function typeHashesSource(): string {
  return [
    '// SPDX-License-Identifier: Apache-2.0',
    '// Generated from packages/protocol/src/typedData.ts. Do not edit.',
    'pragma solidity 0.8.37;',
    '',
    ...(Object.keys(typedData) as StatementType[]).map(constant),
    '',
  ].join('\n');
}

if (import.meta.main) {
  writeGenerated(
    [{ url: typeHashesUrl, text: typeHashesSource() }],
    'node packages/protocol/scripts/typeHashes.ts',
  );
}
