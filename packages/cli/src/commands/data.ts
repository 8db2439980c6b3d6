import { type Command, Option } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon data …`: what a data owner does, and what everybody may know of a dataset. */
export function addData(program: Command, surroundings: Surroundings): void {
  const data = program
    .command('data')
    .description('publish datasets, look at them, and decide who may use them')
    .addHelpText('after', '\nExample:\n  koinon data publish cohort.csv --target outcome --price 0.1');

  data
    .command('publish <file.csv>')
    .description('take a table into custody and publish what may be known of it')
    .option('--target <column>', 'the column that models are meant to predict')
    .option('--no-target', 'the table has no such column')
    .option('--name <name>', 'its name on the network (default: the name of the file)')
    .option('--description <text>', 'what it is, for people')
    .option('--license <url>', 'terms of use')
    .option('--exclude <columns>', 'columns to leave out, separated by commas')
    .option('--public-share <share>', 'share of the rows to give away for testing models, 0 to 0.9', '0.2')
    .option('--min-group-rows <rows>', 'groups and categories smaller than this never leave', '10')
    .option('--price <koin>', 'price of one use, in KOIN', '0')
    .option('--auditor <name|address>', 'node that may hold a copy to replay jobs (default: the owner’s own)')
    .option('--auto-approve', 'grant every request without asking a person; for demonstrations')
    .addHelpText(
      'after',
      '\nExample:\n  koinon data publish cohort.csv --target outcome --exclude patient_id --price 0.1',
    )
    .action(async (file, options) =>
      (await import('../data/publish.ts')).publishData(surroundings, file, options),
    );

  data
    .command('ls')
    .description('list the datasets of the network')
    .addHelpText('after', '\nExample:\n  koinon data ls --json')
    .action(async () => (await import('../data/list.ts')).listData(surroundings));

  data
    .command('show <dataset>')
    .description('what may be known of a dataset: columns, policy, price (by id or name)')
    .addHelpText('after', '\nExample:\n  koinon data show heart-risk')
    .action(async dataset => (await import('../data/show.ts')).showData(surroundings, dataset));

  data
    .command('mock <dataset>')
    .description('invented rows in the shape of a dataset, to write programs against')
    .option('-o, --output <file>', 'write them to a file instead of standard output')
    .addHelpText('after', '\nExample:\n  koinon data mock heart-risk -o mock.csv')
    .action(async (dataset, options) =>
      (await import('../data/mock.ts')).mockData(surroundings, dataset, options),
    );

  data
    .command('requests')
    .description('list the requests for your data')
    .option('--all', 'also those that are decided')
    .addHelpText('after', '\nExample:\n  koinon data requests')
    .action(async options => (await import('../data/requests.ts')).listRequests(surroundings, options));

  data
    .command('approve <request>')
    .description('grant a request: this program, this purpose, as often as it asks')
    .addHelpText('after', '\nExample:\n  koinon data approve 0x3f9c2a10')
    .action(async request => (await import('../data/decide.ts')).approveRequest(surroundings, request));

  data
    .command('deny <request>')
    .description('refuse a request')
    .option('--reason <sentence>', 'what the requester is told', '')
    .addHelpText('after', '\nExample:\n  koinon data deny 0x3f9c2a10 --reason "Not for insurance."')
    .action(async (request, options) =>
      (await import('../data/decide.ts')).denyRequest(surroundings, request, options),
    );

  data
    .command('revoke <dataset>')
    .description('end one grant of a dataset, or all of them; what has run stays run')
    .addOption(
      new Option('--request <request>', 'end the grant that answered this request').conflicts([
        'grant',
        'all',
      ]),
    )
    .addOption(new Option('--grant <digest>', 'end the grant with this digest').conflicts(['request', 'all']))
    .addOption(new Option('--all', 'end every grant given so far').conflicts(['request', 'grant']))
    .addHelpText('after', '\nExample:\n  koinon data revoke heart-risk --request 0x3f9c2a10')
    .action(async (dataset, options) =>
      (await import('../data/revoke.ts')).revokeGrants(surroundings, dataset, options),
    );
}
