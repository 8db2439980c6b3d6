import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `koinon node …`: a node of a network that others run too. */
export function addNode(program: Command, surroundings: Surroundings): void {
  const node = program
    .command('node')
    .description('a node of a real network: make its folder, start it, stake for it, look at it')
    .addHelpText(
      'after',
      '\nExample:\n  koinon node init --rpc https://rpc.example --deployment deployment.json --provide',
    );

  node
    .command('init [folder]')
    .description('write the configuration and the encrypted key of a node (default: ~/.koinon/node)')
    .requiredOption('--rpc <url>', 'JSON-RPC endpoint of the chain; repeat for more', collect, [])
    .requiredOption('--deployment <file>', 'address file of the network')
    .option('--name <name>', 'what people call the node', 'node')
    .option('--role <roles>', 'custody, provide, audit, gateway; separated by commas', 'gateway')
    .option('--provide', 'the same as --role provide,audit')
    .option('--owner <address>', 'cold address that stakes for it (default: its own)')
    .option('--account <name>', 'key of "koinon keys" to use (default: a new one)')
    .option(
      '--password-file <file>',
      'file with the password of its key; asked for at the terminal otherwise',
    )
    .option('--http-port <port>', 'port of page and API on loopback', '4030')
    .option('--listen <multiaddr>', 'libp2p address to listen on; repeat for more', collect, [])
    .option('--bootstrap <multiaddr>', 'node to meet others through; repeat for more', collect, [])
    .option(
      '--sandbox <setting>',
      'required: start only where jobs are confined; available: run in whatever there is (default: by role)',
    )
    .option('--price-per-job <koin>', 'what a provider asks for a job', '0.01')
    .option('--price-per-gigafuel <koin>', 'and for every 10^9 fuel begun', '0.001')
    .addHelpText(
      'after',
      '\nExample:\n  koinon node init --rpc https://rpc.example --deployment deployment.json --role custody,audit',
    )
    .action(async (folder, options) =>
      (await import('../operate/initNode.ts')).initNode(surroundings, folder, options),
    );

  node
    .command('start [folder]')
    .description('run the node in the foreground until Ctrl-C')
    .option('--provide', 'also lend compute and audit, at the prices of its configuration')
    .option(
      '--password-file <file>',
      'file with the password of its key; asked for at the terminal otherwise',
    )
    .addHelpText('after', '\nExample:\n  koinon node start --provide')
    .action(async (folder, options) =>
      (await import('../operate/startNode.ts')).startNode(surroundings, folder, options),
    );

  node
    .command('status [folder]')
    .description('what a node says of itself')
    .addHelpText('after', '\nExample:\n  koinon node status --as hospital')
    .action(async folder => (await import('../operate/nodeStatus.ts')).nodeStatus(surroundings, folder));

  node
    .command('ls')
    .description('the nodes of the network, by name and address')
    .addHelpText('after', '\nExample:\n  koinon node ls')
    .action(async () => (await import('../operate/listNodes.ts')).listNodes(surroundings));

  node
    .command('name [name] [node]')
    .description('name a node on chain, this one unless another of the same owner is named; "" takes it away')
    .option('--clear', 'take the name away (then give only NODE, if another)')
    .addHelpText('after', '\nExamples:\n  koinon node name alder\n  koinon node name --clear hospital-audit')
    .action(async (name, of, options) =>
      (await import('../operate/nameNode.ts')).nameNode(surroundings, name, of, options),
    );

  node
    .command('stake <koin> [folder]')
    .description('put KOIN at stake for the node, from its own account or another')
    .option('--account <name>', 'key of "koinon keys" that pays (default: the node’s own)')
    .option(
      '--password-file <file>',
      'file with the password of that key; asked for at the terminal otherwise',
    )
    .addHelpText('after', '\nExample:\n  koinon node stake 1000 --account treasury')
    .action(async (amount, folder, options) =>
      (await import('../operate/stakeNode.ts')).stakeNode(surroundings, amount, folder, options),
    );
}
