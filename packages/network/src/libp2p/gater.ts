import type { ConnectionGater, PeerId } from '@libp2p/interface';

/**
 * Who may connect at all: holders of secp256k1 keys (nothing else derives to an operator) and, while every
 * listening address is loopback, this machine.
 */
export function gaterFor(listen: readonly string[]): ConnectionGater {
  const loopbackOnly = listen.every(isLoopback);
  const isForeign = (peer: PeerId) => peer.type !== 'secp256k1';
  return {
    denyDialPeer: isForeign,
    denyInboundConnection: connection => loopbackOnly && !isLoopback(connection.remoteAddr.toString()),
    denyInboundEncryptedConnection: isForeign,
    denyOutboundEncryptedConnection: isForeign,
  };
}

function isLoopback(address: string): boolean {
  return /^\/(ip4\/127\.|ip6\/::1\/|ip6\/::ffff:127\.)/.test(address);
}
