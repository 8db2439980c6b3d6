import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

const PASSWORD_FILE = 'file with the password; asked for at the terminal otherwise';

/** `koinon keys …`: encrypted keystores (Web3 Secret Storage 3), which Foundry and geth read too. */
export function addKeys(program: Command, surroundings: Surroundings): void {
  const keys = program
    .command('keys')
    .description('encrypted keystores, in ~/.koinon/keys or $KOINON_HOME/keys')
    .addHelpText('after', '\nExample:\n  koinon keys new deployer');

  keys
    .command('new <name>')
    .description('make a key')
    .option('--password-file <file>', PASSWORD_FILE)
    .addHelpText('after', '\nExample:\n  koinon keys new deployer')
    .action(async (name, options) => (await import('../keys/newKey.ts')).newKey(surroundings, name, options));

  keys
    .command('import <name>')
    .description('take over a key; typed at the terminal unless a file is named')
    .option('--keystore <file.json>', 'a keystore of another program; keeps its password')
    .option('--key-file <file>', 'a file with the bare private key')
    .option('--password-file <file>', PASSWORD_FILE)
    .addHelpText(
      'after',
      '\nExample:\n  koinon keys import deployer --keystore ~/.foundry/keystores/deployer',
    )
    .action(async (name, options) =>
      (await import('../keys/importKey.ts')).importKey(surroundings, name, options),
    );

  keys
    .command('ls')
    .description('list the keys with their addresses')
    .addHelpText('after', '\nExample:\n  koinon keys ls')
    .action(async () => (await import('../keys/listKeys.ts')).printKeys(surroundings));

  keys
    .command('export <name>')
    .description('print the keystore, encrypted as it is')
    .option('--private-key', 'print the bare key instead; needs the password')
    .option('--password-file <file>', PASSWORD_FILE)
    .addHelpText('after', '\nExample:\n  koinon keys export deployer > deployer.json')
    .action(async (name, options) =>
      (await import('../keys/exportKey.ts')).exportKey(surroundings, name, options),
    );

  keys
    .command('address <name>')
    .description('print the address of a key')
    .addHelpText('after', '\nExample:\n  koinon keys address deployer')
    .action(async name => (await import('../keys/listKeys.ts')).printAddress(surroundings, name));
}
