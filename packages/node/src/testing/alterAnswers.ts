import type { Network } from '@koinon/network';
import type { Method, WireRequest, WireResponse } from '@koinon/protocol';

type Alterations = {
  [M in Method]?: (
    answer: () => Promise<WireResponse<M>>,
    request: WireRequest<M>,
  ) => Promise<WireResponse<M>>;
};

/** A node's network on which some methods answer something else than its services would: a liar, for tests. */
export function alterAnswers(alterations: Alterations): (network: Network) => Network {
  return network => ({
    ...network,
    handle: (method, handler) => {
      const alter = alterations[method as Method] as
        | ((answer: () => Promise<unknown>, request: unknown) => Promise<unknown>)
        | undefined;
      return network.handle(
        method,
        alter ? (payload, from) => alter(() => handler(payload, from), payload) : handler,
      );
    },
  });
}
