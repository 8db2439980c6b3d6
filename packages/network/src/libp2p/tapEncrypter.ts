import type { Hex } from '@koinon/protocol';
import type { ConnectionEncrypter, SecuredConnection } from '@libp2p/interface';
import type { Tap } from '../assembleNetwork.ts';
import { operatorOfPeerId } from '../identity.ts';

/** The encrypter, showing `tap` all that goes into it: our frames and whatever libp2p says of its own (identify, DHT, muxer). */
export function tapEncrypter(encrypter: ConnectionEncrypter, tap: Tap): ConnectionEncrypter {
  const { secureInbound, secureOutbound } = encrypter;
  encrypter.secureInbound = async (...args) => tapped(await secureInbound.apply(encrypter, args), tap);
  encrypter.secureOutbound = async (...args) => tapped(await secureOutbound.apply(encrypter, args), tap);
  return encrypter;
}

function tapped<T>(secured: SecuredConnection<T>, tap: Tap): SecuredConnection<T> {
  const { connection, remotePeer } = secured;
  const to: Hex = operatorOfPeerId(remotePeer.toString());
  const send = connection.send.bind(connection);
  connection.send = data => {
    tap(data.subarray(), to);
    return send(data);
  };
  return secured;
}
