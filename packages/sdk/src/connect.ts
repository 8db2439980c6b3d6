import { type Client, type ClientOptions, createClient } from './client/createClient.ts';
import { approve } from './data/approve.ts';
import { deny } from './data/deny.ts';
import { publish } from './data/publish.ts';
import { requests } from './data/requests.ts';
import { models } from './models/models.ts';
import { predict } from './models/predict.ts';
import { verify } from './sources/verify.ts';
import { follow } from './studies/follow.ts';
import { quote } from './studies/quote.ts';
import { result } from './studies/result.ts';
import { run } from './studies/run.ts';
import { train } from './studies/train.ts';

/** What an application does through a node; each as the function of that name, for this node. */
export type Koinon = ReturnType<typeof connect>;

/**
 * A node to work through, at its address and with the token of its owner. Nothing is sent yet. Reading and predicting need no
 * token on the node's own machine; whatever signs, spends or changes does.
 *
 * @example
 * const koinon = connect({ url, token });
 * console.log(`${(await koinon.models()).length} models are served at ${koinon.client.url}`);
 */
export function connect(options: ClientOptions) {
  const client = createClient(options);
  return {
    /** For every route of the node that has no verb of its own. */
    client,
    publish: at(client, publish),
    requests: at(client, requests),
    approve: at(client, approve),
    deny: at(client, deny),
    quote: at(client, quote),
    train: at(client, train),
    run: at(client, run),
    follow: at(client, follow),
    result: at(client, result),
    models: at(client, models),
    predict: at(client, predict),
    verify: at(client, verify),
  };
}

function at<A extends unknown[], R>(client: Client, verb: (client: Client, ...rest: A) => R) {
  return (...rest: A): R => verb(client, ...rest);
}
